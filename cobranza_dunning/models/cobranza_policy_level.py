from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine.escalation import Level
from .routing_texts import ROLE_SELECTION

#: The ways a level may be told, as engine.channels knows them.
CHANNELS = [
    ("email", "E-mail"),
    ("sms", "SMS"),
    ("letter", "Letter"),
    ("whatsapp", "WhatsApp"),
    ("phone", "Phone call"),
]

#: What a level says: the kinds of engine.escalation.
KINDS = [("reminder", "Reminder"), ("follow_up", "Follow-up"), ("demand", "Demand")]


class CobranzaPolicyLevel(models.Model):
    """One step of a policy: how many days after the due date, and what is said then."""

    _name = "cobranza.policy.level"
    _description = "Policy level"
    _inherit = ["cobranza.owned.mixin"]
    _order = "policy_id, delay_days, id"

    policy_id = fields.Many2one("cobranza.policy", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="policy_id.company_id", store=True, index=True)
    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    delay_days = fields.Integer(
        "Days after due",
        required=True,
        help="Days after the due date; a negative number is before it, and applies only up to "
        "that date.",
    )
    gap_days = fields.Integer(
        "Days since previous",
        default=7,
        help="The least number of days since the last message about the same due line.",
    )
    kind = fields.Selection(
        KINDS,
        required=True,
        default="reminder",
        help="Reminder: facts only. Follow-up: facts and a question or an offer. Demand: formal; "
        "never the first message about a due line.",
    )
    channel = fields.Selection(
        CHANNELS,
        required=True,
        default="email",
        help="E-mails and SMS leave by themselves. Letters are printed, WhatsApp messages and "
        "calls are made by a person: they wait under “By hand”.",
    )
    fallback_channel = fields.Selection(
        CHANNELS,
        "Otherwise",
        help="How it is told where the recipient can't be reached through the channel.",
    )
    template_id = fields.Many2one(
        "mail.template", "Text", domain=[("model", "=", "cobranza.reminder")], ondelete="restrict"
    )
    consequence = fields.Text(
        "Consequence announced",
        translate=True,
        help="What a demand may announce, word for word; its text puts it in with the block of "
        "that name. Any other threat keeps a text from leaving. Only for demands.",
    )
    approval = fields.Selection(
        [("auto", "None"), ("one", "One person"), ("two", "Two people")],
        required=True,
        default="one",
        help="How many people must approve the reminder before it leaves. The company's limits "
        "may ask for more.",
    )
    recipient_role = fields.Selection(
        ROLE_SELECTION,
        "Goes first to",
        help="Whom this level is for, such as the superior of who pays. Empty, or if the customer "
        "has nobody in this role: as the policy's table of recipients says.",
    )
    repeat_days = fields.Integer(
        "Repeat every",
        help="Days; only for the last level of the policy. 0: once.",
    )
    problem = fields.Char(compute="_compute_problem")

    _delay_unique = models.UniqueIndex(
        "(policy_id, delay_days) WHERE active",
        "Two levels of a policy can't have the same number of days: change one of them.",
    )
    _gap_not_negative = models.Constraint(
        "CHECK (gap_days >= 0)", "The days since the previous message can't be negative."
    )
    _repeat_not_negative = models.Constraint(
        "CHECK (repeat_days >= 0)", "The days of a repetition can't be negative."
    )

    @api.depends("template_id.active")
    def _compute_problem(self):
        for level in self:
            template = level.template_id
            if not template:
                level.problem = self.env._("No text: choose one, or the level sends nothing.")
            elif not template.active:
                level.problem = self.env._("Its text is archived: choose another one.")
            else:
                level.problem = False

    # the way has a default: a level without a text is looked at as well
    @api.constrains("template_id", "channel")
    def _check_template_id(self):
        for level in self:
            if not level.template_id:
                raise ValidationError(
                    self.env._(
                        "Level “%(level)s” needs a text: choose the template it sends.",
                        level=level.name,
                    )
                )
            level.template_id._check_is_for_reminders()

    @api.constrains("kind", "delay_days", "active", "policy_id")
    def _check_first_is_no_demand(self):
        for policy in self.policy_id:
            levels = policy.level_ids.sorted("delay_days")
            # what comes before the due date is over afterwards: each of the two has its first
            after_due = levels.filtered(lambda level: level.delay_days >= 0)
            first = (levels[:1] | after_due[:1]).filtered(lambda level: level.kind == "demand")[:1]
            if first:
                raise ValidationError(
                    self.env._(
                        "“%(level)s” would demand without a reminder before it: put a reminder "
                        "or a follow-up first.",
                        level=first.name,
                    )
                )

    @api.constrains("kind", "recipient_role")
    def _check_recipient_role(self):
        for level in self:
            if level.kind == "demand" and level.recipient_role == "influencer":
                raise ValidationError(
                    self.env._("A demand never goes to a person of influence: choose another role.")
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_told(self):
        told = self.env["cobranza.reminder.line"].sudo()
        told = told.search([("level_id", "in", self.ids)], limit=1)
        if told:
            raise ValidationError(
                self.env._(
                    "“%(level)s” is part of reminders already: archive it instead of deleting it.",
                    level=told.level_id.name,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        """Create levels; one that is added to a policy is noted in its chatter."""
        levels = super().create(vals_list)
        # a new policy says itself that it is new
        added = levels.filtered(lambda one: one.policy_id.level_ids - levels)
        added._note_on_policy({one.id: self.env._("Level “%s” added.", one.name) for one in added})
        return levels

    def write(self, vals):
        """Change levels; what changed is noted in the chatter of their policies."""
        names = [name for name in vals if name in self._fields]
        before = {one.id: one._shown(names) for one in self}
        result = super().write(vals)
        notes = {}
        for level in self:
            after = level._shown(names)
            changes = [
                f"{label}: {before[level.id][label]} → {value}"
                for label, value in after.items()
                if before[level.id][label] != value
            ]
            if changes:
                notes[level.id] = self.env._(
                    "Level “%(level)s” changed. %(changes)s",
                    level=level.name,
                    changes="; ".join(changes),
                )
        self._note_on_policy(notes)
        return result

    def unlink(self):
        """Delete levels that nothing was told at; decisions forget them."""
        self.env["cobranza.run.line"].sudo()._forget("level_id", self.ids)
        self._note_on_policy({one.id: self.env._("Level “%s” deleted.", one.name) for one in self})
        return super().unlink()

    def _channels(self):
        """The ways to tell it, the preferred one first, each once."""
        self.ensure_one()
        return tuple(dict.fromkeys(filter(None, (self.channel, self.fallback_channel))))

    def action_view_text(self):
        """Open the text of this level, with its preview."""
        return self.template_id.action_cobranza_text()

    def _shown(self, names):
        """{label: value} of these fields as they are read on screen."""
        self.ensure_one()
        shown = {}
        for name in names:
            field, value = self._fields[name], self[name]
            if field.type == "selection":
                value = dict(field._description_selection(self.env)).get(value, "")
            elif field.relational:
                value = ", ".join(value.mapped("display_name"))
            elif field.type == "boolean":
                value = self.env._("yes") if value else self.env._("no")
            shown[field._description_string(self.env)] = str(value)
        return shown

    def _note_on_policy(self, notes):
        """Write notes in the chatter of the policies. notes: {level id: text}."""
        if self.env.context.get("tracking_disable"):
            return
        by_policy = {}
        for level in self.filtered(lambda one: one.id in notes):
            by_policy.setdefault(level.policy_id, []).append(notes[level.id])
        for policy, texts in by_policy.items():
            policy._message_log(
                body=Markup("<ul>%s</ul>")
                % Markup().join(Markup("<li>%s</li>") % text for text in texts)
            )

    def _to_engine(self):
        self.ensure_one()
        return Level(
            id=self.id,
            delay=self.delay_days,
            gap=self.gap_days,
            kind=self.kind,
            repeat=self.repeat_days,
            deliverable=self.template_id.active,
            channels=self._channels(),
            role=self.recipient_role or None,
        )
