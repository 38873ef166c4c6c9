import json
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ..engine.due import to_places
from .bulk import copy_rows
from .each_company import each_company
from .insurance_costs import premiums
from .sql import only

#: What is written of a decision, in the order of the values of `_values`.
COLUMNS = (
    "move_line_id", "move_id", "date_due", "debtor_id", "partner_id", "company_id", "policy_id",
    "limit_id", "limit_kind", "currency_id", "state", "reason", "reasons", "residual_amount",
    "covered_amount", "uncovered_amount", "suspended_amount", "lost_amount", "used_amount",
    "percentage", "insured_amount", "premium_amount", "covered_company_amount",
    "uncovered_company_amount", "next_duty", "next_date", "missed_date",
)  # fmt: skip
#: Those of COLUMNS that are numbers: compared as such, however many zeros they end with.
NUMBERS = frozenset(name for name in COLUMNS if name.endswith("_amount") or name == "percentage")


class CobranzaInsuranceCover(models.Model):
    """How what is insured follows the ledger, the limits and the day.

    In SQL: a night concerns every insured line.
    """

    # a file for each part
    _inherit = "cobranza.insurance.cover"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _follow(self, company, debtors=None):
        """Decide anew, and keep what differs from what is believed so far.

        debtors: only these; None = all of the company with something to be insured.
        Nothing is written where nothing changes.  The number of queries doesn't depend on the
        number of lines.
        """
        policies = self.env["cobranza.insurance.policy"]._of_company(company)
        if not policies and not self._is_known(company):
            return
        today = company._cobranza_today()
        self._lock(debtors)
        positions = self.env["cobranza.insurance.facts"]._positions(
            company, today, None if debtors is None else debtors.ids
        )
        fresh = self._fresh(company, positions)
        known = self._known(company, debtors)
        gone = [
            known[line_id][0]
            for line_id in known
            if line_id not in fresh or not _same(known[line_id][1:], fresh[line_id])
        ]
        added = [
            values
            for line_id, values in fresh.items()
            if line_id not in known or not _same(known[line_id][1:], values)
        ]
        self._end(gone, today)
        self._add(added, today)
        self.env["cobranza.insurance.use"]._follow(company, positions, debtors)
        if gone or added:
            self.invalidate_model()
        # what is to be done follows from facts, whoever entered them
        self.env["cobranza.insurance.duty"].sudo()._follow(company, debtors, positions)

    def _is_known(self, company):
        """Whether something is believed of a company that has no policy in use any more."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT EXISTS (SELECT 1 FROM cobranza_insurance_cover
                                WHERE company_id = %(company)s AND date_to IS NULL)
                    OR EXISTS (SELECT 1 FROM cobranza_insurance_use WHERE company_id = %(company)s)
                """,
                company=company.id,
            )
        )
        return rows[0][0]

    def _lock(self, debtors):
        """Make whoever decides about the same customers at this moment wait, and start again."""
        if debtors:
            self.env.execute_query(
                SQL(
                    "SELECT id FROM cobranza_debtor WHERE id IN %s ORDER BY id FOR NO KEY UPDATE",
                    tuple(debtors.ids),
                )
            )

    def _known(self, company, debtors):
        """Return {line id, or minus the row's id where it is gone: (row id, values…)}."""
        # as text: numbers would come as floats
        columns = SQL(", ").join(SQL("%s::text", SQL.identifier(name)) for name in COLUMNS)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(move_line_id, -id), id, %s FROM cobranza_insurance_cover
                 WHERE company_id = %s AND date_to IS NULL AND %s
                """,
                columns,
                company.id,
                only("debtor_id", None if debtors is None else debtors.ids),
            )
        )
        return {row[0]: row[1:] for row in rows}

    def _fresh(self, company, positions):
        """Return {line id: values} of what is decided about lines that are to be insured."""
        debtors = self.env["cobranza.debtor"].sudo().browse(positions)
        partners = {one.id: one.partner_id.id for one in debtors}
        policies = self.env["cobranza.insurance.policy"]._of_company(company)
        currencies = {one.id: one.currency_id.id for one in policies}
        tariffs = {one.id: (one._tariff(), one.declaration_with_tax) for one in policies}
        places = company.currency_id.decimal_places
        fresh = {}
        for debtor_id, ours in positions.items():
            for position in ours:
                policy_id = position.policy_id
                costs = premiums(*tariffs[policy_id], position.decided)
                fresh |= {
                    one.fact.line_id: _values(
                        one, company.id, partners[debtor_id], policy_id, currencies[policy_id],
                        places, costs[one.fact.line_id],
                    )
                    for one in position.decided
                    if one.fact.flagged and one.cover.residual > 0
                }  # fmt: skip
        return fresh

    def _end(self, ids, today):
        """End what isn't believed any more."""
        if ids:
            self.env.execute_query(
                SQL(
                    """
                    UPDATE cobranza_insurance_cover SET date_to = GREATEST(date_from, %s)
                     WHERE id IN %s RETURNING id
                    """,
                    today,
                    tuple(ids),
                )
            )

    def _add(self, rows, today):
        """Write decisions at once (COPY: a night may have one for each line)."""
        if not rows:
            return
        columns = (*COLUMNS, "date_from")
        copy_rows(self.env.cr, self._table, columns, [(*values, today) for values in rows])

    @api.model
    def _cron_follow(self):
        """Decide anew on everything that is insured: the day may have changed it.

        Once a day for each company, as soon as it is the next day where it is.  What is to be
        declared of periods that are over, and what more could be insured, is made ready as well.
        Each of the three is committed by itself, for each company.
        """
        policies = self.env["cobranza.insurance.policy"].with_context(active_test=False)
        companies = policies.search([]).company_id
        each_company(
            companies.filtered(
                lambda one: one.cobranza_insurance_date != one._cobranza_today()
            ),
            self._follow_night,
            self.env["cobranza.insurance.declaration"]._prepare_due,
            self.env["cobranza.insurance.suggestion"]._refresh,
        )

    def _follow_night(self, company):
        """Decide anew on a company's covers, with the figures that follow from them."""
        self._follow(company)
        self.env["cobranza.debtor"]._refresh_figures(company)
        company.cobranza_insurance_date = company._cobranza_today()


def _values(one, company_id, partner_id, policy_id, currency_id, places, premium):
    """The values of COLUMNS for a Decided; none of them is text that a user wrote."""
    fact, found = one.fact, one.cover
    company_residual = Decimal(fact.company_residual)
    covered = to_places(company_residual * found.covered / found.residual, places)
    duty = found.next_duty
    applied = found.applied
    return (
        fact.line_id, fact.move_id, fact.date_due, fact.debtor_id, partner_id, company_id,
        policy_id,
        applied.limit.id if applied and applied.limit else None,
        applied.kind if applied else None,
        currency_id, found.state, found.reason, json.dumps(found.reasons), found.residual,
        found.covered, found.uncovered, found.suspended, found.lost, found.used,
        found.percentage, found.insured_amount, premium, covered, company_residual - covered,
        duty.code if duty else None, duty.deadline if duty else None, found.missed_on,
    )  # fmt: skip


def _same(texts, values):
    """Whether a row as the database has it says what a decision says."""
    for name, text, value in zip(COLUMNS, texts, values, strict=True):
        if name in NUMBERS:
            if Decimal(text or 0) != value:
                return False
        elif text != (None if value is None else str(value)):
            return False
    return True
