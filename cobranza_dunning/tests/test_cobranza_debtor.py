from odoo.tests import tagged
from odoo.tools import SQL

from .common import CobranzaCase, days_ago


@tagged("post_install", "-at_install")
class TestDebtor(CobranzaCase):
    """Whose lines a debtor shows, and when his stored figures are written."""

    def shown(self, debtors):
        """The due lines that the figures of these debtors open."""
        action = debtors.action_view_due_lines()
        return self.env["account.move.line"].search(action["domain"])

    def test_a_subsidiary_of_its_own_is_not_the_holdings_debt(self):
        """Rule 2: a line belongs to exactly one debtor."""
        holding = self.new_partner("Holding", is_company=True)
        subsidiary = self.new_partner("Subsidiary", is_company=True, parent_id=holding.id)
        own = self.due(self.invoice(holding, 100, due=days_ago(10)))
        other = self.due(self.invoice(subsidiary, 200, due=days_ago(10)))
        self.assertEqual(self.shown(self.debtor(holding)), own)
        self.assertEqual(self.debtor(holding).due_line_ids, own)
        self.assertEqual(self.shown(self.debtor(subsidiary)), other)

    def test_debtors_of_two_companies_open_their_own_lines_only(self):
        second = self.new_company()
        own = self.due(self.invoice(self.partner, 100, due=days_ago(10)))
        self.invoice(self.partner, 1, due=days_ago(10), company=second)
        other = self.due(self.invoice(self.other, 200, due=days_ago(10), company=second))
        debtors = self.debtor(self.partner) | self.debtor(self.other, second)
        self.assertEqual(self.shown(debtors), own | other)
        self.assertEqual(debtors.due_line_ids, own | other)

    def test_the_customer_shows_the_current_companys_account(self):
        second = self.new_company()
        self.invoice(self.partner, 100, due=days_ago(10))
        self.invoice(self.partner, 200, due=days_ago(10), company=second)
        here = self.debtor(self.partner)
        self.assertEqual(self.partner.cobranza_overdue_amount, 100)
        self.assertEqual(self.partner.cobranza_debtor_id, here)
        there = self.partner.with_company(second)
        self.assertEqual(there.cobranza_overdue_amount, 200)
        self.assertEqual(there.cobranza_debtor_id, self.debtor(self.partner, second))

    def versions(self):
        """Which version of each debtor's row the database has."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT id, ctid FROM cobranza_debtor WHERE company_id = %s", [self.company.id]
        )
        return dict(self.env.cr.fetchall())

    def test_refreshing_all_writes_only_what_changed(self):
        """Each row written could be one that a bookkeeper is about to change."""
        self.invoice(self.partner, 100, due=days_ago(-30))
        self.invoice(self.other, 100, due=days_ago(-1))
        changing, same = self.debtor(self.other), self.debtor(self.partner)
        before = self.versions()
        with self.at(days_ago(-3)):
            self.env["cobranza.debtor"]._refresh_figures(self.company)
        after = self.versions()
        self.assertEqual(changing.overdue_amount, 100)
        self.assertNotEqual(after[changing.id], before[changing.id])
        self.assertEqual(after[same.id], before[same.id])

    def test_sql_and_domain_agree_on_what_is_open(self):
        """`_cobranza_open_sql` and `_cobranza_open_domain` are the same rule, written twice."""
        paid, partly = self.invoice(self.partner, 50), self.invoice(self.partner, 70)
        self.pay(paid)
        self.pay(partly, 20)
        self.credit_note(self.other, 30)
        self.invoice(self.other, 90).button_draft()
        self.invoice(self.other, 10, company=self.new_company())
        lines = self.env["account.move.line"]
        query = SQL(
            """SELECT l.id FROM account_move_line l JOIN account_account a ON a.id = l.account_id
                WHERE %s""",
            lines._cobranza_open_sql(self.company),
        )
        self.env.flush_all()
        own = [("company_id", "=", self.company.id), *lines._cobranza_open_domain()]
        found = lines.search(own)
        self.assertEqual({row[0] for row in self.env.execute_query(query)}, set(found.ids))
        self.assertIn(self.due(partly), found)
        self.assertNotIn(self.due(paid), found)
