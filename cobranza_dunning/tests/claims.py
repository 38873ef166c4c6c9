"""What the tests of insurance claims share: a claim, its entries, and money that comes in."""

from datetime import date

from .insurance import InsuranceCase

#: When it was sold, was due and is claimed; the date of loss.
SOLD = date(2026, 1, 10)
DUE = date(2026, 2, 9)
FILED = date(2026, 3, 10)


class ClaimCase(InsuranceCase):
    """A policy whose claims are booked, and a customer with a limit of 100 000."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.insurer_books = cls.book_claims()
        # a bank statement wants one
        cls.accounts["journals"]["bank"].suspense_account_id = cls._account_maker(cls.company)(
            "1015", "Suspense", "asset_current", reconcile=True
        )

    def claim(self, **vals):
        """Make a draft of what the customer owes."""
        debtor = self.env["cobranza.debtor"]._accounts_of(self.company, self.partner)
        self.commit()
        return self.env["cobranza.insurance.claim"].create(
            {"debtor_id": debtor.id, "policy_id": self.insurance.id, **vals}
        )

    def filed(self, amount=120000, limit=100000, **vals):
        """File a claim about one invoice."""
        self.limit(limit)
        self.sold = self.sale(amount, SOLD, DUE)
        claim = self.claim(**vals)
        claim.action_file()
        return claim

    def agreed(self, *args, **vals):
        """File a claim of which the insurer pays what is expected; the loss is of today."""
        claim = self.filed(*args, **vals)
        claim.action_accept()
        return claim

    def statement(self, partner, amount, against, day=FILED):
        """A bank statement line, reconciled with an open item as the bank widget does."""
        bank = self.accounts["journals"]["bank"]
        line = self.env["account.bank.statement.line"].create(
            {"journal_id": bank.id, "date": day, "payment_ref": "Transfer", "amount": amount,
             "partner_id": partner.id, "counterpart_account_id": against.account_id.id}
        )  # fmt: skip
        found = line.move_id.line_ids.filtered(lambda one: one.account_id == against.account_id)
        (found | against).reconcile()
        return line

    def customer_pays(self, amount, day=FILED, currency=None):
        """The credit item of a customer's payment that is matched with nothing."""
        payment = self.open_payment(self.partner, amount, currency=currency, day=day)
        return payment.move_id.line_ids.filtered(
            lambda one: one.account_type == "asset_receivable"
        )

    def balance(self, name):
        """What stands on one of the policy's accounts, in company currency."""
        account = self.insurer_books[name]
        ((total,),) = self.env["account.move.line"]._read_group(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")], [], ["balance:sum"]
        )
        return round(total or 0, 2)

    def assertBalances(self, insurer=0, claims=0, share=0, loss=0):
        """Check what stands on the four accounts, and that each entry is balanced."""
        found = {
            name: self.balance(f"{name}_account_id")
            for name in ("insurer", "claim", "insurer_share", "loss")
        }
        self.assertEqual(
            found, {"insurer": insurer, "claim": claims, "insurer_share": share, "loss": loss}
        )
        for move in self.env["account.move"].search([("insurance_claim_id", "!=", False)]):
            self.assertTrue(self.company.currency_id.is_zero(sum(move.line_ids.mapped("balance"))))
