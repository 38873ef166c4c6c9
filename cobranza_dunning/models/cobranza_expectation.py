from contextlib import closing
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ..engine import expected
from ..engine.due import ZERO
from .bulk import copy_rows
from .expected_texts import BASIS_SELECTION
from .unchecked import UncheckedMany2one

#: What is written of an expectation, in the order of `_values`.
COLUMNS = (
    "company_id", "debtor_id", "partner_id", "move_line_id", "move_id", "date_due", "currency_id",
    "expected_date", "basis", "late", "amount_currency", "amount", "provision_rate",
    "provision_amount", "expected_amount",
)  # fmt: skip
LINE = COLUMNS.index("move_line_id")
#: Rows that are kept in memory before they are written.
CHUNK = 20_000


class Found(NamedTuple):
    """What is expected of (part of) a due line, and what may be lost of it.

    due: the day it was due at first, whatever a plan says since.  part: engine.expected.Expected.
    amount, provision: in company currency.  rate: per cent.
    """

    item: object
    due: date
    partner_id: int | None
    part: expected.Expected
    amount: Decimal
    rate: Decimal
    provision: Decimal


class CobranzaExpectation(models.Model):
    """When the money of a due line can be expected, and how much of it: the cash forecast.

    One row for each part of a due line that comes on a day of its own.  The engine decides
    (`engine.expected`) and the rows are made anew whenever somebody opens the forecast: it is
    never older than the screen.  Amounts are in company currency at the rates of the books.
    """

    _name = "cobranza.expectation"
    _description = "Expected collection"
    _inherit = ["cobranza.gated.mixin"]
    _order = "expected_date, date_due, id"
    _rec_name = "move_id"
    _gated_fields = None
    _gated_create = True
    # they come by COPY, and are made anew all the time
    _log_access = False

    company_id = UncheckedMany2one("res.company", required=True, index=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    debtor_id = fields.Many2one(
        "cobranza.debtor", "Customer's account", index="btree_not_null", ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", index="btree_not_null", ondelete="cascade"
    )
    move_line_id = fields.Many2one(
        "account.move.line", "Due line", required=True, index=True, ondelete="cascade"
    )
    move_id = fields.Many2one("account.move", "Invoice", required=True, index=True,
                              ondelete="cascade")  # fmt: skip
    date_due = fields.Date("Due date", help="At first, whatever a plan says since.")
    currency_id = UncheckedMany2one("res.currency", required=True)
    expected_date = fields.Date("Expected on", help="Empty where no day can be named.")
    basis = fields.Selection(BASIS_SELECTION, "Based on", required=True)
    late = fields.Boolean(
        "Later than that", help="The day that it should have come has passed already."
    )
    amount_currency = fields.Monetary("In its currency", aggregator=None)
    amount = fields.Monetary("Open", currency_field="company_currency_id")
    provision_rate = fields.Float(
        "Provision (%)", digits=(5, 2), aggregator=None,
        help="By how late it is, from the provision rates. It counts for what isn't insured.",
    )  # fmt: skip
    provision_amount = fields.Monetary(
        "May be lost", currency_field="company_currency_id", help="The suggested provision: "
        "a deductible or a maximum of the insurance isn't taken into account."
    )
    expected_amount = fields.Monetary(
        "Expected", currency_field="company_currency_id", help="Open, less what may be lost."
    )

    # --- reading -----------------------------------------------------------------------

    @api.model
    def _find(self, company, debtor_ids=None, only_orphans=False):
        """Yield Found for each part of a company's open debts, customer by customer.

        debtor_ids: only these; None = all, and debts of nobody too.  only_orphans: only those of
        nobody.  The number of queries doesn't depend on the number of lines.
        """
        today = company._cobranza_today()
        facts = self.env["cobranza.facts"]
        payers, anybody = facts._payers(company, today, debtor_ids)
        agreed = facts._agreed_days(company, debtor_ids)
        insured = facts._insured_amounts(company, debtor_ids)
        dues = facts._original_dues(company, debtor_ids)
        rates = company._cobranza_provision_rates()
        places = company.currency_id.decimal_places

        def found(position, payer):
            item = position.item
            due = dues.get(item.id, item.due)
            usual, insolvent = (payer.usual, payer.insolvent) if payer else (anybody, False)
            parts = expected.expect(position, agreed.get(item.id, ()), usual, today)
            rate = expected.provision_rate((today - due).days, rates, insolvent)
            amounts, losses = expected.at_risk(
                position, parts, insured.get(item.id, ZERO), rate, places
            )
            for part, amount, loss in zip(parts, amounts, losses, strict=True):
                yield Found(item, due, payer and payer.partner_id, part, amount, rate, loss)

        chunks = facts._items_in_chunks(company, today, debtor_ids, only_orphans=only_orphans)
        with closing(chunks):
            for chunk in chunks:
                for debtor_id, items in chunk.items():
                    # what is nobody's has nothing to do with each other
                    for together in [items] if debtor_id else [[one] for one in items]:
                        for position in expected.positions(together, agreed, today):
                            yield from found(position, payers.get(debtor_id))

    @api.model
    def _refresh(self, company, debtor_ids=None):
        """Make a company's expectations anew; debtor_ids: only these, None = all.

        Whoever does the same at this moment starts again.
        """
        if debtor_ids is None:
            self.env["cobranza.debtor"]._ensure(company)
        self.env.cr.execute(
            SQL(
                "UPDATE res_company SET cobranza_forecast_at = now() AT TIME ZONE 'UTC'"
                " WHERE id = %s",
                company.id,
            )
        )
        scope = self.env["cobranza.facts"]._only_of("e", company, debtor_ids)
        self.env.cr.execute(SQL("DELETE FROM cobranza_expectation e WHERE %s", scope))
        found = (_values(one, company.id) for one in self._find(company, debtor_ids))
        for rows in split_every(CHUNK, found, list):
            if debtor_ids is not None:
                # what has come from another customer since
                self.env.cr.execute(
                    SQL(
                        "DELETE FROM cobranza_expectation WHERE move_line_id = ANY(%s)"
                        " AND (debtor_id IS NULL OR debtor_id <> ALL(%s))",
                        [values[LINE] for values in rows],
                        list(debtor_ids),
                    )
                )
            copy_rows(self.env.cr, self._table, COLUMNS, rows)
        self.invalidate_model()

    # --- what a person does ------------------------------------------------------------

    @api.model
    def action_forecast(self):
        """Make the forecast of the user's companies anew and open it."""
        return self._open()

    def action_refresh(self):
        """Make the forecast of the user's companies anew, whatever is selected."""
        self._refresh_allowed(self.env.companies)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @api.model
    def _open(self, debtors=None):
        """Make expectations anew, of these debtors or all; return the action that shows them."""
        if debtors is None:
            self._refresh_allowed(self.env.companies)
        else:
            debtors.check_access("read")
            for company, found in debtors.grouped("company_id").items():
                self._refresh_allowed(company, found.ids)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_expectation_action"
        )
        if debtors is not None:
            action |= {"domain": [("debtor_id", "in", debtors.ids)], "context": {}}
        return action

    @api.model
    def _refresh_allowed(self, companies, debtor_ids=None):
        """Make expectations anew for somebody who may see them.  Raises AccessError for others."""
        self.check_access("read")
        for company_sudo in companies.sudo():
            # they follow from the books, whoever opens them
            self.sudo()._refresh(company_sudo, debtor_ids)

    @api.model
    def forecast(self):
        """Make the forecast of the user's company anew and tell it by day.

        Returns a list of dicts, the earliest day first and what has no day last: date (ISO string
        or False), basis (a code), amount (open), provision_amount, expected_amount, currency (all
        amounts are in it, the company's), count (due lines).
        Raises AccessError for others than users of collections.
        """
        company = self.env.company
        self._refresh_allowed(company)
        groups = self._read_group(
            [("company_id", "=", company.id)],
            ["expected_date:day", "basis"],
            ["amount:sum", "provision_amount:sum", "expected_amount:sum",
             "move_line_id:count_distinct"],
            order="expected_date:day, basis",
        )  # fmt: skip
        return [
            {
                "date": fields.Date.to_string(day) if day else False,
                "basis": basis,
                "amount": amount,
                "provision_amount": provision,
                "expected_amount": coming,
                "currency": company.currency_id.name,
                "count": count,
            }
            for day, basis, amount, provision, coming, count in groups
        ]

    def action_provision(self):
        """Draw up the entry that brings the provision of the user's company to what is suggested.

        Whatever is selected.  Returns the action that opens it.  Raises AccessError for who may
        not make entries, UserError if accounts lack, if nothing changes, or if such an entry is
        waiting.
        """
        self.check_access("read")
        return self.env.company._cobranza_make_provision()._get_records_action()

    def action_view_move(self):
        """Open the invoice; the list again if somebody has made it anew meanwhile."""
        self.ensure_one()
        if not self.exists():
            return {"type": "ir.actions.client", "tag": "soft_reload"}
        return self.move_id._get_records_action()


def _values(one, company_id):
    """The values of COLUMNS for a Found; none of them is text that a user wrote."""
    item, part = one.item, one.part
    return (
        company_id, item.debtor_id, one.partner_id, item.id, item.move_id, one.due, item.currency,
        part.day, part.basis, part.late, part.amount, one.amount, one.rate, one.provision,
        one.amount - one.provision,
    )  # fmt: skip
