"""Reminders by SMS: up to Odoo's queue, and what its states mean afterwards."""

from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

import requests
from freezegun import freeze_time
from odoo import fields
from odoo.addons.sms.tools.sms_api import SmsApi
from odoo.exceptions import AccessError, UserError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
)

from .common import days_ago
from .test_channels import E164, ChannelCase


@tagged("-at_install", "post_install")
class TestSms(ChannelCase):
    def sent(self):
        """A reminder handed over by SMS."""
        reminder = self.approved_by("sms")
        reminder.action_send()
        return reminder

    def sms(self, reminder):
        """The SMS of a reminder in Odoo's queue."""
        return self.env["sms.sms"].sudo().search(
            [("mail_message_id", "=", reminder.mail_message_id.id)]
        )

    def report(self, reminder, state, **vals):
        """Let the queue report a state, as it does after the operator's answer."""
        self.sms(reminder).sms_tracker_id.with_context(
            sms_skip_msg_notification=True
        )._action_update_from_sms_state(state, **vals)
        reminder.invalidate_recordset()

    def test_one_sms_waits_in_the_queue(self):
        reminder = self.sent()
        self.assertEqual((reminder.state, reminder.delivery), ("sent", "queued"))
        sms = self.sms(reminder)
        self.assertEqual(
            (sms.number, sms.body, sms.state, sms.partner_id),
            (E164, reminder.text_short, "outgoing", self.partner),
        )
        self.assertEqual(reminder.mail_message_id.message_type, "sms")
        self.assertFalse(reminder.mail_ids)

    def test_it_counts_as_told(self):
        self.sent()
        move = self.env["account.move"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual(self.decide(move).reason, "level_not_reached")

    def test_what_became_of_it(self):
        reminder = self.sent()
        for state, delivery in (
            ("process", "queued"), ("pending", "delivered"), ("sent", "delivered"),
        ):  # fmt: skip
            with self.subTest(state=state):
                self.report(reminder, state)
                self.assertEqual(reminder.delivery, delivery)
                self.assertFalse(reminder.problem_text)
                for other in ("queued", "delivered", "unconfirmed", "failed"):
                    found = self.env["cobranza.reminder"].search([("delivery", "=", other)])
                    self.assertEqual(reminder in found, other == delivery, other)

    def test_what_did_not_arrive_is_not_told(self):
        reminder = self.sent()
        self.report(reminder, "error", failure_type="sms_number_format")
        self.assertEqual(reminder.delivery, "failed")
        self.assertTrue(reminder.problem_text)
        self.assertIn(
            reminder, self.env["cobranza.reminder"].search([("delivery", "=", "failed")])
        )
        self.assertEqual(self.decide(reminder.line_ids.move_id).reason, "level_reached")

    def test_a_bounce(self):
        reminder = self.sent()
        self.sms(reminder).sms_tracker_id.with_context(
            sms_skip_msg_notification=True
        )._action_update_from_provider_error("invalid_destination")
        reminder.invalidate_recordset()
        self.assertEqual(reminder.delivery, "bounced")

    def test_the_queue_sends_it(self):
        """Odoo's own sending, with its service answering from memory: nothing leaves the house."""
        reminder = self.sent()
        sms = self.sms(reminder)

        self.work_queue()
        self.assertEqual((sms.state, reminder.delivery), ("pending", "delivered"))

    def work_queue(self, state="success", happens=None):
        """Let the queue send, with Odoo's service answering from memory; the uuids it was asked.

        state: its answer. happens: a function that is called instead of an answer.
        """
        asked = []

        def answer(api, endpoint, params):
            uuids = [one["uuid"] for message in params["messages"] for one in message["numbers"]]
            asked.extend(uuids)
            if happens:
                happens()
            return [{"uuid": uuid, "state": state, "credit": 1} for uuid in uuids]

        with patch.object(SmsApi, "_contact_iap", answer):
            self.env["sms.sms"].sudo().search([("state", "=", "outgoing")]).send(unlink_sent=False)
        self.env.invalidate_all()
        return asked

    # --- once, whatever dies

    def results(self, reminder):
        """The results of its attempts, oldest first."""
        self.env.invalidate_all()
        return reminder.attempt_ids.sorted("number").mapped("result")

    def assertUnconfirmed(self, reminder):
        self.assertEqual(self.results(reminder), ["ambiguous"])
        self.assertEqual((self.sms(reminder).state, reminder.delivery), ("process", "unconfirmed"))
        self.assertIn("may have arrived or not", reminder.problem_text)
        for delivery in ("queued", "delivered", "unconfirmed", "failed"):
            found = self.env["cobranza.reminder"].search([("delivery", "=", delivery)])
            self.assertEqual(reminder in found, delivery == "unconfirmed", delivery)
        self.assertEqual(self.work_queue(), [], "it is never offered again by itself")
        self.assertEqual(self.decide(reminder.line_ids.move_id).reason, "level_not_reached")

    def test_that_the_operator_is_asked_is_written_down_before(self):
        reminder = self.sent()
        sms, seen = self.sms(reminder), []
        commit = patch.object(
            type(self.env["mail.mail"]),
            "_cobranza_commit",
            lambda mails: seen.append((sms.state, self.results(reminder))),
        )
        with commit:
            self.work_queue(happens=lambda: seen.append("asked"))
        self.assertEqual(seen, [("process", ["ambiguous"]), "asked"])
        self.assertEqual((self.results(reminder), reminder.delivery), (["accepted"], "delivered"))

    def test_killed_while_the_operator_is_asked(self):
        reminder = self.sent()

        def dies():
            raise KeyboardInterrupt

        # not assertRaises: that would undo what was committed
        with suppress(KeyboardInterrupt):
            self.work_queue(happens=dies)
        self.assertUnconfirmed(reminder)

    def test_no_answer_is_no_refusal(self):
        def is_silent():
            raise TimeoutError

        for values in ({"state": "server_error"}, {"happens": is_silent}):
            with self.subTest(**values), self.env.cr.savepoint() as undo:
                reminder = self.sent()
                self.work_queue(**values)
                self.assertUnconfirmed(reminder)
                undo.rollback()
                self.env.invalidate_all()

    def broken(self, error):
        """A function that raises what Odoo makes of an error of the connection."""
        said = "An error occurred while reaching the operator."

        def happens():
            try:
                raise error
            except requests.RequestException:
                raise AccessError(said)

        return happens

    def test_without_a_connection_it_never_left(self):
        new, slow = NewConnectionError(None, "Connection refused"), ConnectTimeoutError()
        for error in (
            requests.ConnectionError(MaxRetryError(None, "/", new)),
            requests.ConnectTimeout(MaxRetryError(None, "/", slow)),
        ):
            with self.subTest(error=error), self.env.cr.savepoint() as undo:
                reminder = self.sent()
                self.work_queue(happens=self.broken(error))
                self.assertEqual(self.results(reminder), ["refused"])
                self.assertEqual((self.sms(reminder).state, reminder.delivery), ("error", "failed"))
                self.assertIn("it never left", reminder.problem_text)
                decision = self.decide(reminder.line_ids.move_id)
                self.assertEqual(decision.reason, "level_reached", "it is offered again")
                undo.rollback()
                self.env.invalidate_all()

    def test_a_connection_that_breaks_may_have_been_enough(self):
        for error in (
            requests.ConnectionError(ProtocolError("Connection aborted.")),
            requests.ConnectionError(ReadTimeoutError(None, "/", "Read timed out.")),
            requests.ConnectionError(),
            requests.ReadTimeout(),
        ):
            with self.subTest(error=error), self.env.cr.savepoint() as undo:
                reminder = self.sent()
                self.work_queue(happens=self.broken(error))
                self.assertUnconfirmed(reminder)
                undo.rollback()
                self.env.invalidate_all()

    def test_of_another_operator_the_first_ones_may_have_left(self):
        """It may be asked for each message: the connection fails at the last one."""

        class Each(SmsApi):
            pass

        error = requests.ConnectionError(MaxRetryError(None, "/", NewConnectionError(None, "")))
        both = self.sent() | self.sent_to("Second Customer")
        batch = self.env["sms.sms"].union(*map(self.sms, both))
        each = patch.object(type(self.company), "_get_sms_api_class", lambda company: Each)
        with each, patch.object(Each, "_contact_iap", side_effect=error):
            batch.sudo()._send()
        self.assertEqual(self.results(both), ["ambiguous", "ambiguous"])

    def sent_to(self, name):
        """A reminder handed over by SMS to a new customer."""
        partner = self.new_partner(name, phone="+34 612 34 56 79")
        self.invoice(partner, 100, days_ago(6))
        reminder = self.approved().filtered(lambda one: one.partner_id == partner)
        reminder.action_send()
        return reminder

    def test_each_company_has_its_operator(self):
        """They are asked one after the other, and chosen before anything is committed."""
        first, second = self.sent(), self.sent_to("Second Customer")
        self.assertEqual(first.mail_message_id.record_company_id, self.company)
        other = self.new_company()
        second.mail_message_id.sudo().record_company_id = other
        batch, asked = self.sms(first) | self.sms(second), []
        chosen = type(self.company)._get_sms_api_class

        def choose(company):
            asked.append((company, self.results(first | second)))
            return chosen(company)

        choosing = patch.object(type(self.company), "_get_sms_api_class", choose)
        silent = patch.object(SmsApi, "_contact_iap", side_effect=TimeoutError)
        with choosing, silent as contact:
            batch._send()
        waiting = ["pending", "pending"]
        self.assertEqual(asked, [(self.company, waiting), (other, waiting)])
        self.assertEqual(contact.call_count, 2)
        self.assertEqual(self.results(first | second), ["ambiguous", "ambiguous"])

    def test_what_the_operator_refuses_is_refused(self):
        reminder = self.sent()
        self.work_queue("wrong_number_format")
        self.assertEqual((self.results(reminder), reminder.delivery), (["refused"], "failed"))
        self.assertEqual(self.sms(reminder).state, "error")

    def test_what_the_operator_works_on_is_on_its_way(self):
        reminder = self.sent()
        self.work_queue("processing")
        self.assertEqual((self.results(reminder), reminder.delivery), (["accepted"], "queued"))
        self.assertFalse(reminder.problem_text)
        self.assertIn(reminder, self.env["cobranza.reminder"].search([("delivery", "=", "queued")]))
        self.report(reminder, "sent")
        self.assertEqual(reminder.delivery, "delivered")

    def test_a_late_report_or_a_person_confirms_it(self):
        ways = {
            "report": lambda one: self.report(one, "sent"),
            "person": lambda one: one.with_user(self.new_collector()).action_confirm_arrived(),
        }
        for name, happens in ways.items():
            with self.subTest(name), self.env.cr.savepoint() as undo:
                reminder = self.sent()
                self.work_queue("server_error")
                happens(reminder)
                self.assertEqual(self.results(reminder), ["accepted"])
                self.assertEqual((reminder.delivery, reminder.problem_text), ("delivered", False))
                undo.rollback()
                self.env.invalidate_all()

    def test_a_person_puts_it_into_the_queue_again(self):
        """In Odoo's own list of text messages: that is a decision, and a new generation."""
        reminder = self.sent()
        self.work_queue("server_error")
        sms = self.sms(reminder)
        sms.action_set_outgoing()
        self.assertEqual(self.work_queue(), [sms.uuid])
        self.assertEqual(self.results(reminder), ["ambiguous", "accepted"])
        self.assertEqual(reminder.attempt_ids.sorted("number").mapped("generation"), [1, 2])
        self.assertEqual(reminder.delivery, "delivered")

    def test_a_person_sends_it_again(self):
        """What isn't confirmed leaves once more, as a new generation, if it is still right."""
        ways = {"kept": lambda sms: None, "deleted": lambda sms: sms.unlink()}
        for name, happens in ways.items():
            with self.subTest(name), self.env.cr.savepoint() as undo:
                reminder = self.sent()
                self.work_queue("server_error")
                happens(self.sms(reminder))
                reminder.with_user(self.new_collector(name="Cora")).action_send_again()
                self.assertEqual(self.results(reminder), ["ambiguous", "pending"])
                self.assertEqual(
                    (self.sms(reminder).state, reminder.delivery), ("outgoing", "queued")
                )
                self.assertIn("Cora had it sent again", str(reminder.message_ids.mapped("body")))
                self.assertEqual(self.work_queue(), [self.sms(reminder).uuid])
                self.assertEqual(self.results(reminder), ["ambiguous", "accepted"])
                generations = reminder.attempt_ids.sorted("number").mapped("generation")
                self.assertEqual(generations, [1, 2])
                self.assertEqual(reminder.delivery, "delivered")
                undo.rollback()
                self.env.invalidate_all()

    def test_a_person_sends_again_only_what_is_not_confirmed_and_right(self):
        reminder = self.sent()
        with self.assertRaisesRegex(UserError, "an SMS that isn't confirmed"):
            reminder.action_send_again()
        self.work_queue("server_error")
        self.pay(reminder.line_ids.move_id)
        with self.assertRaisesRegex(UserError, "Nothing of it is owed"):
            reminder.action_send_again()
        self.assertEqual(self.results(reminder), ["ambiguous"])
        self.assertEqual(self.sms(reminder).state, "process")

    def test_others_are_sent_first_and_as_ever(self):
        """What is committed for ours lets go of what is locked: they must be through by then."""
        reminder = self.sent()
        foreign = self.env["sms.sms"].sudo().create({"number": E164, "body": "Not ours"})
        asked = self.work_queue("server_error")
        self.assertEqual(asked, [foreign.uuid, self.sms(reminder).uuid])
        self.assertEqual((foreign.state, foreign.failure_type), ("error", "sms_server"))

    def test_another_sms_about_a_reminder_is_as_any(self):
        """Written in its chatter: that the operator didn't answer is a failure, as Odoo says."""
        reminder = self.sent()
        message = reminder._message_sms("Please call", sms_numbers=[E164], put_in_queue=True)
        self.work_queue("server_error")
        sms = self.env["sms.sms"].sudo().search([("mail_message_id", "=", message.id)])
        self.assertEqual((sms.state, sms.failure_type), ("error", "sms_server"))
        notification = message.notification_ids
        self.assertEqual(
            (notification.notification_status, notification.failure_type),
            ("exception", "sms_server"),
        )
        self.assertUnconfirmed(reminder)

    def test_another_worker_has_it_already(self):
        reminder = self.sent()
        sms = self.sms(reminder)
        self.env.flush_all()
        self.env.cr.execute("UPDATE sms_sms SET state = 'process' WHERE id = %s", [sms.id])
        with patch.object(SmsApi, "_contact_iap", side_effect=AssertionError):
            sms._send()
        self.assertEqual(self.results(reminder), ["pending"])

    def stop(self):
        """Stop the company's automatic contact; the stop."""
        return self.env["cobranza.stop"]._stop(self.company, "Wrong bank file")

    def test_what_is_not_right_after_a_stop_does_not_leave(self):
        """Paid while everything was stopped: it is taken out of the queue, with the reason."""
        reminder = self.sent()
        stop = self.stop()
        self.pay(reminder.line_ids.move_id)
        self.env.cr.flush()
        stop.action_release()
        self.work_queue()
        self.assertEqual((self.sms(reminder).state, reminder.delivery), ("canceled", "failed"))
        self.assertIn("Nothing of it is owed any more", reminder.problem_text)
        self.assertEqual(reminder.attempt_ids.mapped("result"), ["cancelled"])

    def test_after_a_stop_the_rest_leaves_at_its_hour(self):
        """Released in the evening: what is right leaves when the customer may be written to."""
        reminder = self.sent()
        sms, stop = self.sms(reminder), self.stop()
        morning = fields.Datetime.now() + timedelta(hours=12)
        rule = self.env["cobranza.contact.rule"].create(
            {
                "name": "Office hours",
                "window_ids": [
                    fields.Command.create(
                        {"hour_from": morning.hour, "hour_to": min(morning.hour + 1, 24)}
                    )
                ],
            }
        )
        self.policy.contact_rule_id = rule
        self.partner.tz = "UTC"
        stop.action_release()
        self.work_queue()
        self.assertEqual((sms.state, reminder.delivery), ("outgoing", "queued"))
        self.assertEqual(sms.cobranza_not_before.hour, morning.hour)
        self.policy.contact_rule_id = False
        with freeze_time(sms.cobranza_not_before):
            self.work_queue()
        self.assertEqual((sms.state, reminder.delivery), ("pending", "delivered"))

    def test_what_waits_takes_no_place_in_the_queue(self):
        """The scheduled action takes the oldest ones: as many as its batch holds, of those free."""
        self.env["ir.config_parameter"].sudo().set_param("sms.session.batch.size", 1)
        reminder = self.sent()
        waiting = self.sms(reminder)
        ways = {
            "later": lambda: waiting._cobranza_put_off(fields.Datetime.now() + timedelta(hours=1)),
            "stopped": self.stop,
        }
        for name, happens in ways.items():
            with self.subTest(name), self.env.cr.savepoint() as undo:
                happens()
                free = self.env["sms.sms"].sudo().create({"number": E164, "body": "Not ours"})
                left = self.work_cron()
                self.assertEqual((waiting.state, free.state), ("outgoing", "pending"))
                self.assertEqual(left, [(1, 0)], "the scheduled action is done")
                self.assertEqual(self.work_cron(), [])
                undo.rollback()
                self.env.invalidate_all()

    def test_what_waited_leaves_in_its_turn(self):
        reminder = self.sent()
        self.sms(reminder)._cobranza_put_off(fields.Datetime.now() + timedelta(hours=1))
        with freeze_time(fields.Datetime.now() + timedelta(hours=2)):
            self.work_cron()
        self.env.invalidate_all()
        self.assertEqual(self.results(reminder), ["accepted"])

    def work_cron(self):
        """Let the scheduled action send; return (done, left) of each of its turns."""
        turns = []

        def commit(cron, processed=0, *, remaining=None, deactivate=False):
            turns.append((processed, remaining))

        def answer(api, endpoint, params):
            numbers = [one for message in params["messages"] for one in message["numbers"]]
            return [{"uuid": one["uuid"], "state": "success", "credit": 1} for one in numbers]

        crons = type(self.env["ir.cron"])
        queue = self.env["sms.sms"].sudo()
        silent = patch.object(crons, "_commit_progress", commit)
        with silent, patch.object(SmsApi, "_contact_iap", answer):
            queue._process_queue()
        return turns

    def test_a_copy_of_the_database_sends_none(self):
        reminder = self.sent()
        foreign = self.env["sms.sms"].sudo().create({"number": E164, "body": "Not ours"})
        self.env.flush_all()
        for query in get_neutralization_queries(["cobranza_dunning"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.assertEqual(self.sms(reminder).state, "canceled")
        self.assertEqual(reminder.delivery, "failed", "what never leaves was never told")
        self.assertEqual(foreign.state, "outgoing")

    def test_many_at_once_cost_the_same_queries(self):
        self.use("sms")
        counts = []
        for number in (3, 9):
            for each in range(number):
                partner = self.new_partner(f"Many {number} {each}", phone="+34 612 34 56 78")
                self.invoice(partner, 100, days_ago(6))
            reminders = self.approved()
            self.env.flush_all()
            with self.subTest(number=number):
                before = self.env.cr.sql_log_count
                reminders._deliver_sms()
                self.env.flush_all()
                counts.append(self.env.cr.sql_log_count - before)
            reminders.action_send()
        self.assertLessEqual(counts[1], counts[0] + 6, counts)
