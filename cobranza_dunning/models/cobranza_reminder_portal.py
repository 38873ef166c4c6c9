import logging
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, html_sanitize
from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from ..engine import due, dunning
from ..engine.standing import standing
from .amounts import to_decimal

_logger = logging.getLogger(__name__)

#: What one customer may send about one reminder within a day; more comes from a machine.
ANSWERS_PER_DAY = 20


class PortalLine(NamedTuple):
    """A told line as it stands now; amounts in its currency.

    state: a word of engine.standing. told: the cobranza.reminder.line. item: its open or
    settled account.move.line, empty if the books don't have it any more.
    open_amount is what the ledger says; to_pay is what is left of it after `arriving`
    (payments on their way), `paused` and `credit`.
    payable: what the customer may pay online: a pause keeps nobody from paying.
    """

    told: Any
    item: Any
    state: str
    open_amount: float
    arriving: float
    paused: float
    credit: float
    to_pay: float
    payable: float

    @property
    def move(self):
        """The invoice, empty if it is gone."""
        return self.item.move_id or self.told.move_id


class CobranzaReminder(models.Model):
    """The customer's page of a reminder: what he sees there, and what he may tell us.

    Customers have no access rights on our models. The controllers decide who may see which
    reminder (its token, or its own customer logged in) and come here as the superuser.
    """

    # a file for each part of its life
    _name = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited
    _inherit = ["cobranza.reminder", "portal.mixin"]

    portal_opened_at = fields.Datetime(
        "Page opened on",
        readonly=True,
        help="When the customer first looked at this reminder's page.",
    )
    portal_block = fields.Html(compute="_compute_portal_block", sanitize=False)

    # --- the link ----------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Create reminders; each has its token at once, so that texts needn't ask one by one."""
        for vals in vals_list:
            vals["access_token"] = str(uuid4())
        return super().create(vals_list)

    def _portal_ensure_token(self):
        """The token of the link; guarded, or somebody could choose one he knows."""
        if not self.access_token:
            self.sudo()._gated().write({"access_token": str(uuid4())})
        return self.access_token

    @api.model
    def _get_thread_with_access(self, thread_id, *, hash=None, pid=None, token=None, **kwargs):
        """Keep the chatter the office's: a page's link neither reads it nor writes to it.

        What a customer tells us comes through the page, where it waits for a person.
        """
        return super()._get_thread_with_access(thread_id, **kwargs)

    def _compute_access_url(self):
        for reminder in self:
            reminder.access_url = f"/my/reminders/{reminder.id}"

    @api.depends("lang", "access_token")
    def _compute_portal_block(self):
        for reminder in self:
            views = reminder.with_context(lang=reminder.lang)
            # no more than the button needs: it is in every text of a batch
            values = {
                "reminder": views,
                "on_paper": reminder.channel == "letter",
                "pays_online": reminder.company_id.sudo().cobranza_pays_online,
            }
            reminder.portal_block = views.env["ir.qweb"]._render(
                "cobranza_dunning.reminder_portal", values, minimal_qcontext=True
            )

    def action_customer_page(self):
        """Open the page as the customer sees it (whoever may read the reminder, may)."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.access_url, "target": "new"}

    def _portal_note_opened(self):
        """Note that the customer looked at his page; the first time counts."""
        self.ensure_one()
        if self.state == "sent" and not self.portal_opened_at:
            self._gated().write({"portal_opened_at": fields.Datetime.now()})
            self._message_log(body=self.env._("The customer opened the page of this reminder."))

    @api.model
    def _portal_domain(self, user):
        """Domain of the reminders that a customer finds in his portal."""
        return [
            ("state", "=", "sent"),
            ("partner_id", "=", user.partner_id.commercial_partner_id.id),
            ("company_id", "in", user.company_ids.ids),
        ]

    # --- how the lines stand -----------------------------------------------------------

    def _portal_lines(self):
        """Return a PortalLine for each told line, in its order."""
        self.ensure_one()
        items = {told: told._portal_item() for told in self.line_ids}
        moves = self.env["account.move"].union(*(one.move_id for one in items.values()))
        positions = self._portal_positions(moves)
        return [self._portal_line(told, items[told], positions) for told in self.line_ids]

    def _portal_positions(self, moves):
        """Return {item id: due.Position} of what the debtor owes now.

        Like the facts of a run, plus online payments that were started and are not booked yet:
        nobody shall pay twice because a provider is slow.
        """
        started = self._portal_started_payments(moves)
        items = [
            one.item._replace(
                payments=one.item.payments + tuple(started.get(one.item.move_id, ()))
            )
            for one in self.debtor_id._assess().get(self.debtor_id.id, [])
        ]
        today = self.company_id._cobranza_today()
        return {one.item.id: one.position for one in dunning.assess(items, today)}

    def _portal_started_payments(self, moves):
        """Return {move id: [due.Payment]} of online payments without an accounting payment."""
        started = {}
        transactions = moves.transaction_ids.filtered(
            lambda one: one.state in ("pending", "authorized", "done")
            and not one.payment_id
            # those of a transfer only say that somebody has read our bank details
            and one.provider_code != "custom"
            and one.operation != "validation"
        )
        for transaction in transactions:
            currency = transaction.currency_id
            payment = due.Payment(
                # their ids mustn't meet those of accounting payments
                -transaction.id,
                currency.id,
                to_decimal(transaction.amount, currency),
                to_decimal(
                    currency._convert(
                        transaction.amount,
                        self.currency_id,
                        self.company_id,
                        transaction.create_date.date(),
                    ),
                    self.currency_id,
                ),
            )
            for move in transaction.invoice_ids:
                started.setdefault(move.id, []).append(payment)
        return started

    def _portal_line(self, told, item, positions):
        """How one told line stands, as a PortalLine."""
        position = positions.get(item.id)
        total = to_decimal(told.total_amount, told.currency_id)
        # an item that isn't open is settled, as long as it is in the books
        state = standing(position, total, settled=item.parent_state == "posted")
        if position is None or position.item.residual <= 0:
            return PortalLine(told, item, state, 0, 0, 0, 0, 0, 0)
        payable = position.chaseable + position.paused
        return PortalLine(
            told,
            item,
            state,
            *map(
                float,
                (
                    position.item.residual,
                    position.in_process,
                    position.paused,
                    position.credit,
                    position.chaseable,
                    payable,
                ),
            ),
        )

    def _portal_totals(self, lines):
        """One dict per currency of the lines: currency, to_pay, arriving, paused, credit."""
        totals = {}
        for line in lines:
            total = totals.setdefault(
                line.told.currency_id,
                dict.fromkeys(("to_pay", "arriving", "paused", "credit"), Decimal(0)),
            )
            for name in total:
                total[name] += to_decimal(getattr(line, name), line.told.currency_id)
        return [
            {"currency": currency} | {name: float(amount) for name, amount in total.items()}
            for currency, total in totals.items()
        ]

    # --- the page ----------------------------------------------------------------------

    def _portal_values(self):
        """What the page shows, beside what a controller adds; texts in the context's language."""
        self.ensure_one()
        lines = self._portal_lines()
        totals = self._portal_totals(lines)
        return {
            "reminder": self,
            "company": self.company_id,
            "contact": self._contact_sudo(),
            "today": self.company_id._cobranza_today(),
            "lines": lines,
            "totals": totals,
            "owed": [total for total in totals if total["to_pay"]],
            "transfers": self._portal_transfers(lines),
            "documents": self.line_ids._portal_documents(),
            "pays_online": self.company_id.cobranza_pays_online,
            # frozen text of ours that a person may have edited
            "told_text": html_sanitize(self.text_body or "", sanitize_style=True),
            "day": lambda value: format_date(self.env, value),
            "money": self._format_money,
        }

    # --- what the customer tells us ----------------------------------------------------

    def _portal_take_answer(self, nonce, kind, summary, **vals):
        """Write down what the customer sent from his page, once.

        nonce: the one of the page he sent it from; sending it again changes nothing.
        kind, summary, vals: see `_log_answer`.
        Returns the cobranza.interaction, new or from the first time.
        Raises UserError if more comes than a person would send.
        """
        self.ensure_one()
        interactions = self.env["cobranza.interaction"]
        known = interactions.search([("portal_nonce", "=", nonce)], limit=1)
        if known:
            return known
        now = fields.Datetime.now()
        recent = interactions.search(
            [
                ("reminder_id", "=", self.id),
                ("channel", "=", "portal"),
                ("date", ">", now - timedelta(days=1)),
            ]
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
                return self._log_answer(
                    summary, channel="portal", kind=kind, portal_nonce=nonce, **vals
                )
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
