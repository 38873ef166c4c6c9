"""May this customer be contacted now? The rule that applies, what counts, and the register."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import days_ago
from .test_moments import NIGHT, MomentCase


@tagged("post_install", "-at_install")
class TestMayContact(MomentCase):
    def setUpBooks(self):
        super().setUpBooks()
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
        for vals in ({"right_party": True}, {"direction": "in"}):
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

    def told_by_hand(self, channel, tries=1):
        """A reminder that a person told by phone or chat, after so many tries on different days."""
        self.partner.phone = "+34 612 34 56 78"
        self.r5.channel = channel
        reminder = self.approved()
        for days in range(tries - 1, 0, -1):
            with self.at_moment(fields.Datetime.now() - timedelta(days=days)):
                reminder.action_call()
                reminder.action_not_reached()
        reminder.action_call() if channel == "phone" else reminder.action_whatsapp()
        reminder.action_by_hand_done()
        self.assertEqual(reminder.state, "sent")
        return reminder

    def history(self):
        """[(channel, conversation, attempt)] of what the customer heard this week."""
        debtor = self.debtor()
        told = debtor._contact_history(fields.Datetime.now(), 7).get(debtor.id, [])
        return [(one.channel, one.conversation, one.attempt) for one in told]

    def test_each_try_counts_after_the_call_that_told_it_as_well(self):
        self.policy.contact_rule_id = False
        reminder = self.told_by_hand("phone", tries=3)
        tried, reached = ("phone", False, True), ("phone", True, False)
        self.assertEqual(self.history(), [tried, tried, reached])
        reminder.debtor_id.interaction_ids.sorted("id")[-1].outcome_id = self.env.ref(
            "cobranza_dunning.outcome_message_left"
        )
        # none is on record that told it: the reminder counts as well
        self.assertCountEqual(self.history(), [tried, tried, tried, reached])

    def test_each_chat_about_a_reminder_told_by_chat_counts(self):
        self.policy.contact_rule_id = False
        reminder = self.told_by_hand("whatsapp")
        self.assertEqual(self.history(), [("whatsapp", False, False)])
        reminder.action_whatsapp()
        self.assertEqual(self.history(), [("whatsapp", False, False)] * 2)

    # --- the register

    def test_the_register_stays(self):
        self.may()
        check = self.debtor().contact_check_ids
        with self.assertRefused("can't be set by hand", AccessError):
            check.write({"outcome": "refuse"})
        with self.assertRefused("not allowed to delete", AccessError):
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

    def test_odoo_comes_back_for_what_is_left_of_the_register(self):
        for _time in range(3):
            self.may()
        checks = self.env["cobranza.contact.check"].sudo()
        with self.at(days_ago(-800)), patch.object(type(checks), "_batch", 2):
            self.assertEqual([checks._gc_old(), checks._gc_old()], [(2, True), (1, False)])
        self.assertFalse(self.debtor().contact_check_ids)

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
