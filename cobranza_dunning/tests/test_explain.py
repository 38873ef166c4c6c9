"""Explanations of decisions."""

import random
from collections import Counter
from datetime import date

from odoo.tests import tagged

from .cases import RunCase
from .common import EXPLAINED, days_ago


@tagged("post_install", "-at_install")
class TestExplain(RunCase):
    """The explanation on a line is the run's own decision."""

    def rich_ledger(self, seed):
        """Make a ledger with something of everything; return its moves."""
        rng = random.Random(seed)
        euro, peso = self.new_currency("EUR", 0.5), self.new_currency("MXN", 20)
        own = self.new_policy(
            [(2, "reminder"), (30, "follow_up")],
            progression="by_age", net_credits=False, require_sent=True, name="Own",
        )  # fmt: skip
        self.policy.write({"cadence_days": 3, "minimum_amount": 30})
        self.policy.level_ids.gap_days = 4
        partners = [self.new_partner(f"Rich {number}") for number in range(5)]
        partners[0].email = False
        contacts = partners + [
            self.new_partner(f"Shop {number}", parent_id=partner.id)
            for number, partner in enumerate(partners[:3])
        ]
        moves = self.env["account.move"]
        for _number in range(26):
            partner = rng.choice(contacts)
            due = days_ago(rng.choice([90, 61, 33, 25, 21, 12, 6, 5, 1, 0, -3, -20]))
            currency = rng.choice([self.company.currency_id, euro, peso])
            amount = rng.choice([10, 29.99, 100, 333.33, 1000])
            kind = rng.randrange(10)
            if kind == 0:
                moves |= self.credit_note(partner, amount, currency)
            elif kind == 1:
                moves |= self.journal_debt(rng.choice([partner, None]), amount, due, currency)
            elif kind == 2:
                moves |= self.open_payment(partner, amount, currency).move_id
            elif kind == 3:
                half = amount / 2
                moves |= self.invoice(
                    partner, 0, currency=currency,
                    installments=[(due, half), (days_ago(-30), amount - half)],
                )  # fmt: skip
            else:
                moves |= self.invoice(partner, amount, due, currency, sent=rng.random() > 0.2)
        invoices = moves.filtered(lambda one: one.move_type == "out_invoice").sorted("id")
        self.pay(invoices[0], 3)
        self.payment_in_process(invoices[1], 7)
        self.payment_in_process(invoices[2], 5, self.company.currency_id)
        self.due(invoices[3]).no_followup = True
        invoices[4].cobranza_policy_id = own
        self.debtor(partners[1]).policy_id = own
        invoices[5].action_toggle_block_payment()
        steady = self.new_partner("Steady")
        moves |= self.invoice(steady, 500, days_ago(61))
        self.remind(days_ago(9))
        self.remind(days_ago(2), self.debtor(partners[2]) | self.debtor(steady))
        self.pause(move=invoices[6], until=days_ago(-2))
        self.pause(partner=partners[3], until=days_ago(-1))
        return moves

    def test_another_currency_is_named_by_its_code(self):
        """In pesos and in dollars there is the same sign: nobody guesses which are meant."""
        peso = self.new_currency("MXN", 20)
        move, own = self.invoice(self.partner, 100, currency=peso), self.invoice(self.partner, 70)
        self.payment_in_process(move, 40)
        self.payment_in_process(own, 30)
        self.assertIn("(40.00\xa0MXN in process)", self.assertDecision(move, "remind",
                      "level_reached").sentence)
        self.assertIn("($\xa030.00 in process)", self.assertDecision(own, "remind",
                      "level_reached").sentence)

    def test_explanations_equal_the_runs_decisions(self):
        seen = set()
        moves = self.env["account.move"]
        for seed in (1, 2):
            moves |= self.rich_ledger(seed)
            for day in (None, days_ago(7), days_ago(-2), days_ago(-40)):
                with self.subTest(seed=seed, day=day):
                    run = self.run_dunning("preview", day)
                    explained = {one["line_id"]: one for one in moves.cobranza_explain(day)}
                    self.assertEqual(set(explained), set(run.line_ids.move_line_id.ids))
                    for one in run.line_ids:
                        explanation = explained[one.move_line_id.id]
                        self.assertEqual(
                            {name: explanation[name] for name in EXPLAINED},
                            {name: value(one) for name, value in EXPLAINED.items()},
                        )
                    seen |= set(run.line_ids.mapped("reason"))
                    self.check_amounts(run)
        # a ledger in which everything is skipped would prove little
        self.assertGreaterEqual(
            seen,
            {"level_reached", "level_not_reached", "gap", "cadence", "paused_until", "paused",
             "no_partner", "no_followup", "not_sent", "credit", "no_email"},
        )  # fmt: skip

    def check_amounts(self, run):
        """Nobody is asked for more than a line has; no credit is used twice."""
        credits, used = Counter(), Counter()
        for one in run.line_ids:
            key = (one.debtor_id, one.currency_id)
            if one.residual < 0:
                credits[key] += -one.residual - one.in_process_amount
            used[key] += one.credit_amount
            self.assertGreaterEqual(one.amount, 0)
            self.assertLessEqual(one.amount, max(one.residual, 0))
            if one.outcome != "skip":
                parts = one.in_process_amount + one.paused_amount + one.credit_amount + one.amount
                self.assertAlmostEqual(parts, one.residual, 2)
        for key, amount in used.items():
            self.assertLessEqual(round(amount, 2), round(credits[key], 2), key)

    def test_an_explanation_is_plain_data(self):
        move = self.invoice(self.partner, 100)
        (one,) = move.cobranza_explain()
        self.assertEqual(one["line_id"], self.due(move).id)
        self.assertEqual(
            (one["outcome"], one["reason"], one["amount"], one["currency"]),
            ("remind", "level_reached", 100.0, "USD"),
        )
        self.assertEqual((one["level"], one["level_id"]), ("reminder 5", self.r5.id))
        self.assertEqual((one["policy"], one["policy_rule"]), ("Test policy", "company"))
        self.assertEqual((one["next_date"], one["date_due"]), (False, str(days_ago(30))))
        self.assertEqual(one.pop("pauses"), [])
        for value in one.values():
            self.assertIsInstance(value, (str, int, float, bool))

    def test_an_explanation_for_a_day_given_as_text(self):
        move = self.invoice(self.partner, 100, days_ago(4))
        self.assertEqual(move.cobranza_explain("2026-03-11")[0]["outcome"], "remind")
        self.assertEqual(move.cobranza_explain("2026-03-10")[0]["outcome"], "wait")

    def test_an_explanation_for_what_is_no_day_is_refused(self):
        move = self.invoice(self.partner, 100)
        for value in ("tomorrow", "31/12/2026", "2026-13-45", 5, [1], {"day": 1}, True):
            with self.subTest(value), self.assertRefused("isn't a date: write it as"):
                move.cobranza_explain(value)

    def test_a_due_date_at_the_end_of_the_calendar_stops_no_run(self):
        """“9999-12-31” is how some systems write “whenever”."""
        late = self.invoice(self.partner, 100)
        never = self.invoice(self.other, 50, date.max, invoice_date=days_ago(60))
        self.assertDecision(late, "remind", "level_reached")
        self.assertDecision(never, "wait", "level_not_reached", next_date=date.max)

    def test_what_is_not_due_is_left_out(self):
        draft = self.invoice(self.partner, 100, post=False)
        paid = self.invoice(self.partner, 100)
        self.pay(paid)
        open_one = self.invoice(self.partner, 100)
        moves = draft | paid | open_one
        self.assertEqual(
            [one["move_id"] for one in moves.cobranza_explain()], [open_one.id]
        )
        self.assertEqual(self.env["account.move"].cobranza_explain(), [])

    def test_lines_of_two_companies(self):
        second = self.new_company()
        second.partner_id.tz = "Asia/Tokyo"
        here = self.invoice(self.partner, 100, days_ago(4))
        there = self.invoice(self.partner, 100, days_ago(4), company=second)
        with self.at_moment("2026-03-10 16:00:00"):
            explained = {one["move_id"]: one for one in (here | there).cobranza_explain()}
        self.assertEqual(explained[here.id]["outcome"], "wait")
        self.assertEqual(explained[there.id]["outcome"], "remind")
        self.assertEqual(explained[there.id]["policy_id"], second.cobranza_policy_id.id)

    def test_the_fields_on_the_line_say_the_same(self):
        move = self.invoice(self.partner, 100, days_ago(1))
        line, one = self.due(move), self.decide(move)
        self.assertEqual(
            (line.cobranza_outcome, line.cobranza_reason, line.cobranza_level_id),
            (one.outcome, one.reason, one.level_id),
        )
        self.assertEqual(
            (line.cobranza_next_date, line.cobranza_amount, line.cobranza_sentence),
            (one.next_date, one.amount, one.sentence),
        )
        income = move.line_ids - line
        self.assertFalse(income.cobranza_outcome or income.cobranza_amount)

    def test_the_sentence_is_in_the_users_language(self):
        self.env["res.lang"]._activate_lang("es_ES")
        move = self.invoice(self.partner, 100, days_ago(1))
        line = self.due(move)
        english = line.cobranza_explain()[0]["sentence"]
        self.assertIn("“reminder 5” follows on 03/14/2026", english)
        spanish = line.with_context(lang="es_ES").cobranza_explain()[0]["sentence"]
        self.assertIn("14/03/2026", spanish)

    def test_an_explanation_changes_nothing(self):
        move = self.invoice(self.partner, 100)
        self.debtor()
        before = self.rows("cobranza_debtor")
        move.cobranza_explain()
        self.assertEqual(self.rows("cobranza_debtor"), before)

    def test_the_next_step_of_a_customer(self):
        debtor = self.env["cobranza.debtor"]
        self.invoice(self.partner, 100, days_ago(1))
        debtor = self.debtor()
        self.assertIn("03/14/2026", debtor.next_step)
        ready = self.invoice(self.partner, 100)
        debtor.invalidate_recordset()
        self.assertIn("ready for a reminder", debtor.next_step)
        self.pause(self.partner)
        debtor.invalidate_recordset()
        self.assertIn("No reminder will follow", debtor.next_step)
        self.pay(ready | debtor.due_line_ids.move_id)
        debtor.invalidate_recordset()
        self.assertIn("Nothing is open", debtor.next_step)
