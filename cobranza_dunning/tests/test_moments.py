"""Reminders leave at a moment that the customer's contact rule allows; every answer is kept."""


from odoo import Command, fields, sql_db
from odoo.exceptions import UserError
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
        self.invoices([(person, 100) for person in people])
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
