"""The books that the ORM tests keep: a company, customers, invoices and payments.

Time stands still at `TODAY`; `self.at(day)` moves it.  Everything goes through Odoo's own
documents: invoices are posted, payments reconciled.
"""

from contextlib import contextmanager
from datetime import date, timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.addons.base.tests.common import BaseCommon
from odoo.tests.common import freeze_time, new_test_user

#: A Tuesday, noon in UTC.
TODAY = date(2026, 3, 10)

LOGIN, COMPANY = "cobranza_bookkeeper", "Cobranza test company"
#: The payment methods whose payments have no journal entry.
ONLINE = "Online"


def days_ago(days):
    """Return the day so many days before TODAY; negative = after it."""
    return TODAY - timedelta(days=days)


class BooksCase(BaseCommon):
    """A company of its own that keeps books in USD, without a chart of accounts.

    Loading one takes seconds for each test class.  `self.env.user` is an accounting manager, not
    the superuser.
    """

    freeze_time = freeze_time(f"{TODAY} 12:00:00")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accounts = cls.books[cls.company]
        cls._has_its_books = False

    def setUp(self):
        if not self._has_its_books:
            self._enter_books()
        with patch.object(self.registry, "clear_all_caches", self._forget(self.registry)):
            super().setUp()

    def _enter_books(self):
        before = set(vars(self))
        with self.env.cr.savepoint():
            self.setUpBooks()
        # as a commit does, and the first test reads anew what all others do
        self.env.cr.flush()
        self.env.invalidate_all()
        for name in set(vars(self)) - before:
            setattr(type(self), name, vars(self)[name])
        type(self)._has_its_books = True

    @staticmethod
    def _forget(registry):
        """Return what Odoo is to do in the end of a test instead of clearing every cache.

        As between the requests of a server, those that nothing has made stale are kept: who may
        what, views and texts took a fifth of the tests' time.
        """
        before = dict(registry.cache_sequences)
        clear = registry.clear_cache

        def forget():
            now = registry.cache_sequences
            stale = {name for name in now if now[name] != before[name]}
            if stale := stale | registry.cache_invalidated:
                clear(*stale)

        return forget

    def setUpBooks(self):
        """Enter what every test of the class begins with.

        It is done once and each test finds it as it was, for Odoo undoes what tests do.  What it
        remembers in `self` is the class's, so nothing that a test changes in place; `addCleanup`
        and patches belong into `setUp`.
        """

    @classmethod
    def bake(cls, env):
        """Make user and company for good: every class finds them then instead of making its own.

        For a database that is made for these tests; a second of each of two hundred classes.
        """
        cls.env = env(context=cls.default_env_context())
        user = cls.setup_independent_user()
        cls.env = cls.env(user=user)
        company = cls.setup_independent_company()
        user.write({"company_id": company.id, "company_ids": [Command.set(company.ids)]})

    @classmethod
    def setup_independent_user(cls):
        return cls.env["res.users"].search([("login", "=", LOGIN)]) or new_test_user(
            cls.env,
            login=LOGIN,
            groups="account.group_account_manager,account.group_account_user,base.group_system",
        )

    @classmethod
    def setup_independent_company(cls, **kwargs):
        cls.books = {}
        company = cls.env["res.company"].sudo().search([("name", "=", COMPANY)]).sudo(False)
        if company:
            cls.books[company] = cls._find_books(company)
            return company
        usd = cls._enable_currency("USD")
        company = cls._create_company(name=COMPANY, currency_id=usd.id)
        cls._keep_books(company)
        return company

    @classmethod
    def _keep_books(cls, company):
        """Give a company the least it needs to invoice and be paid, in two methods."""
        account = cls._account_maker(company)
        receivable = account("1210", "Receivable", "asset_receivable")
        income = account("4000", "Income", "income")
        bank_account = account("1014", "Bank", "asset_cash")
        outstanding = account("1017", "Outstanding receipts", "asset_current", reconcile=True)
        gain = account("4410", "Exchange gain", "income")
        loss = account("6410", "Exchange loss", "expense")
        cls.env["ir.default"].sudo().set(
            "res.partner", "property_account_receivable_id", receivable.id, company_id=company.id
        )
        journals = {
            kind: cls.env["account.journal"].create(
                {"name": kind, "type": kind, "code": kind[:4].upper(), "company_id": company.id}
                | vals
            )
            for kind, vals in (
                ("sale", {"default_account_id": income.id}),
                ("general", {}),
                ("bank", {"default_account_id": bank_account.id}),
            )
        }
        # Odoo's own, and the first one by its code
        exchange = cls.env["account.journal"].create(
            {"name": "Differences", "type": "general", "code": "DIFF", "company_id": company.id}
        )
        company.write(
            {
                "account_fiscal_country_id": cls.env.ref("base.us").id,
                "transfer_account_id": outstanding.id,
                "currency_exchange_journal_id": exchange.id,
                "income_currency_exchange_account_id": gain.id,
                "expense_currency_exchange_account_id": loss.id,
            }
        )
        incoming = journals["bank"].inbound_payment_method_line_ids[0]
        outgoing = journals["bank"].outbound_payment_method_line_ids[0]
        (incoming | outgoing).payment_account_id = outstanding
        # payments by these have no journal entry: the methods have no outstanding account
        for one in incoming | outgoing:
            one.copy({"name": ONLINE, "payment_account_id": False})
        cls.books[company] = cls._find_books(company)

    @classmethod
    def _find_books(cls, company):
        """What `_keep_books` gave a company, by name."""
        own = [("company_id", "=", company.id)]
        journals = {
            one.type: one
            for one in cls.env["account.journal"].with_company(company).search(own)
            if one.name == one.type
        }
        lines = journals["bank"].inbound_payment_method_line_ids
        lines |= journals["bank"].outbound_payment_method_line_ids
        online = lines.filtered(lambda one: one.name == ONLINE)
        accounts = cls.env["account.account"].with_company(company)
        return {
            "receivable": accounts.search(
                [("company_ids", "=", company.id), ("code", "=", "1210")]
            ).with_env(cls.env),
            "income": journals["sale"].default_account_id.with_env(cls.env),
            "journals": {kind: one.with_env(cls.env) for kind, one in journals.items()},
            # the first one of each type has the outstanding account
            "with_entry": {
                one.payment_type: one.with_env(cls.env)
                for one in (lines - online).sorted("id", reverse=True)
            },
            "without_entry": {one.payment_type: one.with_env(cls.env) for one in online},
        }

    @classmethod
    def _account_maker(cls, company):
        def make(code, name, account_type, **vals):
            return cls.env["account.account"].with_company(company).create(
                {"code": code, "name": name, "account_type": account_type,
                 "company_ids": [Command.set(company.ids)], **vals}
            )  # fmt: skip

        return make

    # --- masters -----------------------------------------------------------------------

    @classmethod
    def new_partner(cls, name, **vals):
        """Create a customer with an e-mail address; name=…, parent_id=… as usual."""
        email = f"{name.lower().replace(' ', '.')}@example.com"
        return cls.env["res.partner"].create(
            {
                "name": name,
                "email": email,
                "lang": "en_US",
                "property_payment_term_id": False,
                **vals,
            }
        )

    @classmethod
    def new_currency(cls, code, per_unit):
        """Activate a currency of which `per_unit` make one unit of the company's."""
        return cls.setup_other_currency(code, rates=[("2000-01-01", per_unit)])

    # --- facts -------------------------------------------------------------------------

    @contextmanager
    def at(self, day):
        """Make it noon of another day inside the block."""
        with self.at_moment(f"{fields.Date.to_string(day)} 12:00:00"):
            yield

    @contextmanager
    def at_moment(self, moment):
        """Make it another moment (UTC) inside the block."""
        with freeze_time(moment):
            yield

    def invoice(
        self, partner, amount, due=None, currency=None, installments=None, sent=True,
        move_type="out_invoice", post=True, company=None, **vals,
    ):  # fmt: skip
        """Create and post an invoice without tax.

        amount: in `currency` (the company's if left out).
        due: its due date; 30 days ago if left out.
        installments: [(due date, amount), …] instead of `amount` and `due`.
        """
        vals = self._invoice_vals(
            partner, amount, due, currency, installments, move_type=move_type, **vals
        )
        return self._enter([vals], company, sent, post)

    def invoices(self, rows):
        """Create and post invoices at once, which takes half the time.

        rows: (customer, amount, due) each, the last if it isn't 30 days ago.
        """
        return self._enter([self._invoice_vals(*row) for row in rows])

    def _invoice_vals(self, partner, amount, due=None, currency=None, installments=None, **vals):
        if installments:
            due, amount = installments[0][0], sum(part for day, part in installments)
        due = due or days_ago(30)
        vals.setdefault("invoice_date", due - timedelta(days=30))
        if installments:
            vals["invoice_payment_term_id"] = self._term(installments, vals["invoice_date"]).id
        if currency:
            vals["currency_id"] = currency.id
        return {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_payment_term_id": False,
            "invoice_date_due": due,
            "invoice_line_ids": [
                Command.create(
                    {"name": "Delivery", "quantity": 1, "price_unit": amount, "tax_ids": False}
                )
            ],
            **vals,
        }

    def _enter(self, vals_list, company=None, sent=True, post=True):
        """Create invoices in the books of a company (the class's if left out)."""
        company = company or self.company
        moves = self.env["account.move"].with_company(company).create(
            [{"currency_id": company.currency_id.id, **vals} for vals in vals_list]
        )
        moves.is_move_sent = sent
        if post:
            moves.action_post()
        return moves.with_env(self.env)

    def _term(self, installments, start):
        total = sum(part for day, part in installments)
        return self.env["account.payment.term"].create(
            {
                "name": "Installments",
                "line_ids": [
                    Command.create(
                        {
                            "value": "percent",
                            "value_amount": 100 * part / total,
                            "delay_type": "days_after",
                            "nb_days": (day - start).days,
                        }
                    )
                    for day, part in installments
                ],
            }
        )

    def credit_note(self, partner, amount, currency=None, invoice=None, **vals):
        """Create and post a credit note; with `invoice`, reconciled with it."""
        note = self.invoice(
            partner, amount, currency=currency, move_type="out_refund", **vals
        )
        if invoice:
            both = self.due(note) | self.due(invoice)
            both.filtered(lambda one: not one.reconciled).reconcile()
        return note

    def journal_debt(self, partner, amount, due=None, currency=None, company=None):
        """Post a receivable in the general journal (an opening balance); negative = a credit.

        partner: may be empty.  amount: in `currency`, converted at its rate of the due date.
        """
        company = company or self.company
        currency = currency or company.currency_id
        due = due or days_ago(30)
        balance = currency._convert(amount, company.currency_id, company, due)
        books = self.books[company]
        move = self.env["account.move"].with_company(company).create(
            {
                "move_type": "entry",
                "journal_id": books["journals"]["general"].id,
                "date": due,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": partner.id if partner else False,
                            "currency_id": currency.id,
                            "amount_currency": sign * amount,
                            "balance": sign * balance,
                            "date_maturity": due,
                        }
                    )
                    for sign, account in ((1, books["receivable"]), (-1, books["income"]))
                ],
            }
        )
        move.action_post()
        return move.with_env(self.env)

    def pay(self, moves, amount=None, currency=None, **vals):
        """Pay invoices (or refund credit notes) by Odoo's wizard: with a journal entry, reconciled.

        amount: in `currency` (the invoices' if left out); everything if left out.
        """
        return self._register(moves, amount, currency, "with_entry", **vals)

    def payment_in_process(self, moves, amount=None, currency=None, **vals):
        """Pay invoices by a method that makes no journal entry: the residual ignores it.

        Odoo allows it where a bank reconciliation tool is installed; here it is pretended.
        """
        in_payment = patch.object(
            self.env.registry["account.move"],
            "_get_invoice_in_payment_state",
            lambda self: "in_payment",
        )
        with in_payment:
            payment = self._register(moves, amount, currency, "without_entry", **vals)
            self.env.flush_all()
        assert not payment.move_id and payment.state == "in_process", payment.state
        return payment

    def _register(self, moves, amount, currency, method, **vals):
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=moves.ids
        )
        books = self.books[moves.company_id]
        direction = "outbound" if "out_refund" in moves.mapped("move_type") else "inbound"
        vals = {
            "payment_date": fields.Date.today(),
            "journal_id": books["journals"]["bank"].id,
            "payment_method_line_id": books[method][direction].id,
            "group_payment": True,
            **vals,
        }
        if currency:
            vals["currency_id"] = currency.id
        if amount is not None:
            vals["amount"] = amount
        return register.create(vals)._create_payments()

    def open_payment(self, partner, amount, currency=None, day=None):
        """Post a customer payment that is matched with nothing: a credit in the ledger."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": partner.id,
                "amount": amount,
                "currency_id": (currency or self.company.currency_id).id,
                "date": day or TODAY,
                "journal_id": self.accounts["journals"]["bank"].id,
                "payment_method_line_id": self.accounts["with_entry"]["inbound"].id,
            }
        )
        payment.action_post()
        return payment

    def due(self, move):
        """Return the receivable items of a move, oldest due first."""
        lines = move.line_ids.filtered(lambda one: one.account_type == "asset_receivable")
        return lines.sorted(lambda one: (one.date_maturity or one.date, one.id))

    def post_on_other_terms(self, invoice, due):
        """Reset an invoice in installments and post it again, to be paid at once on a day."""
        invoice.button_draft()
        invoice.write({"invoice_payment_term_id": False, "invoice_date_due": due})
        invoice.action_post()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((len(self.due(invoice)), self.due(invoice).date_maturity), (1, due))
        return self.due(invoice)

    def give_to(self, partner, invoice):
        """Reset an invoice that was posted to the wrong customer, and post it to the right one."""
        before = self.due(invoice)
        invoice.button_draft()
        self.env.cr.flush()
        invoice.partner_id = partner
        invoice.action_post()
        self.env.cr.flush()
        self.env.invalidate_all()
        self.assertEqual(self.due(invoice), before, "it has another item")

    def recreate(self, invoice):
        """Reset an invoice, make it forget its due line and find it again, and post it."""
        before = self.due(invoice)
        invoice.button_draft()
        term = self.env["account.payment.term"].create(
            {
                "name": "Two parts",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (1, 2)
                ],
            }
        )
        due = invoice.invoice_date_due
        invoice.invoice_payment_term_id = term
        self.assertEqual(len(self.due(invoice)), 2)
        invoice.write({"invoice_payment_term_id": False, "invoice_date_due": due})
        invoice.action_post()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((len(self.due(invoice)), self.due(invoice).date_maturity), (1, due))
        self.assertFalse(before.exists() & self.due(invoice), "the item was not recreated")
        return self.due(invoice)
