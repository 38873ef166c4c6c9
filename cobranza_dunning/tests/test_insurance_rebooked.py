"""Re-booked plans and credit insurance: everything else behaves the same."""

from datetime import date

from odoo.tests import tagged

from .rebooked import RebookedCase

SOLD, DUE = date(2026, 1, 10), date(2026, 1, 31)
NOTIFIED, BROKEN = date(2026, 4, 20), date(2026, 6, 10)


@tagged("post_install", "-at_install")
class TestRebookedNotice(RebookedCase):
    """The insurer was told on the day he was, whether of invoices or of their installments.

    He wants to know within 120 days.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.insurance.deadline_ids = [cls.deadline("notice", "due", 120)]

    def setUpBooks(self):
        super().setUpBooks()
        self.one = self.sale(300, SOLD, DUE)
        self.line = self.due(self.one)

    def notify(self, lines=None, reference="AFP-1"):
        """Tell the insurer; return the notice."""
        self.commit()
        notices = self.env["cobranza.insurance.notice"]
        return notices.browse(
            notices.notify(self.partner.id, lines and lines.ids, reference)["id"]
        )

    def assertNotified(self, lines, day):
        """Check that the cover of due lines stands because of a notice of a day."""
        self.assertEqual(set(self.covers(lines).mapped("state")), {"covered"})
        found = self.claim(notice_id=False).line_ids
        self.assertEqual(found.move_line_id, lines)
        self.assertEqual(set(found.mapped("notified_on")), {day})
        self.assertFalse(any(found.mapped("notice_missing")))

    def test_of_installments_and_then_the_plan_breaks(self):
        plan = self.plan_of(self.one)
        with self.at(NOTIFIED):
            notice = self.notify()
            self.assertEqual(notice.line_ids.move_line_id, self.items(plan))
        with self.at(BROKEN):
            self.breaks(plan)
            self.assertNotified(self.line, NOTIFIED)
            duties = self.env["cobranza.insurance.duty"].search(
                [("partner_id", "=", self.partner.id)]
            )
            self.assertNotIn("notice", duties.mapped("duty"))
            claim = self.claim(notice_id=notice.id)
            self.assertEqual(claim.line_ids.move_line_id, self.line)
            claim.action_file()
            self.assertEqual((claim.notified_on, claim.loss_amount), (NOTIFIED, 300))

    def test_it_was_given_later_than_the_day(self):
        """Before that day nobody had been told, and a notice withdrawn tells nobody."""
        plan = self.plan_of(self.one)
        with self.at(NOTIFIED):
            notice = self.notify()
        with self.at(date(2026, 5, 25)):
            self.breaks(plan)
            (before,) = self.one.cobranza_cover("2026-06-10")
            self.assertEqual(before["state"], "covered")
            notice.action_withdraw("By mistake")
            (after,) = self.one.cobranza_cover("2026-06-10")
            self.assertEqual((after["state"], after["reason"]), ("lost", "notice_missed"))

    def test_of_what_was_still_open_of_the_plan(self):
        """What was paid before needs no notice; what is open needs one of all of it."""
        plan = self.plan_of(self.one)
        first, second = self.items(plan)
        with self.at(NOTIFIED):
            self.pay_items(first, 150)
            self.notify(second)
        with self.at(BROKEN):
            self.breaks(plan)
            self.assertNotified(self.line, NOTIFIED)

    def test_of_a_part_of_what_is_open(self):
        plan = self.plan_of(self.one)
        with self.at(NOTIFIED):
            self.notify(self.items(plan)[1])
        with self.at(BROKEN):
            self.breaks(plan)
            self.assertEqual(self.covers(self.line).reason, "notice_missed")

    def test_in_two_notices(self):
        """The last of them counts."""
        plan = self.plan_of(self.one)
        first, second = self.items(plan)
        with self.at(date(2026, 4, 11)):
            self.notify(second)
        with self.at(NOTIFIED):
            self.notify(first, "AFP-2")
        with self.at(BROKEN):
            self.breaks(plan)
            self.assertNotified(self.line, NOTIFIED)

    def test_of_installments_and_then_a_plan_is_made_again(self):
        plan = self.plan_of(self.one)
        with self.at(NOTIFIED):
            self.notify()
        with self.at(BROKEN):
            self.breaks(plan)
            again = self.plan_of(self.one, first="2026-06-20")
            self.assertNotified(self.items(again), NOTIFIED)

    def test_of_the_invoice_and_then_it_is_re_booked(self):
        """A claim made from that notice is about the installments, or the invoice again."""
        notice = self.notify()
        told = self.company._cobranza_today()
        plan = self.plan_of(self.one)
        self.assertNotified(self.items(plan), told)
        claim = self.claim(notice_id=notice.id)
        self.assertEqual(claim.line_ids.move_line_id, self.items(plan))
        self.assertEqual(claim.loss_amount, 300)
        with self.at(BROKEN):
            self.breaks(plan)
            self.assertNotified(self.line, told)
            self.assertEqual(self.claim(notice_id=notice.id).line_ids.move_line_id, self.line)

    def test_a_notice_that_waits_while_it_is_re_booked(self):
        """Given at last, it is about what is owed then."""
        notice = self.notify(reference=None)
        self.assertEqual((notice.state, notice.line_ids.move_line_id), ("draft", self.line))
        plan = self.plan_of(self.one)
        notice.reference = "AFP-1"
        notice.action_notify()
        self.assertEqual(notice.line_ids.move_line_id, self.items(plan))
        self.assertEqual(notice.amount, 300)

    def test_a_claim_is_only_about_what_the_notice_named(self):
        """Of a plan about two invoices: the installments that took over something of it."""
        two = self.sale(100, date(2026, 1, 20), date(2026, 2, 20))
        notice = self.notify(self.due(two))
        self.notify(self.line, "AFP-2")
        items = self.items(self.plan_of(self.one, two, count=4))
        claim = self.claim(notice_id=notice.id)
        self.assertEqual(claim.line_ids.move_line_id, items[3])


@tagged("post_install", "-at_install")
class TestRebookedTogether(RebookedCase):
    """What isn't insured alike isn't re-booked together: an installment is insured as one debt."""

    def assertNotRebooked(self, *invoices, **offer):
        """Check that a plan about invoices leaves them as they are, covers included, and why."""
        lines = self.due(self.env["account.move"].union(*invoices))
        marked = lines.filtered(lambda one: one.move_id.insured)
        before = self.covers(marked).mapped("covered_amount")
        plan = self.plan_of(*invoices, **offer)
        self.assertFalse(plan.rebook_move_id)
        notes = str(plan.message_ids.mapped("body"))
        self.assertIn("aren't insured alike", notes.replace("&#39;", "'"))
        for one in invoices:
            self.assertIn(one.name, notes)
        self.assertEqual(self.covers(marked).mapped("covered_amount"), before)
        return plan

    def test_what_is_to_be_insured_and_what_isnt(self):
        self.insurance.deadline_ids = [self.deadline("notice", "due", 120)]
        one = self.sale(300, SOLD, DUE)
        two = self.sale(100, date(2026, 1, 15), date(2026, 2, 5), insured=False)
        self.assertNotRebooked(one, two)
        self.assertCovered(one, 300, "covered")
        duties = self.env["cobranza.insurance.duty"].search([("partner_id", "=", self.partner.id)])
        self.assertIn("notice", duties.mapped("duty"))

    def test_the_policies_of_two_years(self):
        renewed = self.insurance.browse(self.insurance.action_renew()["res_id"])
        with self.at(date(2027, 3, 1)):
            one = self.sale(300, date(2026, 12, 10), date(2027, 1, 10))
            two = self.sale(300, date(2027, 1, 15), date(2027, 2, 15))
            self.assertNotRebooked(one, two, first="2027-04-10")
            self.assertEqual(self.cover(one).policy_id, self.insurance)
            self.assertEqual(self.cover(two).policy_id, renewed)

    def test_a_receipt(self):
        """By itself it is re-booked, and stays a cash sale."""
        cash = self.sale(300, SOLD, DUE, move_type="out_receipt", insured=True)
        self.assertCovered(cash, 0, "not_covered", "cash_sale")
        self.assertNotRebooked(cash, self.sale(100, SOLD, DUE)).action_cancel()
        plan = self.plan_of(cash)
        covers = self.covers(self.items(plan))
        self.assertEqual(covers.mapped("reason"), ["cash_sale"] * 2)

    def test_before_and_after_the_insurer_granted_a_limit(self):
        """The older sale has none, and would take it from the newer one."""
        self.limit(5000, effective="2026-02-01")
        one = self.sale(300, SOLD, DUE)
        two = self.sale(300, date(2026, 2, 2), date(2026, 2, 20))
        self.assertNotRebooked(one, two)

    def test_one_of_which_the_insurer_was_told(self):
        self.insurance.deadline_ids = [self.deadline("notice", "due", 120)]
        one = self.sale(300, SOLD, DUE)
        self.commit()
        self.env["cobranza.insurance.notice"].notify(self.partner.id, reference="AFP-1")
        two = self.sale(100, date(2026, 1, 15), date(2026, 2, 5))
        self.assertNotRebooked(one, two)

    def test_what_is_insured_alike(self):
        """Also what is insured in part, because the limit is too small for both."""
        one = self.sale(700, SOLD, DUE)
        two = self.sale(500, date(2026, 1, 15), date(2026, 2, 5))
        self.assertCovered(two, 300, "partial")
        covers = self.covers(self.items(self.plan_of(one, two)))
        self.assertEqual(sum(covers.mapped("covered_amount")), 1000)

    def test_where_nothing_is_insured(self):
        self.insurance.active = False
        plan = self.plan_of(self.sale(300, SOLD, DUE), self.sale(100, SOLD, DUE, insured=False))
        self.assertTrue(plan.rebook_move_id)


@tagged("post_install", "-at_install")
class TestRebookedCover(RebookedCase):
    """What is known of the invoices counts for the installments, and what is done about either."""

    def test_the_original_due_date(self):
        """Of an invoice that had been given more time: the maximum extension is from the first."""
        self.insurance.mep = 120
        one = self.sale(300, SOLD, DUE)
        self.assertCovered(one, 300)
        with self.at(date(2026, 3, 11)):
            self.due(one).date_maturity = date(2026, 3, 31)
            covers = self.covers(self.items(self.plan_of(one)))
        self.assertEqual(covers.mapped("original_due_date"), [DUE, DUE])

    def test_an_approval_by_the_button_of_the_deadline(self):
        """It proposes the invoice, for which more time is approved; it was marked afterwards."""
        self.insurance.mep = 30
        one = self.sale(300, SOLD, date(2026, 3, 31), insured=False)
        items = self.items(self.plan_of(one, first="2026-05-15"))
        one.insured = True
        self.assertEqual(self.covers(items).mapped("reason"), ["extension_missed"] * 2)
        duty = self.env["cobranza.insurance.duty"].search(
            [("partner_id", "=", self.partner.id), ("duty", "=", "extension")]
        )
        context = duty.action_next()["context"]
        self.assertEqual(context["default_move_ids"], one.ids)
        self.env["cobranza.insurance.approval"].with_context(**context).create(
            {"until": "2026-12-31", "reference": "AUT-1"}
        )
        self.assertEqual(self.covers(items).mapped("state"), ["covered"] * 2)

    def test_an_approval_for_the_entry(self):
        """Is one for the invoices, also once they are owed again."""
        self.insurance.deadline_ids = [self.deadline("notice", "due", 20)]
        one, two = self.sale(300, SOLD, DUE), self.sale(100, SOLD, DUE)
        plan = self.plan_of(one, two)
        items = self.items(plan)
        self.assertEqual(self.covers(items).mapped("reason"), ["notice_missed"] * 2)
        excuse = self.env["cobranza.insurance.approval"].create(
            {"move_ids": plan.rebook_move_id.ids, "duty": "notice", "reference": "AUT-2"}
        )
        self.assertEqual(excuse.move_ids, one | two)
        self.assertEqual(self.covers(items).mapped("state"), ["covered"] * 2)
        plan.action_cancel()
        self.assertEqual(self.covers(self.due(one | two)).mapped("state"), ["covered"] * 2)

    def test_a_suggestion_to_insure_it(self):
        """Marks the invoices: it is them that are insured."""
        one, two = (self.sale(amount, SOLD, DUE, insured=False) for amount in (300, 100))
        plan = self.plan_of(one, two)
        suggestions = self.env["cobranza.insurance.suggestion"]
        found = [each["id"] for each in suggestions.suggest() if each["kind"] == "insure"]
        suggestions.browse(found).action_insure()
        self.assertTrue(one.insured and two.insured)
        self.assertFalse(plan.rebook_move_id.insured)
        self.assertEqual(self.covers(self.items(plan)).mapped("covered_amount"), [200, 200])

    def assertShown(self, invoice, state, insured, uninsured):
        """Check what an invoice says of its insurance, and that it is found by it."""
        self.commit()
        self.assertEqual(
            (invoice.insurance_state, invoice.insured_amount, invoice.uninsured_amount),
            (state, insured, uninsured),
        )
        self.assertTrue(
            invoice.search([("id", "=", invoice.id), ("insurance_state", "=", state)])
        )
        self.assertFalse(
            invoice.search([("id", "=", invoice.id), ("insurance_state", "!=", state)])
        )

    def test_what_the_invoice_says(self):
        """Its part of what is insured of the installments; settled once they are paid."""
        one, two = self.sale(700, SOLD, DUE), self.sale(500, SOLD, DUE)
        self.assertShown(one, "covered", 700, 0)
        self.assertShown(two, "partial", 300, 200)
        plan = self.plan_of(one, two, count=3)
        self.assertShown(one, "partial", 583.33, 116.67)
        self.assertShown(two, "partial", 416.67, 83.33)
        self.assertEqual(
            one.insurance_reason, self.covers(self.items(plan)).sorted("state")[-1:].sentence
        )
        with self.at(date(2026, 4, 10)):
            self.pay_items(self.items(plan), 400)
            self.assertShown(one, "covered", 466.67, 0)
            self.pay_items(self.items(plan), 800)
            self.assertShown(one, "settled", 0, 0)

    def test_what_the_invoice_says_once_the_plan_has_ended(self):
        one = self.sale(300, SOLD, DUE)
        plan = self.plan_of(one)
        self.assertShown(one, "covered", 300, 0)
        plan.action_cancel()
        self.assertShown(one, "covered", 300, 0)
        self.assertEqual(one.cover_ids.move_line_id, self.due(one))

    def test_the_buttons_of_the_invoice(self):
        """They open the covers of the installments, and the notice about them."""
        self.insurance.deadline_ids = [self.deadline("notice", "due", 120)]
        one = self.sale(300, SOLD, DUE)
        plan = self.plan_of(one)
        self.assertEqual(one.insurance_next_date, date(2026, 5, 31))
        covers = self.env["cobranza.insurance.cover"]
        found = covers.search(one.action_cobranza_covers()["domain"])
        self.assertEqual(
            found.filtered(lambda cover: not cover.date_to), self.covers(self.items(plan))
        )
        notice = one.action_notify_insurer()
        lines = self.env["cobranza.insurance.notice"].browse(notice["res_id"]).line_ids
        self.assertEqual(lines.move_line_id, self.items(plan))


@tagged("post_install", "-at_install")
class TestRebookedBalances(RebookedCase):
    """Re-booking pays nothing: what is open of the installments is declared of the invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.insurance.write(
            {"premium_basis": "balances", "declares": True, "premium_rate": 1,
             "declaration_from": "2026-01-01"}
        )  # fmt: skip

    def declared(self, day):
        """{invoice: what is declared of it} for the month of a day, and its tax."""
        self.commit()
        declarations = self.env["cobranza.insurance.declaration"]
        made = declarations.browse(declarations.prepare(self.insurance.id, day)["id"])
        return {one.move_id: (one.amount, one.tax_amount) for one in made.line_ids}

    def assertDeclared(self, day, *amounts):
        """Check what is declared of both invoices; None = nothing."""
        found = self.declared(day)
        self.assertEqual(
            [found.get(one, (None, 0))[0] for one in (self.one, self.two)], list(amounts)
        )

    def sell(self, currency=None):
        """Two invoices, of 300 and 100."""
        self.one = self.sale(300, date(2026, 2, 10), date(2026, 2, 20), currency=currency)
        self.two = self.sale(100, date(2026, 2, 11), date(2026, 2, 28), currency=currency)

    def test_what_was_paid_of_the_installments(self):
        """The oldest debt first, whichever of them is paid."""
        self.sell()
        plan = self.plan_of(self.one, self.two, count=4)
        with self.at(date(2026, 4, 10)):
            self.pay_items(self.items(plan)[3], 100)
        with self.at(date(2026, 5, 10)):
            self.pay_items(self.items(plan), 250)
        with self.at(date(2026, 6, 3)):
            for day, *amounts in (
                ("2026-02-15", 300, 100), ("2026-03-15", 300, 100), ("2026-04-15", 200, 100),
                ("2026-05-15", None, 50),
            ):  # fmt: skip
                self.assertDeclared(day, *amounts)

    def test_once_the_plan_is_broken(self):
        """The months before are what they were."""
        self.sell()
        plan = self.plan_of(self.one, self.two, count=4)
        with self.at(date(2026, 4, 10)):
            self.pay_items(self.items(plan), 50)
        with self.at(date(2026, 7, 1)):
            self.breaks(plan)
            for day in ("2026-04-15", "2026-06-15"):
                self.assertDeclared(day, 250, 100)

    def test_in_another_currency(self):
        """In the policy's, at the rate of the invoices: 3 for 1."""
        self.sell(self.new_currency("EUR", 3))
        plan = self.plan_of(self.one, self.two, count=4)
        with self.at(date(2026, 4, 10)):
            self.pay_items(self.items(plan)[:1], 100)
        with self.at(date(2026, 5, 3)):
            self.assertDeclared("2026-03-15", 100, 33.33)
            self.assertDeclared("2026-04-15", 66.67, 33.33)

    def test_tax_that_was_taken_back_of_the_installments(self):
        """Of 1 210, 210 are credited: what is open has no tax in it."""
        one = self.sale(1000, date(2026, 2, 10), date(2026, 2, 20), post=False)
        tax = self.add_tax(one, 210, 1210)
        one.action_post()
        plan = self.plan_of(one)
        with self.at(date(2026, 4, 10)):
            self.assertEqual(self.declared("2026-03-15"), {one: (1210, 210)})
            self.take_tax_back(plan.rebook_move_id, tax)
        with self.at(date(2026, 5, 3)):
            self.assertEqual(self.declared("2026-04-15"), {one: (1000, 0)})
