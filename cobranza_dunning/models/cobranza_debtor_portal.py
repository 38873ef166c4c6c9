from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .amounts import to_decimal
from .cobranza_portal_page import PortalRow

#: So many promises, disputes and plans are shown, the last first.
AGREEMENTS = 5


class CobranzaDebtor(models.Model):
    """The customer's page of his whole account: how he stands, and what was agreed on."""

    # a file for each part of its life
    _name = "cobranza.debtor"  # pylint: disable=consider-merging-classes-inherited
    # before what else it inherits: a link doesn't open the chatter
    _inherit = ["cobranza.portal.page", "cobranza.debtor"]
    _portal_kinds = (
        "promise", "pay_later", "dispute", "already_paid", "call_back", "not_received", "other",
    )  # fmt: skip
    _portal_template = "cobranza_dunning.portal_account"
    _portal_page_name = "account"

    def _guarded(self, names):
        """The token of the link is nobody's to choose."""
        return super()._guarded(names) | ({"access_token"} & set(names))

    def _compute_access_url(self):
        for debtor in self:
            debtor.access_url = f"/my/account-balance/{debtor.id}"

    def _portal_debtor(self):
        """The collections account that the page is about: this one."""
        return self

    def action_renew_links(self):
        """Have all links that these customers were sent open nothing any more.

        Those of their accounts, of reminders that were sent, short ones as well, and of plans: each
        leads on to the account.  What is sent from now on has new ones.
        Raises AccessError for others than collections managers.
        """
        if not self.env.user.has_group("cobranza_dunning.group_manager"):
            raise AccessError(self.env._("Only collections managers may renew customers' links."))
        self.check_access("write")
        # a link that was never sent is known to nobody, and may be in a text that waits
        reminders = self.reminder_ids.filtered(lambda one: one._is_shown())
        # a new one is made where it is needed next
        self._gated().write({"access_token": False})
        reminders._gated().write({"access_token": False, "short_token": False})
        self.plan_ids._gated().write({"access_token": False})
        for debtor in self:
            env = debtor.with_context(lang=debtor.company_id._cobranza_lang()).env
            debtor._message_log(
                body=env._(
                    "The links of this customer's pages were renewed: those that were sent before "
                    "open nothing any more."
                )
            )
        return True

    # --- how he stands -----------------------------------------------------------------

    def _portal_rows(self, items):
        """All that he owes as PortalRows, oldest due first.

        A receivable that was booked to him by hand from somebody else's invoice isn't his to see.
        """
        owed = [item for item in items if item.residual > 0 and item.right_partner]
        lines = self.env["account.move.line"].browse([item.id for item in owed])
        return [
            PortalRow(
                line.id, line, line.move_id, line._cobranza_name(), _concept(line.move_id),
                item.due, line.currency_id, line.amount_currency,
            )
            for item, line in zip(owed, lines, strict=True)
        ]  # fmt: skip

    def _portal_asks(self, line):
        """Whether what is to pay of a line is asked for now: it is due."""
        return line.date_due <= self.company_id._cobranza_today()

    def _portal_credits(self, lines):
        """Return {currency: credits of the customer that are set against none of these lines}."""
        credits = {}
        for item in self.due_line_ids.filtered(lambda item: item.amount_residual_currency < 0):
            amount = to_decimal(-item.amount_residual_currency, item.currency_id)
            credits[item.currency_id] = credits.get(item.currency_id, 0) + amount
        for line in lines:
            if line.currency in credits:
                credits[line.currency] -= to_decimal(line.credit, line.currency)
        return {currency: amount for currency, amount in credits.items() if amount > 0}

    # --- the page ----------------------------------------------------------------------

    def _portal_values(self):
        """What the page shows, beside what a controller adds; texts in the context's language."""
        values = super()._portal_values()
        payable = self._portal_payable(values["lines"])
        items = [line.item.id for one in payable for line in one["lines"]]
        items = self.env["account.move.line"].browse(items)
        return {
            **values,
            "promises": self._portal_last(self.promise_ids, lambda one: one.state != "cancelled"),
            "disputes": self._portal_last(self.dispute_ids, lambda one: True),
            "plans": self._portal_last(self.plan_ids, lambda one: one._is_shown()),
            "payable": payable,
            "reasons": self._portal_reasons(),
            "last_promise_day": self.env["cobranza.promise"]._last_own_day(self, items),
            "no_promise": self._portal_no_promise(items),
        }

    def _portal_last(self, agreements, is_shown):
        """The last of his agreements of a kind."""
        return agreements.filtered(is_shown).sorted("id", reverse=True)[:AGREEMENTS]

    def _portal_payable(self, lines):
        """What something may be agreed on: a dict per currency.

        lines: those of the currency that can be paid.  amount: what is asked for of them now, or
        else all of it; plain_amount: the same as browsers take a number.
        """
        payable = {}
        for line in lines:
            if line.payable > 0:
                payable.setdefault(line.currency, []).append(line)
        found = []
        for currency, mine in payable.items():
            asked = sum(line.to_pay for line in mine if self._portal_asks(line))
            amount = currency.round(asked or sum(line.payable for line in mine))
            found.append(
                {
                    "currency": currency,
                    "lines": mine,
                    "amount": amount,
                    "plain_amount": f"{amount:.{currency.decimal_places}f}",
                }
            )
        return found

    def _portal_reasons(self):
        """Why he may say that something is wrong."""
        mine = Domain("company_id", "in", (False, self.company_id.id))
        return self.env["cobranza.dispute.reason"].search(mine)

    def _portal_no_promise(self, items):
        """Why he can't promise anything on his page; None if he can."""
        today = self.company_id._cobranza_today()
        try:
            self.env["cobranza.promise"]._check_own_word(self, today, items)
        except UserError as error:
            return str(error)
        return None


def _concept(move):
    """What an invoice is for: the customer's reference, or the first thing on it.

    Nothing for an entry: its reference and its lines may be about other customers.
    """
    if move.move_type == "entry":
        return ""
    first = move.invoice_line_ids.filtered(lambda one: one.display_type == "product")[:1].name
    return move.ref or (first or "").partition("\n")[0]
