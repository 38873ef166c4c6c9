"""What the ORM tests share: a company that keeps books, a policy, and short ways to make facts.

Time stands still at `TODAY`; `self.at(day)` moves it.  Everything a test calls goes through
Odoo's own documents: invoices are posted, payments reconciled, reminders approved and sent.
"""

from contextlib import contextmanager
from datetime import date, timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.addons.base.tests.common import BaseCommon
from odoo.exceptions import UserError
from odoo.tests.common import freeze_time, new_test_user
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

#: A Tuesday, noon in UTC.
TODAY = date(2026, 3, 10)


def days_ago(days):
    """Return the day so many days before TODAY; negative = after it."""
    return TODAY - timedelta(days=days)


#: What `cobranza_explain` tells: key -> the same from a run's decision.
EXPLAINED = {
    "line_id": lambda one: one.move_line_id.id,
    "move_id": lambda one: one.move_id.id,
    "outcome": lambda one: one.outcome,
    "reason": lambda one: one.reason,
    "sentence": lambda one: one.sentence,
    "level_id": lambda one: one.level_id.id,
    "channel": lambda one: one.channel,
    "next_date": lambda one: fields.Date.to_string(one.next_date) if one.next_date else False,
    "date_due": lambda one: fields.Date.to_string(one.date_due),
    "residual": lambda one: one.residual,
    "in_process": lambda one: one.in_process_amount,
    "paused": lambda one: one.paused_amount,
    "credit": lambda one: one.credit_amount,
    "amount": lambda one: one.amount,
    "currency": lambda one: one.currency_id.name,
    "policy_id": lambda one: one.policy_id.id,
    "policy_rule": lambda one: one.policy_rule,
    "recipient_id": lambda one: one.recipient_id.id,
    "recipient_rule": lambda one: one.recipient_rule,
}


class CobranzaCase(BaseCommon):
    """A company of its own in USD, and the policy 5 and 20 reminder, 40 follow-up, 60 demand.

    The policy has neither cadence, gap nor minimum: a test that is about one of them sets it.
    `self.env.user` is an accounting manager, not the superuser.  The books are kept without a
    chart of accounts: loading one takes seconds for each test class.
    """

    freeze_time = freeze_time(f"{TODAY} 12:00:00")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accounts = cls.books[cls.company]
        cls.template = cls.env.ref("cobranza_dunning.mail_template_reminder")
        cls.policy = cls.new_policy()
        cls.company.cobranza_policy_id = cls.policy
        cls.r5, cls.r20, cls.f40, cls.d60 = cls.policy.level_ids.sorted("delay_days")
        cls.partner = cls.new_partner("Ana Customer")
        cls.other = cls.new_partner("Berta Customer")

    @classmethod
    def setup_independent_user(cls):
        return new_test_user(
            cls.env,
            login="cobranza_bookkeeper",
            groups="account.group_account_manager,account.group_account_user,base.group_system",
        )

    @classmethod
    def setup_independent_company(cls, **kwargs):
        cls.books = {}
        usd = cls._enable_currency("USD")
        company = cls._create_company(name="Cobranza test company", currency_id=usd.id)
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
        company.write(
            {
                "account_fiscal_country_id": cls.env.ref("base.us").id,
                "transfer_account_id": outstanding.id,
                "currency_exchange_journal_id": journals["general"].id,
                "income_currency_exchange_account_id": gain.id,
                "expense_currency_exchange_account_id": loss.id,
            }
        )
        incoming = journals["bank"].inbound_payment_method_line_ids[0]
        outgoing = journals["bank"].outbound_payment_method_line_ids[0]
        (incoming | outgoing).payment_account_id = outstanding
        cls.books[company] = {
            "receivable": receivable,
            "income": income,
            "journals": journals,
            "with_entry": {"inbound": incoming, "outbound": outgoing},
            # payments by these have no journal entry: the methods have no outstanding account
            "without_entry": {
                one.payment_type: one.copy({"name": "Online", "payment_account_id": False})
                for one in incoming | outgoing
            },
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
    def new_policy(cls, levels=None, company=None, **vals):
        """Create a policy. levels: (delay, kind) or a dict of level values; None = 5 20 40 60."""
        if levels is None:
            levels = [(5, "reminder"), (20, "reminder"), (40, "follow_up"), (60, "demand")]
        return cls.env["cobranza.policy"].create(
            {
                "name": "Test policy",
                "company_id": (company or cls.env.company).id,
                "cadence_days": 0,
                "level_ids": [Command.create(cls.level_vals(level)) for level in levels],
                **vals,
            }
        )

    @classmethod
    def level_vals(cls, level):
        """Complete the values of a level: (delay, kind), or a dict with at least delay_days."""
        vals = level if isinstance(level, dict) else {"delay_days": level[0], "kind": level[1]}
        return {
            "name": f"{vals.get('kind', 'reminder')} {vals['delay_days']}",
            "gap_days": 0,
            "template_id": cls.template.id,
            **vals,
        }

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

    @classmethod
    def new_company(cls, name="Other company", currency=None, policy=True):
        """Create a second company that the user may work in, with books and a policy."""
        currency = currency or cls.company.currency_id
        company = cls._create_company(name=name, currency_id=currency.id)
        cls._keep_books(company)
        if policy:
            company.cobranza_policy_id = cls.new_policy(company=company)
        return company

    def debtor(self, partner=None, company=None):
        """Return the collections account of a customer (it exists once something is posted)."""
        self.env.cr.flush()  # as a commit does: accounts and figures follow there
        return self.env["cobranza.debtor"].search(
            [
                ("partner_id", "=", (partner or self.partner).commercial_partner_id.id),
                ("company_id", "=", (company or self.company).id),
            ]
        )

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
        company = company or self.company
        if installments:
            due, amount = installments[0][0], sum(part for day, part in installments)
        due = due or days_ago(30)
        vals.setdefault("invoice_date", due - timedelta(days=30))
        if installments:
            vals["invoice_payment_term_id"] = self._term(installments, vals["invoice_date"]).id
        move = self.env["account.move"].with_company(company).create(
            {
                "move_type": move_type,
                "partner_id": partner.id,
                "currency_id": (currency or company.currency_id).id,
                "invoice_payment_term_id": False,
                "invoice_date_due": due,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Delivery", "quantity": 1, "price_unit": amount, "tax_ids": False}
                    )
                ],
                **vals,
            }
        )
        move.is_move_sent = sent
        if post:
            move.action_post()
        return move.with_env(self.env)

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

    def pause(self, partner=None, move=None, line=None, until=False, reason="Agreed by phone"):
        """Create a pause for a customer, an invoice or one due line."""
        owner = partner or (move or line.move_id).commercial_partner_id
        return self.env["cobranza.block"].create(
            {
                "debtor_id": self.debtor(owner).id,
                "move_id": move.id if move else False,
                "move_line_id": line.id if line else False,
                "until": until,
                "reason": reason,
            }
        )

    # --- runs --------------------------------------------------------------------------

    def new_run(self, mode="preview", date=None, debtors=None, company=None):
        """Create a run and leave it a draft; today if `date` is left out."""
        return self.env["cobranza.run"].create(
            {
                "company_id": (company or self.company).id,
                "date": date or fields.Date.today(),
                "mode": mode,
                "debtor_ids": debtors.ids if debtors else [],
            }
        )

    def run_dunning(self, mode="preview", date=None, debtors=None, company=None):
        """Create a run and execute it."""
        run = self.new_run(mode, date, debtors, company)
        run.action_execute()
        return run

    def decision(self, run, of):
        """Return what a run decided on a due line, or on a move with exactly one."""
        line = of if of._name == "account.move.line" else self.due(of)
        found = run.line_ids.filtered(lambda one: one.move_line_id == line)
        self.assertEqual(len(found), 1, f"decisions of {run.display_name} on {line}")
        return found

    def decide(self, of, date=None):
        """Return what a preview decides on a due line or move; see `decision`."""
        return self.decision(self.run_dunning("preview", date), of)

    def assertDecision(self, of, outcome, reason, level=None, amount=None, date=None, **fields_):
        """Check what a preview decides, and that the explanation on the line says the same.

        fields_: other fields of the decision.
        """
        one = self.decide(of, date)
        self.assertEqual((one.outcome, one.reason), (outcome, reason))
        self.assertExplains(one.move_line_id, one)
        if level is not None:
            self.assertEqual(one.level_id, level)
        if amount is not None:
            self.assertAlmostEqual(one.amount, amount, places=one.currency_id.decimal_places)
        for name, value in fields_.items():
            self.assertEqual(one[name], value, name)
        return one

    @contextmanager
    def assertRefused(self, fragment, error=UserError):
        """Check that the block is refused with a message, as a user would read it.

        error: the class expected; a constraint of the database counts as a ValidationError.
        """
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception) as caught:
            yield
            self.env.flush_all()
        refusal = caught.exception
        message = str(refusal)
        if not isinstance(refusal, IntegrityError):
            self.assertIsInstance(refusal, error, message)
        else:
            table = refusal.diag.table_name
            model = next(one for one in self.env.registry.values() if one._table == table)
            message = self.env[model._name]._sql_error_to_message(refusal)
        self.assertIn(fragment, message)

    def assertExplains(self, line, decided):
        """Check that `cobranza_explain` of a due line says what a run decided for its date."""
        explained = line.cobranza_explain(decided.run_id.date)
        self.assertEqual(len(explained), 1)
        one = explained[0]
        self.assertEqual(
            {name: one[name] for name in EXPLAINED},
            {name: value(decided) for name, value in EXPLAINED.items()},
        )
        return one

    def remind(self, on=None, debtors=None):
        """Propose, approve and send what is ready on a day (today); return the reminders."""
        with self.at(on or fields.Date.today()):
            run = self.run_dunning("propose", debtors=debtors)
            reminders = self.env["cobranza.reminder"].search(
                [("company_id", "=", run.company_id.id), ("state", "=", "proposed")]
            )
            if reminders:
                reminders.action_approve()
                reminders.action_send()
        return reminders

    # --- reminders and users -----------------------------------------------------------

    def propose(self, on=None, debtors=None, company=None):
        """Run in mode "propose" on a day (today); return the company's open reminders."""
        with self.at(on or fields.Date.today()):
            run = self.run_dunning("propose", debtors=debtors, company=company)
        return self.env["cobranza.reminder"].search(
            [("company_id", "=", run.company_id.id), ("state", "in", ("proposed", "approved"))],
            order="id",
        )

    def approved(self, on=None, debtors=None):
        """Propose what is ready on a day (today) and approve it; return those reminders."""
        reminders = self.propose(on, debtors)
        reminders.filtered(lambda one: one.state == "proposed").action_approve()
        return reminders

    @classmethod
    def new_user(cls, *groups, name=None, companies=None, **vals):
        """Create a user with exactly these groups (external ids) in companies; the first is his."""
        companies = companies or cls.env.company
        name = name or f"User {' '.join(groups)}"
        return cls.env["res.users"].sudo().with_context(no_reset_password=True).create(
            {
                "name": name,
                "login": f"{name} {cls.env['res.users'].sudo().search_count([])}",
                "email": "user@example.com",
                "group_ids": [Command.set([cls.env.ref(group).id for group in groups])],
                "company_id": companies[:1].id,
                "company_ids": [Command.set(companies.ids)],
                **vals,
            }
        )

    @classmethod
    def new_collector(cls, **vals):
        """Create a collector who is nothing else: no accountant, no manager."""
        return cls.new_user("cobranza_dunning.group_collector", **vals)
