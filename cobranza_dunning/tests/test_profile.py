"""How a customer pays: figures, score and what it is made of, as the ledger changes."""

from collections import defaultdict
from datetime import timedelta

from odoo.tests import tagged
from odoo.tools.mail import html2plaintext

from .common import TODAY, CobranzaCase, days_ago


class ProfileCase(CobranzaCase):
    """Customers with a history of payments."""

    def buy_and_pay(self, late, amount=100):
        """Invoice something due 60 days ago, and have it paid so many days late."""
        return self.history([(late, days_ago(60))], amount=amount)

    def known(self, partner=None, late=(0, 0, 0)):
        """Give a customer enough history for a score: known for a year, so many paid late."""
        self.history([(0, days_ago(400)), *((days, days_ago(60)) for days in late)], partner)
        return self.debtor(partner)

    def history(self, bought, partner=None, amount=100):
        """Invoice what was due on some days; what is paid on one day is one payment.

        bought: (days late, due date) each.
        """
        partner = partner or self.partner
        moves = self.invoices([(partner, amount, due) for _late, due in bought])
        self.env.cr.flush()  # posted one day, paid another
        paid = defaultdict(self.env["account.move"].browse)
        for move, (late, due) in zip(moves, bought, strict=True):
            paid[due + timedelta(days=late)] |= move
        for day, those in paid.items():
            self.pay(those, payment_date=day)
        return moves

    def points(self, debtor):
        return {one["code"]: one["points"] for one in debtor.score_explanation}

    def said(self, debtor):
        return " ".join(html2plaintext(debtor.score_html).split())


@tagged("post_install", "-at_install")
class TestProfile(ProfileCase):
    """Figures and score."""

    def test_too_little_history_gives_no_score(self):
        for number in range(2):
            self.buy_and_pay(0)
            debtor = self.debtor()
            self.assertEqual((debtor.history_count, debtor.has_score), (number + 1, False))
        self.assertFalse(debtor.score_explanation)
        self.assertIn("Not enough history for a score: it takes 3 due lines", self.said(debtor))
        self.assertIn("So far: 2 due lines, the first invoice on 12/10/2025.", self.said(debtor))
        self.buy_and_pay(0)
        self.assertTrue(self.debtor().has_score)

    def test_a_customer_of_yesterday_has_no_score(self):
        for _number in range(3):
            self.invoice(self.partner, 100, days_ago(1), invoice_date=days_ago(89))
        self.assertFalse(self.debtor().has_score)
        with self.at(days_ago(-1)):
            self.debtor().action_refresh_figures()
            self.assertTrue(self.debtor().has_score)

    def test_who_pays_on_time(self):
        debtor = self.known()
        self.assertEqual((debtor.average_delay, debtor.late_share), (0, 0))
        self.assertEqual(
            self.points(debtor),
            {"delay": 40, "late_share": 15, "promises": 15, "plans": 10, "known": 3,
             "purchases": 3, "limit": 10},
        )  # fmt: skip
        self.assertEqual((debtor.has_score, debtor.score), (True, 96))
        self.assertEqual(debtor.customer_since, days_ago(430))
        self.assertEqual((debtor.purchase_frequency, debtor.average_ticket), (0.3, 100))
        for words in ("+40 of 40 pays on time on average", "customer since January 2025",
                      "no promise broken in 12 months"):  # fmt: skip
            self.assertIn(words, self.said(debtor))

    def test_his_share_of_what_we_sold(self):
        self.invoice(self.partner, 300, days_ago(1))
        self.credit_note(self.partner, 75)
        self.invoice(self.other, 675, days_ago(1))
        self.invoice(self.other, 5000, days_ago(500), invoice_date=days_ago(500))
        self.assertEqual(self.debtor().sales_share, 0.25)
        self.assertEqual(self.debtor(self.other).sales_share, 0.75)
        both = self.debtor() | self.debtor(self.other)
        both.invalidate_recordset()
        both.mapped("partner_id")
        with self.assertQueryCount(2):
            both.mapped("sales_share")

    def test_who_only_sent_back_has_no_share(self):
        self.credit_note(self.partner, 100)
        self.assertEqual(self.debtor().sales_share, 0)

    def test_days_late_are_weighted_by_amount(self):
        """The worked example: 140 paid 7 days late and 85 that are 55 days late."""
        self.buy_and_pay(7, amount=140)
        self.invoice(self.partner, 85, days_ago(55))
        debtor = self.debtor()
        self.assertEqual((debtor.average_delay, debtor.late_share), (25.1, 1))
        self.assertEqual(debtor.history_count, 2)

    def test_open_lines_count_with_their_days_so_far(self):
        self.invoice(self.partner, 100, days_ago(10))
        self.invoice(self.partner, 100, days_ago(-10))  # not due yet
        debtor = self.debtor()
        self.assertEqual((debtor.average_delay, debtor.history_count), (10, 1))
        with self.at(days_ago(-5)):
            self.env["cobranza.debtor"]._refresh_figures(self.company)
        self.assertEqual(debtor.average_delay, 15)

    def test_paid_in_parts_each_part_counts_with_its_days(self):
        move = self.invoice(self.partner, 100, days_ago(20))
        self.pay(move, 60, payment_date=days_ago(20))
        debtor = self.debtor()
        self.assertEqual((debtor.average_delay, debtor.late_share), (8, 0.4))
        self.assertEqual(debtor.history_count, 1)

    def test_paid_early_is_on_time(self):
        self.buy_and_pay(-30)
        self.buy_and_pay(30)
        self.assertEqual(self.debtor().average_delay, 15)

    def test_what_was_paid_more_than_a_year_ago_does_not_count(self):
        for paid, expected in ((days_ago(365), 0), (days_ago(364), 1)):
            partner = self.new_partner(f"Paid on {paid}")
            move = self.invoice(partner, 100, days_ago(400))
            self.env.cr.flush()
            self.pay(move, payment_date=paid)
            self.assertEqual(self.debtor(partner).history_count, expected, paid)

    def test_credit_notes_are_no_payments(self):
        move = self.invoice(self.partner, 100, days_ago(60))
        self.credit_note(self.partner, 100, invoice=move)
        self.assertEqual(self.debtor().history_count, 0)

    def test_paying_earlier_never_lowers_the_score(self):
        scores = []
        for late in (55, 31, 20, 6, 5, 0, -20):
            partner = self.new_partner(f"{late} days late")
            scores.append(self.known(partner, (late, 0, late)).score)
        self.assertEqual(scores, sorted(scores))
        self.assertLess(scores[0], scores[-1])

    def test_a_broken_promise_costs_points_and_a_kept_one_does_not(self):
        debtor = self.known()
        before = debtor.score
        self._promise_of(40, pays=40)
        self.assertEqual((debtor.kept_count, debtor.score), (1, before))
        self._promise_of(40, pays=30)
        self.assertEqual((debtor.partly_kept_count, self.points(debtor)["promises"]), (1, 11))
        self._promise_of(40, pays=0)
        self.assertEqual((debtor.broken_count, self.points(debtor)["promises"]), (1, 3))
        self.assertIn("promises broken in 12 months: 1, kept only in part: 1", self.said(debtor))

    def _promise_of(self, amount, pays):
        """Have the customer promise an amount for today, pay so much of it, and the day pass."""
        move = self.invoice(self.partner, amount, days_ago(-90))
        promise = self.env["cobranza.promise"]
        promise.promise(self.partner.id, amount, TODAY, line_ids=self.due(move).ids)
        if pays:
            self.pay(move, pays)
        with self.at(days_ago(-9)):
            promise._evaluate(self.company)
            self.debtor().action_refresh_figures()

    def test_what_is_disputed_is_not_counted_against_him(self):
        paid = self.invoice(self.partner, 100, days_ago(60))
        move = self.invoice(self.partner, 100, days_ago(50))
        dispute = self.env["cobranza.dispute"]
        reason = self.env["cobranza.dispute.reason"].search([], limit=1)
        for one, amount in ((paid, 100), (move, 40)):
            dispute |= dispute.create(
                {"move_line_id": self.due(one).id, "amount": amount, "reason_id": reason.id}
            )
        self.pay(paid, payment_date=TODAY)
        debtor = self.debtor()
        # 60 of the second are late all the same
        self.assertEqual((debtor.history_count, debtor.average_delay), (1, 50))
        dispute[0].action_reject("Delivered as ordered")
        self.assertEqual((debtor.history_count, debtor.average_delay), (2, 56.3))

    def test_a_broken_plan_costs_points(self):
        debtor = self.known()
        move = self.invoice(self.partner, 100, days_ago(-90))
        made = self.env["cobranza.plan"].propose(
            self.partner.id, {"lines": self.due(move).ids, "count": 2}
        )
        plan = self.env["cobranza.plan"].browse(made["plan_id"])
        self.assertEqual((debtor.broken_plan_count, self.points(debtor)["plans"]), (0, 10))
        plan._gated().write({"state": "broken", "broken_on": TODAY})
        debtor.action_refresh_figures()
        self.assertEqual((debtor.broken_plan_count, self.points(debtor)["plans"]), (1, 4))

    def test_the_credit_limit_of_accounting(self):
        debtor = self.known()
        self.invoice(self.partner, 100, days_ago(-5))
        for use, limit, points in ((False, 50, 10), (True, 0, 10), (True, 125, 10), (True, 124, 6),
                                   (True, 100, 6), (True, 99, 0)):  # fmt: skip
            with self.subTest(use=use, limit=limit):
                self.company.account_use_credit_limit = use
                self.partner.credit_limit = limit
                debtor.action_refresh_figures()
                self.assertEqual(self.points(debtor)["limit"], points)
        self.assertEqual(debtor.credit_limit_amount, 99)
        self.assertIn("uses 101 % of his credit limit", self.said(debtor))

    def test_a_collector_need_not_see_credit_limits(self):
        """What he enters concerns a profile that reads more than he may."""
        self.invoice(self.partner, 100, days_ago(5))
        self.company.account_use_credit_limit = True
        self.env.cr.flush()
        collector = self.new_collector(name="No accountant")
        promises = self.env["cobranza.promise"].with_user(collector)
        made = promises.promise(self.partner.id, 50, days_ago(-3))
        self.assertEqual(made["state"], "open")

    def test_a_collectors_run_reads_credit_limits_as_well(self):
        """On a day on which nothing has read the profiles yet, such as where no action is on."""
        self.invoice(self.partner, 100, days_ago(5))
        self.partner.credit_limit = 50
        self.company.account_use_credit_limit = True
        debtor = self.debtor()
        self.company.cobranza_profile_date = False
        collector = self.new_collector(name="No accountant")
        run = self.new_run("propose").with_user(collector)
        run.action_execute()
        self.assertEqual((run.state, self.company.cobranza_profile_date), ("done", TODAY))
        self.assertEqual(debtor.credit_limit_amount, 50)

    def test_another_companys_ledger_does_not_count(self):
        other = self.new_company()
        self.invoice(self.partner, 100, days_ago(50), company=other)
        self.buy_and_pay(0)
        self.assertEqual((self.debtor().history_count, self.debtor().average_delay), (1, 0))
        self.assertEqual(self.debtor(company=other).average_delay, 50)

    def test_all_are_read_once_a_day(self):
        self.buy_and_pay(0)
        self.env.cr.flush()
        debtors = self.env["cobranza.debtor"]
        debtors._refresh_figures(self.company)
        self.assertEqual(self.company.cobranza_profile_date, TODAY)
        self.env.cr.execute("UPDATE cobranza_debtor SET history_count = 99")
        self.env.invalidate_all()
        debtors._refresh_figures(self.company)
        self.assertEqual(self.debtor().history_count, 99)
        with self.at(days_ago(-1)):
            debtors._refresh_figures(self.company)
        self.assertEqual(self.debtor().history_count, 1)
