"""Reminders leave at a moment that the customer's contact rule allows; every answer is kept."""

from datetime import timedelta

from odoo import Command, fields, sql_db
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .cases import RunCase
from .common import TODAY, days_ago

#: TODAY is a Tuesday.
NIGHT = f"{TODAY} 23:30:00"
FRIDAY_EVENING = "2026-03-13 17:00:00"
MONDAY = "2026-03-16 08:30:00"


class MomentCase(RunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.env.ref("cobranza_dunning.contact_rule_b2b")
        cls.policy.contact_rule_id = cls.rule
        cls.company.partner_id.tz = "Europe/Madrid"
        cls.spain, cls.chile = cls.env.ref("base.es"), cls.env.ref("base.cl")
        (cls.partner | cls.other).write({"country_id": cls.spain.id, "tz": False})

    def work(self):
        """Let the scheduled action work as the server would."""
        self.trigger()

    def checks(self, partner=None):
        """[(channel, outcome, reason)] of a customer's register, oldest first."""
        checks = self.debtor(partner).contact_check_ids.sorted("id")
        return [(one.channel, one.outcome, one.reason) for one in checks]

    def own_rule(self, **vals):
        return self.env["cobranza.contact.rule"].create(
            {"name": "Own", "company_id": self.company.id, "skip_holidays": False, **vals}
        )


@tagged("post_install", "-at_install")
class TestHandOverMoments(MomentCase):
    def test_inside_the_hours_it_leaves(self):
        self.invoice(self.partner, 100)
        reminder = self.approved()
        reminder.action_send()
        self.assertEqual((reminder.state, reminder.not_before), ("sent", False))
        self.assertEqual(self.checks(), [("email", "allow", "within_rule")])
        check = self.debtor().contact_check_ids
        self.assertEqual((check.reminder_id, check.user_id), (reminder, self.env.user))
        self.assertEqual((check.rule_id, check.rule_name), (self.rule, self.rule.name))

    def test_what_is_sent_on_friday_evening_leaves_on_monday(self):
        """Also where nothing leaves by itself otherwise: the person has decided."""
        self.assertEqual(self.company.cobranza_run_mode, "off")
        self.invoice(self.partner, 100)
        reminder = self.approved(on=days_ago(-3))
        with self.at_moment(FRIDAY_EVENING):
            reminder.action_send()
            self.assertEqual((reminder.state, reminder.problem), ("approved", False))
            self.assertEqual(fields.Datetime.to_string(reminder.not_before), MONDAY)
            self.assertIn("Friday 18:00", reminder.waits_for)
            cron = self.env.ref("cobranza_dunning.ir_cron_work")
            triggers = self.env["ir.cron.trigger"].sudo().search([("cron_id", "=", cron.id)])
            self.assertIn(reminder.not_before, triggers.mapped("call_at"))
            self.work()
            self.assertEqual(reminder.state, "approved")
        with self.at_moment("2026-03-16 08:29:59"):
            self.work()
            self.assertEqual(reminder.state, "approved")
        with self.at_moment(MONDAY):
            self.work()
            self.assertEqual((reminder.state, reminder.not_before), ("sent", False))
        self.assertEqual(
            self.checks(),
            [("email", "reschedule", "avoided"), ("email", "allow", "within_rule")],
        )

    def test_an_approved_one_that_nobody_sent_stays(self):
        self.invoice(self.partner, 100)
        reminder = self.approved()
        self.work()
        self.assertEqual((reminder.state, self.checks()), ("approved", []))

    def test_a_forbidden_channel_is_work_for_a_person(self):
        self.policy.contact_rule_id = self.own_rule(forbid_email=True)
        self.invoice(self.partner, 100)
        reminder = self.approved()
        reminder.action_send()
        self.assertEqual((reminder.state, reminder.not_before), ("approved", False))
        self.assertEqual(reminder.problem, "“Own” forbids this: E-mail. Use another channel.")
        self.assertEqual(self.checks(), [("email", "refuse", "forbidden_channel")])

    def test_one_message_in_seven_days(self):
        """The cap counts what was sent, also to another recipient a moment ago."""
        accounts = self.new_partner("Accounts", parent_id=self.partner.id, type="invoice")
        self.invoice(self.partner, 100)
        self.invoice(accounts, 100)
        reminders = self.approved()
        self.assertEqual(len(reminders), 2)
        reminders.action_send()
        self.assertEqual(sorted(reminders.mapped("state")), ["approved", "sent"])
        held = reminders.filtered(lambda one: one.state == "approved")
        self.assertEqual(fields.Datetime.to_string(held.not_before), "2026-03-17 08:00:00")
        with self.at(days_ago(-6)):
            self.work()
            self.assertEqual(held.state, "approved")
        with self.at(days_ago(-7)):
            self.work()
            self.assertEqual(held.state, "sent")

    def test_what_did_not_arrive_counts_if_attempts_do(self):
        cap = Command.create({"about": "message", "max_contacts": 1, "days": 7})
        rule = self.own_rule(cap_ids=[cap])
        self.policy.contact_rule_id = rule
        self.invoice(self.partner, 100)
        reminder = self.approved()
        reminder.action_send()
        notification = self.env["mail.notification"].sudo().search(
            [("mail_message_id", "=", reminder.mail_message_id.id)]
        )
        notification.notification_status = "bounce"
        debtor = self.debtor()
        self.assertEqual(debtor._check_contact("sms").reason, "cap")
        rule.attempts_count = False
        self.assertEqual(debtor._check_contact("sms").reason, "within_rule")

    def test_the_customers_own_clock(self):
        valparaiso = self.env.ref("base.state_cl_05")
        self.other.write({"country_id": self.chile.id, "state_id": valparaiso.id})
        self.invoice(self.partner, 100)
        self.invoice(self.other, 100)
        reminders = self.approved()
        with self.at_moment(f"{TODAY} 09:00:00"):  # 10:00 in Madrid, 6:00 in Santiago
            reminders.action_send()
        states = {one.partner_id: one.state for one in reminders}
        self.assertEqual(states, {self.partner: "sent", self.other: "approved"})
        held = reminders.filtered(lambda one: one.state == "approved")
        self.assertEqual(fields.Datetime.to_string(held.not_before), f"{TODAY} 12:00:00")

    def test_queries_do_not_depend_on_the_number(self):
        people = [self.new_partner(f"Moment {number}") for number in range(60)]
        for person in people:
            self.invoice(person, 100)
        reminders = self.approved()
        self.assertEqual(len(reminders), 60)
        counts = []
        for batch in (reminders[:2], reminders[2:10], reminders[10:]):
            self.env.invalidate_all()
            batch.mapped("debtor_id.partner_id.country_id")
            batch.mapped("level_id.policy_id.contact_rule_id.window_ids.kind")
            before = sql_db.sql_counter
            self.assertEqual(batch._moment_obstacles(), {})
            self.env.flush_all()
            counts.append(sql_db.sql_counter - before)
        self.assertEqual(counts[2], counts[1])
        self.assertLessEqual(counts[2], 12)


@tagged("post_install", "-at_install")
class TestMayContact(MomentCase):
    def setUp(self):
        super().setUp()
        self.invoice(self.partner, 100)

    def may(self, channel="phone", when=None):
        return self.debtor().cobranza_may_contact(channel, when)

    def test_the_answer_is_a_plain_dict(self):
        self.assertEqual(
            self.may(),
            {
                "allowed": True,
                "outcome": "allow",
                "reason": "within_rule",
                "until": False,
                "sentence": "“Business customers: office hours” allows it: it is Tuesday 13:00 "
                "where the customer is.",
                "rule": "Business customers: office hours",
                "rule_source": "policy",
                "time_zone": "Europe/Madrid",
                "may_ask_reason": True,
            },
        )
        later = self.may("sms", NIGHT)
        self.assertEqual(
            (later["allowed"], later["reason"], later["until"]),
            (False, "outside_hours", "2026-03-11 08:00:00"),
        )
        self.assertEqual(
            self.checks(),
            [("phone", "allow", "within_rule"), ("sms", "reschedule", "outside_hours")],
        )

    def test_without_a_rule_there_are_no_limits(self):
        self.policy.contact_rule_id = False
        answer = self.may("email", NIGHT)
        self.assertEqual((answer["reason"], answer["rule"]), ("no_limits", False))
        self.assertEqual(self.checks(), [("email", "allow", "no_limits")])

    def test_what_can_not_be_asked(self):
        for fragment, arguments in (
            ("no channel of contact", ("pigeon",)),
            ("isn't a moment", ("phone", "tomorrow")),
            ("isn't a moment", ("phone", [1])),
            ("within ten years", ("phone", "2999-01-01 00:00:00")),
        ):
            with self.subTest(fragment), self.assertRefused(fragment):
                self.may(*arguments)
        self.assertEqual(self.checks(), [])

    def test_collectors_ask_and_auditors_look(self):
        debtor = self.debtor()
        self.assertTrue(debtor.with_user(self.new_collector()).cobranza_may_contact("phone"))
        auditor = self.new_user("cobranza_dunning.group_auditor")
        with self.assertRaises(AccessError):
            debtor.with_user(auditor).cobranza_may_contact("phone")
        self.assertEqual(debtor.contact_check_ids.with_user(auditor).outcome, "allow")

    # --- which rule applies

    def test_his_own_rule_comes_first(self):
        own = self.own_rule()
        debtor = self.debtor()
        debtor.contact_rule_id = own
        self.assertEqual(
            (debtor.effective_contact_rule_id, debtor.contact_rule_source), (own, "debtor")
        )
        self.assertEqual(self.may("phone", NIGHT)["rule"], "Own")

    def test_a_consumer_has_the_rule_of_his_country(self):
        self.partner.country_id = self.chile
        debtor, preset = self.debtor(), self.env.ref("cobranza_dunning.contact_rule_cl")
        self.assertEqual(debtor.contact_rule_source, "policy")
        self.policy.contact_by_country = True
        self.env.invalidate_all()
        self.assertEqual(
            (debtor.effective_contact_rule_id, debtor.contact_rule_source), (preset, "country")
        )
        copy = preset.copy()
        self.env.invalidate_all()
        self.assertEqual(debtor.effective_contact_rule_id, copy, "the company's own comes first")
        self.partner.is_company = True
        self.env.invalidate_all()
        self.assertEqual(debtor.effective_contact_rule_id, self.rule)
        self.partner.write({"is_company": False, "country_id": self.spain.id})
        self.env.invalidate_all()
        self.assertEqual(debtor.effective_contact_rule_id, self.rule, "Spain has no preset")

    def test_the_standard_policy_has_the_business_preset(self):
        policy = self.env["cobranza.policy"]._create_standard(self.company)
        self.assertEqual(policy.contact_rule_id, self.rule)
        self.assertTrue(policy.contact_by_country and policy.respect_pay_days)

    # --- where he is

    def test_time_zones(self):
        debtor, partner = self.debtor(), self.partner
        canary, chile = self.env.ref("base.state_es_gc"), self.chile
        for vals, zone in (
            ({}, "Europe/Madrid"),
            ({"state_id": canary.id}, "Atlantic/Canary"),
            ({"tz": "Europe/Madrid"}, "Europe/Madrid"),  # his own, and of his country
            ({"country_id": chile.id, "state_id": False}, "America/Santiago"),  # that of who typed
            ({"tz": "Pacific/Easter"}, "Pacific/Easter"),
            ({"country_id": False}, "Pacific/Easter"),
            ({"tz": False}, "Europe/Madrid"),  # the company's
        ):
            partner.write(vals)
            with self.subTest(vals):
                self.assertEqual(debtor.contact_zone, zone)

    # --- what counts

    def interaction(self, **vals):
        return self.env["cobranza.interaction"].create(
            {"debtor_id": self.debtor().id, "channel": "phone", "summary": "Call", **vals}
        )

    def test_calls_that_were_written_down_count(self):
        self.debtor().contact_rule_id = self.env.ref("cobranza_dunning.contact_rule_us")
        when = fields.Datetime.now()
        for hours in range(6):
            self.interaction(date=when - timedelta(hours=hours))
        self.assertEqual(self.may()["reason"], "within_rule")
        self.interaction(date=when - timedelta(days=6))
        self.assertEqual(self.may()["reason"], "cap")
        self.assertEqual(self.may("email")["reason"], "within_rule")

    def test_a_conversation_is_followed_by_quiet_days(self):
        self.debtor().contact_rule_id = self.env.ref("cobranza_dunning.contact_rule_us")
        for vals in ({"reached": True}, {"direction": "in"}):
            with self.subTest(vals):
                call = self.interaction(**vals)
                self.assertEqual(self.may()["reason"], "quiet")
                call.unlink() if call.has_access("unlink") else call.sudo().unlink()
        self.interaction(direction="in", channel="email")
        self.assertEqual(self.may()["reason"], "within_rule")

    def test_what_is_written_down_about_a_reminder_counts_once(self):
        cap = Command.create({"about": "message", "max_contacts": 2, "days": 7})
        self.policy.contact_rule_id = self.own_rule(cap_ids=[cap])
        reminder = self.remind()
        self.interaction(channel="email", reminder_id=reminder.id)
        self.assertEqual(self.may("sms")["reason"], "within_rule")
        self.interaction(channel="whatsapp", reminder_id=reminder.id)
        self.assertEqual(self.may("sms")["reason"], "cap")

    # --- the register

    def test_the_register_stays(self):
        self.may()
        check = self.debtor().contact_check_ids
        with self.assertRefused("can't be changed"):
            check.write({"outcome": "refuse"})
        with self.assertRefused("can't be deleted"):
            check.unlink()
        with self.assertRaises(AccessError):
            check.create({"debtor_id": self.debtor().id, "channel": "phone"})

    def test_old_answers_are_forgotten_after_two_years(self):
        self.may()
        debtor = self.debtor()
        checks = self.env["cobranza.contact.check"].sudo()
        with self.at(days_ago(-729)):
            checks._gc_old()
            self.assertTrue(debtor.contact_check_ids)
        self.company.sudo().cobranza_contact_days = 800
        with self.at(days_ago(-731)):
            checks._gc_old()
            self.assertTrue(debtor.contact_check_ids)
        with self.at(days_ago(-801)):
            checks._gc_old()
            self.env.invalidate_all()
            self.assertFalse(debtor.contact_check_ids)
        with self.assertRefused("for 730 days at least"):
            self.company.sudo().cobranza_contact_days = 729

    def test_the_register_moves_with_a_merged_customer(self):
        self.may()
        self.invoice(self.other, 50)
        self.debtor().pay_days = "10"
        check = self.debtor().contact_check_ids
        self.debtor().sudo()._merge_into(self.other)
        self.env.invalidate_all()
        self.assertEqual(check.debtor_id, self.debtor(self.other))
        self.assertEqual(check.partner_id, self.other)
        self.assertEqual(self.debtor(self.other).pay_days, "10")


@tagged("post_install", "-at_install")
class TestPayDays(MomentCase):
    def test_what_is_overdue_waits_for_the_pay_day(self):
        invoice = self.invoice(self.partner, 100, days_ago(9))
        self.debtor().pay_days = "10, 25"
        self.assertDecision(
            invoice, "wait", "pay_day", self.r5, next_date=days_ago(-1)
        )
        [told] = invoice.cobranza_explain()
        self.assertIn("pay day is still to come", told["sentence"])
        self.assertDecision(invoice, "remind", "level_reached", date=days_ago(-1))
        self.policy.respect_pay_days = False
        self.assertDecision(invoice, "remind", "level_reached", self.r5)

    def test_a_customer_without_pay_days_does_not_wait(self):
        self.assertDecision(self.invoice(self.partner, 100, days_ago(9)), "remind", "level_reached")

    def test_what_is_no_pay_day_is_refused(self):
        self.invoice(self.partner, 100)
        for text in ("0", "32", "Friday"):
            with self.subTest(text), self.assertRefused(f"“{text.lower()}” is no pay day"):
                self.debtor().pay_days = text
        self.debtor().pay_days = "last"
        with self.assertRaises(UserError):
            self.debtor().write({"pay_days": "10, 40"})
