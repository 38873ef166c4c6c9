from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.channels import NEEDS
from ..engine.routing import INFLUENCER, PERSON
from .arguments import to_record
from .cobranza_reminder import OPEN_STATES
from .cobranza_reminder_handover import Obstacle
from .routing_texts import RULE_SELECTION, explain_rule


class CobranzaReminder(models.Model):
    """To whom a reminder goes: as the policy's table says, or whom a person chose while it waits.

    A person's choice holds as long as the reminder is open: what the table would send to
    `routed_recipient_id` goes to `recipient_id`, in later runs too.
    """

    # a file for each part of its life
    _inherit = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited

    recipient_rule = fields.Selection(RULE_SELECTION, "Recipient chosen as", readonly=True)
    recipient_why = fields.Char("Why this recipient", compute="_compute_recipient_why")
    routed_recipient_id = fields.Many2one(
        "res.partner",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Whom the policy's table chose, where a person chose somebody else.",
    )

    @api.depends("recipient_rule")
    @api.depends_context("lang")
    def _compute_recipient_why(self):
        for reminder in self:
            reminder.recipient_why = explain_rule(self.env, reminder.recipient_rule)

    def action_open_recipient(self):
        """Open the dialog that asks who gets this reminder instead."""
        self.ensure_one()
        return self.env["cobranza.recipient.wizard"]._open(self)

    def _recipient_domain(self):
        """Domain of whom this reminder may go to: the customer and the contacts of the customer."""
        self.ensure_one()
        return [("commercial_partner_id", "=", self.partner_id.id)]

    def action_set_recipient(self, recipient_id):
        """Send this reminder to somebody else at the customer, in later runs too while it is open.

        recipient_id: id of a contact of the customer, or of the customer.
        Raises UserError if the reminder doesn't wait for approval, the contact is another
        customer's, gets another open reminder already, or is a person of influence and this is
        a demand.
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "proposed":
            raise UserError(
                self.env._("Only a reminder that waits for approval can go to somebody else.")
            )
        chosen = self.env["res.partner"].search(
            [
                *self._recipient_domain(),
                ("id", "in", to_record(self.env["res.partner"], recipient_id).ids),
            ]
        )
        if not chosen:
            raise UserError(
                self.env._(
                    "Choose one of the contacts of %s: nobody else is told what it owes.",
                    self.partner_id.display_name,
                )
            )
        self._check_may_get(chosen)
        self._set_recipient(chosen)
        return True

    def _check_may_get(self, partner):
        roles = self.debtor_id.contact_ids.filtered(lambda one: one.partner_id == partner)
        if self.kind == "demand" and INFLUENCER in roles.mapped("role"):
            raise UserError(
                self.env._(
                    "%s is a person of influence, who never gets a demand: choose another contact.",
                    partner.display_name,
                )
            )
        if not partner._cobranza_reachable(NEEDS[self.channel]):
            raise UserError(
                self.env._(
                    "%s can't be reached by this reminder: complete the contact's address first.",
                    partner.display_name,
                )
            )
        others = self.debtor_id.reminder_ids.filtered(lambda one: one.state in OPEN_STATES) - self
        if partner in others.recipient_id:
            raise UserError(
                self.env._(
                    "%s gets another open reminder about the same customer: send or cancel that "
                    "one first.",
                    partner.display_name,
                )
            )

    def _set_recipient(self, partner):
        """Make somebody else the recipient; an edited text must be looked at again."""
        before = self.recipient_id
        self.with_context(tracking_disable=True)._gated().write(
            {
                "recipient_id": partner.id,
                "recipient_rule": PERSON,
                "routed_recipient_id": (self.routed_recipient_id or before).id,
                "lang": self._recipient_lang(partner, self.debtor_id, self.company_id),
                "text_outdated": self.is_edited,
            }
        )
        self._message_log(
            body=self.env._(
                "To %(after)s instead of %(before)s.",
                after=partner.display_name,
                before=before.display_name,
            )
        )

    @api.model
    def _recipient_lang(self, recipient, debtor, company):
        """The language that somebody is written to in."""
        return recipient.lang or debtor.partner_id.lang or company._cobranza_lang()

    def _stranger_obstacles(self):
        """Reminders whose recipient, or a line of which, isn't the customer's any more.

        A contact may have changed to another company since the approval; nobody is told what
        another customer owes.
        """
        obstacles = {}
        others = self._lines_of_others().grouped("reminder_id")
        for reminder in self:
            customer, recipient = reminder.partner_id, reminder.recipient_id
            if recipient.commercial_partner_id != customer or not recipient.active:
                obstacles[reminder.id] = Obstacle(
                    self.env._(
                        "%(recipient)s is no contact of %(customer)s any more: cancel this "
                        "reminder, the next run proposes it to somebody else.",
                        recipient=recipient.display_name,
                        customer=customer.display_name,
                    )
                )
            elif reminder in others:
                obstacles[reminder.id] = Obstacle(
                    self.env._(
                        "%(names)s belongs to another customer by now: cancel this reminder, the "
                        "next run proposes what is left.",
                        names=", ".join(others[reminder].mapped("name")),
                    )
                )
        return obstacles

    def _lines_of_others(self):
        """The lines whose due line is another customer's, or another company's."""
        # whose invoice it is has to be known whoever sends the reminder
        lines_sudo = self.line_ids.sudo()
        others = lines_sudo.filtered(
            lambda line: line.move_line_id
            and (line.move_line_id.partner_id.commercial_partner_id, line.move_line_id.company_id)
            != (line.reminder_id.partner_id, line.reminder_id.company_id)
        )
        return others.with_env(self.env)
