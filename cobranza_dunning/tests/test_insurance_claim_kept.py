"""What was booked for a claim is undone by the claim alone."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .claims import FILED, ClaimCase


@tagged("post_install", "-at_install")
class TestClaimKept(ClaimCase):
    def setUpBooks(self):
        super().setUpBooks()
        self.clerk = self.new_user("account.group_account_invoice", name="Clerk")

    def reverse(self, move, method="reverse_moves"):
        """Press Odoo's own button."""
        dialog = self.env["account.move.reversal"].with_user(self.clerk).with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"journal_id": move.journal_id.id, "date": FILED})  # fmt: skip
        return getattr(dialog, method)()

    def test_its_entries_are_not_reversed_by_hand(self):
        claim = self.agreed(1000)
        for method in ("reverse_moves", "modify_moves"):
            with self.subTest(method), self.assertRaisesRegex(UserError, "cancel the claim"):
                self.reverse(claim.move_ids, method)
        self.assertEqual((claim.state, claim.open_amount), ("accepted", 900))

    def test_nor_deleted(self):
        claim = self.agreed(1000)
        with self.assertRaisesRegex(UserError, "cancel the claim"):
            claim.move_ids.with_context(force_delete=True).unlink()

    def test_an_entry_that_is_said_to_reverse_one_is_none_of_its_own(self):
        claim = self.agreed(1000)
        mine = self.journal_debt(self.other, 1, due=FILED)
        mine.reversed_entry_id = claim.move_ids
        claim._follow_payment()
        self.assertEqual((claim.state, claim.open_amount), ("accepted", 900))

    def test_what_it_has_written_off_stays_settled(self):
        claim = self.agreed(1000)
        self.statement(claim.insurer_id, 900, claim._insurer_items())
        claim.action_close()
        with self.assertRaisesRegex(UserError, f"{claim.name} has written this debt off"):
            self.due(self.sold).with_user(self.clerk).remove_move_reconcile()
        self.assertTrue(self.due(self.sold).reconciled)
        claim.action_reopen()
        self.assertEqual(self.due(self.sold).amount_residual, 1000)
