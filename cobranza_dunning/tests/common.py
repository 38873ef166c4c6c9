"""What the ORM tests share: a company that keeps books, a policy, and short ways to make facts.

Time stands still at `TODAY`; `self.at(day)` moves it.  Everything a test calls goes through
Odoo's own documents: invoices are posted, payments reconciled, reminders approved and sent.
"""

from contextlib import contextmanager
from datetime import date, timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests.common import freeze_time

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

#: A Tuesday, noon in UTC.
TODAY = date(2026, 3, 10)


def days_ago(days):
    """Return the day so many days before TODAY; negative = after it."""
    return TODAY - timedelta(days=days)


class CobranzaCase(AccountTestInvoicingCommon):
    """A company of its own in USD, and the policy 5 and 20 reminder, 40 follow-up, 60 demand.

    The policy has neither cadence, gap nor minimum: a test that is about one of them sets it.
    `self.env.user` is an accounting manager, not the superuser.
    """

    freeze_time = freeze_time(f"{TODAY} 12:00:00")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.template = cls.env.ref("cobranza_dunning.mail_template_reminder")
        cls.policy = cls.new_policy()
        cls.company.cobranza_policy_id = cls.policy
        cls.r5, cls.r20, cls.f40, cls.d60 = cls.policy.level_ids.sorted("delay_days")
        cls.partner = cls.new_partner("Ana Customer")
        cls.other = cls.new_partner("Berta Customer")
        # payments in process without a journal entry: a method without outstanding account
        cls.bank = cls.company_data["default_journal_bank"]
        cls.no_entry_method = cls.inbound_payment_method_line.copy(
            {"name": "Online", "payment_account_id": False, "journal_id": cls.bank.id}
        )
        if not cls.inbound_payment_method_line.payment_account_id:
            cls.inbound_payment_method_line.payment_account_id = cls.env["account.account"].create(
                {
                    "name": "Outstanding receipts",
                    "code": "OUTREC",
                    "account_type": "asset_current",
                    "reconcile": True,
                }
            )

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
        """Create a second company with books of its own; return its accounting data."""
        vals = {"currency_id": currency.id} if currency else {}
        data = cls.setup_other_company(name=name, **vals)
        company = data["company"]
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.env.user.company_ids.ids}
        )
        if policy:
            company.cobranza_policy_id = cls.new_policy(company=company)
        return data

    def debtor(self, partner=None, company=None):
        """Return the collections account of a customer (it exists once something is posted)."""
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
        with freeze_time(f"{fields.Date.to_string(day)} 12:00:00"):
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
        return move

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
            (self.due(note) | self.due(invoice)).filtered(lambda one: not one.reconciled).reconcile()
        return note

    def journal_debt(self, partner, amount, due=None, currency=None, company=None):
        """Post a receivable in the general journal (an opening balance); negative = a credit.

        partner: may be empty.  amount: in `currency`, converted at its rate of the due date.
        """
        company = company or self.company
        currency = currency or company.currency_id
        due = due or days_ago(30)
        balance = currency._convert(amount, company.currency_id, company, due)
        accounts = self._accounts(company)
        move = self.env["account.move"].with_company(company).create(
            {
                "move_type": "entry",
                "journal_id": accounts["default_journal_misc"].id,
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
                    for sign, account in (
                        (1, accounts["default_account_receivable"]),
                        (-1, accounts["default_account_revenue"]),
                    )
                ],
            }
        )
        move.action_post()
        return move

    def _accounts(self, company):
        if company == self.company:
            return self.company_data
        search = self.env["account.account"].with_company(company).search
        domain = self.env["account.account"]._check_company_domain(company)
        return {
            "default_journal_misc": self.env["account.journal"].search(
                [("company_id", "=", company.id), ("type", "=", "general")], limit=1
            ),
            "default_account_receivable": search(
                [*domain, ("account_type", "=", "asset_receivable")], limit=1
            ),
            "default_account_revenue": search([*domain, ("account_type", "=", "income")], limit=1),
        }

    def pay(self, moves, amount=None, currency=None, **vals):
        """Pay invoices by Odoo's wizard: with a journal entry, reconciled. Return the payment.

        amount: in `currency` (the invoices' if left out); everything if left out.
        """
        return self._register(moves, amount, currency, self.inbound_payment_method_line, **vals)

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
            payment = self._register(moves, amount, currency, self.no_entry_method, **vals)
            self.env.flush_all()
        assert not payment.move_id and payment.state == "in_process", payment.state
        return payment

    def _register(self, moves, amount, currency, method, **vals):
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=moves.ids
        )
        vals = {
            "payment_date": fields.Date.today(),
            "journal_id": self.bank.id,
            "payment_method_line_id": method.id,
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
                "journal_id": self.bank.id,
                "payment_method_line_id": self.inbound_payment_method_line.id,
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
        """Check what a preview decides; fields_: other fields of the decision."""
        one = self.decide(of, date)
        self.assertEqual((one.outcome, one.reason), (outcome, reason))
        if level is not None:
            self.assertEqual(one.level_id, level)
        if amount is not None:
            self.assertAlmostEqual(one.amount, amount, places=one.currency_id.decimal_places)
        for name, value in fields_.items():
            self.assertEqual(one[name], value, name)
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
