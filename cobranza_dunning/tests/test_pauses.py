"""What is paused, by whom and until when."""

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import TODAY, CobranzaCase, days_ago


@tagged("post_install", "-at_install")
class TestPauses(CobranzaCase):
    """What a person's pause keeps out (rule 4), and when it ends by itself."""

    def test_rule4_a_pause_of_the_customer_covers_all_his_lines(self):
        first, second = self.invoice(self.partner, 100), self.journal_debt(self.partner, 50)
        hers = self.invoice(self.other, 100)
        self.pause(self.partner)
        self.assertDecision(first, "skip", "paused", amount=0, paused_amount=100)
        self.assertDecision(second, "skip", "paused", amount=0, paused_amount=50)
        self.assertDecision(hers, "remind", "level_reached", paused_amount=0)

    def test_rule4_a_pause_of_an_invoice_covers_its_installments_only(self):
        move = self.invoice(
            self.partner, 0, installments=[(days_ago(25), 20), (days_ago(5), 80)]
        )
        other = self.invoice(self.partner, 10)
        self.pause(move=move)
        run = self.run_dunning()
        self.assertEqual(
            {self.decision(run, line).reason for line in self.due(move)}, {"paused"}
        )
        self.assertEqual(self.decision(run, other).reason, "level_reached")

    def test_rule4_a_pause_of_one_installment_covers_only_that(self):
        move = self.invoice(
            self.partner, 0, installments=[(days_ago(25), 20), (days_ago(5), 80)]
        )
        first, second = self.due(move)
        self.pause(line=first)
        self.assertDecision(first, "skip", "paused", amount=0)
        self.assertDecision(second, "remind", "level_reached", amount=80)

    def test_rule4_the_pause_is_over_on_the_day_it_names(self):
        move = self.invoice(self.partner, 100)
        until = days_ago(-4)
        self.pause(move=move, until=until)
        self.assertDecision(move, "wait", "paused_until", next_date=until, date=TODAY)
        self.assertDecision(move, "wait", "paused_until", next_date=until, date=days_ago(-3))
        self.assertDecision(move, "remind", "level_reached", date=until)

    def test_rule4_two_pauses_never_take_more_than_the_residual(self):
        move = self.invoice(self.partner, 100)
        self.pay(move, 30)
        self.pause(self.partner)
        self.pause(move=move, until=days_ago(-4))
        self.assertDecision(move, "skip", "paused", amount=0, paused_amount=70)

    def test_rule4_of_two_pauses_the_later_day_counts(self):
        move = self.invoice(self.partner, 100)
        self.pause(self.partner, until=days_ago(-2))
        self.pause(move=move, until=days_ago(-9))
        self.assertDecision(move, "wait", "paused_until", next_date=days_ago(-9))

    def test_rule4_an_ended_pause_pauses_nothing(self):
        move = self.invoice(self.partner, 100)
        block = self.pause(move=move)
        block.action_end()
        self.assertEqual(block.state, "over")
        self.assertDecision(move, "remind", "level_reached", amount=100)

    def test_rule4_the_explanation_names_the_paused_amount(self):
        move = self.invoice(self.partner, 100)
        self.pause(move=move)
        self.assertIn("100.00 paused", self.decide(move).sentence)

    def test_a_pause_shows_on_the_customer_at_once(self):
        self.invoice(self.partner, 100)
        block = self.pause(self.partner)
        self.assertTrue(self.debtor().paused)
        block.action_end()
        self.assertFalse(self.debtor().paused)

    def test_a_pause_of_an_invoice_shows_on_the_invoice(self):
        move, other = self.invoice(self.partner, 100), self.invoice(self.partner, 100)
        self.pause(move=move)
        search = self.env["account.move"].search
        ours = [("id", "in", (move | other).ids)]
        self.assertEqual((move.cobranza_paused, other.cobranza_paused), (True, False))
        self.assertEqual(search([*ours, ("cobranza_paused", "=", True)]), move)
        self.assertEqual(search([*ours, ("cobranza_paused", "=", False)]), other)
        self.assertEqual(search([*ours, ("cobranza_to_chase", "=", True)]), other)

    def test_an_invoice_is_to_chase_as_long_as_one_installment_is(self):
        """As the run decides: a pause of one leaves the others, one of the invoice none."""
        parts = [(days_ago(25), 20), (days_ago(9), 80)]
        half, whole = (self.invoice(self.partner, 0, installments=parts) for _number in range(2))
        moves = half | whole
        for line in (self.due(half)[0], *self.due(whole)):
            self.pause(line=line)
        search = self.env["account.move"].search
        to_chase = [("id", "in", moves.ids), ("cobranza_to_chase", "=", True)]
        self.assertEqual(search(to_chase), half)
        self.assertEqual((half.cobranza_to_chase, whole.cobranza_to_chase), (True, False))
        # it says all the same that something of it is paused
        self.assertTrue(half.cobranza_paused and whole.cobranza_paused)
        pause = self.pause(move=half)
        self.assertFalse(search(to_chase))
        pause.action_end()
        self.assertEqual(search(to_chase), half)
        self.pause(self.partner)
        self.assertFalse(search(to_chase))

    def test_what_is_wholly_agreed_on_is_not_to_chase(self):
        """A dispute of half of it leaves the rest; with a promise of that nothing is left."""
        move = self.invoice(self.partner, 100)
        self.debtor()
        line = self.due(move)
        dispute = self.env["cobranza.dispute"]
        dispute = dispute.browse(
            dispute.raise_dispute(line.id, 40, "price", revisit_date=days_ago(-5))["id"]
        )
        self.assertTrue(move.cobranza_to_chase)
        self.env["cobranza.promise"].promise(self.partner.id, 60, days_ago(-3))
        move.invalidate_recordset()
        self.assertDecision(move, "wait", "paused_until", amount=0)
        self.assertFalse(move.cobranza_to_chase)
        dispute.action_reject("The price list says so")
        move.invalidate_recordset()
        self.assertTrue(move.cobranza_to_chase)

    def test_a_paused_installment_that_was_posted_again_is_not_to_chase(self):
        move = self.invoice(self.partner, 100)
        self.pause(line=self.due(move))
        self.recreate(move)
        self.assertDecision(move, "skip", "paused")
        self.assertFalse(move.cobranza_to_chase)

    def test_in_force_is_what_each_company_says(self):
        """It is a day later in Tokyo: that pause is over, ours isn't."""
        tokyo = self.new_company("Tokyo")
        tokyo.partner_id.tz, self.company.partner_id.tz = "Asia/Tokyo", "America/Mexico_City"
        ours, theirs = (
            self.invoice(self.partner, 100, company=company) for company in (self.company, tokyo)
        )
        pauses = self.env["cobranza.block"].create(
            [
                {
                    "debtor_id": self.debtor(company=move.company_id).id,
                    "move_id": move.id,
                    "until": days_ago(-1),
                    "reason": "Agreed by phone",
                }
                for move in (ours, theirs)
            ]
        )
        moves = self.env["account.move"]
        with self.at_moment("2026-03-10 16:00:00"):
            pauses.invalidate_recordset()
            self.assertEqual(pauses.mapped("state"), ["active", "over"])
            found = self.env["cobranza.block"].search([("state", "=", "active")])
            self.assertEqual(found & pauses, pauses[0])
            found = self.env["cobranza.block"].search([("state", "=", "over")])
            self.assertEqual(found & pauses, pauses[1])
            found = moves.search([("cobranza_to_chase", "=", True)])
            self.assertEqual(found & (ours | theirs), theirs)

    def test_overdue_is_what_each_company_says(self):
        tokyo = self.new_company("Tokyo")
        tokyo.partner_id.tz, self.company.partner_id.tz = "Asia/Tokyo", "America/Mexico_City"
        ours, theirs = (
            self.invoice(self.partner, 100, TODAY, company=company)
            for company in (self.company, tokyo)
        )
        with self.at_moment("2026-03-10 16:00:00"):
            found = self.env["account.move"].search([("cobranza_to_chase", "=", True)])
            self.assertEqual(found & (ours | theirs), theirs)

    def test_of_one_customer_only_his_pauses_and_answers_are_read(self):
        """A form, or a customer's page, doesn't gather those of the whole company."""
        debtors = self.env["cobranza.debtor"]
        for partner in (self.partner, self.other):
            self.invoice(partner, 100)
            self.pause(partner)
            debtors |= self.debtor(partner)
            self.debtor(partner)._log_answer("other", note="I'll call you")
        self.env.flush_all()
        facts = self.env["cobranza.facts"]
        for wanted, ids in ((debtors[0], debtors[0].ids), (debtors, None)):
            for query in (
                facts._query_blocks(self.company, TODAY, ids),
                facts._query_waiting(self.company, ids),
            ):
                found = {row[0] for row in self.env.execute_query(query)}
                self.assertEqual(found, set(wanted.ids))

    def test_the_pause_dialog(self):
        """One pause for each customer and invoice, all with the same reason."""
        first, second = self.invoice(self.partner, 100), self.invoice(self.partner, 50)
        hers = self.invoice(self.other, 100)
        wizard = self.env["cobranza.pause.wizard"].create(
            {
                "debtor_ids": self.debtor(self.other).ids,
                "move_ids": first.ids,
                "reason": "He called",
                "until": days_ago(-7),
            }
        )
        wizard.action_pause()
        self.assertDecision(first, "wait", "paused_until", next_date=days_ago(-7))
        self.assertDecision(hers, "wait", "paused_until", next_date=days_ago(-7))
        self.assertDecision(second, "remind", "level_reached")

    def test_the_pause_dialog_wants_something_owed(self):
        draft = self.invoice(self.partner, 100, post=False)
        wizard = self.env["cobranza.pause.wizard"].create(
            {"move_ids": draft.ids, "reason": "He called"}
        )
        with self.assertRefused("yet: post them first"):
            wizard.action_pause()

    def test_a_pause_names_only_documents_of_its_customer(self):
        move = self.invoice(self.partner, 100)
        hers = self.invoice(self.other, 100)
        with self.assertRefused("isn't a document of Berta Customer", ValidationError):
            self.pause(self.other, move=move)
        with self.assertRefused("isn't a document of Ana Customer", ValidationError):
            self.pause(self.partner, line=self.due(hers))

    def test_a_pause_of_a_contacts_invoice_is_allowed(self):
        shop = self.new_partner("Shop", parent_id=self.partner.id)
        move = self.invoice(shop, 100)
        self.pause(move=move)
        self.assertDecision(move, "skip", "paused")

    def test_pauses_are_found_by_state(self):
        self.invoice(self.partner, 100)
        endless = self.pause(self.partner)
        running = self.pause(self.partner, until=days_ago(-1))
        past = self.pause(self.partner, until=TODAY)
        ended = self.pause(self.partner)
        ended.action_end()
        search = self.env["cobranza.block"].with_context(active_test=False).search
        ours = [("debtor_id", "=", self.debtor().id)]
        self.assertEqual(search([*ours, ("state", "=", "active")]), running | endless)
        self.assertEqual(search([*ours, ("state", "=", "over")]), ended | past)
        self.assertEqual(len(search([*ours, ("state", "in", ("active", "over"))])), 4)
        self.assertEqual(search([*ours, ("state", "!=", "over")]), running | endless)
