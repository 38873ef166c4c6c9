from datetime import date
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..engine.cover_reasons import COVER_REASONS
from ..engine.insurance import BASES, DECISIONS, LIMIT_KINDS, POLICY_KINDS
from ..models import insurance_texts as texts
from .common import TODAY
from .drafts import DraftsCase
from .insurance import InsuranceCase


@tagged("post_install", "-at_install")
class TestDraft(InsuranceCase):
    """Before an invoice is posted, its form says what would not be insured, why, and what helps."""

    def draft(self, amount=100, due=date(2026, 4, 9), partner=None, **vals):
        """An invoice of today that isn't posted yet."""
        vals = {"invoice_date": TODAY, "post": False, **vals}
        return self.invoice(partner or self.partner, amount, due=due, **vals)

    def warning(self, draft):
        """What the form says, as text."""
        return str(draft.insurance_warning or "")

    def test_nothing_is_said_if_all_would_be_covered(self):
        self.limit(100)
        self.assertFalse(self.draft().insurance_warning)

    def test_no_limit(self):
        said = self.warning(self.draft())
        self.assertIn("would be covered. The customer has no limit. Ask the insurer", said)

    def test_the_limit_is_used_up_by_what_is_open(self):
        self.limit(150)
        self.sale(100)
        said = self.warning(self.draft(80))
        self.assertIn("50.00 of", said)
        self.assertIn("30.00 more limit, or as much paid of older debts", said)
        self.sale(50, date(2026, 3, 2))
        self.assertIn("use up the customer's limit", self.warning(self.draft(80)))

    def test_a_term_too_long_says_until_when_it_may_be_due(self):
        self.insurance.maximum_term = 30
        self.limit(100)
        self.assertFalse(self.draft(due=date(2026, 4, 9)).insurance_warning)
        said = self.warning(self.draft(due=date(2026, 4, 10)))
        self.assertIn("Make it due on 04/09/2026 or earlier", said)

    def test_while_deliveries_are_stopped(self):
        self.insurance.mep = 10
        self.limit(1000)
        self.sale(100, date(2026, 1, 5), date(2026, 2, 4))
        self.assertIn("Collect the oldest debt", self.warning(self.draft()))

    def test_kinds_of_debtor(self):
        self.limit(1000).debtor_id.insurance_kind = "public_body"
        self.assertIn("doesn't insure public bodies", self.warning(self.draft()))

    def test_who_isnt_to_be_insured_hears_nothing(self):
        self.assertFalse(self.draft(insured=False).insurance_warning)
        posted = self.draft()
        posted.action_post()
        self.assertFalse(posted.insurance_warning)
        self.assertFalse(self.draft(move_type="out_refund").insurance_warning)
        self.assertFalse(self.draft(0).insurance_warning, "nothing is sold yet")

    def test_without_a_policy_that_applies(self):
        self.insurance.kind = "single_invoice"
        draft = self.draft(insured=True)
        self.assertIn("No insurance policy applies", self.warning(draft))
        self.limit(100)
        draft.insurance_policy_id = self.insurance
        self.assertIn("Enter the day on which its cover was activated", self.warning(draft))
        draft.insurance_activated_on = TODAY
        self.assertFalse(draft.insurance_warning)

    def test_a_customer_of_whom_nobody_knows(self):
        stranger = self.new_partner("Stranger", country_id=self.env.ref("base.be").id)
        self.assertIn("has no limit", self.warning(self.draft(partner=stranger)))
        self.insurance.excluded_country_ids = self.env.ref("base.be")
        self.assertIn("customers of this country", self.warning(self.draft(partner=stranger)))
        related = self.new_company().partner_id
        self.assertIn("related companies", self.warning(self.draft(partner=related)))

    def test_the_tax_is_named_and_installments_each_on_their_own(self):
        self.limit(1000)
        draft = self.draft(
            0, invoice_date=TODAY, installments=[(date(2026, 4, 1), 600), (date(2026, 5, 1), 600)]
        )
        said = self.warning(draft)
        self.assertNotIn("04/01/2026", said)
        self.assertIn("05/01/2026", said)

    def test_while_it_is_being_typed(self):
        self.limit(100)
        with Form(self.draft(80)) as form:
            self.assertFalse(form.insurance_warning)
            with form.invoice_line_ids.edit(0) as line:
                line.price_unit = 150
            self.assertIn("50.00 more limit", str(form.insurance_warning))

    def test_in_the_users_language(self):
        self.env["res.lang"]._activate_lang("es_ES")
        said = self.warning(self.draft().with_context(lang="es_ES"))
        self.assertIn("El cliente no tiene clasificación", said)

    # --- which invoices are to be insured

    def test_new_invoices_are_marked_as_policy_and_account_say(self):
        self.assertTrue(self.draft().insured)
        debtor = self.limit(1).debtor_id
        debtor.insure = "never"
        self.assertFalse(self.draft().insured)
        self.insurance.insure_by_default = False
        self.assertFalse(self.draft(partner=self.other).insured)
        debtor.insure = "always"
        self.assertTrue(self.draft().insured)
        own = self.new_insurance(kind="single_debtor", partner_id=self.other.id)
        self.assertTrue(self.draft(partner=self.other).insured)
        own.active = False
        self.assertFalse(self.draft(partner=self.other).insured)

    def test_another_customer_another_mark(self):
        draft = self.draft()
        self.limit(1, self.other).debtor_id.insure = "never"
        draft.partner_id = self.other
        self.assertFalse(draft.insured)
        draft.insured = True
        draft.action_post()
        self.assertTrue(draft.insured)
        self.assertFalse(draft.copy().insured)

    def test_whose_invoices_can_be_insured_at_all(self):
        self.assertTrue(self.draft().insurance_possible)
        self.assertFalse(self.draft(move_type="out_refund").insurance_possible)
        self.limit(100)
        sold, unmarked = self.sale(60), self.sale(60, insured=False)
        self.cover(sold)
        self.insurance.active = False
        self.assertFalse(self.draft().insurance_possible)
        self.assertFalse(unmarked.insurance_possible)
        self.assertCovered(sold, 60, "covered")
        self.assertTrue(sold.insurance_possible, "it is insured until it is paid")
        sold.insured = False
        sold.invalidate_recordset(["insurance_possible"])
        self.assertTrue(sold.insurance_possible, "a mark taken off by mistake can be set again")

    def test_an_invoice_with_tax(self):
        tax = self.env["account.tax"].create(
            {"name": "21 %", "amount": 21, "company_id": self.company.id,
             "country_id": self.env.ref("base.us").id,
             "tax_group_id": self.env["account.tax.group"].create(
                 {"name": "T", "company_id": self.company.id,
                  "country_id": self.env.ref("base.us").id}).id}
        )  # fmt: skip
        self.limit(1000)
        draft = self.draft(100)
        draft.invoice_line_ids.tax_ids = [Command.set(tax.ids)]
        self.assertFalse(draft.insurance_warning, "all that the policy can insure of it")
        draft.action_post()
        one = self.assertCovered(draft, 100, "covered")
        self.assertEqual(one.uncovered_amount, 21)
        self.assertEqual(one.reasons, ["within_limit", "tax_not_covered"])


@tagged("post_install", "-at_install")
class TestPreviews(DraftsCase):
    """Drafts are decided together, with what their customers owe; over RPC as plain values."""

    def missing(self, drafts):
        """What of each of these drafts wouldn't be insured, decided together."""
        previews = drafts._insurance_previews()
        return [float(previews[one].missing) for one in drafts]

    def test_two_drafts_share_the_limit(self):
        self.limit(100)
        drafts = self.drafts(60, 60)
        self.assertEqual([self.missing(one) for one in drafts], [[0], [0]], "each by itself")
        self.assertEqual(self.missing(drafts), [0, 20])
        self.assertAsPosted(drafts)

    def test_the_older_sale_comes_first_whatever_was_entered_first(self):
        self.limit(100)
        drafts = self.drafts(60) | self.drafts(60, day=date(2026, 3, 3))
        self.assertEqual(self.missing(drafts), [20, 0])
        self.assertAsPosted(drafts)

    def test_what_was_entered_first_comes_first_though_posted_last(self):
        self.limit(100)
        draft = self.drafts(60)
        sold = self.sale(60, TODAY)
        self.assertEqual(self.missing(draft), [0])
        (lost,) = draft._insurance_previews()[draft].displaced
        self.assertAsPosted(draft)
        self.assertCovered(sold, 60 - float(lost.amount), "partial")

    def test_several_customers_with_and_without_account(self):
        self.limit(100)
        stranger, another = self.new_partner("Stranger"), self.new_partner("Another")
        drafts = self.drafts(60) | self.drafts(50, partner=stranger)
        drafts |= self.drafts(40, 30, partner=another)
        self.assertEqual(self.missing(drafts), [0, 50, 40, 30])
        self.assertFalse(self.drafts(10, insured=False)._insurance_previews())
        self.insurance.kind = "single_invoice"
        self.assertEqual(drafts._insurance_previews(), dict.fromkeys(drafts))

    def test_the_same_queries_for_more_drafts(self):
        """Nothing is read before: neither totals nor what is kept of invoices posted before."""
        self.limit(100)
        sold = self.sale(1, date(2026, 3, 1))
        sold.button_draft()
        counts = []
        for number in (2, 2, 6):
            drafts = sold | self.drafts(*[10] * number)
            for partner in range(number):
                drafts |= self.drafts(5, partner=self.new_partner(f"New {number} {partner}"))
            self.commit()
            before = self.cr.sql_log_count
            self.assertEqual(len(drafts._insurance_previews()), 2 * number + 1)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_an_older_sale_takes_the_place_of_what_is_posted(self):
        self.limit(100)
        sold = self.sale(90, date(2026, 3, 2))
        draft = self.drafts(40, day=date(2026, 2, 2))
        self.assertEqual(self.missing(draft), [0])
        (lost,) = draft._insurance_previews()[draft].displaced
        self.assertEqual((lost.decided.fact.move_id, lost.amount), (sold.id, 30))
        said = str(draft.insurance_warning)
        self.assertNotIn("Not all of it", said)
        self.assertIn("Posted invoices would lose cover", said)
        self.assertIn(f"{sold.name}, due on 04/01/2026, would lose $", said)
        self.assertIn("30.00 of its cover: this sale is older", said)
        self.assertAsPosted(draft)
        self.assertCovered(sold, 60, "partial")

    def test_an_older_sale_takes_the_place_of_what_is_posted_under_the_renewal(self):
        second = self.renewal(self.insurance, date(2026, 2, 1))
        third = self.renewal(second, date(2026, 3, 1))
        for policy in (self.insurance, second, third):
            self.limit(100, policy_id=policy.id)
        sold = self.sale(80, date(2026, 3, 2))
        draft, fits = self.drafts(50, 20, day=date(2026, 1, 20))
        self.assertEqual(fits._insurance_previews()[fits].displaced, [])
        (preview,) = draft._insurance_previews().values()
        self.assertEqual(preview.policy, self.insurance)
        (lost,) = preview.displaced
        self.assertEqual((lost.decided.fact.move_id, lost.amount), (sold.id, 30))
        self.assertEqual((lost.policy, preview.missing), (third, 0))
        self.assertIn("30.00 of its cover: this sale is older", str(draft.insurance_warning))
        self.assertIn(draft, draft._insurance_shortfalls())
        self.assertAsPosted(draft)
        self.assertCovered(sold, 50, "partial")

    def test_one_that_is_long_overdue_stops_deliveries_under_every_policy(self):
        """Also under one in another currency: each loses in its own."""
        self.insurance.mep = 10
        euro = self.new_currency("EUR", 2)
        other = self.new_insurance(
            name="Other", kind="single_debtor", partner_id=self.partner.id, currency_id=euro.id,
            period_ids=[Command.create({"date_from": "2026-02-01", "date_to": "2026-12-31"})],
            mep=10,
        )  # fmt: skip
        for policy in (self.insurance, other):
            self.limit(1000, policy_id=policy.id)
        sold = self.sale(90, date(2026, 3, 2))
        cover = self.assertCovered(sold, 180, "covered")
        self.assertEqual(cover.policy_id, other)
        draft = self.sale(40, date(2026, 1, 5), date(2026, 2, 4), post=False)
        (preview,) = draft._insurance_previews().values()
        self.assertEqual(preview.policy, self.insurance)
        (said,) = draft.cobranza_cover_preview()
        (lost,) = said["displaced"]
        self.assertEqual((lost["amount"], lost["currency"]), (180, "EUR"))
        self.assertAsPosted(draft)
        self.assertCovered(sold, 0, "not_covered", "stop_shipment")

    def test_what_nobody_can_lose_is_not_decided_twice(self):
        """Only debtors of whom something was sold later, and isn't all covered, are."""
        self.limit(100)
        self.sale(150, date(2026, 3, 2))
        self.limit(100, self.other)
        self.sale(90, date(2026, 3, 2), partner=self.other)
        drafts = self.drafts(50) | self.drafts(50, partner=self.other)
        older = self.drafts(11, day=date(2026, 3, 1), partner=self.other)
        self.commit()
        model, asked = type(self.env["cobranza.insurance.facts"]), []
        decide = model._positions

        def count(*args):
            asked.append(args[3])
            return decide(*args)

        with patch.object(model, "_positions", count):
            drafts._insurance_previews()
            self.assertEqual([len(ids) for ids in asked], [2])
            (drafts | older)._insurance_previews()
        self.assertEqual([len(ids) for ids in asked], [2, 2, 1])
        self.assertEqual(asked[2], self.debtor(self.other).ids)

    def test_a_later_sale_takes_nothing(self):
        self.limit(100)
        self.sale(90, date(2026, 3, 2))
        draft = self.drafts(40)
        self.assertEqual(draft._insurance_previews()[draft].displaced, [])

    def test_covered_with_something_to_do(self):
        """A sale that must be declared soon is covered all the same, and nobody is alarmed."""
        self.insurance.declares = True
        self.limit(100)
        draft = self.drafts(80, day=date(2026, 2, 2))
        said = str(draft.insurance_warning)
        self.assertIn("Insured, with something to do", said)
        self.assertIn("must be declared to the insurer soon", said)
        self.assertNotIn("Not all of it", said)
        self.assertFalse(draft._insurance_shortfalls())
        (preview,) = draft.cobranza_cover_preview()
        self.assertEqual((preview["state"], preview["missing_amount"]), ("at_risk", 0))

    def test_a_duty_missed_already(self):
        self.insurance.write({"declares": True, "missed_declaration": "lost"})
        self.limit(100)
        said = str(self.drafts(80, day=date(2026, 1, 5)).insurance_warning)
        self.assertIn("Not all of it would be insured", said)
        self.assertIn("ask the insurer to accept it late", said)

    # --- over RPC

    def test_as_plain_values(self):
        self.limit(100)
        sold = self.sale(90, date(2026, 3, 2))
        draft, later = drafts = self.drafts(40, day=date(2026, 2, 2)) | self.drafts(20)
        said, other = drafts.cobranza_cover_preview()
        line = self.due(draft)
        self.assertEqual(
            (said["line_id"], said["move_id"], said["name"]),
            (line.id, draft.id, draft.display_name),
        )
        self.assertEqual((said["covered_amount"], said["missing_amount"]), (40, 0))
        self.assertEqual(
            said["displaced"],
            [{"line_id": self.due(sold).id, "move_id": sold.id, "name": sold.name,
              "date_due": "2026-04-01", "amount": 30, "currency": "USD"}],
        )  # fmt: skip
        self.assertEqual((other["move_id"], other["covered_amount"]), (later.id, 0))
        self.assertEqual(other["sentence"], "Older debts use up the customer's limit.")
        self.assertIn("20.00 more limit", other["advice"])
        self.assertEqual((sold | later).cobranza_cover_preview(), [
            {**other, "displaced": [], "covered_amount": 10, "uncovered_amount": 10,
             "missing_amount": 10, "insured_amount": 9, "state": "partial",
             "reason": "limit_partly", "reasons": ["limit_partly"],
             "sentence": "Older debts leave room in the limit for a part of it only.",
             "advice": other["advice"].replace("20.00", "10.00")}
        ])  # fmt: skip

    def test_what_a_draft_costs_others_is_said_once(self):
        """With the first of its due lines: whoever adds it up has it right."""
        self.limit(100)
        self.sale(90, date(2026, 3, 2))
        terms = [(date(2026, 4, 1), 20), (date(2026, 5, 1), 20), (date(2026, 6, 1), 1)]
        drafts = self.drafts(0, installments=terms, day=date(2026, 2, 2)) | self.drafts(5)
        self.assertEqual(
            [(one["date_due"], [lost["amount"] for lost in one["displaced"]])
             for one in drafts.cobranza_cover_preview()],
            [("2026-04-01", [31]), ("2026-05-01", []), ("2026-06-01", []), ("2026-04-09", [])],
        )  # fmt: skip

    def test_a_due_line_that_is_not_kept_yet(self):
        """Two terms on one day are one journal item: what it will be isn't known before."""
        self.limit(100)
        draft = self.drafts(0, installments=[(date(2026, 4, 1), 30), (date(2026, 4, 1), 50)])
        self.assertEqual(
            [(one["line_id"], one["move_id"]) for one in draft.cobranza_cover_preview()],
            [(False, draft.id)] * 2,
        )

    def test_who_may_ask(self):
        self.limit(100)
        draft = self.drafts(150)
        reader = self.new_user("account.group_account_readonly")
        self.assertTrue(draft.with_user(reader).cobranza_cover_preview())
        plain = self.new_user("base.group_user", name="Plain")
        with self.assertRaises(AccessError):
            draft.with_user(plain).cobranza_cover_preview()
        visitor = self.new_user("base.group_portal", name="Visitor")
        visitor.partner_id.parent_id = self.partner
        draft.message_subscribe(self.partner.ids)
        draft.action_post()
        self.assertTrue(draft.with_user(visitor).has_access("read"))
        for ask in ("cobranza_cover", "cobranza_cover_preview"):
            with self.assertRaisesRegex(AccessError, "Only users of Collections"):
                getattr(draft.with_user(visitor), ask)()


@tagged("post_install", "-at_install")
class TestPostedTogether(DraftsCase):
    """Before several are posted, a dialog names those that wouldn't be wholly insured."""

    def dialog(self, drafts):
        """The dialog that posting these drafts from the list opens."""
        action = drafts.action_validate_moves_with_confirmation()
        self.assertEqual(action["res_model"], "validate.account.move")
        self.assertEqual(set(drafts.mapped("state")), {"draft"}, "nothing is posted unasked")
        return self.env[action["res_model"]].browse(action["res_id"])

    def posted(self, drafts):
        """Those of these drafts that are posted."""
        return drafts.filtered(lambda one: one.state == "posted")

    def test_a_scheduled_action_has_nobody_to_ask(self):
        self.limit(100)
        drafts = self.drafts(60, 50)
        drafts.with_context(cron_id=1).action_validate_moves_with_confirmation()
        self.assertEqual(self.posted(drafts), drafts)

    def test_without_shortfalls_there_is_no_warning(self):
        self.limit(100)
        wizard = self.env["validate.account.move"].create(
            {"move_ids": [Command.set(self.drafts(60).ids)]}
        )
        self.assertIs(wizard.insurance_warning, False)

    def test_what_would_not_be_covered_is_named(self):
        self.limit(100)
        covered, partly, uncovered = drafts = self.drafts(60, 50, 40)
        nobody_wants = self.drafts(30, insured=False)
        wizard = self.dialog(drafts | nobody_wants)
        self.assertEqual(wizard.move_ids, drafts | nobody_wants)
        said = str(wizard.insurance_warning)
        self.assertIn("50.00 would not be covered", " ".join(said.split()))
        self.assertIn("150.00 to be insured", said)
        for draft, named in ((covered, False), (partly, True), (uncovered, True),
                             (nobody_wants, False)):  # fmt: skip
            link = f'href="/odoo/customer-invoices/{draft.id}"'
            self.assertEqual(link in said, named)
        self.assertIn("10.00 more limit, or as much paid of older debts", said)
        self.assertIn("40.00 more limit", said)
        self.assertTrue(wizard.insurance_others)

    def test_posting_all_the_same(self):
        self.limit(100)
        drafts = self.drafts(60, 50)
        answer = self.dialog(drafts).validate_move()
        self.assertEqual(answer["type"], "ir.actions.act_window_close")
        self.assertEqual(self.posted(drafts), drafts)

    def test_posting_the_others_only(self):
        self.limit(100)
        sold = self.sale(90, date(2026, 3, 2))
        older = self.drafts(20, day=date(2026, 2, 2))
        covered, partly = self.limit(100, self.other) and self.drafts(60, 50, partner=self.other)
        nobody_wants = self.drafts(30, insured=False)
        drafts = older | covered | partly | nobody_wants
        wizard = self.dialog(drafts)
        self.assertIn(f"{sold.name}, due on", str(wizard.insurance_warning))
        wizard.action_post_others()
        self.assertEqual(self.posted(drafts), covered | nobody_wants)
        self.assertCovered(sold, 90, "covered")

    def test_nobody_is_asked_if_all_is_insured(self):
        self.limit(100)
        drafts = self.drafts(60, 40)
        self.assertIs(drafts.action_validate_moves_with_confirmation(), False)
        self.assertEqual(self.posted(drafts), drafts)
        nobody_wants = self.drafts(30, insured=False)
        self.assertIs(nobody_wants.action_validate_moves_with_confirmation(), False)

    def test_no_policy_that_applies(self):
        self.insurance.kind = "single_invoice"
        wizard = self.dialog(self.drafts(70, insured=True))
        said = str(wizard.insurance_warning)
        self.assertIn("No insurance policy applies", said)
        self.assertIn("70.00 to be insured", said)
        self.assertFalse(wizard.insurance_others)

    def test_only_posted_ones_would_be_insured_less(self):
        self.limit(100)
        self.sale(90, date(2026, 3, 2))
        said = str(self.dialog(self.drafts(20, day=date(2026, 2, 2))).insurance_warning)
        self.assertIn("Posted invoices would lose cover", said)
        self.assertNotIn("Not all of it", said)

    def test_of_other_days(self):
        """Where Odoo asks anyway, it is the same dialog; what isn't its day yet waits for it."""
        self.limit(100)
        drafts = self.drafts(60, 50, day=date(2026, 3, 20))
        wizard = self.dialog(drafts)
        self.assertIn("10.00 more limit", str(wizard.insurance_warning))
        wizard.validate_move()
        self.assertFalse(self.posted(drafts), "they are posted on their day")
        covered = self.limit(100, self.other) and self.drafts(
            60, day=date(2026, 3, 20), partner=self.other
        )
        wizard = self.dialog(covered)
        self.assertFalse(wizard.insurance_warning)
        wizard.force_post = True
        wizard.validate_move()
        self.assertEqual(self.posted(covered), covered)

    def test_in_its_view(self):
        """The buttons that Odoo's dialog has are there for everybody, ours only with a warning."""
        self.limit(100)
        with Form(self.dialog(self.drafts(60, 50))) as form:
            self.assertIn("10.00 more limit", form.insurance_warning)
        arch = self.env["validate.account.move"].get_view(view_type="form")["arch"]
        self.assertIn('invisible="not insurance_others"', arch)

    def test_others_are_not_asked(self):
        drafts = self.drafts(60)
        plain = self.new_user("base.group_user", name="Plain")
        self.assertFalse(drafts.with_user(plain)._insurance_shortfalls())
        self.assertTrue(drafts._insurance_shortfalls())


@tagged("post_install", "-at_install")
class TestTexts(InsuranceCase):
    """Each code of the engine has its words."""

    def test_every_code_has_its_words(self):
        for words, codes in (
            (dict(texts.REASON_SELECTION), COVER_REASONS),
            (texts.SENTENCES, COVER_REASONS),
            (dict(texts.LIMIT_KIND_SELECTION), LIMIT_KINDS),
            (dict(texts.DECISION_SELECTION), DECISIONS),
            (dict(texts.BASE_SELECTION), BASES),
            (dict(texts.KIND_SELECTION), POLICY_KINDS),
        ):
            self.assertEqual(set(words), set(codes))
        before_posting = {code for code, (step, _text) in COVER_REASONS.items() if 1 <= step <= 8}
        self.assertEqual(before_posting - {"within_limit"}, set(texts.FIXES))
