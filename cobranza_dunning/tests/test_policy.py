"""Policies: which one applies, what they may not be, and what a company needs."""

from datetime import date
from decimal import Decimal

from odoo import Command
from odoo.addons.cobranza_dunning.hooks import post_init_hook
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import CobranzaCase, days_ago


@tagged("post_install", "-at_install")
class TestPolicyChoice(CobranzaCase):
    """Which policy applies to a due line, and that the answer says which rule chose it."""

    def assertChosen(self, move, policy, rule):
        decided = self.decide(move)
        self.assertEqual((decided.policy_id, decided.policy_rule), (policy, rule))
        explained = self.assertExplains(self.due(move), decided)
        self.assertEqual((explained["policy"], explained["policy_rule"]), (policy.name, rule))

    def test_the_companys_policy_applies_by_default(self):
        self.assertChosen(self.invoice(self.partner, 100), self.policy, "company")

    def test_the_debtors_policy_comes_before_the_companys(self):
        own = self.new_policy(name="Big customers")
        move = self.invoice(self.partner, 100)
        hers = self.invoice(self.other, 100)
        self.debtor().policy_id = own
        self.assertChosen(move, own, "debtor")
        self.assertChosen(hers, self.policy, "company")
        self.assertEqual(self.debtor().effective_policy_id, own)
        self.debtor().policy_id = False
        self.assertChosen(move, self.policy, "company")
        self.assertEqual(self.debtor().effective_policy_id, self.policy)

    def test_the_invoices_policy_comes_before_all(self):
        own, special = self.new_policy(name="Debtor"), self.new_policy(name="Invoice")
        move, other = self.invoice(self.partner, 100), self.invoice(self.partner, 100)
        self.debtor().policy_id = own
        move.cobranza_policy_id = special
        self.assertChosen(move, special, "invoice")
        self.assertChosen(other, own, "debtor")

    def test_a_journal_entry_may_have_its_own_policy_too(self):
        special = self.new_policy(name="Opening balances", general_journal=True)
        self.policy.general_journal = False
        opening = self.journal_debt(self.partner, 100)
        opening.cobranza_policy_id = special
        self.assertChosen(opening, special, "invoice")
        self.assertDecision(opening, "remind", "level_reached")

    def test_an_archived_policy_goes_on_where_it_was_chosen(self):
        move = self.invoice(self.partner, 100)
        self.policy.active = False
        self.assertChosen(move, self.policy, "company")

    def test_only_policies_of_the_same_company_can_be_chosen(self):
        foreign = self.new_company().cobranza_policy_id
        foreign.name = "Foreign policy"
        move = self.invoice(self.partner, 100)
        with self.assertRefused("Foreign policy"):
            move.cobranza_policy_id = foreign
        with self.assertRefused("Foreign policy"):
            self.debtor().policy_id = foreign
        with self.assertRefused("choose one of its own", ValidationError):
            self.company.cobranza_policy_id = foreign

    def test_a_copied_invoice_does_not_take_the_policy_with_it(self):
        move = self.invoice(self.partner, 100, cobranza_policy_id=self.policy.id)
        self.assertFalse(move.copy().cobranza_policy_id)

    def test_lines_of_one_debtor_follow_different_policies(self):
        quick = self.new_policy([(1, "reminder")])
        move = self.invoice(self.partner, 100, days_ago(2), cobranza_policy_id=quick.id)
        other = self.invoice(self.partner, 100, days_ago(2))
        run = self.run_dunning()
        self.assertEqual(self.decision(run, move).reason, "level_reached")
        self.assertEqual(self.decision(run, other).reason, "level_not_reached")


@tagged("post_install", "-at_install")
class TestPolicyRules(CobranzaCase):
    """What a policy may not be: each refusal says what to do instead."""

    # --- levels ------------------------------------------------------------------------

    def test_two_levels_with_the_same_delay(self):
        with self.assertRefused("can't have the same number of days", ValidationError):
            self.policy.level_ids = [Command.create(self.level_vals((20, "reminder")))]

    def test_an_archived_level_frees_its_delay(self):
        self.r20.active = False
        self.env.flush_all()
        self.policy.level_ids = [Command.create(self.level_vals((20, "reminder")))]
        self.env.invalidate_all()
        self.assertEqual(self.policy.level_ids.mapped("delay_days"), [5, 20, 40, 60])

    def test_another_policy_may_have_the_same_delay(self):
        self.assertEqual(self.new_policy().level_ids.mapped("delay_days"), [5, 20, 40, 60])

    def test_a_level_needs_a_template(self):
        with self.assertRefused("needs a text: choose the template", ValidationError):
            self.r20.template_id = False
        with self.assertRefused("Level “Bare” needs a text", ValidationError):
            self.env["cobranza.policy.level"].create(
                {"policy_id": self.policy.id, "name": "Bare", "delay_days": 9}
            )

    def test_a_template_of_another_model(self):
        template = self.env["mail.template"].create(
            {"name": "Welcome", "model_id": self.env["ir.model"]._get("res.partner").id}
        )
        with self.assertRefused("“Welcome” is not a text for reminders", ValidationError):
            self.r20.template_id = template

    def test_a_template_in_use_is_not_deleted(self):
        template = self.template.copy()
        self.r20.template_id = template
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            template.unlink()

    def test_the_first_level_is_no_demand(self):
        with self.assertRefused("would demand without a reminder before it", ValidationError):
            self.new_policy([(5, "demand"), (20, "reminder")])
        with self.assertRefused("would demand without a reminder before it", ValidationError):
            self.r5.kind = "demand"
        with self.assertRefused("would demand without a reminder before it", ValidationError):
            self.d60.delay_days = 1

    def test_a_level_before_the_due_date_does_not_make_the_next_a_second_contact(self):
        with self.assertRefused("would demand without a reminder before it", ValidationError):
            self.new_policy([(-3, "reminder"), (5, "demand")])

    def test_nothing_is_demanded_before_it_is_due(self):
        with self.assertRefused("would demand without a reminder before it", ValidationError):
            self.new_policy([(-3, "demand"), (5, "reminder")])

    def test_archiving_what_comes_before_a_demand(self):
        policy = self.new_policy([(5, "reminder"), (20, "demand")])
        with self.assertRefused("would demand without a reminder before it", ValidationError):
            policy.level_ids[0].active = False
        policy.level_ids[1].active = False
        policy.level_ids[0].active = False  # nothing is left: nothing demands

    def test_without_what_comes_before_it_a_demand_is_not_made(self):
        """Deleting a level is no write on the demand: the engine keeps its word all the same."""
        self.company.cobranza_policy_id = self.new_policy([(5, "reminder"), (20, "demand")])
        move = self.invoice(self.partner, 100, days_ago(30))
        self.company.cobranza_policy_id.level_ids[0].unlink()
        one = self.assertDecision(move, "skip", "demand_first")
        self.assertIn("never the first message", one.sentence)

    def test_a_level_told_is_archived_instead_of_deleted(self):
        move = self.invoice(self.partner, 100, days_ago(30))
        self.run_dunning("propose")
        with self.assertRefused("archive it instead of deleting", ValidationError):
            self.r5.unlink()
        self.r20.unlink()
        self.remind()
        self.r5.active = False
        self.assertDecision(move, "wait", "level_not_reached", self.f40)

    def test_an_archived_level_is_skipped(self):
        self.r5.active = False
        move = self.invoice(self.partner, 100, days_ago(10))
        self.assertDecision(move, "wait", "level_not_reached", self.r20)

    # --- numbers -----------------------------------------------------------------------

    def test_negative_numbers(self):
        for record, field, message in (
            (self.policy, "cadence_days", "days between messages can't be negative"),
            (self.policy, "minimum_amount", "minimum can't be negative"),
            (self.r20, "gap_days", "days since the previous message can't be negative"),
            (self.r20, "repeat_days", "days of a repetition can't be negative"),
        ):
            with self.subTest(field=field):
                with self.assertRefused(message, ValidationError):
                    record[field] = -1
                record[field] = 0
                self.env.flush_all()

    def test_a_negative_minimum_of_a_currency(self):
        dollar = self.company.currency_id.id
        with self.assertRefused("minimum can't be negative", ValidationError):
            self.policy.minimum_ids = [Command.create({"currency_id": dollar, "amount": -1})]

    def test_two_minimums_for_one_currency(self):
        line = Command.create({"currency_id": self.company.currency_id.id, "amount": 1})
        with self.assertRefused("has a minimum in this currency already", ValidationError):
            self.policy.minimum_ids = [line, line]

    # --- deleting ----------------------------------------------------------------------

    def test_the_companys_policy_is_not_deleted(self):
        with self.assertRefused("Cobranza test company uses this policy: choose another one"):
            self.policy.unlink()

    def test_a_policy_chosen_for_a_customer_or_an_invoice_is_not_deleted(self):
        own, special = self.new_policy(name="Own"), self.new_policy(name="Special")
        self.invoice(self.partner, 100, cobranza_policy_id=special.id)
        self.debtor().policy_id = own
        with self.assertRefused("“Own” is chosen for customers, segments or invoices: archive it"):
            own.unlink()
        with self.assertRefused("“Special” is chosen for customers, segments or invoices"):
            special.unlink()

    def test_a_policy_chosen_for_a_segment_is_not_deleted(self):
        own = self.new_policy(name="Own")
        segment = self.env["cobranza.segment"].create({"name": "All", "policy_id": own.id})
        for archived in (False, True):
            segment.active = not archived
            with self.subTest(archived), self.assertRefused("“Own” is chosen for customers, segm"):
                own.unlink()

    def test_a_policy_in_use_stays_in_its_company(self):
        """Whoever may write in both: the runs of the one would find no policy."""
        other = self.new_company()
        own = self.new_policy(name="Own")
        self.invoice(self.partner, 100)
        self.debtor().policy_id = own
        for policy in (self.policy, own):
            with self.subTest(policy.name), self.assertRefused("is in use in its company"):
                policy.company_id = other
            policy.write({"company_id": self.company.id, "cadence_days": 3})
        self.debtor().policy_id = False
        own.company_id = other
        self.assertEqual(own.level_ids.company_id, other)

    def test_a_policy_told_is_not_deleted(self):
        self.invoice(self.partner, 100)
        self.remind()
        self.company.cobranza_policy_id = self.new_policy()
        with self.assertRefused("archive it instead of deleting", ValidationError):
            self.policy.unlink()
        self.r5.active = False
        with self.assertRefused("archive it instead of deleting", ValidationError):
            self.policy.unlink()

    def test_a_policy_nobody_uses_is_deleted_with_its_levels(self):
        policy = self.new_policy(
            minimum_ids=[Command.create({"currency_id": self.company.currency_id.id, "amount": 1})]
        )
        parts = (policy.level_ids, policy.minimum_ids)
        policy.unlink()
        self.assertFalse(any(part.exists() for part in parts))

    def test_decisions_outlive_the_policy_they_followed(self):
        policy = self.new_policy()
        move = self.invoice(self.partner, 100, cobranza_policy_id=policy.id)
        decided = self.decide(move)
        self.assertEqual((decided.policy_id, decided.level_id), (policy, policy.level_ids[0]))
        move.cobranza_policy_id = False
        policy.level_ids[0].unlink()
        self.env.invalidate_all()
        self.assertEqual((decided.policy_id, decided.level_id.id), (policy, False))
        policy.unlink()
        self.env.invalidate_all()
        self.assertFalse(decided.policy_id or decided.level_id)
        self.assertEqual((decided.reason, decided.amount), ("level_reached", 100))

    # --- making ------------------------------------------------------------------------

    def test_copy_takes_levels_and_minimums_along(self):
        self.policy.write({"cadence_days": 9, "minimum_amount": 12, "progression": "by_age"})
        self.policy.minimum_ids = [
            Command.create({"currency_id": self.company.currency_id.id, "amount": 70})
        ]
        self.r20.write({"gap_days": 8, "approval": "auto"})
        copy = self.policy.copy()
        self.assertEqual(copy.name, "Test policy (copy)")
        self.assertEqual(self.policy.copy({"name": "Mine"}).name, "Mine")
        self.assertEqual((copy.cadence_days, copy.minimum_amount), (9, 12))
        self.assertEqual(copy.progression, "by_age")
        self.assertEqual(copy.minimum_ids.amount, 70)
        columns = ("name", "delay_days", "gap_days", "kind", "template_id", "approval")
        self.assertEqual(
            [[level[name] for name in columns] for level in copy.level_ids],
            [[level[name] for name in columns] for level in self.policy.level_ids],
        )
        self.assertFalse(copy.level_ids & self.policy.level_ids)
        self.assertFalse(copy.is_default)
        self.assertEqual(self.company.cobranza_policy_id, self.policy)

    def test_the_standard_policy(self):
        policy = self.env["cobranza.policy"]._create_standard(self.company)
        self.assertEqual(policy.company_id, self.company)
        self.assertEqual(policy.level_ids.mapped("delay_days"), [-3, 5, 20, 40])
        self.assertNotIn("demand", policy.level_ids.mapped("kind"))
        self.assertFalse(policy.has_problem or policy.without_levels or policy.is_default)
        self.assertEqual(self.company.cobranza_policy_id, self.policy)

    def test_a_company_that_keeps_books_has_a_policy_after_installation(self):
        with_books = self.new_company(policy=False)
        without_books = self._create_company(name="Holding")
        with_policy = self.company
        (with_books | with_policy).chart_template = "generic_coa"
        self.invoice(self.partner, 100, company=with_books)
        post_init_hook(self.env(su=True))
        self.assertEqual(len(with_books.cobranza_policy_id.level_ids), 4)
        self.assertEqual(with_policy.cobranza_policy_id, self.policy)
        self.assertFalse(without_books.cobranza_policy_id)
        self.assertEqual(self.debtor(company=with_books).overdue_amount, 100)

    def test_a_manager_chooses_the_companys_policy_without_being_administrator(self):
        other = self.new_policy(name="Other")
        manager = self.new_user("cobranza_dunning.group_manager", name="Manager")
        other.with_user(manager).action_set_default()
        self.assertTrue(other.is_default)
        self.assertFalse(self.policy.is_default)
        collector = self.new_user("cobranza_dunning.group_collector", name="Collector")
        with self.assertRefused("", AccessError):
            self.policy.with_user(collector).action_set_default()

    def test_problems_are_shown_on_levels_and_policy(self):
        self.assertFalse(self.policy.has_problem or self.policy.without_levels)
        self.r5.template_id = self.template.copy()
        self.r5.template_id.active = False
        self.assertIn("archived: choose another", self.r5.problem)
        self.assertTrue(self.policy.has_problem)
        bare = self.env["cobranza.policy.level"].new({"policy_id": self.policy.id})
        self.assertIn("No text: choose one", bare.problem)
        self.policy.level_ids.active = False
        self.env.invalidate_all()
        self.assertTrue(self.policy.without_levels)

    def test_what_the_engine_gets(self):
        euro = self.new_currency("EUR", 0.5)
        policy = self.new_policy(
            [(20, "follow_up"), (-3, "reminder"), (5, "reminder")],
            minimum_amount=0.1,
            minimum_ids=[Command.create({"currency_id": euro.id, "amount": 70.07})],
            cadence_days=3,
        )
        policy.level_ids.filtered(lambda one: one.delay_days == 5).active = False
        rules = policy._for_engine()[policy.id]
        self.assertEqual([level.delay for level in rules.levels], [-3, 20])
        self.assertEqual(rules.minimum, Decimal("0.10"))
        self.assertEqual(rules.minimums, {euro.id: Decimal("70.07")})
        self.assertEqual((rules.cadence, rules.places), (3, 2))


@tagged("post_install", "-at_install")
class TestCompany(CobranzaCase):
    """What collections asks of a company."""

    def test_today_is_the_companys(self):
        """Half an hour before midnight in UTC, and two hours after it."""
        for zone, moment, today in (
            ("Asia/Tokyo", "2026-03-10 15:30:00", date(2026, 3, 11)),
            ("Asia/Tokyo", "2026-03-10 14:30:00", date(2026, 3, 10)),
            ("America/Mexico_City", "2026-03-10 05:30:00", date(2026, 3, 9)),
            ("America/Mexico_City", "2026-03-10 06:30:00", date(2026, 3, 10)),
            ("UTC", "2026-03-10 23:30:00", date(2026, 3, 10)),
        ):
            with self.subTest(zone=zone, moment=moment), self.at_moment(moment):
                self.company.partner_id.tz = zone
                self.assertEqual(self.company._cobranza_today(), today)

    def test_without_a_zone_of_the_company_the_users_counts(self):
        self.company.partner_id.tz = False
        self.env.user.tz = "Asia/Tokyo"
        with self.at_moment("2026-03-10 15:30:00"):
            self.assertEqual(self.company._cobranza_today(), date(2026, 3, 11))

    def test_decisions_follow_the_companys_day(self):
        move = self.invoice(self.partner, 100, days_ago(4))  # its first level is tomorrow
        self.company.partner_id.tz = "Asia/Tokyo"
        line = self.due(move)
        with self.at_moment("2026-03-10 14:30:00"):
            self.assertEqual(line.cobranza_explain()[0]["reason"], "level_not_reached")
        with self.at_moment("2026-03-10 15:30:00"):
            self.assertEqual(line.cobranza_explain()[0]["reason"], "level_reached")
            run = self.env["cobranza.run"].create({"company_id": self.company.id})
            self.assertEqual(run.date, date(2026, 3, 11))
            self.assertFalse(run.other_day)

    def test_a_new_run_has_the_day_of_its_own_company(self):
        second = self.new_company()
        second.partner_id.tz = "Asia/Tokyo"
        self.company.partner_id.tz = "UTC"
        with self.at_moment("2026-03-10 15:30:00"):
            run = self.env["cobranza.run"].create({"company_id": second.id})
            self.assertEqual(run.date, date(2026, 3, 11))
            self.assertEqual(self.env["cobranza.run"].create({}).date, date(2026, 3, 10))

    def test_a_rival_addon_is_named(self):
        self.company._cobranza_check_rival()
        self.env["ir.module.module"].sudo().create(
            {"name": "account_followup", "state": "installed", "shortdesc": "Payment Follow-up"}
        )
        with self.assertRefused("The addon “Payment Follow-up” is installed too", UserError):
            self.company._cobranza_check_rival()

    def test_pauses_end_by_the_companys_day(self):
        self.invoice(self.partner, 100)
        self.company.partner_id.tz = "Asia/Tokyo"
        block = self.pause(self.partner, until=days_ago(-1))
        with self.at_moment("2026-03-10 14:30:00"):
            self.assertEqual(block.state, "active")
        block.invalidate_recordset()
        with self.at_moment("2026-03-10 15:30:00"):
            self.assertEqual(block.state, "over")
