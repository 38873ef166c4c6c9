import logging
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date
from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from ..engine import due, dunning
from ..engine.standing import PLANNED, standing
from .amounts import format_money, to_decimal
from .late_texts import describe_late

_logger = logging.getLogger(__name__)

#: What one customer may send from one page within a day; more comes from a machine.
ANSWERS_PER_DAY = 20

#: What the open amounts of a page fall apart into: fields of PortalLine.
PARTS = ("to_pay", "arriving", "paused", "disputed", "planned", "promised", "credit")


class PortalRow(NamedTuple):
    """A line of a page before it is known how it stands.

    id: names the line in the page's addresses and forms. item: its account.move.line, empty if
    the books don't have it any more. total: its original amount, in `currency`.
    """

    id: int
    item: Any
    move: Any
    name: str
    concept: str
    date_due: Any
    currency: Any
    total: float


class PortalLine(NamedTuple):
    """A line as it stands now; amounts in its currency.

    state: a word of engine.standing. open_amount is what the ledger says; to_pay is what is left
    of it after `arriving` (payments on their way), what `paused` (by hand), `disputed`, `planned`
    and `promised` leave alone, and `credit`.
    payable: what the customer may pay online: a pause keeps nobody from paying.
    """

    row: PortalRow
    state: str
    open_amount: float = 0
    arriving: float = 0
    paused: float = 0
    disputed: float = 0
    planned: float = 0
    promised: float = 0
    credit: float = 0
    to_pay: float = 0
    payable: float = 0

    id = property(lambda self: self.row.id)
    item = property(lambda self: self.row.item)
    move = property(lambda self: self.row.move)
    name = property(lambda self: self.row.name)
    concept = property(lambda self: self.row.concept)
    date_due = property(lambda self: self.row.date_due)
    currency = property(lambda self: self.row.currency)
    total = property(lambda self: self.row.total)


class CobranzaPortalPage(models.AbstractModel):
    """A page on which a customer sees what he owes, pays it, and answers."""

    _name = "cobranza.portal.page"
    _description = "Customer's page"
    _inherit = ["cobranza.portal.mixin"]

    #: What a customer may tell us from the page: kinds of its forms.
    _portal_kinds = ()
    #: The page's template, and what breadcrumbs know it by.
    _portal_template = None
    _portal_page_name = None

    def _portal_office(self):
        """The same record in the language of the people who read what the customer sends."""
        return self.with_context(lang=self.user_id.lang or self.company_id._cobranza_lang())

    def _format_money(self, amount, currency):
        """An amount in the context's language; other currencies by code."""
        return format_money(self.env, amount, currency, self.currency_id)

    # --- how the lines stand -----------------------------------------------------------

    def _portal_rows(self, items):
        """The page's lines as PortalRows; items: all open due.DueItems of its debtor."""
        raise NotImplementedError

    def _portal_lines(self):
        """Return a PortalLine for each row, in their order."""
        self.ensure_one()
        debtor = self._portal_debtor()
        items = [one.item for one in debtor._assess().get(debtor.id, [])]
        rows = self._portal_rows(items)
        moves = self.env["account.move"].union(*(row.move for row in rows))
        positions = self._portal_positions(items, moves)
        planned = self._portal_rebooked([row.item for row in rows])
        return [
            self._portal_line(row, positions.get(row.item.id), planned.get(row.item.id))
            for row in rows
        ]

    def _portal_rebooked(self, items):
        """Return {item id: what of it a plan in force has moved to installments that are open}."""
        items = self.env["account.move.line"].union(*items)
        parts = self.env["cobranza.plan.line"].search(
            [
                ("move_line_id", "in", items.ids),
                ("plan_id.state", "=", "active"),
                ("plan_id.rebook_move_id", "!=", False),
            ]
        )
        found = defaultdict(float)
        for part in parts:
            plan = part.plan_id
            left = part.amount * plan.open_amount / plan.amount
            found[part.move_line_id.id] += plan.currency_id.round(left)
        return found

    def _portal_positions(self, items, moves):
        """Return {item id: due.Position} of what the debtor owes now.

        Like the facts of a run, plus online payments that were started and are not booked yet:
        nobody shall pay twice because a provider is slow.
        """
        started = self._portal_started_payments(moves)
        items = [
            item._replace(
                payments=(
                    *item.payments,
                    *started.get((item.move_id, item.id), ()),
                    *started.get((item.move_id, None), ()),
                )
            )
            for item in items
        ]
        today = self.company_id._cobranza_today()
        return {one.item.id: one.position for one in dunning.assess(items, today)}

    def _portal_started_payments(self, moves):
        """Return {(move id, item id or None): [due.Payment]} of what is paid online and not booked.

        None: whatever of the move is due earliest, as Odoo books it.
        """
        started = defaultdict(list)
        # what was started before a plan broke is for what is owed in its place
        plans = self.env["cobranza.plan.line"].search([("move_id", "in", moves.ids)]).plan_id
        moves |= plans.rebook_move_id
        for transaction in moves.transaction_ids._cobranza_started_for(self.partner_id):
            targets = enumerate(transaction._cobranza_targets())
            for number, (item, found, amount) in targets:
                payment = self._portal_started(transaction, amount, number)
                for move in found:
                    started[move.id, item.id or None].append(payment)
        return started

    def _portal_started(self, transaction, amount, part):
        """The due.Payment of (a part of) an online payment, at the rate of its day.

        part: what makes it another one than the transaction's other parts.
        """
        currency = transaction.currency_id
        day = transaction.create_date.date()
        booked = currency._convert(amount, self.currency_id, self.company_id, day)
        return due.Payment(
            # their ids mustn't meet those of accounting payments
            (-transaction.id, part),
            currency.id,
            to_decimal(amount, currency),
            to_decimal(booked, self.currency_id),
        )

    def _portal_line(self, row, position, rebooked=None):
        """How one line stands, as a PortalLine; rebooked: see `_portal_rebooked`."""
        # an item that isn't open is settled, as long as it is in the books
        settled = row.item.parent_state == "posted"
        state = standing(position, to_decimal(row.total, row.currency), settled)
        if position is None or position.item.residual <= 0:
            if settled and rebooked:
                return PortalLine(row, PLANNED, rebooked, planned=rebooked)
            return PortalLine(row, state)
        amounts = {
            "open_amount": position.item.residual,
            "arriving": position.in_process,
            "paused": position.paused_by("block"),
            "disputed": position.paused_by("dispute"),
            "planned": position.paused_by("plan"),
            "promised": position.paused_by("promise"),
            "credit": position.credit,
            "to_pay": position.chaseable,
            "payable": position.chaseable + position.paused,
        }
        return PortalLine(row, state, **{name: float(amount) for name, amount in amounts.items()})

    def _portal_asks(self, line):
        """Whether what is to pay of a line is asked for now."""
        return True

    def _portal_to_pay(self, currency_id=None, line_id=None):
        """What is paid online: (invoices, currency, [(due line, amount)]).

        line_id: this line alone, and what is paused of it if nothing else is to pay; else
        everything due in `currency_id`.
        Raises UserError if nothing is to pay.
        """
        lines = self._portal_lines()
        if line_id:
            chosen = [(one, one.to_pay or one.payable) for one in lines if one.id == line_id]
        else:
            chosen = [
                (one, one.to_pay)
                for one in lines
                if one.currency.id == currency_id and self._portal_asks(one)
            ]
        chosen = [(one, amount) for one, amount in chosen if amount > 0]
        if not chosen:
            raise UserError(self._portal_nothing_to_pay())
        moves = self.env["account.move"].union(*(one.move for one, _amount in chosen))
        return moves, chosen[0][0].currency, [(one.item, amount) for one, amount in chosen]

    def _portal_credits(self, lines):
        """Return {currency: credits of the customer that are set against none of these lines}."""
        return {}

    def _portal_totals(self, lines):
        """One dict per currency: `currency`, and what adds up to all that is open, by PARTS.

        to_pay: what is asked for now; later: what is to pay of the other lines; left: credits
        that nothing is set against.
        """
        totals = defaultdict(lambda: dict.fromkeys((*PARTS, "later", "left"), Decimal(0)))
        for line in lines:
            for name in PARTS:
                asked = name != "to_pay" or self._portal_asks(line)
                amount = to_decimal(getattr(line, name), line.currency)
                totals[line.currency][name if asked else "later"] += amount
        for currency, amount in self._portal_credits(lines).items():
            totals[currency]["left"] = amount
        return [
            {"currency": currency} | {name: float(amount) for name, amount in total.items()}
            for currency, total in totals.items()
        ]

    # --- documents ---------------------------------------------------------------------

    def _portal_own_moves(self, lines):
        """The invoices of these lines that are still the customer's, each once.

        One that was issued to the wrong customer goes to another one by being reset to draft:
        whoever was told of it must not see whose it is now.
        """
        moves = self.env["account.move"].union(*(line.move for line in lines))
        return moves.filtered(
            lambda move: move.commercial_partner_id == self.partner_id
            and move.company_id == self.company_id
        )

    def _portal_told(self, lines):
        """The documents of these lines, each once: [(its first line, its amount on this page)]."""
        told = {}
        for line in lines:
            told.setdefault((line.move, line.name, line.currency), []).append(line)
        return [(ours[0], sum(line.total for line in ours)) for ours in told.values()]

    def _portal_documents(self, lines):
        """The invoices of these lines that the customer may download, each once."""
        return self._portal_own_moves(lines).filtered(
            lambda move: move.state == "posted" and move.is_invoice()
        )

    # --- the page ----------------------------------------------------------------------

    def _portal_values(self):
        """What the page shows, beside what a controller adds; texts in the context's language."""
        self.ensure_one()
        lines = self._portal_lines()
        totals = self._portal_totals(lines)
        today = self.company_id._cobranza_today()
        return {
            "record": self,
            "company": self.company_id,
            "contact": self._contact_sudo(),
            "phone": self.partner_id.phone or "",
            "today": today,
            "lines": lines,
            "told": self._portal_told(lines),
            "totals": totals,
            "owed": [total for total in totals if total["to_pay"]],
            "transfers": self._portal_transfers(lines),
            "documents": self._portal_documents(lines),
            "pays_online": self.company_id.cobranza_pays_online,
            "other_ways": self.company_id._cobranza_other_ways(),
            "late": lambda line: describe_late(self.env, line.date_due, today),
            "day": lambda value: format_date(self.env, value),
            "money": self._format_money,
        }

    # --- what the customer tells us ----------------------------------------------------

    def _portal_sent_domain(self):
        """Domain of the interactions that were sent from this page."""
        return [("debtor_id", "=", self._portal_debtor().id), ("channel", "=", "portal")]

    def _portal_take_answer(self, nonce, kind, summary, **vals):
        """Write down what the customer sent from his page, once.

        nonce: the one of the page he sent it from; sending it again changes nothing.
        kind, summary, vals: see `_log_answer`.
        Returns the cobranza.interaction, new or from the first time.
        Raises UserError if more comes than a person would send.
        """
        return self._portal_once(
            nonce,
            kind,
            summary,
            lambda: self._log_answer(
                summary, channel="portal", kind=kind, portal_nonce=nonce, **vals
            ),
        )

    def _portal_sent(self, nonce):
        """The interaction that came from a page before; empty if none did."""
        return self.env["cobranza.interaction"].search([("portal_nonce", "=", nonce)], limit=1)

    def _portal_once(self, nonce, kind, summary, write):
        """Have `write` make the interaction of what was sent from a page, once.

        write: a function that makes it, with this nonce, and whatever comes with it.
        The same words within a minute are the same message, whatever page they come from.
        Returns the cobranza.interaction, new or from the first time.
        Raises UserError if more comes than a person would send, and what `write` raises; then
        nothing is written.
        """
        self.ensure_one()
        known = self._portal_sent(nonce)
        if known:
            return known
        interactions = self.env["cobranza.interaction"]
        now = fields.Datetime.now()
        recent = interactions.search(
            [*self._portal_sent_domain(), ("date", ">", now - timedelta(days=1))]
        )
        same = recent.filtered(
            lambda one: (one.kind, one.summary) == (kind, summary)
            and one.date > now - timedelta(minutes=1)
        )
        if same:
            return same[0]
        if len(recent) >= ANSWERS_PER_DAY:
            raise UserError(
                self.env._("We have received many messages from you today: please call us instead.")
            )
        try:
            with self.env.cr.savepoint():
                return write()
        except UniqueViolation:
            # the same page was sent twice at the same moment
            return interactions

    def _portal_resend(self, moves):
        """Send invoices again that did not reach the customer, where that is possible.

        The answer is written down already: what can't be sent waits for a person there, and so
        does all of it while automatic contact is stopped.
        """
        if self.company_id._cobranza_stop():
            return
        for move in moves:
            try:
                with self.env.cr.savepoint():
                    move.cobranza_resend()
            except OperationalError:
                raise
            except Exception as error:
                _logger.warning("Invoice %s isn't sent again", move.id, exc_info=True)
                self._message_log(
                    body=self.env._(
                        "%(invoice)s could not be sent again: %(error)s",
                        invoice=move.name,
                        error=error,
                    )
                )
