from datetime import date

from odoo import Command
from odoo.tests import Form, tagged

from ..engine.cover_reasons import COVER_REASONS
from ..engine.insurance import BASES, DECISIONS, LIMIT_KINDS, POLICY_KINDS
from ..models import insurance_texts as texts
from .common import TODAY
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
        self.insurance.active = False
        self.assertFalse(self.draft().insurance_possible)

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
class TestPostedTogether(InsuranceCase):
    """Posting several invoices from the list says which of them aren't wholly insured."""

    def drafts(self, *amounts, day=TODAY, **vals):
        """Drafts of a customer, of a day."""
        made = self.env["account.move"]
        for amount in amounts:
            made |= self.sale(amount, day, post=False, **vals)
        return made

    def named(self, action):
        """The invoices that a message links."""
        return [one["label"] for one in action["params"]["links"]]

    def test_what_is_not_covered_is_named(self):
        self.limit(100)
        covered, partly, uncovered = drafts = self.drafts(60, 50, 40)
        nobody_wants = self.drafts(30, insured=False)
        action = (drafts | nobody_wants).action_validate_moves_with_confirmation()
        self.assertEqual(set((drafts | nobody_wants).mapped("state")), {"posted"})
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(action["params"]["title"], "Not wholly insured: 2 of 3")
        self.assertEqual(set(self.named(action)), {partly.name, uncovered.name})
        self.assertEqual(action["params"]["message"], "%s, %s")
        self.assertIn(
            f"/odoo/customer-invoices/{partly.id}",
            [one["url"] for one in action["params"]["links"]],
        )
        self.assertEqual(covered.insurance_state, "covered")

    def test_nothing_is_said_if_all_is_insured(self):
        self.limit(100)
        self.assertIs(self.drafts(60, 40).action_validate_moves_with_confirmation(), False)

    def test_a_new_customer_and_no_policy_that_applies(self):
        """Whoever has no account yet has one before anything is said."""
        self.limit(100, self.other)
        drafts = self.drafts(60, partner=self.other)
        drafts |= self.drafts(50, partner=self.new_partner("Stranger"))
        action = drafts.action_validate_moves_with_confirmation()
        self.assertEqual(action["params"]["title"], "Not wholly insured: 1 of 2")
        self.insurance.kind = "single_invoice"
        drafts = self.drafts(70, partner=self.other, insured=True)
        action = drafts.action_validate_moves_with_confirmation()
        self.assertEqual(self.named(action), [drafts.name])

    def test_ten_are_named(self):
        drafts = self.drafts(*range(1, 12))
        action = drafts.action_validate_moves_with_confirmation()
        self.assertEqual(len(self.named(action)), 10)
        self.assertTrue(action["params"]["message"].endswith("%s…"))

    def test_the_dialog_says_it_too(self):
        self.limit(100)
        drafts = self.drafts(60, 50, day=date(2026, 3, 20))
        asked = drafts.action_validate_moves_with_confirmation()
        wizard = self.env[asked["res_model"]].browse(asked["res_id"])
        self.assertEqual(wizard.validate_move()["type"], "ir.actions.act_window_close")
        self.assertEqual(set(drafts.mapped("state")), {"draft"}, "they are posted on their day")
        wizard.force_post = True
        action = wizard.validate_move()
        self.assertEqual(action["params"]["title"], "Not wholly insured: 1 of 2")
        self.assertEqual(action["params"]["next"]["type"], "ir.actions.act_window_close")

    def test_what_is_posted_at_once_is_said_before_the_dialog_asks(self):
        drafts = self.drafts(60) | self.drafts(50, day=date(2026, 3, 20))
        action = drafts.action_validate_moves_with_confirmation()
        self.assertEqual(self.named(action), [drafts[0].name])
        self.assertEqual(action["params"]["next"]["res_model"], "validate.account.move")

    def test_others_hear_nothing(self):
        drafts = self.drafts(60)
        drafts.action_post()
        plain = self.new_user("base.group_user", name="Plain")
        self.assertIs(drafts.with_user(plain)._tell_uninsured(False), False)
        self.assertTrue(drafts._tell_uninsured(False))

    def test_the_same_queries_for_more_invoices(self):
        counts = []
        for number in (2, 2, 6):
            drafts = self.drafts(*[10] * number)
            drafts._post(soft=False)
            self.commit()
            before = self.cr.sql_log_count
            self.assertTrue(drafts._tell_uninsured(False))
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])


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
