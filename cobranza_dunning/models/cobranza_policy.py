from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..engine import dunning
from .amounts import to_decimal


class CobranzaPolicy(models.Model):
    """What to do, and when, about the due lines it applies to."""

    _name = "cobranza.policy"
    _description = "Collections policy"
    _inherit = ["cobranza.owned.mixin", "mail.thread"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    level_ids = fields.One2many("cobranza.policy.level", "policy_id", "Levels", copy=True)
    archived_level_ids = fields.One2many(
        "cobranza.policy.level",
        "policy_id",
        "Levels not in use",
        domain=[("active", "=", False)],
        context={"active_test": False},
    )
    progression = fields.Selection(
        [("sequential", "One level after the other"), ("by_age", "The level the age calls for")],
        required=True,
        default="sequential",
        tracking=True,
        help="One after the other: an old debt still starts with the first level. By age: it "
        "starts with the highest level whose delay has passed, though never with a demand.",
    )
    cadence_days = fields.Integer(
        "Days between messages",
        default=7,
        tracking=True,
        help="The least number of days between two automatic messages to the same customer.",
    )
    minimum_amount = fields.Monetary(
        "Minimum",
        tracking=True,
        help="A customer who would be asked for less in all is not written to. In company "
        "currency, at the rates his invoices were booked with.",
    )
    minimum_ids = fields.One2many(
        "cobranza.policy.minimum", "policy_id", "Minimums by currency", copy=True
    )
    net_credits = fields.Boolean(
        "Set credits against debts",
        default=True,
        tracking=True,
        help="Open payments and credit notes of the customer reduce what he is asked for, "
        "oldest due line first, currency by currency.",
    )
    general_journal = fields.Boolean(
        "Chase debts that are not invoices",
        default=True,
        tracking=True,
        help="Receivables from other journal entries, such as opening balances.",
    )
    require_sent = fields.Boolean(
        "Only invoices that were sent",
        default=True,
        tracking=True,
        help="An invoice nobody sent is not the customer's fault: it is left out, with the reason.",
    )
    contact_rule_id = fields.Many2one(
        "cobranza.contact.rule",
        "Contact rule",
        tracking=True,
        check_company=True,
        ondelete="restrict",
        help="When and how often customers may be contacted. Empty: at any time.",
    )
    contact_by_country = fields.Boolean(
        "Consumers: the rule of their country",
        tracking=True,
        help="Customers that are persons, not companies, get the contact rule of their country "
        "where there is one.",
    )
    respect_pay_days = fields.Boolean(
        "Wait for the customer's pay days",
        default=True,
        tracking=True,
        help="What is overdue is reminded only once the first pay day of the customer, on or "
        "after the due date, has passed.",
    )
    route_ids = fields.One2many(
        "cobranza.route",
        "policy_id",
        "Recipients",
        copy=True,
        default=lambda self: [
            fields.Command.create(vals) for vals in self.env["cobranza.route"]._default_vals()
        ],
    )
    resend_restarts = fields.Boolean(
        "Time for invoices sent again",
        default=True,
        tracking=True,
        help="An invoice that had not arrived and was sent again is left alone for some days; "
        "the level it has reached stays.",
    )
    resend_days = fields.Integer(
        "Days after sending again",
        default=7,
        tracking=True,
        help="So many days after the invoice was sent again its reminders may go on.",
    )
    thanks_days = fields.Integer(
        "Thank within",
        default=0,
        tracking=True,
        help="A customer who pays all that a reminder asked for within so many days is thanked "
        "once; 0: nobody is thanked.",
    )
    thanks_template_id = fields.Many2one(
        "mail.template",
        "Text of the thank-you",
        domain="[('model', '=', 'cobranza.reminder')]",
        default=lambda self: self._standard_text("thanks"),
        tracking=True,
        ondelete="restrict",
    )
    statement_action = fields.Selection(
        [("off", "Nothing"), ("warn", "Warn"), ("hold", "Hold reminders back")],
        "When bank data is old",
        required=True,
        default="off",
        tracking=True,
        help="What happens when nothing from the bank was entered lately: somebody may have paid. "
        "Hold: reminders wait until there is newer data; decisions are made all the same.",
    )
    statement_days = fields.Integer(
        "Days bank data may be old",
        default=5,
        tracking=True,
        help="The newest bank statement line or bank entry may be so many days old.",
    )
    promise_grace_days = fields.Integer(
        "Days of grace",
        default=2,
        tracking=True,
        help="So many days after the promised day a payment still counts, and what was promised is "
        "left alone.",
    )
    promise_tolerance = fields.Float(
        "Tolerance (%)",
        digits=(16, 2),
        tracking=True,
        help="Per cent that may be missing of a promise that still counts as kept.",
    )
    promise_max_days = fields.Integer(
        "Days a customer may promise",
        default=14,
        tracking=True,
        help="Who promises by himself, on his page, can choose a day up to so many days ahead; "
        "0: only today.",
    )
    promise_max_open = fields.Integer(
        "Open promises by himself",
        default=1,
        tracking=True,
        help="So many open promises a customer may have that he made on his page; 0: none.",
    )
    dispute_days = fields.Integer(
        "Days for a dispute",
        default=14,
        tracking=True,
        help="So many days a disputed amount is left alone where nobody says until when.",
    )
    is_default = fields.Boolean("Company's policy", compute="_compute_is_default")
    without_levels = fields.Boolean(compute="_compute_without_levels")
    has_problem = fields.Boolean(compute="_compute_has_problem")

    _cadence_not_negative = models.Constraint(
        "CHECK (cadence_days >= 0)", "The days between messages can't be negative."
    )
    _resend_days_not_negative = models.Constraint(
        "CHECK (resend_days >= 0)", "The days after sending again can't be negative."
    )
    _thanks_days_not_negative = models.Constraint(
        "CHECK (thanks_days >= 0)", "The days for thanks can't be negative."
    )
    _promise_limits = models.Constraint(
        """CHECK (promise_grace_days BETWEEN 0 AND 3650 AND promise_max_days BETWEEN 0 AND 3650
           AND promise_max_open BETWEEN 0 AND 3650)""",
        "The limits of promises can't be negative, nor more than 3650.",
    )
    _promise_tolerance_per_cent = models.Constraint(
        "CHECK (promise_tolerance >= 0 AND promise_tolerance < 100)",
        "The tolerance of promises is from 0 to less than 100 per cent.",
    )
    _dispute_days_positive = models.Constraint(
        "CHECK (dispute_days BETWEEN 1 AND 3650)", "A dispute needs a day or more, up to 3650."
    )
    _minimum_not_negative = models.Constraint(
        "CHECK (minimum_amount >= 0)", "The minimum can't be negative."
    )

    _statement_days_not_negative = models.Constraint(
        "CHECK (statement_days >= 0)", "The days bank data may be old can't be negative."
    )

    @api.depends("company_id.cobranza_policy_id")
    def _compute_is_default(self):
        for policy in self:
            policy.is_default = policy == policy.company_id.cobranza_policy_id

    @api.depends("level_ids")
    def _compute_without_levels(self):
        for policy in self:
            policy.without_levels = not policy.level_ids

    @api.depends("level_ids.problem")
    def _compute_has_problem(self):
        for policy in self:
            policy.has_problem = any(policy.level_ids.mapped("problem"))

    @api.constrains("thanks_days", "thanks_template_id")
    def _check_thanks_template_id(self):
        for policy in self:
            template = policy.thanks_template_id
            if policy.thanks_days and not template:
                raise ValidationError(
                    self.env._(
                        "“%(policy)s” thanks for payments: choose the text that is sent.",
                        policy=policy.name,
                    )
                )
            template._check_is_for_reminders()

    def write(self, vals):
        """Write values. Raises UserError if a policy that is in use would change company."""
        moved = self.filtered(
            lambda one: "company_id" in vals and one.company_id.id != vals["company_id"]
        )
        for policy in moved:
            if policy._is_chosen():
                raise UserError(
                    self.env._(
                        "“%s” is in use in its company: copy it for another one.", policy.name
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        used = self.env["res.company"].sudo().search([("cobranza_policy_id", "in", self.ids)])
        if used:
            raise UserError(
                self.env._(
                    "%(company)s uses this policy: choose another one in its settings first.",
                    company=", ".join(used.mapped("name")),
                )
            )
        for policy in self:
            if policy._is_chosen():
                raise UserError(
                    self.env._(
                        "“%(policy)s” is chosen for customers, segments or invoices: archive it "
                        "instead of deleting it.",
                        policy=policy.name,
                    )
                )

    def _is_chosen(self):
        """Whether a company, customer, segment or invoice has this policy as its own."""
        self.ensure_one()
        # whoever writes a policy need not see every customer and invoice it is chosen for;
        # a segment that is archived keeps it as well
        env_sudo = self.sudo().with_context(active_test=False).env
        return any(
            env_sudo[model].search_count([(field, "=", self.id)], limit=1)
            for model, field in (
                ("res.company", "cobranza_policy_id"),
                ("cobranza.debtor", "policy_id"),
                ("cobranza.segment", "policy_id"),
                ("account.move", "cobranza_policy_id"),
            )
        )

    def unlink(self):
        """Delete policies with their levels; decisions forget both."""
        self.with_context(active_test=False).level_ids.unlink()
        self.env["cobranza.run.line"].sudo()._forget("policy_id", self.ids)
        return super().unlink()

    def copy_data(self, default=None):
        """Name copies so that they can be told apart."""
        vals_list = super().copy_data(default)
        if "name" not in (default or {}):
            for policy, vals in zip(self, vals_list, strict=True):
                vals["name"] = self.env._("%s (copy)", policy.name)
        return vals_list

    def action_set_default(self):
        """Make this the policy of its company."""
        self.ensure_one()
        self.check_access("write")
        # the company record is the administrator's; which policy is default is the manager's
        self.company_id.sudo().cobranza_policy_id = self
        return True

    def _for_engine(self):
        """Return {policy id: engine.dunning.Policy} for these policies."""
        return {policy.id: policy._to_engine() for policy in self}

    def _to_engine(self):
        self.ensure_one()
        return dunning.Policy(
            id=self.id,
            levels=tuple(level._to_engine() for level in self.level_ids.sorted("delay_days")),
            progression=self.progression,
            cadence=self.cadence_days,
            minimum=to_decimal(self.minimum_amount, self.currency_id),
            minimums={
                line.currency_id.id: to_decimal(line.amount, line.currency_id)
                for line in self.minimum_ids
            },
            net_credits=self.net_credits,
            general_journal=self.general_journal,
            require_sent=self.require_sent,
            respect_pay_days=self.respect_pay_days,
            places=self.currency_id.decimal_places,
            routes=self.route_ids._for_engine(),
            resend_days=self.resend_days if self.resend_restarts else 0,
        )
