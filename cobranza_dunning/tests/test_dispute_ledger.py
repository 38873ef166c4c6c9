"""Disputes whose invoice isn't owed any more end by themselves, and come back with it."""

from datetime import timedelta

from odoo import sql_db
from odoo.tests import tagged

from .common import TODAY
from .test_cobranza_dispute import DisputeCase


@tagged("post_install", "-at_install")
class TestDisputeLedger(DisputeCase):
    """Cancelled, reset, deleted or credited: nothing is left to decide."""

    def setUpBooks(self):
        super().setUpBooks()
        self.move = self.invoice(self.partner, 100)
        self.raised = self.dispute(self.move, 100)

    def look(self):
        """Let everything happen that happens when the transaction commits."""
        self.env.cr.flush()
        self.env.invalidate_all()

    def assertLapsed(self, reason, dispute=None):
        dispute = dispute or self.raised
        self.assertEqual((dispute.state, dispute.lapse_reason), ("lapsed", reason))
        self.assertEqual((dispute.decided_on, dispute.pausing), (TODAY, False))
        self.assertFalse(dispute.decided_by_id)
        self.assertFalse(dispute.activity_id.filtered("active"))

    def test_a_cancelled_invoice(self):
        self.move.button_draft()
        self.move.button_cancel()
        self.look()
        self.assertLapsed("cancelled")
        self.assertEqual(self.debtor().disputed_amount, 0)
        said = "".join(self.raised.message_ids.mapped("body"))
        self.assertIn("It ended by itself. Its invoice was cancelled.", said)

    def test_a_credit_note_with_several_disputes_is_for_a_person(self):
        """Nobody else knows which of them it is for: what was accepted stays paused."""
        move = self.invoice(self.partner, 1000)
        first, second = self.dispute(move, 200), self.dispute(move, 300)
        for one in (first, second):
            one.action_accept()
        note = self.invoice(self.partner, 200, move_type="out_refund")
        (self.due(note) | self.due(move)).reconcile()
        self.look()
        self.assertEqual((first | second).mapped("credited_amount"), [0, 0])
        first.action_accept(note.id)
        self.look()
        self.assertEqual((first.pausing, second.pausing), (False, True))
        self.assertEqual(second.credited_amount, 0)
        self.assertDecision(move, "remind", "level_reached", amount=500)

    def test_a_credit_note_takes_off_no_more_than_it_is_for(self):
        """10 were credited of A: 90 of its dispute are not yet, and nothing of B's."""
        other = self.invoice(self.partner, 300)
        theirs = self.dispute(other, 300)
        note = self.credit_note(self.partner, 10, invoice=self.move)
        self.raised.action_accept(note.id)
        self.assertEqual((self.raised.amount, self.raised.pausing), (10, False))
        rest = self.debtor().dispute_ids - self.raised - theirs
        self.assertEqual((rest.amount, rest.state, rest.awaits_credit_note), (90, "accepted", True))
        self.assertEqual((rest.credit_note_id.id, rest.decided_by_id), (False, self.env.user))
        self.assertEqual(rest.activity_id.date_deadline, rest.revisit_date)
        self.assertNotEqual(rest.activity_id, self.raised.activity_id)
        self.assertDecision(self.move, "wait", "paused_until", amount=0, paused_amount=90)
        with self.assertRefused(f"nothing of it is left for {other.name}"):
            theirs.action_accept(note.id)
        self.assertEqual((theirs.state, theirs.pausing), ("open", True))
        second = self.credit_note(self.partner, 90)
        rest.action_accept(second.id)
        self.assertEqual((rest.amount, rest.pausing), (90, False))
        with self.assertRefused(f"nothing of it is left for {other.name}"):
            theirs.action_accept(second.id)

    def test_what_other_credit_notes_took_off_is_not_paused_again(self):
        """100 accepted, credited by 40 and 60: linking one of them leaves nothing alone."""
        move = self.invoice(self.partner, 600)
        accepted = self.dispute(move, 100)
        accepted.action_accept()
        notes = [self.invoice(self.partner, one, move_type="out_refund") for one in (40, 60)]
        for note in notes:
            (self.due(note) | self.due(move)).reconcile()
        self.look()
        self.assertEqual(accepted.credited_amount, 100)
        accepted.action_accept(notes[1].id)
        self.look()
        self.assertDecision(move, "remind", "level_reached", amount=500)
        self.assertEqual(move.cobranza_dispute_ids, accepted)

    def test_a_later_credit_note_is_for_the_rest(self):
        """Of 100 a note of 60 was linked; one of 40 afterwards takes the rest off."""
        move = self.invoice(self.partner, 600)
        accepted = self.dispute(move, 100)
        note = self.invoice(self.partner, 60, move_type="out_refund")
        (self.due(note) | self.due(move)).reconcile()
        accepted.action_accept(note.id)
        self.look()
        self.assertDecision(move, "remind", "level_reached", amount=500)
        later = self.invoice(self.partner, 40, move_type="out_refund")
        (self.due(later) | self.due(move)).reconcile()
        self.look()
        self.assertDecision(move, "remind", "level_reached", amount=500)

    def test_a_credit_note_for_several_disputes(self):
        """Not reconciled yet it is for any of them, and for each only once."""
        other = self.invoice(self.partner, 300)
        theirs, third = self.dispute(other, 200), self.dispute(other, 100)
        note = self.credit_note(self.partner, 250)
        (self.raised | theirs).action_accept(note.id)
        self.assertEqual((self.raised | theirs).mapped("amount"), [100, 150])
        self.assertEqual(
            sorted(self.debtor().dispute_ids.filtered("pausing").mapped("amount")), [50, 100]
        )
        with self.assertRefused("was credited for other invoices or disputes"):
            third.action_accept(note.id)

    def test_a_credit_note_that_was_paid_out(self):
        """He had paid under protest, and has got his money back."""
        self.pay(self.move)
        note = self.credit_note(self.partner, 100)
        self.pay(note)
        self.raised.action_accept(note.id)
        self.assertEqual((self.raised.amount, self.raised.pausing), (100, False))

    def test_the_rest_may_be_rejected(self):
        note = self.credit_note(self.partner, 60, invoice=self.move)
        self.raised.action_accept(note.id)
        rest = self.debtor().dispute_ids - self.raised
        rest.action_reject("Forty were delivered as ordered.")
        self.assertDecision(self.move, "remind", "level_reached", amount=40)

    def test_an_invoice_that_is_reset_and_posted_again(self):
        owner = self.raised.activity_id.user_id
        self.move.button_draft()
        self.look()
        self.assertLapsed("reset")
        self.move.action_post()
        self.look()
        self.assertEqual(
            (self.raised.state, self.raised.lapse_reason, self.raised.decided_on),
            ("open", False, False),
        )
        self.assertEqual(self.raised.move_line_id, self.due(self.move))
        self.assertTrue(self.raised.activity_id.active)
        self.assertEqual(self.raised.activity_id.user_id, owner)
        self.assertEqual(self.debtor().disputed_amount, 100)

    def test_posted_again_with_another_due_date(self):
        self.move.button_draft()
        self.move.write(
            {
                "invoice_payment_term_id": False,
                "invoice_date_due": self.move.invoice_date_due + timedelta(days=3),
            }
        )
        self.move.action_post()
        self.look()
        self.assertEqual(
            (self.raised.state, self.raised.move_line_id), ("open", self.due(self.move))
        )

    def test_an_invoice_that_went_to_another_customer(self):
        self.give_to(self.other, self.move)
        self.assertEqual(self.raised.state, "lapsed")
        self.assertFalse(self.raised.move_line_id)
        self.assertDecision(self.move, "remind", "level_reached", amount=100, paused_amount=0)
        self.assertEqual(self.debtor(self.other).disputed_amount, 0)
        self.give_to(self.partner, self.move)
        self.assertEqual((self.raised.state, self.raised.move_line_id),
                         ("open", self.due(self.move)))
        self.assertEqual(self.debtor().disputed_amount, 100)

    def test_it_went_to_another_customer_at_once(self):
        self.move.button_draft()
        self.move.partner_id = self.other
        self.move.action_post()
        self.look()
        self.assertLapsed("moved")

    def test_a_deleted_invoice(self):
        self.move.button_draft()
        self.move.with_context(force_delete=True).unlink()
        self.look()
        # nothing of it is in the books: the nightly look finds it
        self.env["cobranza.debtor"]._evaluate_agreements(self.company)
        self.assertLapsed("deleted")

    def test_a_reversed_invoice(self):
        note = self.credit_note(self.partner, 100, invoice=self.move)
        self.look()
        self.assertLapsed("credited")
        self.assertEqual(self.raised.credit_note_id, note)

    def test_a_reversal_that_is_undone(self):
        note = self.credit_note(self.partner, 100, invoice=self.move)
        self.look()
        self.assertLapsed("credited")
        self.due(note).remove_move_reconcile()
        self.look()
        self.assertEqual(self.move.amount_residual, 100)
        self.assertEqual((self.raised.state, self.raised.credit_note_id.id), ("open", False))

    def test_paid_or_partly_credited_a_person_decides(self):
        partly = self.dispute(self.invoice(self.partner, 80), 50)
        self.credit_note(self.partner, 50, invoice=partly.move_id)
        self.pay(self.move)
        self.look()
        self.assertEqual((self.raised | partly).mapped("state"), ["open", "open"])
        # the rest is paid: what was disputed was credited
        self.pay(partly.move_id)
        self.look()
        self.assertLapsed("credited", partly)

    def test_what_was_credited_before_doesnt_count(self):
        move = self.invoice(self.partner, 100)
        self.credit_note(self.partner, 60, invoice=move)
        dispute = self.dispute(move, 40)
        self.assertEqual(dispute.credited_before, 60)
        self.pay(move)
        self.look()
        self.assertEqual(dispute.state, "open")

    def test_an_accepted_one_needs_its_credit_note_no_more(self):
        self.raised.action_accept()
        self.move.button_draft()
        self.look()
        self.assertEqual((self.raised.state, self.raised.lapse_reason), ("lapsed", "reset"))
        self.assertFalse(self.raised.activity_id.filtered("active"))
        self.move.action_post()
        self.look()
        self.assertEqual((self.raised.state, self.raised.pausing), ("accepted", True))

    def test_a_decision_stays(self):
        self.raised.action_reject("The price list says so")
        self.move.button_draft()
        self.look()
        self.assertEqual((self.raised.state, self.raised.lapse_reason), ("rejected", False))

    def test_a_lapsed_one_is_not_decided_by_hand(self):
        self.move.button_draft()
        self.look()
        for decide in (
            self.raised.action_accept,
            lambda: self.raised.action_reject("x"),
            lambda: self.raised.action_revisit(TODAY + timedelta(days=9)),
        ):
            with self.assertRefused("decided already"):
                decide()

    def test_the_number_of_queries(self):
        disputes = self.env["cobranza.dispute"]

        def queries(count):
            for _one in range(count):
                self.dispute(self.invoice(self.partner, 10), 5)
            self.look()
            before = sql_db.sql_counter
            disputes._evaluate(self.company)
            self.env.flush_all()
            return sql_db.sql_counter - before

        queries(1)  # caches of a first call
        self.assertEqual(queries(1), queries(9))
