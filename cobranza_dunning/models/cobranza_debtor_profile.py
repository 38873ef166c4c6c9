import json
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ..engine import scoring
from .score_texts import explain_points

#: A promise is "just broken" for so many days: as long it puts the customer on the list of today.
FRESH_DAYS = 7

#: So many debtors are written by one statement.
BATCH = 5_000

#: Columns of a profile, each with its type in SQL.
COLUMNS = {
    "history_count": "int", "average_delay": "numeric", "late_share": "float8",
    "customer_since": "date", "purchase_frequency": "numeric", "average_ticket": "numeric",
    "kept_count": "int", "partly_kept_count": "int", "broken_count": "int", "missed_on": "date",
    "broken_plan_count": "int", "credit_limit_amount": "numeric", "limit_use": "float8",
    "has_score": "boolean", "score": "int", "score_explanation": "jsonb", "priority": "int",
}  # fmt: skip


class CobranzaDebtor(models.Model):
    """How a customer pays: figures of the last twelve months, and the score they make.

    Read for all debtors by one statement, decided by engine.scoring, written at once.
    """

    # a file for each part of its life
    _inherit = "cobranza.debtor"  # pylint: disable=consider-merging-classes-inherited

    customer_since = fields.Date(readonly=True, help="The day of the first invoice.")
    purchase_frequency = fields.Float(
        "Invoices a month", digits=(16, 1), readonly=True, help="Of the last 12 months.",
        aggregator="avg",
    )  # fmt: skip
    average_ticket = fields.Monetary(
        "Average invoice", readonly=True, aggregator="avg",
        help="Of the last 12 months, tax included.",
    )  # fmt: skip
    sales_share = fields.Float(
        "Share of our sales", compute="_compute_sales_share", digits=(16, 4),
        help="The customer's part of what the company invoiced in the last 12 months, credit notes "
        "taken off, without tax.",
    )  # fmt: skip
    history_count = fields.Integer(
        "Due lines that count",
        readonly=True,
        help="Paid, wholly or in part, in the last 12 months, or overdue now.",
    )
    average_delay = fields.Float(
        "Average days late", digits=(16, 1), readonly=True, aggregator="avg",
        help="Σ (amount × days late) ÷ Σ amount, of what was paid in the last 12 months and of "
        "what is overdue, with its days so far. Paid early counts as on time. What is disputed is "
        "left out, and so is what was paid of invoices that were disputed with good reason.",
    )  # fmt: skip
    late_share = fields.Float(
        "Paid late", readonly=True, aggregator="avg",
        help="The part of the same amounts that was paid, or is, after its due date.",
    )  # fmt: skip
    kept_count = fields.Integer("Promises kept", readonly=True, help="In the last 12 months.")
    partly_kept_count = fields.Integer(
        "Promises partly kept", readonly=True, help="In the last 12 months."
    )
    broken_count = fields.Integer("Promises broken", readonly=True, help="In the last 12 months.")
    missed_on = fields.Date(
        "Last promise not kept",
        readonly=True,
        help="When a promise was last found broken, or kept only in part.",
    )
    broken_plan_count = fields.Integer("Plans broken", readonly=True, help="In the last 12 months.")
    credit_limit_amount = fields.Monetary(
        "Credit limit", readonly=True, help="The customer's limit in accounting; none if it is 0."
    )
    limit_use = fields.Float(
        "Credit limit used", readonly=True, aggregator="avg",
        help="What he owes, less his credits, ÷ the credit limit.",
    )  # fmt: skip
    has_score = fields.Boolean(
        readonly=True, help="Enough is known of how this customer pays to give him a score."
    )
    score = fields.Integer(
        readonly=True, aggregator="avg",
        help="0 to 100; the higher, the better the customer pays. The profile says what it is made "
        "of. Without enough history there is none.",
    )  # fmt: skip
    score_explanation = fields.Json(readonly=True)
    score_html = fields.Html("What the score is made of", compute="_compute_score_html")
    priority = fields.Integer(
        readonly=True, aggregator=None,
        help="Orders the list of today: promises just broken, then the size of what is overdue; of "
        "two of about the same size, the one who pays worse comes first.",
    )  # fmt: skip

    @api.depends("score_explanation", "has_score", "history_count", "customer_since")
    @api.depends_context("lang")
    def _compute_score_html(self):
        for debtor in self:
            debtor.score_html = explain_points(debtor)

    @api.depends("partner_id", "company_id")
    def _compute_sales_share(self):
        for company, debtors in self.grouped("company_id").items():
            total = debtors._sales(company)[False]
            own = debtors._sales(company, debtors.partner_id)
            for debtor in debtors:
                part = own.get(debtor.partner_id, 0)
                debtor.sales_share = part / total if part > 0 and total > 0 else 0

    def _sales(self, company, partners=None):
        """Return {customer: what a company invoiced him in MONTHS months, net of credit notes}.

        partners: these customers; None = {False: all of them together}.  Without tax, in company
        currency.
        """
        since = company._cobranza_today() - relativedelta(months=scoring.MONTHS)
        domain = [
            ("company_id", "=", company.id), ("state", "=", "posted"),
            ("move_type", "in", ("out_invoice", "out_refund")), ("invoice_date", ">", since),
        ]  # fmt: skip
        # a collector reads how much a customer buys, not each invoice of the others
        moves_sudo = self.env["account.move"].sudo()
        total = ["amount_untaxed_signed:sum"]
        if partners is None:
            return {False: moves_sudo._read_group(domain, [], total)[0][0]}
        domain.append(("commercial_partner_id", "in", partners.ids))
        return dict(moves_sudo._read_group(domain, ["commercial_partner_id"], total))

    @api.model
    def _refresh_profiles(self, company, debtor_ids=None):
        """Read again how a company's debtors pay, and put each into his segment.

        debtor_ids: only these; None = all, once a day: what changes by day is the same all day,
        and whatever else changes concerns somebody.  The number of queries doesn't grow with
        debtors or lines, but for one more for every BATCH of debtors.  Only rows that say
        something else than before are written.
        """
        self.env.flush_all()
        today = company._cobranza_today()
        # the day is the system's to note, whoever asks
        company_sudo = company.sudo()
        if debtor_ids is None and company_sudo.cobranza_profile_date == today:
            return
        rows = self.env.execute_query(self._query_profiles(company, today, debtor_ids))
        for batch in split_every(BATCH, rows):
            self._write_profiles([self._profile(row, company, today) for row in batch])
        self._classify(company, debtor_ids)
        if debtor_ids is None:
            company_sudo.cobranza_profile_date = today

    def _profile(self, row, company, today):
        """The columns of a debtor, and his id, from a row of `_query_profiles`."""
        (debtor_id, lines, amount, amount_days, late, first, invoices, ticket,
         kept, partly_kept, broken, missed_on, broken_plans, balance, overdue, limit) = row
        days_known = max((today - first).days, 0) if first else 0
        delay, share = scoring.delay_and_share(*map(_decimal, (amount, amount_days, late)))
        purchases = scoring.purchases_a_month(invoices, days_known)
        use = _decimal(balance) / _decimal(limit) if limit and limit > 0 else None
        score, components = scoring.score(
            scoring.Figures(
                lines, days_known, delay, share, broken, partly_kept, broken_plans, purchases, use
            )
        )
        fresh = bool(missed_on) and missed_on > today - relativedelta(days=FRESH_DAYS)
        return {
            "id": debtor_id,
            "history_count": lines,
            "average_delay": float(delay or 0),
            "late_share": float(share),
            "customer_since": _iso(first),
            "purchase_frequency": float(purchases),
            "average_ticket": company.currency_id.round(float(ticket)),
            "kept_count": kept,
            "partly_kept_count": partly_kept,
            "broken_count": broken,
            "missed_on": _iso(missed_on),
            "broken_plan_count": broken_plans,
            "credit_limit_amount": float(limit or 0),
            "limit_use": float(use or 0),
            "has_score": score is not None,
            "score": score,
            "score_explanation": [_plain(one) for one in components] or None,
            "priority": scoring.priority(overdue, score, fresh),
        }

    def _write_profiles(self, profiles):
        """Keep profiles that have changed, one dict of columns each, by one statement."""
        fresh = [SQL.identifier("n", name) for name in COLUMNS]
        self.env.cr.execute(
            SQL(
                """
                UPDATE cobranza_debtor d SET (%(names)s) = ROW(%(fresh)s)
                  FROM jsonb_to_recordset(%(profiles)s::jsonb) AS n (id int, %(types)s)
                 WHERE d.id = n.id AND (%(known)s) IS DISTINCT FROM (%(fresh)s)
                """,
                names=SQL(", ").join(map(SQL.identifier, COLUMNS)),
                known=SQL(", ").join(SQL.identifier("d", name) for name in COLUMNS),
                fresh=SQL(", ").join(fresh),
                types=SQL(", ").join(
                    SQL("%s %s", SQL.identifier(name), SQL(kind)) for name, kind in COLUMNS.items()
                ),
                profiles=json.dumps(profiles),
            )
        )
        self.invalidate_model(list(COLUMNS))


def _decimal(number):
    """A number as the database gives it, as a Decimal."""
    return number if isinstance(number, Decimal) else Decimal(str(number))


def _iso(day):
    return day.isoformat() if day else None


def _plain(points):
    """engine.scoring.Points as JSON keeps it."""
    figures = [None if one is None else float(one) for one in points.figures]
    return {"code": points.code, "points": points.points, "most": points.most, "figures": figures}
