from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .insurance import InsuranceCase

FEBRUARY = date(2026, 2, 10)
MARCH = date(2026, 3, 10)
APRIL = date(2026, 4, 1)


class DeclarationCase(InsuranceCase):
    """A policy whose sales are declared each month, within 15 days; 2.5 ‰ and 8 % tax."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.insurance.write(
            {"declares": True, "premium_rate": 2.5, "premium_tax": 8, "declaration_from": FEBRUARY}
        )

    def draft(self, day=FEBRUARY, policy=None):
        """The draft of the period of a day, made anew if there is one."""
        declarations = self.env["cobranza.insurance.declaration"]
        made = declarations.prepare((policy or self.insurance).id, day)
        return declarations.browse(made["id"])

    def declared(self, day=FEBRUARY, **given):
        """The declaration of the period of a day."""
        one = self.draft(day)
        one.action_declare(**given)
        return one

    def told(self, declaration):
        """[(invoice, declared amount, late)] of a declaration."""
        return [(one.move_id, one.declared_amount, one.late) for one in declaration.line_ids]


@tagged("post_install", "-at_install")
class TestDeclaration(DeclarationCase):
    """What is told to the insurer of a period, through Odoo's own documents."""

    # --- what belongs to it

    def test_sales_and_credit_notes_of_the_month(self):
        first = self.sale(1000, FEBRUARY)
        second = self.sale(500, date(2026, 2, 28), partner=self.other)
        self.sale(99, date(2026, 3, 1))
        self.sale(98, date(2026, 2, 9))
        note = self.credit_note(
            self.partner, 200, invoice_date=date(2026, 2, 20), reversed_entry_id=first.id
        )
        one = self.draft()
        self.assertEqual((one.date_from, one.date_to), (date(2026, 2, 1), date(2026, 2, 28)))
        self.assertEqual(one.deadline, date(2026, 3, 15))
        self.assertEqual(
            self.told(one), [(first, 1000, False), (note, -200, False), (second, 500, False)]
        )
        self.assertEqual(
            [(total.partner_id, total.amount, total.count) for total in one.total_ids],
            [(self.partner, 800, 2), (self.other, 500, 1)],
        )
        self.assertEqual((one.amount, one.late_amount, one.count), (1300, 0, 3))
        self.assertEqual((one.premium_net, one.premium_tax, one.premium_total), (3.25, 0.26, 3.51))
        self.assertEqual(sum(one.line_ids.mapped("premium_amount")), 3.25)

    def test_what_was_declared_in_another_way_is_not_missing(self):
        """A sale before *Declared here from* stays covered; one of that day must be declared."""
        self.limit(1000)
        before = self.sale(100, date(2026, 2, 9), date(2026, 12, 1))
        since = self.sale(100, FEBRUARY, date(2026, 12, 1))
        with self.at(date(2026, 3, 16)):
            self.env["cobranza.insurance.cover"]._follow(self.company)
            self.assertCovered(before, 100, "covered")
            self.assertCovered(since, 100, "at_risk")
            self.insurance.declaration_from = "2026-02-09"
            self.assertCovered(before, 100, "at_risk")

    def test_what_the_policy_wants_declared(self):
        marked = self.sale(1000, FEBRUARY)
        self.sale(300, FEBRUARY, insured=False)
        public = self.sale(70, FEBRUARY, partner=self.other)
        self.debtor(self.other).insurance_kind = "public_body"
        self.sale(5, FEBRUARY, move_type="out_receipt", insured=True)
        self.credit_note(self.partner, 100, invoice_date=FEBRUARY, reversed_entry_id=marked.id)
        self.assertTrue(public.insured)
        for vals, amount in (
            ({}, 900),
            ({"declaration_scope": "insurable"}, 1200),
            ({"declaration_scope": "all"}, 1275),
            ({"declaration_credit_notes": False}, 1375),
            ({"excludes_cash": False, "declaration_scope": "insured"}, 1005),
        ):
            self.insurance.write(vals)
            self.assertEqual(self.draft().amount, amount, vals)

    def test_tax_decimals_and_groups(self):
        tax = self.env["account.tax"].create(
            {"name": "21", "amount": 21, "type_tax_use": "sale",
             "country_id": self.company.account_fiscal_country_id.id,
             "tax_group_id": self.env["account.tax.group"].create(
                 {"name": "Tax", "country_id": self.company.account_fiscal_country_id.id}).id}
        )  # fmt: skip
        self.partner.country_id = self.env.ref("base.es")
        self.other.country_id = self.env.ref("base.pt")
        for partner in (self.partner, self.other):
            one = self.sale(100.4, FEBRUARY, partner=partner, post=False)
            one.invoice_line_ids.tax_ids = tax
            one.action_post()
        self.assertEqual(self.draft().amount, 200.8)
        self.insurance.write({"declaration_with_tax": True, "declaration_group": "country"})
        one = self.draft()
        self.assertEqual(
            [(total.country_id.code, total.amount) for total in one.total_ids],
            [("ES", 121.48), ("PT", 121.48)],
        )
        self.insurance.write({"declaration_places": 0, "declaration_group": "total"})
        one = self.draft()
        self.assertEqual([(total.amount, total.count) for total in one.total_ids], [(243, 2)])

    def test_credit_notes_follow_what_they_are_for(self):
        unmarked = self.sale(500, FEBRUARY, insured=False)
        self.credit_note(self.partner, 10, invoice=unmarked, invoice_date=FEBRUARY)
        marked = self.sale(600, FEBRUARY)
        self.credit_note(self.partner, 20, invoice=marked, invoice_date=FEBRUARY)
        self.credit_note(self.partner, 40, invoice_date=FEBRUARY)
        self.assertEqual(self.draft().amount, 540)
        self.debtor().insure = "never"
        self.assertEqual(self.draft().amount, 580)

    def test_other_currencies(self):
        euro = self.new_currency("EUR", per_unit=0.5)
        self.sale(100, FEBRUARY, currency=euro)
        self.sale(100, FEBRUARY)
        self.assertEqual(self.draft().amount, 300)
        policy = self.new_insurance(
            name="Euros", currency_id=euro.id, sequence=1, declaration_from=FEBRUARY
        )
        one = self.draft(policy=policy)
        self.assertEqual((one.amount, one.currency_id), (150, euro))
        self.assertEqual(self.draft().count, 0, "it falls under the other policy")

    def test_the_day_of_delivery(self):
        self.insurance.attachment = "delivery"
        one = self.sale(100, date(2026, 3, 2), delivery_date=date(2026, 2, 27))
        self.assertEqual(self.told(self.draft()), [(one, 100, False)])

    # --- what comes late

    def test_two_months_with_a_late_item(self):
        first = self.sale(1000, FEBRUARY)
        with self.at(date(2026, 3, 12)):
            february = self.declared()
        late = self.sale(400, date(2026, 2, 15))
        third = self.sale(2000, date(2026, 3, 10))
        with self.at(APRIL):
            march = self.draft(MARCH)
        self.assertEqual(self.told(february), [(first, 1000, False)])
        self.assertEqual(self.told(march), [(late, 400, True), (third, 2000, False)])
        self.assertEqual((march.amount, march.late_amount, march.late_count), (2400, 400, 1))
        self.assertEqual((march.premium_net, march.premium_late), (6, 1))

    def test_a_draft_of_an_earlier_period_keeps_its_documents(self):
        self.sale(1000, FEBRUARY)
        february = self.draft()
        with self.at(APRIL):
            self.assertEqual(self.draft(MARCH).count, 0)
            february.action_cancel("Wrong policy")
            self.assertEqual(self.draft(MARCH).late_amount, 1000)

    def test_what_changes_after_it_was_declared_is_told_in_the_next_one(self):
        reset = self.sale(1000, FEBRUARY)
        gone = self.sale(300, FEBRUARY, partner=self.other)
        moved = self.sale(50, FEBRUARY)
        same = self.sale(7, FEBRUARY)
        february = self.declared()
        for one in (reset, gone, moved):
            one.button_draft()
        reset.invoice_line_ids.price_unit = 1200
        reset.action_post()
        gone.button_cancel()
        moved.partner_id = self.other
        moved.action_post()
        self.assertIn((same, 7, False), self.told(february))
        self.assertEqual(february.amount, 1357)
        with self.at(APRIL):
            march = self.draft(MARCH)
        self.assertCountEqual(
            self.told(march),
            [(reset, 200, True), (gone, -300, True), (moved, -50, True), (moved, 50, True)],
        )
        self.assertEqual(set(march.line_ids.mapped("kind")), {"change", "invoice"})
        with self.at(APRIL):
            march.action_declare()
        with self.at(date(2026, 5, 2)):
            self.assertEqual(self.draft(APRIL).count, 0)

    def test_deleted_documents_are_taken_back(self):
        one = self.sale(100, FEBRUARY)
        name = one.name
        february = self.declared()
        one.button_draft()
        one.with_context(force_delete=True).unlink()
        self.assertEqual((february.line_ids.name, february.line_ids.move_id.id), (name, False))
        with self.at(APRIL):
            march = self.draft(MARCH)
        self.assertEqual((march.amount, march.line_ids.name), (-100, name))

    # --- its life

    def test_nothing_to_declare_is_a_declaration(self):
        one = self.declared(reference="R-1")
        self.assertEqual((one.count, one.amount, one.premium_total), (0, 0, 0))
        self.assertEqual((one.state, one.reference, one.declared_on), ("declared", "R-1", MARCH))

    def test_it_stays_as_it_was_declared(self):
        self.sale(100, FEBRUARY)
        one = self.declared()
        for name, message in (("declared_on", "Correct…"), ("date_from", "another declaration")):
            with self.assertRefused(message):
                one[name] = date(2026, 3, 9)
        with self.assertRaises(AccessError):
            one.amount = 5
        with self.assertRaises(AccessError):
            one.line_ids.write({"amount": 5})
        with self.assertRaises(AccessError):
            one.line_ids.create({"declaration_id": one.id})
        for act, message in (
            (one.action_refresh, "Only a draft is made anew"),
            (one.action_declare, "Only a draft can be declared"),
            (one.unlink, "stays on record"),
        ):
            with self.assertRefused(message):
                act()
        with self.assertRefused("declared already"):
            self.draft()
        one.write({"reference": "R-2", "note": "By mail"})

    def test_days_that_make_no_sense(self):
        with self.assertRefused("The period isn't over"):
            self.declared(MARCH)
        with self.assertRefused("The period isn't over"):
            self.declared(declared_on="2026-02-27")
        with self.assertRefused("can't lie ahead"):
            self.declared(declared_on="2026-03-11")
        with self.assertRefused("has begun"):
            self.draft(date(2026, 4, 1))
        with self.assertRefused("isn't a date"):
            self.draft("soon")
        declarations = self.env["cobranza.insurance.declaration"]
        with self.assertRefused("of this period already"), self.cr.savepoint():
            declarations.create([{"policy_id": self.insurance.id, "date_from": FEBRUARY}] * 2)
        with self.assertRefused("under which insurance policy"):
            declarations.prepare("x")
        with self.assertRefused("under which insurance policy"):
            declarations.create({"date_from": FEBRUARY})
        with self.assertRefused("0 to 6 decimals"), self.cr.savepoint():
            self.insurance.declaration_places = 7
        self.assertEqual(self.declared(declared_on="2026-02-28").declared_on, date(2026, 2, 28))

    def test_cancelled_it_counts_as_not_declared(self):
        self.sale(1000, FEBRUARY)
        one = self.declared()
        one.action_cancel("Sent to the wrong insurer")
        self.assertIn("Sent to the wrong insurer", one.message_ids[0].body)
        self.assertEqual(self.draft().amount, 1000)

    # --- what it means for the cover

    def test_declared_in_time_late_and_not_at_all(self):
        self.limit(5000)
        one = self.sale(1000, FEBRUARY, due=date(2026, 6, 30))
        with self.at(date(2026, 3, 16)):
            self.debtor()._follow_later()
            self.assertCovered(one, 1000, "at_risk", "declaration_missed")
        in_time = self.declared()
        self.assertCovered(one, 1000, "covered")
        with self.at(date(2026, 3, 16)):
            self.debtor()._follow_later()
            self.assertCovered(one, 1000, "covered")
            in_time.action_cancel()
            self.assertCovered(one, 1000, "at_risk")
            self.declared()
            self.assertCovered(one, 1000, "at_risk", "declaration_missed")

    # --- by itself

    def test_each_night_the_drafts_of_periods_that_are_over(self):
        self.sale(100, FEBRUARY)
        declarations = self.env["cobranza.insurance.declaration"]
        with self.at(date(2026, 3, 1)):
            declarations._prepare_due(self.company)
        one = declarations.search([("policy_id", "=", self.insurance.id)])
        self.assertEqual((one.date_from, one.amount), (date(2026, 2, 1), 100))
        self.sale(20, FEBRUARY)
        with self.at(date(2026, 3, 2)):
            declarations._prepare_due(self.company)
            self.assertEqual(one.amount, 120)
            one.action_download_csv()
        self.sale(3, FEBRUARY)
        with self.at(date(2026, 5, 2)):
            declarations._prepare_due(self.company)
            self.assertEqual(one.amount, 120, "somebody has its file")
            self.assertTrue(one.overdue)
            self.assertIn("ago", one.days_text)
            self.assertIn(one, declarations.search([("overdue", "=", True)]))
            self.assertNotIn(one, declarations.search([("overdue", "=", False)]))
            ours = declarations.search([("policy_id", "=", self.insurance.id)], order="date_from")
            self.assertEqual([day.month for day in ours.mapped("date_from")], [2, 3, 4])
            self.assertEqual(ours[1].late_amount, 3)
            declarations._prepare_due(self.company)
            self.assertEqual(len(ours), declarations.search_count(
                [("policy_id", "=", self.insurance.id)]))  # fmt: skip

    def nightly(self, day):
        """What one more night of a day prepares; the months of all declarations of the policy."""
        with self.at(day):
            self.env["cobranza.insurance.declaration"]._prepare_due(self.company)
        return [one.month for one in self.declarations().mapped("date_from")]

    def declarations(self):
        """All declarations of the policy, archived or not."""
        return self.env["cobranza.insurance.declaration"].search(
            [("policy_id", "=", self.insurance.id)], order="date_from"
        )

    def test_until_the_period_in_which_the_policy_was_archived(self):
        """Archived on 10 March: March is declared, with what was sold until then."""
        self.sale(100, FEBRUARY)
        waiting = self.draft()
        self.sale(30, FEBRUARY)
        self.sale(7, date(2026, 3, 9))
        self.sale(5, MARCH)
        self.commit()
        self.insurance.active = False
        self.assertEqual(self.insurance.ended_on, MARCH)
        self.assertEqual(self.nightly(date(2026, 3, 11)), [2])
        self.assertEqual(waiting.amount, 130)
        self.assertEqual(self.nightly(date(2026, 6, 2)), [2, 3])
        self.assertEqual(self.declarations()[1].amount, 7)

    def test_archived_on_the_first_day_of_a_period(self):
        self.sale(100, FEBRUARY)
        self.declared()
        with self.at(date(2026, 3, 1)):
            self.insurance.active = False
            self.assertEqual(self.insurance.ended_on, date(2026, 3, 1))
        self.assertEqual(self.nightly(date(2026, 6, 2)), [2])

    def test_what_comes_late_after_the_policy_has_ended(self):
        """Only if there is something; a draft that waits takes what comes until its last day."""
        one = self.sale(100, FEBRUARY)
        self.declared()
        self.insurance.active = False
        self.assertEqual(self.insurance.ended_on, MARCH)
        self.assertEqual(self.nightly(APRIL), [2, 3])
        with self.at(APRIL):
            self.declarations()[1].action_declare()
        self.assertEqual(self.nightly(date(2026, 5, 2)), [2, 3])
        self.credit_note(self.partner, 40, invoice=one, reversed_entry_id=one.id,
                         invoice_date=date(2026, 5, 9))  # fmt: skip
        self.sale(9, date(2026, 5, 9))
        self.assertEqual(self.nightly(date(2026, 5, 20)), [2, 3], "its period isn't over")
        for night in (2, 3):
            self.assertEqual(self.nightly(date(2026, 6, night)), [2, 3, 5])
        late = self.declarations()[-1]
        self.assertEqual((late.amount, late.premium_minimum), (-40, 0))
        self.assertEqual(self.nightly(date(2026, 7, 2)), [2, 3, 5])

    def test_what_comes_late_after_the_last_year_in_force(self):
        """Not archived: the period of its last day is declared, and later only what is late."""
        self.insurance.period_ids.date_to = "2026-03-31"
        one = self.sale(100, FEBRUARY)
        self.declared()
        self.assertEqual(self.nightly(date(2026, 6, 2)), [2, 3])
        one.button_draft()
        one.invoice_line_ids.price_unit = 60
        one.action_post()
        self.assertEqual(self.nightly(date(2026, 6, 3)), [2, 3])
        self.assertEqual(self.declarations()[1].amount, -40, "it waits, and is made anew")
        self.insurance.declaration_scope = "all"
        self.sale(9, date(2026, 5, 9))
        self.assertEqual(self.nightly(date(2026, 6, 4)), [2, 3])

    def test_a_night_in_which_nothing_changes_writes_no_lines(self):
        self.sale(100.1, FEBRUARY)
        self.sale(0.2, FEBRUARY, partner=self.other)
        one = self.draft()
        lines, totals = one.line_ids, one.total_ids
        self.env["cobranza.insurance.declaration"]._prepare_due(self.company)
        self.assertEqual((one.line_ids, one.total_ids), (lines, totals))
        self.sale(3, FEBRUARY)
        self.env["cobranza.insurance.declaration"]._prepare_due(self.company)
        self.assertEqual((one.amount, len(one.line_ids)), (103.3, 3))
        self.assertFalse(lines.exists())

    def test_what_nobody_wants_insured_is_not_even_read(self):
        one = self.sale(100, FEBRUARY)
        self.sale(20, FEBRUARY, insured=False)
        facts, none = self.env["cobranza.insurance.facts"], self.insurance.declaration_ids.browse()
        for basis in ("turnover", "balances"):
            self.insurance.premium_basis = basis
            found = facts._sales(self.insurance, none, date(2026, 2, 1), date(2026, 2, 28))
            self.assertEqual([document.id for _item, document in found], [one.id], basis)

    def test_not_before_the_policy_nor_without_the_duty(self):
        declarations = self.env["cobranza.insurance.declaration"]
        with self.at(date(2026, 2, 1)):
            declarations._prepare_due(self.company)
        self.insurance.declares = False
        declarations._prepare_due(self.company)
        self.assertFalse(declarations.search([("policy_id", "=", self.insurance.id)]))
        self.assertEqual(self.draft().deadline, date(2026, 3, 15), "for the premium alone")

    # --- balances

    def test_balances_at_the_ends_of_months(self):
        self.insurance.write(
            {"premium_basis": "balances", "premium_rate": 1, "declaration_months": "3",
             "declaration_from": "2026-01-01"}
        )  # fmt: skip
        one = self.sale(1000, date(2026, 1, 10), due=date(2026, 6, 30))
        self.pay(one, 400, payment_date=date(2026, 2, 28))
        self.pay(one, 600, payment_date=date(2026, 3, 5))
        self.sale(50, date(2026, 3, 9))
        with self.at(APRIL):
            quarter = self.draft(MARCH)
        self.assertEqual(
            [(line.day.month, line.declared_amount) for line in quarter.line_ids],
            [(1, 1000), (2, 600), (3, 50)],
        )
        self.assertEqual((quarter.amount, quarter.premium_net), (1650, 1.65))
        self.assertEqual(set(quarter.line_ids.mapped("kind")), {"balance"})

    def test_balances_after_tax_was_taken_back(self):
        """Of 1 210 half is paid: 500 and 105 of tax, which are taken back in March."""
        self.insurance.write({"premium_basis": "balances", "declaration_months": "3"})
        self.insurance.declaration_from = "2026-01-01"
        one = self.sale(1000, date(2026, 1, 10), due=date(2026, 6, 30), post=False)
        tax = self.add_tax(one, 210, 1210)
        one.action_post()
        self.pay(one, 605, payment_date=date(2026, 2, 20))
        self.take_tax_back(one, tax, net=500)
        with self.at(APRIL):
            quarter = self.draft(MARCH)
        self.assertEqual(
            [(line.amount, line.tax_amount, line.declared_amount) for line in quarter.line_ids],
            [(1210, 210, 1000), (605, 105, 500), (500, 0, 500)],
        )

    # --- companies, queries

    def test_each_company_declares_its_own(self):
        other = self.new_company()
        theirs = self.new_insurance(other, declares=True)
        self.sale(100, FEBRUARY)
        self.sale(30, FEBRUARY, company=other)
        self.assertEqual(self.draft().amount, 100)
        self.assertEqual(self.draft(policy=theirs).amount, 30)
        self.assertEqual(self.draft(policy=theirs).company_id, other)

    def test_the_number_of_queries_doesnt_grow(self):
        counts = []
        self.sale(1, FEBRUARY)
        one = self.draft()
        one.action_refresh()
        for number in (3, 9):
            for place in range(number):
                self.sale(10, FEBRUARY, partner=self.new_partner(f"Q{number}{place}"))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            one.action_refresh()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(one.count, 13)
        # what earlier tests left in caches may cost one
        self.assertLessEqual(counts[1], counts[0] + 1)
