"""The list of today: who is on it, and who comes first."""

from ast import literal_eval

from odoo.tests import tagged

from .common import TODAY, days_ago
from .test_segment import SegmentCase


@tagged("post_install", "-at_install")
class TestToday(SegmentCase):
    """Who is on the list of today, and who comes first."""

    ORDER = "insurance_due_date, priority desc, overdue_amount desc, id"

    def today(self):
        """The customers on the list, in its order."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_debtor_action_today"
        )
        for view, kind in action["views"][:2]:
            arch = self.env["cobranza.debtor"].get_view(view, kind)["arch"]
            self.assertIn(f'default_order="{self.ORDER}"', arch)
        domain = [*literal_eval(action["domain"]), ("company_id", "=", self.company.id)]
        return self.env["cobranza.debtor"].search(domain, order=self.ORDER).partner_id

    def test_of_about_the_same_amount_who_pays_worse_comes_first(self):
        huge, unknown = self.new_partner("Huge"), self.new_partner("Unknown")
        self.known(self.other)
        self.slow_payer()
        for partner, amount in ((huge, 12_000), (self.other, 4_000), (unknown, 3_000),
                                (self.partner, 2_000)):  # fmt: skip
            self.invoice(partner, amount, days_ago(2))
        self.env.cr.flush()
        self.assertEqual(self.today(), huge | self.partner | unknown | self.other)

    def test_a_promise_just_broken_comes_first_though_nothing_is_overdue(self):
        self.invoice(self.other, 9_000)
        move = self.invoice(self.partner, 10, days_ago(-90))
        self.debtor()
        self.assertEqual(self.today(), self.other)
        self.policy.promise_grace_days = 0
        promises = self.env["cobranza.promise"]
        promises.promise(self.partner.id, 10, TODAY, line_ids=self.due(move).ids)
        for day, on_the_list in ((1, True), (7, True), (8, False)):
            with self.subTest(day), self.at(days_ago(-day)):
                promises._evaluate(self.company)
                self.env["cobranza.debtor"]._refresh_figures(self.company)
                both = self.partner | self.other
                self.assertEqual(self.today(), both if on_the_list else self.other)

    def test_a_promise_of_something_overdue_that_is_broken_comes_first(self):
        self.invoice(self.other, 9_000)
        self.invoice(self.partner, 10)
        self.debtor()
        self.assertEqual(self.today(), self.other | self.partner)
        promises = self.env["cobranza.promise"]
        promises.promise(self.partner.id, 10, TODAY)
        with self.at(days_ago(-9)):
            promises._evaluate(self.company)
            self.env["cobranza.debtor"]._refresh_figures(self.company)
            self.assertEqual(self.debtor().broken_count, 1)
            self.assertEqual(self.today(), self.partner | self.other)
