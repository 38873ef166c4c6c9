"""Customers and invoices made through RPC, for tests against a live server."""
from datetime import date, timedelta
from itertools import count

_numbers = count(1)


class Books:
    """The ledger of a company as a script sees it.

    odoo: a logged-in odoorpc client that may do everything. Each customer gets a name and an
    e-mail address that no other test uses.
    """

    def __init__(self, odoo, company_id=None):
        self.odoo = odoo
        self.env = odoo.env
        self.company_id = company_id or odoo.env.user.company_id.id

    def customers(self, number, **values):
        """Make so many customers (`values` for each of them) and return their ids."""
        return self.env["res.partner"].create([
            {"name": f"Customer {n:04d}", "email": f"customer{n:04d}@customers.test",
             "is_company": True, **values}
            for n in (next(_numbers) for _ in range(number))])

    def customer(self, **values):
        """Make one customer and return its id."""
        return self.customers(1, **values)[0]

    def drafts(self, partner_ids, overdue=10, amount=120.5, **values):
        """Make one invoice for each of the partners, not posted yet, and return the ids.

        overdue: days since the due date.
        """
        due = date.today() - timedelta(days=overdue)
        return self.env["account.move"].create([
            {"move_type": "out_invoice", "company_id": self.company_id, "partner_id": partner_id,
             "invoice_date": str(due - timedelta(days=30)), "invoice_date_due": str(due),
             "invoice_payment_term_id": False,
             "invoice_line_ids": [(0, 0, {"name": "Services", "quantity": 1,
                                          "price_unit": amount, "tax_ids": [(6, 0, [])]})],
             **values}
            for partner_id in partner_ids])

    def invoices(self, partner_ids, sent=True, **values):
        """Post one invoice for each of the partners and return the ids.

        sent: whether the invoice was sent to the customer. values: as of `drafts`.
        """
        move_ids = self.drafts(partner_ids, **values)
        self.env["account.move"].action_post(move_ids)
        if sent:
            self.env["account.move"].write(move_ids, {"is_move_sent": True})
        return move_ids

    def invoice(self, partner_id=None, **values):
        """Post one invoice, of a new customer unless one is given; return its id."""
        return self.invoices([partner_id or self.customer()], **values)[0]

    def pay(self, move_id, amount=None):
        """Register a payment of an invoice: all of it, or `amount`."""
        context = {"active_model": "account.move", "active_ids": [move_id]}
        register = self.env["account.payment.register"].with_context(**context)
        wizard_id = register.create({"amount": amount} if amount else {})
        register.action_create_payments([wizard_id])

    def debtors(self, partner_ids):
        """Ids of the collections accounts of these customers, in their order."""
        rows = self.env["cobranza.debtor"].search_read(
            [("partner_id", "in", partner_ids), ("company_id", "=", self.company_id)],
            ["partner_id"])
        by_partner = {row["partner_id"][0]: row["id"] for row in rows}
        return [by_partner[partner_id] for partner_id in partner_ids if partner_id in by_partner]

    def run(self, mode="propose", partner_ids=(), **values):
        """Create and execute a run, of these customers or of all; return its id."""
        run_id = self.env["cobranza.run"].create({
            "company_id": self.company_id, "mode": mode,
            "debtor_ids": [(6, 0, self.debtors(list(partner_ids)))], **values})
        self.env["cobranza.run"].action_execute([run_id])
        return run_id

    def reminders(self, partner_ids, *states):
        """Ids of these customers' reminders, in these states if any is named."""
        domain = [("partner_id", "in", list(partner_ids))]
        return self.env["cobranza.reminder"].search(
            [*domain, ("state", "in", states)] if states else domain, order="id")

    def propose(self, number=1, **values):
        """So many new customers, each with an overdue invoice and a proposed reminder.

        Returns (partner ids, move ids, reminder ids), each in the same order.
        """
        partner_ids = self.customers(number)
        move_ids = self.invoices(partner_ids, **values)
        self.run("propose", partner_ids)
        rows = self.env["cobranza.reminder"].search_read(
            [("partner_id", "in", partner_ids), ("state", "=", "proposed")], ["partner_id"])
        by_partner = {row["partner_id"][0]: row["id"] for row in rows}
        return partner_ids, move_ids, [by_partner[one] for one in partner_ids]

    def read(self, model, record_id, *fields):
        """The values of one record: a dict, or the one value if one field is named."""
        values = self.env[model].read([record_id], list(fields))[0]
        return values[fields[0]] if len(fields) == 1 else values
