from odoo.tests import tagged

from .common import CobranzaCase, days_ago


@tagged("post_install", "-at_install")
class TestSelection(CobranzaCase):
    """Which due lines a run sees, and what it says about those it leaves out (DESIGN 8.1–8.2)."""

    def test_smoke(self):
        a = self.invoice(self.partner, 100, days_ago(30))
        b = self.invoice(self.partner, 100, installments=[(days_ago(30), 30), (days_ago(-3), 70)])
        self.pay(a, 40)
        self.payment_in_process(b, 10)
        self.open_payment(self.other, 10)
        self.credit_note(self.partner, 20)
        self.journal_debt(self.other, 50)
        run = self.run_dunning()
        for l in run.line_ids:
            print(l.partner_id.name, l.move_id.name, l.outcome, l.reason, l.amount, l.residual, l.in_process_amount)
        print(self.remind(days_ago(1)).mapped("state"))
        print(self.run_dunning().line_ids.mapped("sentence"))
