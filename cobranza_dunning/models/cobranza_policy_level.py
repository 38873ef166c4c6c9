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


class CobranzaPolicyLevel(models.Model):
    """One step of a policy: how many days after the due date, and what is said then."""

    _name = "cobranza.policy.level"
    _description = "Policy level"
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
        [("reminder", "Reminder"), ("follow_up", "Follow-up"), ("demand", "Demand")],
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
        [("auto", "None"), ("one", "One person")],
        required=True,
        default="one",
        help="Whether somebody must approve the reminder before it leaves.",
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

    @api.depends("template_id.active", "channel")
    def _compute_problem(self):
        for level in self:
            template = level.template_id
            if not template:
                level.problem = self.env._("No text: choose one, or the level sends nothing.")
            elif not template.active:
                level.problem = self.env._("Its text is archived: choose another one.")
            else:
                level.problem = False

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
            if level.template_id.model != "cobranza.reminder":
                raise ValidationError(
                    self.env._(
                        "“%(template)s” is not a text for reminders: choose a template that "
                        "applies to reminders.",
                        template=level.template_id.name,
                    )
                )

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

    def unlink(self):
        """Delete levels that nothing was told at; decisions forget them."""
        self.env["cobranza.run.line"].sudo()._forget("level_id", self.ids)
        return super().unlink()

    def _channels(self):
        """The ways to tell it, the preferred one first, each once."""
        self.ensure_one()
        return tuple(dict.fromkeys(filter(None, (self.channel, self.fallback_channel))))

    def action_view_text(self):
        """Open the text of this level, with its preview."""
        return self.template_id.action_cobranza_text()

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
