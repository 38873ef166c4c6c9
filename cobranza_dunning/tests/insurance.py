"""What the tests of credit insurance share: a policy, limits, and what is covered."""

from datetime import date

from odoo import Command

from .common import CobranzaCase

YEAR = ("2026-01-01", "2026-12-31")
#: Types of accounts whose items are matched with payments.
RECONCILED = ("asset_receivable", "liability_payable")


class InsuranceCase(CobranzaCase):
    """A policy that insures 90 % (insurer's limit), 80 % (our own) and 70 % (blind) in 2026.

    New invoices are to be insured.  It has no other terms: a test that is about one sets it.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.insurance = cls.new_insurance()

    @classmethod
    def new_insurance(cls, company=None, **vals):
        """Create an insurance policy."""
        company = company or cls.env.company
        return cls.env["cobranza.insurance.policy"].create(
            {
                "name": "Whole turnover",
                "company_id": company.id,
                "currency_id": company.currency_id.id,
                "period_ids": [Command.create({"date_from": YEAR[0], "date_to": YEAR[1]})],
                "percentage_ids": [
                    Command.create({"kind": kind, "percentage": percentage})
                    for kind, percentage in (("named", 90), ("discretionary", 80), ("blind", 70))
                ],
                "law": False,
                **vals,
            }
        )

    @classmethod
    def renewal(cls, policy, first, **vals):
        """The policy that renews one from a day of the year on; it ends on the day before."""
        policy.period_ids.date_to = date.fromordinal(first.toordinal() - 1)
        period = Command.create({"date_from": first, "date_to": YEAR[1]})
        return cls.new_insurance(
            name=f"From {first}", renews_id=policy.id, period_ids=[period], **vals
        )

    @classmethod
    def book_claims(cls, policy=None, **vals):
        """Give a policy an insurer, and accounts to book claims on; return {field: account}."""
        policy = policy or cls.insurance
        make = cls._account_maker(policy.company_id)
        accounts = {
            name: make(code, name, account_type, reconcile=account_type in RECONCILED)
            for name, code, account_type in (
                ("insurer_account_id", "4400", "asset_receivable"),
                ("claim_account_id", "4308", "asset_current"),
                ("insurer_share_account_id", "4100", "liability_payable"),
                ("loss_account_id", "6500", "expense"),
            )
        }
        policy.write(
            {
                "insurer_id": cls.new_partner("Seguros Norte").id,
                "claim_journal_id": cls.books[policy.company_id]["journals"]["general"].id,
                **{name: account.id for name, account in accounts.items()},
                **vals,
            }
        )
        return accounts

    def limit(self, amount, partner=None, effective=YEAR[0], decision="granted", **vals):
        """Record a decision of the insurer about a customer, known since January."""
        return self.env["cobranza.insurance.limit"].create(
            {
                "policy_id": self.insurance.id,
                "partner_id": (partner or self.partner).id,
                "amount": amount,
                "effective": effective,
                "recorded": YEAR[0],
                "decision": decision,
                **vals,
            }
        )

    @classmethod
    def deadline(cls, duty, base, days=0, months=0):
        """The command that adds a deadline to a policy."""
        return Command.create({"duty": duty, "base": base, "days": days, "months": months})

    def sale(self, amount, invoiced=date(2026, 3, 1), due=None, partner=None, **vals):
        """Post an invoice of a day; due after 30 days."""
        due = due or date.fromordinal(invoiced.toordinal() + 30)
        return self.invoice(
            partner or self.partner, amount, due=due, invoice_date=invoiced, **vals
        )

    def add_tax(self, invoice, amount, total):
        """Give a draft a tax that makes `amount` of its total; return it."""
        tax = self.env["account.tax"].create(
            {
                "name": f"Tax of {invoice.id}",
                "amount_type": "percent",
                "amount": 100 * amount / (total - amount),
                "type_tax_use": "sale",
                "company_id": self.company.id,
                "country_id": self.env.ref("base.us").id,
                "tax_group_id": self.env["account.tax.group"]
                .create({"name": "Tax", "company_id": self.company.id,
                         "country_id": self.env.ref("base.us").id})
                .id,
            }
        )  # fmt: skip
        invoice.invoice_line_ids.tax_ids = tax
        self.assertAlmostEqual(invoice.amount_total, total)
        return tax

    def take_tax_back(self, of, tax, net=1000, **vals):
        """Credit the tax of so much of a document, and nothing else; return the credit note."""
        today = self.company._cobranza_today()
        note = self.invoice(
            self.partner, net, due=today, invoice_date=today, move_type="out_refund", post=False,
            **vals,
        )  # fmt: skip
        note.invoice_line_ids.tax_ids = tax
        note.invoice_line_ids = [
            Command.create({"name": "Net", "quantity": 1, "price_unit": -net, "tax_ids": False})
        ]
        note.action_post()
        self.assertEqual(note.amount_untaxed, 0)
        (self.due(note) | self.due(of).filtered(lambda one: not one.reconciled)).reconcile()
        return note

    def commit(self):
        """What follows when a transaction commits."""
        self.env.flush_all()
        self.env.cr.flush()
        self.env.invalidate_all()

    def cover(self, of):
        """The one cover that is believed now of a move's only due line."""
        self.commit()
        found = self.env["cobranza.insurance.cover"].search(
            [("move_id", "=", of.id), ("date_to", "=", False)]
        )
        self.assertEqual(len(found), 1, "covers of one due line")
        return found

    def assertCovered(self, of, covered, state=None, reason=None):
        """Check what is believed of a move's only due line, and that asking says the same."""
        one = self.cover(of)
        self.assertAlmostEqual(one.covered_amount, covered, places=2)
        self.assertAlmostEqual(one.covered_amount + one.uncovered_amount, one.residual_amount)
        if state:
            self.assertEqual(one.state, state)
        if reason:
            self.assertEqual(one.reason, reason)
        (asked,) = of.cobranza_cover()
        for name in ("covered_amount", "uncovered_amount", "state", "reasons", "percentage",
                     "insured_amount", "reason", "suspended_amount", "lost_amount"):  # fmt: skip
            self.assertEqual(asked[name], one[name], name)
        return one
