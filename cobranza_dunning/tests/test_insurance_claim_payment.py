"""What the insurer pays of a claim, and what he is paid of a recovery, without a bank widget."""

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .claims import DUE, FILED, SOLD, ClaimCase


class PaymentCase(ClaimCase):
    """Money that goes to and fro between the company and the insurer."""

    def insurer_payment(self, amount, partner=None, outbound=False, **vals):
        """The open item of a payment that was registered by Odoo's own form."""
        way = "outbound" if outbound else "inbound"
        payment = self.env["account.payment"].create(
            {"payment_type": way, "partner_type": "supplier" if outbound else "customer",
             "partner_id": (partner or self.insurance.insurer_id).id, "amount": amount,
             "journal_id": self.accounts["journals"]["bank"].id, "date": FILED,
             "payment_method_line_id": self.accounts["with_entry"][way].id, **vals}
        )  # fmt: skip
        payment.action_post()
        return payment.move_id.line_ids.filtered(
            lambda one: one.account_id == payment.destination_account_id
        )

    def payment(self, paid):
        """The payment that an answer is about."""
        return self.env["account.payment"].browse(paid["payment_id"])


@tagged("post_install", "-at_install")
class TestClaimPayment(PaymentCase):
    """The insurer pays, and the claim can be closed; undone, he owes it again."""

    def test_all_of_it_and_the_claim_is_closed(self):
        claim = self.agreed(1000)
        claim.reference = "S-77"
        paid = claim.register_payment()
        payment = self.payment(paid)
        self.assertEqual(
            {name: paid[name] for name in ("amount", "currency", "open", "open_currency")},
            {"amount": 900, "currency": "USD", "open": 0, "open_currency": "USD"},
        )
        self.assertEqual(
            (payment.payment_type, payment.partner_id, payment.memo, payment.date),
            ("inbound", claim.insurer_id, "S-77", FILED),
        )
        self.assertEqual(payment.destination_account_id, self.insurance.insurer_account_id)
        self.assertEqual((claim.state, claim.received_amount), ("paid", 900))
        self.assertBalances(claims=-900)
        claim.action_close()
        self.assertEqual((claim.state, claim.written_off_amount), ("closed", 100))

    def test_two_payments_the_first_on_account(self):
        claim = self.filed(1000)
        paid = claim.register_payment(450, date="2026-03-08", reference="On account")
        self.assertEqual((paid["open"], claim.state), (450, "filed"))
        payment = self.payment(paid)
        self.assertEqual((payment.date, payment.memo), (date(2026, 3, 8), "On account"))
        claim.action_accept()
        self.assertEqual(claim.state, "accepted")
        claim.register_payment()
        self.assertEqual((claim.state, claim.received_amount, claim.open_amount), ("paid", 900, 0))
        with self.assertRaisesRegex(UserError, "Nothing is open here"):
            claim.register_payment()

    def test_what_was_corrected_is_paid_at_once(self):
        """Two items are open; one payment settles both, or the older one first."""
        claim = self.filed(1000)
        claim.action_accept(950)
        self.assertEqual(len(claim._items_to_pay()), 2)
        claim.register_payment(920)
        self.assertEqual(claim._items_to_pay().amount_residual_currency, 30)
        claim.register_payment()
        self.assertEqual(claim.state, "paid")

    def test_reset_or_cancelled_it_is_open_again(self):
        claim = self.agreed(1000)
        payment = self.payment(claim.register_payment())
        payment.action_draft()
        self.assertEqual((claim.state, claim.open_amount), ("accepted", 900))
        payment.action_post()
        claim.register_payment(payment_line_id=claim._open_payments().id)
        self.assertEqual(claim.state, "paid")
        payment.action_draft()
        payment.action_cancel()
        self.assertFalse(claim._open_payments())
        claim.register_payment()
        self.assertEqual(claim.state, "paid")

    def test_no_more_than_is_open(self):
        claim = self.agreed(1000)
        for amount, said in ((900.01, r"Only \$.900.00 can be settled"), (0, "more than nothing"),
                             (-1, "more than nothing"), ("x", "isn't an amount")):  # fmt: skip
            with self.subTest(amount), self.assertRaisesRegex(UserError, said):
                claim.register_payment(amount)
        with self.assertRaisesRegex(UserError, "isn't a date"):
            claim.register_payment(date="tomorrow")
        self.assertEqual((claim.state, claim.open_amount), ("accepted", 900))

    def test_not_on_days_to_come(self):
        claim = self.agreed(1000)
        for day in ("2035-01-01", "2026-03-11"):
            with self.subTest(day), self.assertRefused("can't be in the future"):
                claim.register_payment(100, day)
        made = claim.register_payment(100, str(FILED))
        payment = self.env["account.payment"].browse(made["payment_id"])
        self.assertEqual((payment.date, claim.open_amount), (FILED, 800))

    def test_only_in_journals_of_money(self):
        claim = self.agreed(1000)
        other = self.new_company()
        theirs = self.env["account.journal"].create(
            {"name": "Theirs", "code": "THB", "type": "bank", "company_id": other.id}
        )
        for journal_id in (self.accounts["journals"]["general"].id, theirs.id, 0, "x"):
            with self.subTest(journal_id), self.assertRaisesRegex(UserError, "bank or cash"):
                claim.register_payment(journal_id=journal_id)
        bank = self.accounts["journals"]["bank"]
        paid = claim.register_payment(journal_id=bank.id)
        self.assertEqual(self.payment(paid).journal_id, bank)

    def test_a_draft_owes_nothing(self):
        self.limit(100000)
        self.sale(1000, SOLD, DUE)
        with self.assertRaisesRegex(UserError, "Nothing is open here"):
            self.claim().register_payment()
        with self.assertRaisesRegex(UserError, "Nothing is open here"):
            self.env["cobranza.insurance.claim"].register_payment()

    def test_in_another_currency(self):
        """The policy's currency has risen: the difference is Odoo's, the claim is paid."""
        foreign = self.new_currency("EUR", 2)
        self.insurance.currency_id = foreign
        self.limit(100000)
        self.sale(1000, SOLD, DUE, currency=foreign)
        claim = self.claim()
        claim.action_file()
        claim.action_accept()
        self.assertBalances(insurer=450, claims=-450)
        self.env["res.currency.rate"].create(
            {"currency_id": foreign.id, "name": FILED, "rate": 1.5, "company_id": self.company.id}
        )
        paid = claim.register_payment(300)
        self.assertEqual((paid["currency"], paid["open"]), ("EUR", 600))
        claim.register_payment()
        self.assertEqual((claim.state, claim.open_amount), ("paid", 0))
        self.assertBalances(claims=-450)

    # --- who

    def test_who_may_record_it(self):
        claim = self.agreed(1000)
        refused = claim.with_user(self.new_collector(name="Carla Collector"))
        with self.assertRaisesRegex(AccessError, "register payments, or manages collections"):
            refused.register_payment(100)
        for group in ("cobranza_dunning.group_manager", "account.group_account_invoice"):
            user = self.new_user(group)
            paid = claim.with_user(user).register_payment(100)
            self.assertEqual(self.payment(paid).create_uid, user)
        self.assertEqual(claim.received_amount, 200)

    def test_what_only_an_accountant_does(self):
        """Paying an insurer, and moving a payment to another account."""
        claim = self.agreed(1000)
        manager = self.new_user("cobranza_dunning.group_manager")
        money = self.insurer_payment(100)
        with self.assertRaisesRegex(AccessError, "ask an accountant"):
            claim.with_user(manager).register_payment(payment_line_id=money.id)
        claim.register_payment()
        claim.record_recovery(self.customer_pays(100).id)
        with self.assertRaisesRegex(AccessError, "ask an accountant"):
            claim.recovery_ids.with_user(manager).register_payment()
        self.assertEqual((claim.recovery_ids.passed_on, money.amount_residual), ("open", -100))


@tagged("post_install", "-at_install")
class TestClaimPaidByWhatIsThere(PaymentCase):
    """A payment or a bank statement that is in the books already."""

    def test_a_payment_on_the_account_of_customers(self):
        """It is moved to the account of what the insurer owes, and reconciled."""
        claim = self.agreed(1000)
        money = self.insurer_payment(900)
        self.assertEqual(money.account_id, self.accounts["receivable"])
        paid = claim.register_payment(payment_line_id=money.id)
        self.assertEqual(
            (paid["payment_line_id"], paid["payment_id"], paid["amount"], paid["open"]),
            (money.id, money.payment_id.id, 900, 0),
        )
        self.assertEqual(money.account_id, self.insurance.insurer_account_id)
        self.assertEqual(claim.state, "paid")
        self.assertBalances(claims=-900)
        money.payment_id.action_draft()
        self.assertEqual((claim.state, claim.open_amount), ("accepted", 900))
        money.payment_id.action_post()
        self.assertEqual(money.payment_id.move_id.line_ids.account_id & self.accounts["receivable"],
                         self.env["account.account"])  # fmt: skip

    def test_what_is_too_much_stays_open_for_the_next_claim(self):
        claim = self.agreed(1000)
        money = self.insurer_payment(1500)
        claim.register_payment(400, payment_line_id=money.id)
        self.assertEqual((claim.open_amount, money.amount_residual), (500, -1100))
        with self.assertRaisesRegex(UserError, r"Only \$.500.00 can be settled"):
            claim.register_payment(501, payment_line_id=money.id)
        claim.register_payment(payment_line_id=money.id)
        self.assertEqual((claim.state, money.amount_residual), ("paid", -600))
        self.partner = self.new_partner("Another one")
        second = self.agreed(1000)
        self.assertEqual(second._open_payments(), money)
        second.register_payment(payment_line_id=money.id)
        self.assertEqual((second.open_amount, money.reconciled), (300, True))

    def test_bank_statements(self):
        claim = self.agreed(1000)
        # the second stands on the account of customers, and is moved
        for account, amount in ((self.insurance.insurer_account_id, 500),
                                (self.accounts["receivable"], 400)):  # fmt: skip
            line = self.env["account.bank.statement.line"].create(
                {"journal_id": self.accounts["journals"]["bank"].id, "date": FILED,
                 "amount": amount, "payment_ref": "Transfer", "partner_id": claim.insurer_id.id,
                 "counterpart_account_id": account.id}
            )  # fmt: skip
            money = line.move_id.line_ids.filtered(lambda one: one.balance < 0)
            self.assertEqual(money.account_id, account)
            paid = claim.register_payment(payment_line_id=money.id)
            self.assertFalse(paid["payment_id"])
        self.assertEqual(claim.state, "paid")
        line.action_undo_reconciliation()
        self.assertEqual((claim.state, claim.open_amount), ("accepted", 400))

    def test_in_another_currency(self):
        """Two euros are a dollar; no more is taken than is open."""
        foreign = self.new_currency("EUR", 2)
        claim = self.agreed(1000)
        money = self.insurer_payment(2000, currency_id=foreign.id)
        paid = claim.register_payment(payment_line_id=money.id)
        self.assertEqual((paid["amount"], paid["currency"]), (1800, "EUR"))
        self.assertEqual((claim.state, money.amount_residual_currency), ("paid", -200))

    def test_what_is_no_payment_of_his(self):
        claim = self.agreed(1000)
        insurer = claim.insurer_id
        used = self.insurer_payment(100)
        bill = self.sale(60, SOLD, DUE, partner=insurer, insured=False)
        (used | self.due(bill)).reconcile()
        draft = self.insurer_payment(5)
        draft.payment_id.action_draft()
        wrong = {
            "the customer's": self.customer_pays(900),
            "somebody else's": self.insurer_payment(900, partner=self.new_partner("Other")),
            "used in part on another account": used,
            "he was paid": self.insurer_payment(
                900, outbound=True, destination_account_id=self.insurance.insurer_account_id.id
            ),
            "the claim's own": claim._insurer_items(),
            "his invoice": self.due(bill),
            "not posted": draft,
            "the bank's side": self.insurer_payment(7).move_id.line_ids.filtered("debit"),
        }
        for name, item in wrong.items():
            with self.subTest(name), self.assertRaisesRegex(UserError, "open payment of Seguros"):
                claim.register_payment(payment_line_id=item.id)
        for item_id in (0, 10**9, "x", True):
            with self.subTest(item_id), self.assertRaisesRegex(UserError, "open payment of"):
                claim.register_payment(payment_line_id=item_id)
        self.assertEqual(claim.open_amount, 900)
        self.assertEqual(used.account_id, self.accounts["receivable"])


@tagged("post_install", "-at_install")
class TestRecoveryPayment(PaymentCase):
    """The insurer gets his share of what was recovered."""

    def recovered(self, amount=100):
        """A paid claim of which something was recovered."""
        claim = self.agreed(1000)
        claim.register_payment()
        claim.record_recovery(self.customer_pays(amount).id)
        return claim

    def test_all_of_it(self):
        claim = self.recovered()
        recovery = claim.recovery_ids
        self.assertEqual((recovery.passed_on, claim.share_open_amount), ("open", 90))
        paid = recovery.register_payment(reference="His share")
        payment = self.payment(paid)
        self.assertEqual((paid["amount"], paid["open"]), (90, 0))
        self.assertEqual(
            (payment.payment_type, payment.partner_type, payment.partner_id, payment.memo),
            ("outbound", "supplier", claim.insurer_id, "His share"),
        )
        self.assertEqual((recovery.passed_on, claim.share_open_amount), ("done", 0))
        self.assertBalances(claims=-810)
        claim.action_close()
        self.assertEqual(claim.state, "closed")
        payment.action_draft()
        self.assertEqual((recovery.passed_on, claim.share_open_amount), ("open", 90))

    def test_several_at_once_the_oldest_first(self):
        claim = self.recovered()
        claim.record_recovery(self.customer_pays(50).id)
        first, second = claim.recovery_ids.sorted("id")
        claim.recovery_ids.register_payment(100)
        self.assertEqual((first.passed_on, second.passed_on), ("done", "open"))
        self.assertEqual(claim.share_open_amount, 35)
        paid = claim.recovery_ids.register_payment()
        self.assertEqual((paid["amount"], second.passed_on), (35, "done"))
        self.assertEqual(self.payment(paid).memo, claim.name)

    def test_a_payment_that_is_there(self):
        """From the account of vendors it is moved to that of his share."""
        payables = self._account_maker(self.company)("4000X", "Vendors", "liability_payable",
                                                     reconcile=True)  # fmt: skip
        claim = self.recovered()
        money = self.insurer_payment(90, outbound=True, destination_account_id=payables.id)
        self.assertEqual(claim.recovery_ids._open_payments(), money)
        claim.recovery_ids.register_payment(payment_line_id=money.id)
        self.assertEqual(claim.recovery_ids.passed_on, "done")
        self.assertEqual(money.account_id, self.insurance.insurer_share_account_id)

    def test_in_another_currency(self):
        foreign = self.new_currency("EUR", 2)
        self.insurance.currency_id = foreign
        claim = self.recovered()
        self.assertEqual(claim.share_open_amount, 180)
        paid = claim.recovery_ids.register_payment()
        self.assertEqual((paid["amount"], paid["currency"]), (180, "EUR"))
        self.assertEqual(claim.recovery_ids.passed_on, "done")

    def test_a_cancelled_one_owes_nothing(self):
        claim = self.recovered()
        claim.recovery_ids.action_cancel()
        with self.assertRaisesRegex(UserError, "Nothing is open here"):
            claim.recovery_ids.register_payment()

    def test_of_one_policy(self):
        claim = self.recovered()
        first = self.insurance
        self.insurance = self.new_insurance(name="Another policy")
        fields = ("insurer_id", "claim_journal_id", *self.insurer_books)
        self.insurance.write({name: first[name].id for name in fields})
        self.partner = self.new_partner("Another one")
        self.env["cobranza.debtor"]._accounts_of(
            self.company, self.partner
        ).insurance_policy_id = self.insurance
        both = claim.recovery_ids | self.recovered().recovery_ids
        with self.assertRaisesRegex(UserError, "Nothing is open here"):
            both.register_payment()


@tagged("post_install", "-at_install")
class TestPaymentDialog(PaymentCase):
    """The dialog proposes what is usual, and does what the method does."""

    def at_hand(self, amount):
        """A payment of the insurer's on the account of what he owes."""
        account = self.insurance.insurer_account_id
        return self.insurer_payment(amount, destination_account_id=account.id)

    def dialog(self, opened, **vals):
        """The dialog that an action opens, with these answers."""
        return self.env[opened["res_model"]].with_context(**opened["context"]).create(vals)

    def test_a_new_payment(self):
        claim = self.agreed(1000)
        claim.reference = "S-77"
        wizard = self.dialog(claim.action_ask_payment())
        bank = self.accounts["journals"]["bank"]
        self.assertEqual(
            (wizard.how, wizard.amount, wizard.open_amount, wizard.date, wizard.reference),
            ("new", 900, 900, FILED, "S-77"),
        )
        self.assertEqual((wizard.journal_id, wizard.payment_currency_id),
                         (bank, claim.currency_id))  # fmt: skip
        wizard.amount = 400
        wizard.action_do()
        self.assertEqual(claim.open_amount, 500)
        self.dialog(claim.action_ask_payment()).action_do()
        self.assertEqual(claim.state, "paid")

    def test_an_open_one_is_proposed(self):
        claim = self.agreed(1000)
        money = self.at_hand(700)
        wizard = self.dialog(claim.action_ask_payment())
        self.assertEqual((wizard.how, wizard.payment_line_id, wizard.amount), ("open", money, 700))
        wizard.how = "new"
        self.assertEqual((wizard.payment_line_id.ids, wizard.amount), ([], 900))
        wizard.how = "open"
        wizard.action_do()
        self.assertEqual((claim.open_amount, money.reconciled), (200, True))

    def test_money_for_something_else_is_not_proposed(self):
        """What a vendor was paid in advance may be chosen; the insurer pays as a customer does."""
        payables = self._account_maker(self.company)("4000X", "Vendors", "liability_payable",
                                                     reconcile=True)  # fmt: skip
        claim = self.agreed(1000)
        money = self.insurer_payment(700)
        wizard = self.dialog(claim.action_ask_payment())
        self.assertEqual((wizard.how, wizard.payment_line_id), ("open", money))
        manager = self.new_user("cobranza_dunning.group_manager")
        self.assertFalse(claim.with_user(manager)._likely_payments())
        claim.register_payment()
        claim.record_recovery(self.customer_pays(100).id)
        advance = self.insurer_payment(90, outbound=True, destination_account_id=payables.id)
        wizard = self.dialog(claim.action_ask_payout())
        self.assertEqual((wizard.how, wizard.open_payment_ids), ("new", advance))
        wizard.write({"how": "open", "payment_line_id": advance.id})
        self.assertEqual((wizard.amount, wizard.payment_currency_id), (90, claim.currency_id))
        wizard.action_do()
        self.assertEqual(claim.recovery_ids.passed_on, "done")

    def test_its_currency_stays_with_an_amount_that_is_typed(self):
        foreign = self.new_currency("EUR", 2)
        claim = self.agreed(1000)
        money = self.insurer_payment(2000, currency_id=foreign.id)
        typed = {"how": "open", "payment_line_id": money.id, "amount": 100}
        wizard = self.dialog(claim.action_ask_payment(), **typed)
        self.assertEqual((wizard.amount, wizard.payment_currency_id), (100, foreign))

    def test_nothing_is_told_of_what_can_not_be_chosen(self):
        claim = self.agreed(1000)
        strange = self.due(self.sale(70, SOLD, DUE, partner=self.other))
        strange |= self.open_payment(self.other, 80).move_id.line_ids
        manager = self.new_user("cobranza_dunning.group_manager")
        wizards = self.env["cobranza.insurance.payment.wizard"].with_user(manager)
        for item in strange:
            wizard = wizards.create(
                {"claim_id": claim.id, "how": "open", "payment_line_id": item.id}
            )
            self.assertEqual((wizard.amount, wizard.payment_currency_id), (0, claim.currency_id))

    def test_for_whoever_may_record_it(self):
        """A bookkeeper, and a manager of collections who keeps no books."""
        claim = self.agreed(1000)
        for group in ("account.group_account_invoice", "cobranza_dunning.group_manager"):
            user = self.new_user(group)
            wizard = self.dialog(claim.with_user(user).action_ask_payment())
            wizard = wizard.with_user(user).create({"claim_id": claim.id})
            self.assertEqual(wizard.how, "new")
            wizard.amount = 100
            wizard.action_do()
            money = self.at_hand(50)
            wizard = wizard.create({"claim_id": claim.id})
            self.assertEqual((wizard.how, wizard.payment_line_id), ("open", money))
            wizard.action_do()
        self.assertEqual(claim.received_amount, 300)

    def test_of_two_none_is_proposed(self):
        claim = self.agreed(1000)
        first = self.at_hand(100)
        self.at_hand(200)
        wizard = self.dialog(claim.action_ask_payment())
        self.assertEqual((wizard.how, wizard.payment_line_id.ids, wizard.amount), ("open", [], 0))
        with self.assertRaisesRegex(UserError, "open payment of"):
            wizard.action_do()
        wizard.payment_line_id = first
        self.assertEqual(wizard.amount, 100)
        wizard.action_do()
        self.assertEqual(claim.open_amount, 800)

    def test_the_insurers_share(self):
        claim = self.agreed(1000)
        claim.register_payment()
        for amount in (100, 50):
            claim.record_recovery(self.customer_pays(amount).id)
        wizard = self.dialog(claim.recovery_ids.sorted("id")[0].action_ask_payment())
        self.assertEqual((wizard.open_amount, wizard.amount), (90, 90))
        wizard.action_do()
        self.dialog(claim.action_ask_payout()).action_do()
        self.assertEqual(set(claim.recovery_ids.mapped("passed_on")), {"done"})
        with self.assertRaisesRegex(UserError, "Nothing is open here"):
            claim.action_ask_payout()
