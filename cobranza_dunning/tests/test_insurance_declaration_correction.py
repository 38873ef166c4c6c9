"""Declarations that replace others, and what becomes of them when they are taken back."""

from datetime import date

from odoo.tests import tagged

from .test_insurance_declaration import APRIL, FEBRUARY, MARCH, DeclarationCase

JANUARY = date(2026, 1, 20)


@tagged("post_install", "-at_install")
class TestCorrection(DeclarationCase):
    """What was declared is replaced as a whole; nothing is told twice."""

    def correct(self, declaration):
        """The draft that corrects a declaration."""
        return declaration.browse(declaration.action_correct()["res_id"])

    def test_a_correction_replaces_it_once_it_is_declared(self):
        one = self.sale(1000, FEBRUARY)
        wrong = self.declared()
        one.button_draft()
        one.invoice_line_ids.price_unit = 900
        one.action_post()
        added = self.sale(10, FEBRUARY)
        with self.at(APRIL):
            right = self.env[wrong._name].browse(wrong.action_correct()["res_id"])
            self.assertEqual(self.told(right), [(one, 900, False), (added, 10, False)])
            self.assertEqual((wrong.state, right.state), ("declared", "draft"))
            self.assertEqual(wrong.action_correct()["res_id"], right.id)
            right.action_declare()
        self.assertEqual((wrong.state, right.state), ("corrected", "declared"))
        self.assertEqual(right.line_ids.mapped("declared_on"), [MARCH, APRIL])
        for act, message in (
            (wrong.action_cancel, "corrected or cancelled already"),
            (wrong.action_correct, "Only what was declared can be corrected"),
        ):
            with self.assertRefused(message):
                act()

    def test_what_a_pending_correction_tells_is_told_once(self):
        self.insurance.declaration_from = "2026-01-01"
        one = self.sale(1000, JANUARY)
        with self.at(FEBRUARY):
            january = self.declared(JANUARY)
        one.button_draft()
        one.invoice_line_ids.price_unit = 900
        one.action_post()
        self.correct(january)
        february = self.draft()
        self.assertEqual(self.told(february), [], "the correction will tell what has changed")

    def test_a_later_correction_leaves_earlier_drafts_alone(self):
        self.insurance.declaration_from = "2026-01-01"
        moved = self.sale(1000, FEBRUARY)
        february = self.declared()
        self.correct(february)
        moved.button_draft()
        moved.invoice_date = JANUARY
        moved.action_post()
        self.assertEqual(self.told(self.draft(JANUARY)), [], "February has declared it")

    def test_a_correction_that_is_taken_back_leaves_what_it_corrected(self):
        self.sale(1000, FEBRUARY)
        first = self.declared()
        second = self.correct(first)
        second.action_declare()
        third = self.correct(second)
        second.action_cancel("Sent by mistake")
        self.assertEqual(
            (first.state, second.state, third.state), ("declared", "cancelled", "cancelled")
        )
        with self.assertRefused("declared already"):
            self.draft()
        again = self.correct(first)
        again.action_declare()
        self.assertEqual((first.state, again.state), ("corrected", "declared"))

    def test_what_is_taken_back_takes_its_pending_correction_along(self):
        first = self.declared()
        pending = self.correct(first)
        first.action_cancel()
        self.assertEqual((first.state, pending.state), ("cancelled", "cancelled"))
        self.assertEqual(self.draft().state, "draft")

    def test_an_archived_policy_declares_what_was_sold_under_it(self):
        one = self.sale(1000, FEBRUARY)
        draft = self.draft()
        self.insurance.active = False
        draft.action_refresh()
        self.assertEqual(self.told(draft), [(one, 1000, False)])
        draft.action_declare()
        one.button_draft()
        one.invoice_line_ids.price_unit = 1200
        one.action_post()
        # its successor comes first where it is in force
        self.new_insurance(name="Its successor").period_ids.date_from = MARCH
        self.assertEqual(self.told(self.correct(draft)), [(one, 1200, False)])

    def test_what_was_insured_under_an_archived_policy_is_declared_under_it(self):
        """Whatever its successor is in force for; a credit note goes with its sale."""
        one = self.sale(1000, FEBRUARY)
        self.commit()
        renewed = self.new_insurance(name="Its successor", declares=True)
        self.insurance.active = False
        self.commit()
        note = self.credit_note(
            self.partner, 300, invoice=one, reversed_entry_id=one.id, invoice_date=FEBRUARY
        )
        draft = self.draft()
        self.assertEqual(self.told(draft), [(one, 1000, False), (note, -300, False)])
        self.assertEqual(self.told(self.draft(policy=renewed)), [])

    def test_what_nobody_insured_under_an_archived_policy_is_declared_under_it(self):
        """Its successor for the same days takes nothing, also of what never had a cover."""
        self.insurance.declaration_scope = "insurable"
        one = self.sale(1000, FEBRUARY, insured=False)
        self.commit()
        renewed = self.new_insurance(
            name="Its successor", declares=True, declaration_scope="insurable"
        )
        self.insurance.active = False
        self.commit()
        late = self.sale(500, FEBRUARY, insured=False)
        self.assertEqual(self.told(self.draft()), [(one, 1000, False), (late, 500, False)])
        self.assertEqual(self.told(self.draft(policy=renewed)), [])
