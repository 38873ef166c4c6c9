from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column, table_exists

from ..engine import insurance, premium
from ..engine.insurance_dates import DAY
from .amounts import to_decimal, to_rate
from .insurance_texts import KIND_SELECTION, POLICY_MISTAKES

CONSEQUENCE_SELECTION = [("at_risk", "Cover at risk"), ("lost", "Cover lost")]
#: Fields of a policy that decide nothing about what it insures.
NO_TERMS = {
    "name", "number", "source", "insurer_id", "claim_journal_id", "insurer_account_id",
    "claim_account_id", "insurer_share_account_id", "loss_account_id", "premium_journal_id",
    "premium_account_id", "premium_tax_id", "premium_tax_account_id",
}  # fmt: skip
#: What the law grants, by the code of its country.
LAWS = {"es": insurance.LAW_ES}

#: What is made out to the insurer under a policy.
DOCUMENTS = (
    "cobranza.insurance.declaration", "cobranza.insurance.notice", "cobranza.insurance.claim",
)  # fmt: skip

#: All that is on record under a policy.
ON_RECORD = ("cobranza.insurance.limit", "cobranza.insurance.cover", *DOCUMENTS)


class CobranzaInsurancePolicy(models.Model):
    """An insurer's terms: what he covers, and what must be done by when for it to last.

    Everything that differs between insurers is data of this record; the rules are the engine's.
    """

    _name = "cobranza.insurance.policy"
    _description = "Credit insurance policy"
    _inherit = ["cobranza.owned.mixin", "mail.thread"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char("Insurance policy", required=True, tracking=True, help="How you call it.")
    number = fields.Char("Policy number", tracking=True, copy=False)
    sequence = fields.Integer(default=10, help="The first one that is in force counts.")
    active = fields.Boolean(default=True)
    ended_on = fields.Date(
        "Ended on", compute="_compute_ended_on", store=True,
        help="When it was archived: sales from then on aren't insured, older ones stay so.",
    )  # fmt: skip
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    insurer_id = fields.Many2one("res.partner", tracking=True, ondelete="restrict")
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        tracking=True,
        check_company=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Deadlines are this person's work. Empty: whoever looks after each customer.",
    )
    kind = fields.Selection(
        KIND_SELECTION,
        required=True,
        default="whole_turnover",
        tracking=True,
        help="A policy for single invoices insures those that somebody puts under it.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Only this customer",
        domain="[('parent_id', '=', False)]",
        tracking=True,
        ondelete="restrict",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        tracking=True,
        help="Of the limits and of everything that the insurer pays. Invoices in another currency "
        "count at the rate of their date.",
    )
    period_ids = fields.One2many("cobranza.insurance.period", "policy_id", "In force", copy=False)
    percentage_ids = fields.One2many(
        "cobranza.insurance.percentage", "policy_id", "Insured percentages", copy=True
    )
    deadline_ids = fields.One2many(
        "cobranza.insurance.deadline", "policy_id", "Deadlines", copy=True
    )
    limit_ids = fields.One2many(
        "cobranza.insurance.limit", "policy_id", "Insurance limits", copy=False
    )
    insure_by_default = fields.Boolean(
        "Insure new invoices",
        default=True,
        tracking=True,
        help="New customer invoices are marked as to be insured; each can be changed.",
    )
    source = fields.Char(help="Where these terms are written: document, clause, date.")
    note = fields.Html("Notes")

    # what is insured
    attachment = fields.Selection(
        [("invoice", "Of the invoice"), ("delivery", "Of delivery")],
        "Day of the sale",
        required=True,
        default="invoice",
        tracking=True,
        help="The day on which a sale falls under the policy. An invoice without a delivery date "
        "was delivered on its own.",
    )
    maximum_term = fields.Integer(
        "Maximum credit term", tracking=True,
        help="Days from invoice date to due date; a longer one isn't insured at all. 0: any.",
    )  # fmt: skip
    maximum_delay = fields.Integer(
        "Maximum invoicing delay", tracking=True,
        help="Days from delivery to invoice. 0: any.",
    )  # fmt: skip
    mep = fields.Integer(
        "Maximum extension", tracking=True,
        help="Days after the original due date. What is agreed later needs the insurer's approval, "
        "and a debt that is open longer stops cover of new deliveries. 0: the policy has none.",
    )  # fmt: skip
    discretionary_amount = fields.Monetary(
        "Discretionary limit", tracking=True,
        help="The most that you may grant a customer yourself. 0: the policy has no such limit.",
    )  # fmt: skip
    blind_amount = fields.Monetary(
        "Blind limit", tracking=True,
        help="What is insured of a customer whom nobody asked about. 0: nothing.",
    )  # fmt: skip
    covers_tax = fields.Boolean("Insures the tax", tracking=True)
    excludes_public = fields.Boolean("Not public bodies", default=True, tracking=True)
    excludes_consumer = fields.Boolean("Not consumers", default=True, tracking=True)
    excludes_related = fields.Boolean("Not related companies", default=True, tracking=True)
    excludes_cash = fields.Boolean("Not cash sales", default=True, tracking=True)
    country_ids = fields.Many2many(
        "res.country", "cobranza_insurance_policy_country_rel", string="Only these countries",
        help="Empty: all but the excluded ones.",
    )  # fmt: skip
    excluded_country_ids = fields.Many2many(
        "res.country", "cobranza_insurance_policy_excluded_rel", string="Not these countries"
    )

    # duties
    warning_days = fields.Integer(
        "Warn so many days before", default=14, tracking=True,
        help="In the last days before a deadline the cover shows as at risk.",
    )  # fmt: skip
    declares = fields.Boolean("Sales are declared", tracking=True)
    declaration_months = fields.Selection(
        [("1", "Each month"), ("2", "Each two months"), ("3", "Each quarter"), ("6", "Half-yearly"),
         ("12", "Each year")],
        "How often", required=True, default="1", tracking=True,
    )  # fmt: skip
    declaration_days = fields.Integer(
        "Days to declare", default=15, tracking=True, help="After the end of the period."
    )
    missed_declaration = fields.Selection(
        CONSEQUENCE_SELECTION, "Sale declared late", required=True, default="at_risk", tracking=True
    )
    missed_notice = fields.Selection(
        CONSEQUENCE_SELECTION, "Notice given late", required=True, default="lost", tracking=True
    )
    missed_claim = fields.Selection(
        CONSEQUENCE_SELECTION, "Claim filed late", required=True, default="lost", tracking=True
    )
    missed_extension = fields.Selection(
        CONSEQUENCE_SELECTION, "Extension without approval", required=True, default="lost",
        tracking=True,
    )  # fmt: skip
    law = fields.Selection(
        [("es", "Spain: Ley 50/1980")],
        default=lambda self: "es" if self.env.company.country_code == "ES" else False,
        tracking=True,
        help="What the law grants whatever the policy says. Spain (articles 70 to 72): at least "
        "50 % insured, half of the indemnity six months after the notice.",
    )

    # money
    threshold = fields.Monetary(tracking=True, help="A smaller loss isn't indemnified.")
    deductible = fields.Monetary(tracking=True, help="You bear so much of each indemnity.")
    first_loss = fields.Monetary(
        "Aggregate first loss", tracking=True,
        help="You bear so much of all indemnities of an insurance year before anything is paid.",
    )  # fmt: skip
    maximum_indemnity = fields.Monetary(
        tracking=True, help="The most that is paid in an insurance year. 0: no maximum."
    )
    covers_costs = fields.Boolean("Insures collection costs", default=True, tracking=True)
    premium_basis = fields.Selection(
        [("turnover", "Declared turnover"), ("invoice", "Each insured invoice"),
         ("balances", "Balances at the end of each period")],
        required=True, default="turnover", tracking=True,
    )  # fmt: skip
    premium_rate = fields.Float("Rate", digits=(16, 6), tracking=True)
    premium_unit = fields.Selection(
        [("percent", "%"), ("mille", "‰")], "Unit", required=True, default="mille", tracking=True
    )
    premium_minimum = fields.Monetary(
        "Minimum premium", tracking=True,
        help="Of each invoice if the premium is by invoice, else of the insurance year.",
    )  # fmt: skip
    premium_tax = fields.Float("Premium tax (%)", digits=(5, 2), tracking=True)

    _figures_not_negative = models.Constraint(
        """CHECK (maximum_term >= 0 AND maximum_delay >= 0 AND mep >= 0 AND warning_days >= 0
                  AND declaration_days >= 0 AND discretionary_amount >= 0 AND blind_amount >= 0
                  AND threshold >= 0 AND deductible >= 0 AND first_loss >= 0
                  AND maximum_indemnity >= 0)""",
        "Days and amounts of a policy can't be negative.",
    )
    _days_not_endless = models.Constraint(
        """CHECK (maximum_term <= 36500 AND maximum_delay <= 36500 AND mep <= 36500
                  AND warning_days <= 36500 AND declaration_days <= 36500)""",
        "36,500 days (a century) are the most: leave 0 where the policy has no such limit.",
    )

    # --- defaults and checks -----------------------------------------------------------

    @api.model
    def default_get(self, fields):
        """Begin with this year, and 90 % of what the insurer grants."""
        values = super().default_get(fields)
        if "period_ids" in fields and "period_ids" not in values:
            year = self.env.company._cobranza_today().year
            values["period_ids"] = [
                Command.create({"date_from": f"{year}-01-01", "date_to": f"{year}-12-31"})
            ]
        if "percentage_ids" in fields and "percentage_ids" not in values:
            values["percentage_ids"] = [Command.create({"kind": "named", "percentage": 90})]
        return values

    @api.constrains(
        "kind", "partner_id", "period_ids", "percentage_ids", "deadline_ids", "law",
        "discretionary_amount", "blind_amount", "premium_rate", "premium_minimum", "premium_tax",
    )  # fmt: skip
    def _check_terms(self):
        """Refuse terms that contradict each other; which ones do is the engine's rule."""
        for policy in self:
            policy._check_deadlines()
            try:
                insurance.check(policy._for_engine()._replace(periods=policy._periods()))
                premium.check(policy._tariff())
            except ValueError as error:
                (code,) = error.args
                raise ValidationError(self.env._(POLICY_MISTAKES[code])) from error

    def _check_deadlines(self):
        """Only notices may have several deadlines: of them the earliest counts."""
        single = self.deadline_ids.filtered(lambda one: one.duty != "notice").mapped("duty")
        if len(single) != len(set(single)):
            raise ValidationError(
                self.env._("Only the notice may have several deadlines: leave one of each other.")
            )

    def _auto_init(self):
        """Have policies that were archived before the day was kept end when they last changed."""
        cr = self.env.cr
        if table_exists(cr, self._table) and not column_exists(cr, self._table, "ended_on"):
            create_column(cr, self._table, "ended_on", "date")
            cr.execute(
                SQL(
                    "UPDATE %s SET ended_on = write_date::date WHERE active IS NOT TRUE",
                    SQL.identifier(self._table),
                )
            )
        return super()._auto_init()

    @api.depends("active")
    def _compute_ended_on(self):
        for policy in self:
            # archived once more: it ended when it was archived first
            ended_on = policy.ended_on or policy.company_id._cobranza_today()
            policy.ended_on = not policy.active and ended_on

    # --- CRUD --------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Create policies; what they insure shows at once."""
        policies = super().create(vals_list)
        policies._terms_changed()
        return policies

    def write(self, vals):
        """Write terms; what they insure from now on shows at once.

        Raises UserError if company or currency would change of a policy that has limits, or under
        which something was declared, notified, claimed or covered.
        """
        fixed = {"company_id", "currency_id"} & set(vals)
        changed = self.filtered(lambda one: any(one[name].id != vals[name] for name in fixed))
        if changed and changed._has_amounts():
            raise UserError(
                self.env._(
                    "The policy has limits, declarations, notices, claims or covers in its "
                    "currency: make a new policy instead of changing company or currency."
                )
            )
        result = super().write(vals)
        if not set(vals) <= NO_TERMS:
            self._terms_changed()
        return result

    def _has_amounts(self):
        """Whether anything on record is in these policies' currency, whoever may read it."""
        told = [("state", "not in", ("draft", "cancelled"))]
        return any(
            self._is_on_record(name, told if name in DOCUMENTS else []) for name in ON_RECORD
        )

    def _is_on_record(self, name, domain=()):
        """Whether there are records of a model under these policies, whoever may read them."""
        theirs = [("policy_id", "in", self.ids), *domain]
        return bool(self.env[name].sudo().search_count(theirs, limit=1))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # whatever was decided under it stays on record, for whoever deletes it
        if any(map(self._is_on_record, ON_RECORD)):
            raise UserError(
                self.env._(
                    "The policy has limits, covers or documents on record: archive it instead."
                )
            )

    def _terms_changed(self):
        """Decide anew on everything in these policies' companies when the transaction commits."""
        for company in self.company_id:
            self.env["cobranza.debtor"]._refresh_covers_later(company)

    def _person_in_charge(self, debtor):
        """Who sees to what is to be done about a customer under this policy; may be nobody."""
        self.ensure_one()
        return self.user_id if self.user_id.active else debtor._person_in_charge()

    # --- for the engine ----------------------------------------------------------------

    @api.model
    def _of_company(self, company):
        """Return a company's policies, the preferred ones first, whoever may read them.

        Archived ones keep their place: what was sold until then falls under them as before.
        """
        found = self.sudo().with_context(active_test=False).search(
            [("company_id", "=", company.id)]
        )
        return found.with_context(active_test=True)

    def _periods(self):
        """The pairs (first day, last day) of its periods."""
        return tuple((one.date_from, one.date_to) for one in self.period_ids)

    def _periods_in_force(self):
        """The same, until it was archived."""
        if not self.ended_on:
            return self._periods()
        last = self.ended_on - DAY
        return tuple((first, min(end, last)) for first, end in self._periods() if first <= last)

    def _for_engine(self):
        """Return these terms as an engine.insurance.Policy; its debtor is the partner's id."""
        self.ensure_one()
        return insurance.Policy(
            periods=self._periods_in_force(),
            percentages={one.kind: to_rate(one.percentage) for one in self.percentage_ids},
            kind=self.kind,
            places=self.currency_id.decimal_places,
            debtor_id=self.partner_id.commercial_partner_id.id or None,
            attachment=self.attachment,
            excluded_kinds=self._excluded_kinds(),
            countries=frozenset(self.country_ids.mapped("code")) or None,
            excluded_countries=frozenset(self.excluded_country_ids.mapped("code")),
            maximum_delay=self.maximum_delay or None,
            maximum_term=self.maximum_term or None,
            mep=self.mep or None,
            discretionary=self._amount_or_none("discretionary_amount"),
            blind=self._amount_or_none("blind_amount"),
            activation=self._deadline("activation"),
            covers_tax=self.covers_tax,
            declaration=self._calendar(),
            notice=self._deadlines("notice"),
            waiting=self._deadline("waiting"),
            claim=self._deadline("claim"),
            warning=self.warning_days,
            consequences={duty: self[f"missed_{duty}"] for duty in insurance.CONSEQUENCES},
            law=LAWS.get(self.law),
            ended=not self.active,
            renews=self.renews_id.id or None,
        )

    def _tariff(self):
        """Return how the premium is reckoned, as an engine.premium.Tariff."""
        self.ensure_one()
        return premium.Tariff(
            self.premium_basis,
            to_rate(self.premium_rate),
            self.premium_unit,
            to_decimal(self.premium_minimum, self.currency_id),
            to_rate(self.premium_tax),
            self.currency_id.decimal_places,
        )

    def _excluded_kinds(self):
        """The kinds of debtor and of sale that it leaves out."""
        excluded = {
            insurance.PUBLIC_BODY: self.excludes_public,
            insurance.CONSUMER: self.excludes_consumer,
            insurance.RELATED: self.excludes_related,
            insurance.CASH_SALE: self.excludes_cash,
        }
        return frozenset(kind for kind, excludes in excluded.items() if excludes)

    def _calendar(self):
        """When sales are declared, as the engine takes it; None if they aren't."""
        if not self.declares:
            return None
        return insurance.Calendar(
            int(self.declaration_months), self.declaration_days, self.declaration_from or None
        )

    def _amount_or_none(self, name):
        """An amount of its currency; None where the policy has none."""
        return to_decimal(self[name], self.currency_id) if self[name] else None

    def _deadlines(self, duty):
        """The deadlines of a duty, as the engine takes them."""
        found = self.deadline_ids.filtered(lambda one: one.duty == duty)
        return tuple(insurance.Deadline(one.base, one.days, one.months) for one in found)

    def _deadline(self, duty):
        """The one deadline of a duty, or None."""
        return next(iter(self._deadlines(duty)), None)

    # --- screens -----------------------------------------------------------------------

    def action_view_limits(self):
        """Open the limits under this policy."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_insurance_limit_action"
        )
        return {
            **action,
            "domain": [("policy_id", "in", self.ids)],
            "context": {"default_policy_id": self[:1].id},
        }

    def action_view_covers(self):
        """Open what is insured under this policy."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_insurance_cover_action"
        )
        return {**action, "domain": [("policy_id", "in", self.ids)]}

    def action_import_limits(self):
        """Open the dialog that reads an insurer's list of limits."""
        self.ensure_one()
        return self.env["cobranza.insurance.import"]._open(self)
