"""Makes the planned events real: through the ORM, posted and reconciled."""

from datetime import timedelta

from odoo import Command
from odoo.tools import groupby

from . import company as demo_company
from . import plan
from .insurance import Insurer
from .payments import Cashier, receivable

#: Units of a currency for one euro, and how much of it that moves in a year.
RATES = {"USD": (1.12, 0.06), "MXN": (20.4, -0.08)}
#: Prices in other currencies follow a list of their own, not the day's rate.
PRICE_FACTORS = {"EUR": 1, "USD": 1.15, "MXN": 21}


class Ledger:
    """The books of the demo company up to a day; `play` goes on to a later one.

    company: from `company.create_company`.
    today: the day before which everything planned happens.
    customers, invoices: how many, see `plan.events`.
    """

    def __init__(self, company, today, customers=40, invoices=200):
        self.company = company.with_context(
            allowed_company_ids=company.ids,
            tracking_disable=True,
            mail_create_nosubscribe=True,
        )
        self.env = self.company.env
        self.rows = dict(list(plan.table("customers").items())[:customers])
        self.terms = demo_company.create_terms(self.company)
        self.products = demo_company.create_products(self.company)
        self.contacts = demo_company.create_customers(self.company, self.terms, self.rows.values())
        self.currencies = self._activate_currencies(today)
        self.cashier = Cashier(self.company)
        self.insurer = Insurer(self.company, today, self.contacts)
        self.moves = {}
        self._strangers = list(plan.table("people").values())
        self._waiting = plan.events(today, customers, invoices)

    def play(self, until=None):
        """Make what happened up to the day `until`, included; None = everything planned.

        Returns how many events that was.
        """
        now = [event for event in self._waiting if until is None or event.day <= until]
        self._waiting = self._waiting[len(now) :]
        # what happens to an invoice comes after the invoice; of one kind, in order of days
        for kind, make in (
            (plan.Limit, self._each(self.insurer.decide)),
            (plan.Opening, self._open_balances),
            (plan.Invoice, self._post_invoices),
            (plan.CreditNote, self._each(self._post_credit_note)),
            (plan.Payment, self._collect),
            (plan.Advance, self._each(self._collect_in_advance)),
            (plan.Pause, self._each(self._pause)),
            (plan.Call, self._each(self._call)),
            (plan.Approval, self._each(self.insurer.approve)),
            (plan.Notice, self._each(self.insurer.notify)),
            (plan.Insolvency, self._each(self.insurer.learn_of_insolvency)),
            (plan.Claim, self._each(self.insurer.claim)),
            (plan.Agreement, self._each(self._agree)),
            (plan.Promise, self._each(self._promise)),
            (plan.Dispute, self._each(self._dispute)),
        ):
            make([event for event in now if isinstance(event, kind)])
        self._give_roles()
        return len(now)

    def _give_roles(self):
        """Introduce the people at those customers that owe something by now."""
        self.env["cobranza.debtor"]._ensure(self.company)
        owing = self.env["cobranza.debtor"].search([("company_id", "=", self.company.id)])
        known = [
            person
            for person in self._strangers
            if self._is_among(person["customer"], owing.partner_id)
        ]
        demo_company.give_roles(self.company, known, self.contacts, self.rows)
        self._strangers = [person for person in self._strangers if person not in known]

    def _is_among(self, key, partners):
        return key in self.contacts and self.contacts[key].commercial_partner_id in partners

    def _each(self, make):
        return lambda events: [make(event) for event in events]

    # --- set-up ------------------------------------------------------------------------

    def _activate_currencies(self, today):
        """Return {code: currency} with a rate for each month of the plan."""
        found = {"EUR": self.env.ref("base.EUR")}
        for code, (start, drift) in RATES.items():
            if all(row["currency"] != code for row in self.rows.values()):
                continue
            found[code] = self.env.ref(f"base.{code}")
            found[code].active = True
            self.env["res.currency.rate"].create(
                [
                    {
                        "currency_id": found[code].id,
                        "company_id": self.company.id,
                        "name": today - timedelta(days=days),
                        "rate": round(start * (1 + drift * (plan.DAYS - days) / 365), 4),
                    }
                    for days in range(plan.DAYS + 30, 0, -30)
                ]
            )
        return found

    # --- invoices ----------------------------------------------------------------------

    def _post_invoices(self, events):
        moves = self.env["account.move"].create([self._invoice_vals(event) for event in events])
        moves.action_post()
        for event, move in zip(events, moves, strict=True):
            self.moves[event.key] = move
            move.is_move_sent = event.sent
            if event.excluded:
                receivable(move).no_followup = True
            if event.blocked:
                move.action_toggle_block_payment()

    def _invoice_vals(self, event):
        code = self.rows[event.customer]["currency"]
        return {
            "move_type": "out_invoice",
            "company_id": self.company.id,
            "partner_id": self.contacts[event.customer].id,
            "invoice_date": event.day,
            "date": event.day,
            "currency_id": self.currencies[code].id,
            "invoice_payment_term_id": self.terms[event.term].id,
            "ref": event.ref or False,
            "invoice_line_ids": [
                Command.create(
                    {
                        "product_id": self.products[key].id,
                        "quantity": quantity,
                        "price_unit": round(self.products[key].list_price * PRICE_FACTORS[code], 2),
                    }
                )
                for key, quantity in event.lines
            ],
        }

    def _post_credit_note(self, event):
        invoice = self.moves[event.invoice]
        first = invoice.invoice_line_ids[:1]
        price = invoice.currency_id.round(invoice.amount_untaxed * float(event.share))
        note = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "company_id": self.company.id,
                "partner_id": invoice.partner_id.id,
                "invoice_date": event.day,
                "date": event.day,
                "currency_id": invoice.currency_id.id,
                "ref": f"Abono de {invoice.name}",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": first.product_id.id,
                            "name": f"Devolución: {first.product_id.name}",
                            "price_unit": price,
                            "tax_ids": [Command.set(first.tax_ids.ids)],
                        }
                    )
                ],
            }
        )
        note.action_post()
        note.is_move_sent = True
        if event.reconciled:
            still_open = receivable(invoice).filtered(lambda line: not line.reconciled)
            (receivable(note) + still_open).reconcile()

    # --- money and the rest ------------------------------------------------------------

    def _collect(self, events):
        self.cashier.collect(
            events, lambda event: receivable(self.moves[event.invoice])[event.installment]
        )

    def _collect_in_advance(self, event):
        partner = self.contacts[event.customer]
        self.cashier.advance(event.day, partner, float(event.amount), self.currencies["EUR"])

    def _open_balances(self, events):
        """One entry for what customers owed already, one for what nobody knows whose it is."""
        for known, same in groupby(events, lambda event: bool(event.customer)):
            total = float(sum(event.amount for event in same))
            move = self.env["account.move"].create(
                {
                    "move_type": "entry",
                    "company_id": self.company.id,
                    "date": same[0].day,
                    "ref": "Saldos de apertura" if known else "Cargo sin identificar",
                    "line_ids": [
                        *(Command.create(self._opening_vals(event)) for event in same),
                        Command.create({"account_id": self._equity_account().id, "credit": total}),
                    ],
                }
            )
            move.action_post()

    def _opening_vals(self, event):
        contact = self.contacts[event.customer] if event.customer else self.env["res.partner"]
        partner = contact.commercial_partner_id or self.company.partner_id
        return {
            "name": "Saldo anterior",
            "account_id": partner.with_company(self.company).property_account_receivable_id.id,
            "partner_id": contact.commercial_partner_id.id,
            "debit": float(event.amount),
            "date_maturity": event.due,
        }

    def _equity_account(self):
        return self.env["account.account"].search(
            [("account_type", "=", "equity"), ("company_ids", "in", self.company.ids)], limit=1
        )

    def _debtor(self, customer):
        """The collections account of a customer of the plan; empty if he owes nothing yet."""
        partner = self.contacts[customer].commercial_partner_id
        debtors = self.env["cobranza.debtor"]
        debtors._ensure(self.company, partner)
        return debtors.search(
            [("partner_id", "=", partner.id), ("company_id", "=", self.company.id)]
        )

    def _call(self, event):
        debtor = self._debtor(event.customer)
        if debtor:
            self.env["cobranza.interaction"].with_company(self.company).log_contact(
                debtor.partner_id.id,
                event.outcome,
                reason=event.reason,
                summary=event.summary,
                date=f"{event.day} 10:00:00",
            )

    def _pause(self, event):
        debtor = self._debtor(event.customer)
        if debtor:
            self.env["cobranza.block"].create(
                {
                    "debtor_id": debtor.id,
                    "move_id": event.invoice and self.moves[event.invoice].id,
                    "reason": event.reason,
                    "until": event.until,
                }
            )

    def _agree(self, event):
        """Make the plan of an offer; none if nothing is due, or less is offered than accepted."""
        partner = self.contacts[event.customer].commercial_partner_id
        plans = self.env["cobranza.plan"].with_company(self.company)
        self.env["cobranza.debtor"]._ensure(self.company, partner)
        made = plans.browse(plans.propose(partner.id, event.offer)["plan_id"] or [])
        if event.accepted:
            made.action_accept()
        else:
            made.action_offer()

    def _promise(self, event):
        lines, amount = self._open_share(event)
        self.env["cobranza.promise"].promise(
            self.contacts[event.customer].id,
            amount,
            event.until,
            line_ids=lines.ids,
            company_id=self.company.id,
        )

    def _dispute(self, event):
        lines, amount = self._open_share(event)
        self.env["cobranza.dispute"].raise_dispute(
            lines[:1].id, amount, event.reason, event.description, event.until
        )

    def _open_share(self, event):
        """The open due lines of an event's invoice, oldest first, and its share of the first."""
        lines = self.moves[event.invoice].cobranza_due_line_ids.sorted("date_maturity")
        return lines, lines[0].amount_residual_currency * float(event.share)
