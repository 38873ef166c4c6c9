import pytz
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..engine import contact
from ..engine.places import Place, main_zone
from .contact_texts import explain

#: Channels that a rule may forbid, each by a field `forbid_<channel>`.
CHANNELS = [
    ("email", "E-mail"),
    ("sms", "SMS"),
    ("whatsapp", "WhatsApp"),
    ("letter", "Letter"),
    ("phone", "Phone call"),
    ("visit", "Visit"),
]
#: What of a preset may change: everything else is copied first.
FREE_FIELDS = {"active", "sequence"}


def zone_of(country, state):
    """Return the name of the time zone in a state or country; None if nobody knows."""
    zones = pytz.country_timezones.get(country or "", [])
    return (main_zone(country, state) or zones[0]) if zones else None


class CobranzaContactRule(models.Model):
    """When and how often customers may be contacted: hours, holidays, caps, channels.

    Presets come with the addon, belong to no company and stay as they are, with source and
    date; a copy can be adapted.
    """

    _name = "cobranza.contact.rule"
    _description = "Contact rule"
    _inherit = ["cobranza.owned.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=5)
    code = fields.Char("Preset", readonly=True, copy=False)
    company_id = fields.Many2one("res.company", index=True, default=lambda self: self.env.company)
    country_id = fields.Many2one(
        "res.country",
        help="Where it is the law. A policy may have it applied by itself to consumers there.",
    )
    window_ids = fields.One2many("cobranza.contact.window", "rule_id", "Hours", copy=True)
    cap_ids = fields.One2many("cobranza.contact.cap", "rule_id", "Limits", copy=True)
    skip_holidays = fields.Boolean(
        "Not on public holidays",
        default=True,
        help="Those of the customer's country and state.",
    )
    single_channel_days = fields.Integer(
        "One channel in",
        help="Days: after a contact, no other channel is used for so long. 0: no limit.",
    )
    attempts_count = fields.Boolean(
        "Attempts count",
        default=True,
        help="What didn't reach the customer (an unanswered call, a message that bounced) "
        "counts for the limits as well.",
    )
    may_ask_reason = fields.Boolean(
        "The reason may be asked",
        default=True,
        help="Whether one may ask the customer why he has not paid.",
    )
    forbid_email = fields.Boolean("No e-mails")
    forbid_sms = fields.Boolean("No SMS")
    forbid_whatsapp = fields.Boolean("No WhatsApp")
    forbid_letter = fields.Boolean("No letters")
    forbid_phone = fields.Boolean("No calls")
    forbid_visit = fields.Boolean("No visits")
    source = fields.Char(translate=True, help="The law or decision that the rule comes from.")
    source_kind = fields.Selection(
        [
            ("primary", "The text itself was read"),
            ("mixed", "In part the text, in part what others write about it"),
            ("secondary", "What others write about it was read"),
        ],
        "Strength",
        help="How far the rule was checked against its source. Have a lawyer confirm it.",
    )
    source_date = fields.Date("As of")
    note = fields.Text(translate=True)
    # to try a rule out on its form; nothing of it is kept
    try_country_id = fields.Many2one(
        "res.country", "Customer in", compute="_compute_try_country_id", readonly=False
    )
    try_state_id = fields.Many2one(
        "res.country.state", "State", compute="_compute_try_state_id", readonly=False,
        domain="[('country_id', '=', try_country_id)]",
    )  # fmt: skip
    try_moment = fields.Datetime("At", compute="_compute_try_moment", readonly=False)
    try_channel = fields.Selection(
        CHANNELS, "Channel", compute="_compute_try_moment", readonly=False
    )
    try_text = fields.Char("May I?", compute="_compute_try_text")
    hours_text = fields.Char("Hours in words", compute="_compute_hours_text")
    caps_text = fields.Char("Limits in words", compute="_compute_caps_text")

    _single_channel_days_range = models.Constraint(
        "CHECK (single_channel_days BETWEEN 0 AND 366)",
        "Choose between 0 and 366 days for one channel.",
    )

    @api.depends("window_ids.kind", "window_ids.day_from", "window_ids.day_to",
                 "window_ids.hour_from", "window_ids.hour_to", "skip_holidays")  # fmt: skip
    @api.depends_context("lang")
    def _compute_hours_text(self):
        for rule in self:
            opened = rule.window_ids.filtered(lambda one: one.kind == "open")
            parts = [one._describe() for one in opened] or [self.env._("At any hour")]
            parts += [self.env._("not %s", one._describe()) for one in rule.window_ids - opened]
            if rule.skip_holidays:
                parts.append(self.env._("not on holidays"))
            rule.hours_text = ", ".join(parts)

    @api.depends("cap_ids", "single_channel_days")
    @api.depends_context("lang")
    def _compute_caps_text(self):
        for rule in self:
            parts = [cap._describe() for cap in rule.cap_ids]
            if rule.single_channel_days:
                parts.append(self.env._("one channel in %s days", rule.single_channel_days))
            rule.caps_text = ", ".join(parts)

    @api.depends("country_id")
    def _compute_try_country_id(self):
        for rule in self:
            rule.try_country_id = rule.country_id or self.env.company.country_id

    @api.depends("try_country_id")
    def _compute_try_state_id(self):
        self.try_state_id = False

    @api.depends("country_id")
    def _compute_try_moment(self):
        for rule in self:
            rule.try_moment = fields.Datetime.now()
            rule.try_channel = "email"

    @api.depends(
        "try_country_id", "try_state_id", "try_moment", "try_channel", "window_ids", "cap_ids",
        "window_ids.kind", "window_ids.day_from", "window_ids.day_to", "window_ids.hour_from",
        "window_ids.hour_to", "skip_holidays", *(f"forbid_{channel}" for channel, _ in CHANNELS),
    )  # fmt: skip
    @api.depends_context("lang", "tz")
    def _compute_try_text(self):
        labels = dict(self._fields["try_channel"]._description_selection(self.env))
        for rule in self:
            country, state = rule.try_country_id.code, rule.try_state_id.code
            place = Place(zone_of(country, state) or self.env.user.tz or "UTC", country, state)
            moment, channel = rule.try_moment or fields.Datetime.now(), rule.try_channel or "email"
            answer = contact.check(rule._to_engine(), channel, moment, (), place)
            rule.try_text = explain(
                self.env, answer, rule.name, labels[channel], moment, place.zone
            )

    @api.constrains("company_id", "code")
    def _check_company_id(self):
        for rule in self:
            if not rule.code and not rule.company_id:
                raise ValidationError(
                    self.env._("“%s” needs a company: only presets have none.", rule.name)
                )

    # --- CRUD --------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Create rules. Raises UserError for a preset: those come with the program only."""
        rules = super().create(vals_list)
        rules._check_adaptable()
        return rules

    def write(self, vals):
        """Write values. Raises UserError for a preset, or what would become one."""
        stored = {name for name in vals if self._fields[name].store}
        if not stored - FREE_FIELDS:
            return super().write(vals)
        self._check_adaptable()
        result = super().write(vals)
        self._check_adaptable()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        self._check_adaptable()
        for rule in self:
            if rule._is_chosen():
                raise UserError(
                    self.env._(
                        "“%s” is chosen for policies or customers: archive it instead of "
                        "deleting it.",
                        rule.name,
                    )
                )

    def _check_adaptable(self):
        """Raise UserError if one of these is a preset and a person wants to change it."""
        presets = self.filtered("code")
        if presets and not self.env.su:
            raise UserError(
                self.env._(
                    "“%s” comes with the program and stays as it is: copy it, and adapt the copy.",
                    presets[0].name,
                )
            )

    def _is_chosen(self):
        """Whether a policy or a customer has this rule."""
        self.ensure_one()
        # whoever deletes a rule need not see everything it is chosen for
        env_sudo = self.sudo().with_context(active_test=False).env
        return any(
            env_sudo[model].search_count([("contact_rule_id", "=", self.id)], limit=1)
            for model in ("cobranza.policy", "cobranza.debtor")
        )

    def copy_data(self, default=None):
        """A copy belongs to the current company, and its name tells it apart."""
        vals_list = super().copy_data(default)
        for rule, vals in zip(self, vals_list, strict=True):
            vals["company_id"] = vals["company_id"] or self.env.company.id
            if "name" not in (default or {}):
                vals["name"] = self.env._("%s (copy)", rule.name)
        return vals_list

    def action_adapt(self):
        """Copy this rule for the current company and open the copy."""
        self.ensure_one()
        return self.copy()._get_records_action()

    # --- engine ------------------------------------------------------------------------

    def _to_engine(self):
        """Return the engine.contact.Rule of this rule, or None for none."""
        if not self:
            return None
        self.ensure_one()
        opened, avoid = [], []
        for window in self.window_ids:
            (opened if window.kind == "open" else avoid).extend(window._to_engine())
        return contact.Rule(
            id=self.id,
            windows=tuple(opened),
            avoid=tuple(avoid),
            skip_holidays=self.skip_holidays,
            caps=tuple(cap._to_engine() for cap in self.cap_ids),
            single_channel_days=self.single_channel_days,
            attempts_count=self.attempts_count,
            forbidden=frozenset(
                channel for channel, _label in CHANNELS if self[f"forbid_{channel}"]
            ),
        )
