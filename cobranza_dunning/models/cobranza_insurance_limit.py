from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date, formatLang

from ..engine import insurance, limits
from .amounts import to_decimal
from .insurance_texts import DECISION_SELECTION, LIMIT_KIND_SELECTION

#: What may be written on a decision that stands.
OPEN_FIELDS = {"note"}


class CobranzaInsuranceLimit(models.Model):
    """A decision about how much of a customer's debt is insured, from a day on.

    Decisions are only added.  What was wrong is corrected by another one, which says which it
    corrects: what was believed until then stays on record.
    """

    _name = "cobranza.insurance.limit"
    _description = "Credit limit"
    _order = "effective desc, id desc"
    _check_company_auto = True

    policy_id = fields.Many2one(
        "cobranza.insurance.policy",
        "Insurance policy",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(related="policy_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="policy_id.currency_id")
    debtor_id = fields.Many2one(
        "cobranza.debtor",
        "Customer's account",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    partner_id = fields.Many2one(
        related="debtor_id.partner_id", store=True, index=True, string="Customer"
    )
    kind = fields.Selection(
        [one for one in LIMIT_KIND_SELECTION if one[0] != insurance.BLIND],
        "Whose",
        required=True,
        default="named",
        help="The insurer's word comes first; your own counts only where he hasn't decided.",
    )
    decision = fields.Selection(DECISION_SELECTION, required=True, default="granted")
    amount = fields.Monetary(help="What is insured at most, of everything that is open.")
    effective = fields.Date(
        "From",
        required=True,
        default=lambda self: self.env.company._cobranza_today(),
        help="The first day it counts for. Of two from the same day the later decision counts.",
    )
    until = fields.Date("Up to", help="The last day of a temporary limit.")
    recorded = fields.Date(
        "Known since",
        required=True,
        default=lambda self: self.env.company._cobranza_today(),
        help="What was believed on an earlier day didn't know of it.",
    )
    reference = fields.Char(
        "Insurer's reference", help="Imported again with the same reference it isn't added twice."
    )
    note = fields.Text("Notes")
    user_id = fields.Many2one(
        "res.users", "Recorded by", default=lambda self: self.env.user, readonly=True
    )
    corrects_id = fields.Many2one(
        "cobranza.insurance.limit",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="From the day this is known the other decision doesn't count any more.",
    )
    corrected_by_ids = fields.One2many("cobranza.insurance.limit", "corrects_id", "Corrected by")
    in_force = fields.Boolean(
        compute="_compute_in_force", search="_search_in_force",
        help="It is what counts for a sale of today.",
    )  # fmt: skip

    _amount_fits = models.Constraint(
        """CHECK (CASE WHEN decision IN ('granted', 'reduced') THEN amount > 0
                       ELSE COALESCE(amount, 0) >= 0 END)""",
        "A limit that is granted or reduced has an amount above zero.",
    )
    _until_after = models.Constraint(
        "CHECK (until IS NULL OR until >= effective)", "A limit ends after it begins."
    )
    _reference_unique = models.UniqueIndex(
        "(policy_id, reference, effective, COALESCE(corrects_id, 0)) WHERE reference IS NOT NULL",
        "This decision of the insurer was recorded a moment ago: look at it first.",
    )
    _corrects_unique = models.UniqueIndex(
        "(corrects_id) WHERE corrects_id IS NOT NULL",
        "This decision was corrected already: correct the newer one.",
    )

    @api.constrains("corrects_id", "policy_id")
    def _check_corrects_its_own(self):
        if any(one.corrects_id and one.corrects_id.policy_id != one.policy_id for one in self):
            raise ValidationError(
                self.env._("A decision corrects one under the same insurance policy.")
            )

    @api.depends("partner_id", "decision", "amount", "effective")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["decision"]._description_selection(self.env))
        for limit in self:
            limit.display_name = self.env._(
                "%(customer)s: %(decision)s %(amount)s from %(date)s",
                customer=limit.partner_id.display_name,
                decision=labels.get(limit.decision, ""),
                amount=formatLang(self.env, limit.amount, currency_obj=limit.currency_id),
                date=format_date(self.env, limit.effective) if limit.effective else "",
            )

    def _compute_in_force(self):
        standing = self._standing(self.debtor_id)
        for limit in self:
            limit.in_force = limit in standing

    def _search_in_force(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = self._standing()
        return [("id", "in" if True in value else "not in", found.ids)]

    @api.model
    def _standing(self, debtors=None):
        """Return the decisions that count for a sale of today: one of each customer and kind.

        debtors: only theirs; None = of everybody whom the user may see.
        """
        domain = [("debtor_id", "in", debtors.ids)] if debtors is not None else []
        found = self.browse()
        recorded = self.search(domain, order="recorded, id")
        grouped = recorded.grouped(lambda one: (one.policy_id, one.debtor_id, one.kind))
        for (policy, _debtor, _kind), ours in grouped.items():
            today = policy.company_id._cobranza_today()
            words = [
                one
                for one in limits.known(ours._for_engine(today), today)
                if one.decision != insurance.REQUESTED
            ]
            word = limits.in_force(words, today)
            found |= self.browse(word.id if word else ())
        return found

    def _for_engine(self, today):
        """Return these decisions as engine.insurance.Limits, in the order they were recorded.

        today: what is corrected by what is known on this day doesn't count.
        """
        return [
            insurance.Limit(
                one.effective,
                one.decision,
                to_decimal(one.amount, one.currency_id),
                one.kind,
                one.until or None,
                one.recorded,
                one.id,
            )
            for one in self.sorted(lambda one: (one.recorded, one.id))
            if not any(other.recorded <= today for other in one.corrected_by_ids)
        ]

    # --- CRUD --------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Record decisions.

        vals_list: policy_id, debtor_id or partner_id, decision, and what else matters.  What is
        insured shows when the transaction commits.  Raises UserError without a customer.
        """
        recorded = super().create([self._with_debtor(vals) for vals in vals_list])
        # what was corrected may have been another customer's
        (recorded | recorded.corrects_id).debtor_id._follow_later()
        return recorded

    def _with_debtor(self, vals):
        """Values in which the customer is a collections account."""
        vals = {**self.default_get(["policy_id", "debtor_id"]), **vals}
        partner = self.env["res.partner"].browse(vals.pop("partner_id", None) or ())
        if not vals.get("debtor_id"):
            policy = self.env["cobranza.insurance.policy"].browse(vals.get("policy_id") or ())
            if not partner:
                raise UserError(self.env._("Say whose limit it is: choose a customer."))
            accounts = self.env["cobranza.debtor"]._accounts_of(policy.company_id, partner)
            vals["debtor_id"] = accounts.id
        return vals

    def write(self, vals):
        """Write notes; raise UserError for anything else: a decision stands as it was recorded."""
        if set(vals) - OPEN_FIELDS:
            raise UserError(
                self.env._("A decision stays as it was recorded: use “Correct…” to replace it.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_nothing(self):
        raise UserError(
            self.env._("A decision stays on record: use “Correct…” to replace it.")
        )

    def action_correct(self):
        """Open the form for a decision that replaces this one."""
        self.ensure_one()
        names = ("policy_id", "debtor_id", "kind", "decision", "amount", "effective", "until",
                 "reference")  # fmt: skip
        values = self._convert_to_write({name: self[name] for name in names})
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "view_mode": "form",
            "context": {
                "default_corrects_id": self.id,
                **{f"default_{name}": value for name, value in values.items()},
            },
        }
