"""Automatic companies: what leaves by itself, in batches, and what stays behind with its reason."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import OperationalError

from .cases import MailingCase
from .common import days_ago

#: A text that can't be made for a reminder of exactly 100.00.
POISON = '<p t-out="1 / (object.amount_company - 100)"/>'


@tagged("post_install", "-at_install")
class TestCronSend(MailingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.cobranza_run_mode = "auto"
        cls.r5.approval = "auto"
        cls.policy.progression = "by_age"
        cls.names = ("Ana", "Berta", "Carla", "Dora", "Elsa")
        cls.people = [cls.new_partner(f"{name} Automatic") for name in cls.names]

    def run_auto(self, debtors=None):
        """An automatic run; return the company's reminders that are not cancelled."""
        self.run_dunning("auto", debtors=debtors)
        return self.reminders()

    def reminders(self):
        self.env.invalidate_all()
        return self.env["cobranza.reminder"].search(
            [("company_id", "=", self.company.id), ("state", "!=", "cancelled")], order="id"
        )

    def work(self, batch=50):
        """Let the scheduled action work as the server would, in batches of that size."""
        with (
            patch.object(self.env.registry["cobranza.reminder"], "_batch", batch),
            self.enter_registry_test_mode(),
        ):
            self.env.ref("cobranza_dunning.ir_cron_work").sudo().method_direct_trigger()
        self.env.invalidate_all()

    def states(self):
        """{first name: state} of the reminders."""
        return {one.partner_id.name.split()[0]: one.state for one in self.reminders()}

    def bill_all(self, amount=10):
        for person in self.people:
            self.invoice(person, amount, days_ago(9))

    # --- what leaves by itself

    def test_only_levels_that_need_nobody_leave(self):
        self.invoice(self.people[0], 100, days_ago(9))  # first level
        self.invoice(self.people[1], 100, days_ago(30))  # second level: one person approves
        self.run_auto()
        self.assertEqual(self.states(), {"Ana": "approved", "Berta": "proposed"})
        self.assertFalse(self.mails())
        self.work()
        self.assertEqual(self.states(), {"Ana": "sent", "Berta": "proposed"})
        self.assertEqual(self.mails().recipient_ids, self.people[0])

    def test_the_highest_level_decides_who_approves(self):
        self.invoice(self.people[0], 100, days_ago(9))
        self.invoice(self.people[0], 100, days_ago(30))
        self.run_auto()
        self.assertEqual(self.states(), {"Ana": "proposed"})

    def test_what_a_person_approved_leaves_too(self):
        self.invoice(self.people[1], 100, days_ago(30))
        self.run_auto().action_approve()
        self.work()
        self.assertEqual(self.states(), {"Berta": "sent"})

    def test_where_a_person_sends_nothing_leaves_by_itself(self):
        self.company.cobranza_run_mode = "propose"
        self.bill_all()
        self.approved()
        self.work()
        self.assertEqual(set(self.states().values()), {"approved"})

    def test_an_automatic_run_by_hand_is_handed_over_as_well(self):
        self.company.cobranza_run_mode = "propose"
        self.bill_all()
        self.approved(debtors=self.debtor(self.people[0]))
        self.run_auto(debtors=self.debtor(self.people[1]))
        self.work()
        self.assertEqual(self.states(), {"Ana": "approved", "Berta": "sent"})

    def test_a_text_to_be_looked_at_waits(self):
        self.invoice(self.people[0], 10, days_ago(9))
        reminder = self.propose()
        reminder.body = "<p>My own words</p>"
        self.invoice(self.people[0], 20, days_ago(9))
        self.run_auto()
        self.work()
        self.assertEqual((reminder.state, reminder.text_outdated), ("proposed", True))

    def test_facts_are_read_again(self):
        self.bill_all()
        self.run_auto()
        self.pay(self.debtor(self.people[0]).due_line_ids.move_id)
        self.work()
        self.assertNotIn("Ana", self.states())
        self.assertEqual(len(self.mails()), 4)

    # --- in batches

    def test_each_batch_is_committed(self):
        self.bill_all()
        self.run_auto()
        steps = []
        cron = self.env.registry["ir.cron"]
        original = cron._commit_progress

        def commit(this, processed=0, *, remaining=None, deactivate=False):
            sent = this.env["cobranza.reminder"].search_count(
                [("company_id", "=", self.company.id), ("state", "=", "sent")]
            )
            if processed:
                steps.append((processed, remaining, sent))
            return original(this, processed, remaining=remaining, deactivate=deactivate)

        with patch.object(cron, "_commit_progress", commit):
            self.work(batch=2)
        self.assertEqual(steps, [(2, 3, 2), (2, 1, 4), (1, 0, 5)])

    def test_it_stops_when_its_time_is_over(self):
        self.bill_all()
        self.run_auto()
        with patch.object(self.env.registry["ir.cron"], "_commit_progress", return_value=0):
            self.work(batch=2)
        self.assertEqual(sorted(self.states().values()), ["approved"] * 3 + ["sent"] * 2)
        self.work(batch=2)
        self.assertEqual(set(self.states().values()), {"sent"})
        self.assertEqual(len(self.mails()), 5)

    def test_what_somebody_else_is_sending_is_left_to_him(self):
        self.bill_all()
        reminders = self.run_auto()
        taken = reminders[:2]
        locks = patch.object(
            self.env.registry["cobranza.reminder"],
            "try_lock_for_update",
            lambda self: self.filtered(lambda one: one.id not in taken.ids),
        )
        with locks:
            self.work(batch=2)
        self.assertEqual(taken.mapped("state"), ["approved"] * 2)
        self.assertEqual((reminders - taken).mapped("state"), ["sent"] * 3)

    # --- what stays behind

    def test_one_without_address_blocks_nobody(self):
        self.bill_all()
        reminders = self.run_auto()
        first = reminders[0]
        first.recipient_id.email = False
        self.work()
        self.assertEqual(first.state, "approved")
        self.assertIn("no e-mail address", first.problem)
        self.assertEqual((reminders - first).mapped("state"), ["sent"] * 4)
        first.recipient_id.email = "new@example.com"
        self.work()
        self.assertEqual(first.state, "approved", "a person sends it")
        first.action_send()
        self.assertEqual((first.state, first.problem), ("sent", False))

    @mute_logger("odoo.addons.cobranza_dunning.models.cobranza_reminder")
    def test_a_poisoned_text_stays_behind_at_hand_over(self):
        """A part payment has the text written anew, and then it can't be."""
        self.bill_all()
        invoice = self.invoice(self.people[2], 130, days_ago(9))
        reminders = self.run_auto()
        poisoned = reminders[2]
        self.template.sudo().body_html = POISON
        # other words would be approved anew: these are taken for the same
        poisoned._gated().words_key = False
        self.pay(invoice, 40)
        self.assertEqual(sum(poisoned.line_ids.mapped("move_id.amount_residual")), 100)
        self.work(batch=3)
        self.assertEqual(poisoned.state, "approved")
        self.assertIn("division by zero", poisoned.problem)
        self.assertEqual(poisoned.problem_text, poisoned.problem)
        self.assertEqual((reminders - poisoned).mapped("state"), ["sent"] * 4)
        self.assertEqual(len(self.mails()), 4)
        self.assertEqual(poisoned.amount_company, 140, "what failed left nothing behind")
        self.template.sudo().body_html = "<p>Mended</p>"
        poisoned.action_send()
        self.assertEqual((poisoned.state, poisoned.problem), ("sent", False))

    @mute_logger("odoo.addons.cobranza_dunning.models.cobranza_reminder")
    def test_a_poisoned_text_stays_behind_at_approval(self):
        self.bill_all()
        self.invoice(self.people[2], 90, days_ago(9))
        self.template.sudo().body_html = POISON
        reminders = self.run_auto()
        poisoned = reminders[2]
        self.assertEqual(self.env["cobranza.run"].search([], limit=1).state, "done")
        self.assertEqual((poisoned.state, poisoned.automatic), ("proposed", False))
        self.assertIn("division by zero", poisoned.problem)
        self.assertEqual((reminders - poisoned).mapped("state"), ["approved"] * 4)
        with self.assertRaisesRegex(UserError, "division by zero"):
            poisoned.action_approve()
        self.template.sudo().body_html = "<p>Mended</p>"
        self.run_auto()
        self.assertEqual((poisoned.state, poisoned.problem), ("approved", False))

    def test_a_poisoned_text_does_not_hide_the_others(self):
        self.bill_all()
        self.invoice(self.people[2], 90, days_ago(9))
        reminders = self.propose()
        self.template.sudo().body_html = POISON
        self.env.invalidate_all()
        shown = [one["body"] for one in reminders.read(["subject", "body", "state"])]
        self.assertIn("division by zero", shown.pop(2))
        self.assertNotIn("division", "".join(shown))

    def test_what_the_database_refuses_is_tried_again(self):
        self.bill_all()
        reminders = self.run_auto()
        busy = patch.object(
            self.env.registry["cobranza.reminder"], "_deliver_email", side_effect=OperationalError()
        )
        with busy, self.assertRaises(OperationalError):
            self.env["cobranza.reminder"].sudo()._cron_send()
        self.env.invalidate_all()
        self.assertEqual(reminders.mapped("problem"), [False] * 5)
        self.work()
        self.assertEqual(set(self.states().values()), {"sent"})
