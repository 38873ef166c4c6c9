import re

from odoo import api, fields, models
from odoo.tools import SQL

#: LIKE pattern, for SQL and domains, of an address a message can go to: text on both sides of an @.
EMAIL_PATTERN = "%_@_%"

#: A phone number in the form of E.164: a plus and up to 15 digits.
PHONE_PATTERN = r"^\+[1-9][0-9]{6,14}$"


class ResPartner(models.Model):
    """A customer, seen from collections in the current company."""

    _inherit = "res.partner"

    cobranza_debtor_id = fields.Many2one(
        "cobranza.debtor", "Customer's account", compute="_compute_cobranza_debtor_id",
        groups="cobranza_dunning.group_auditor",
    )
    cobranza_overdue_amount = fields.Monetary(
        "Overdue", compute="_compute_cobranza_figures", groups="cobranza_dunning.group_auditor"
    )
    cobranza_due_line_ids = fields.Many2many(
        "account.move.line", string="Due lines", compute="_compute_cobranza_next_step",
        groups="cobranza_dunning.group_auditor",
    )
    cobranza_role_ids = fields.One2many(
        "cobranza.contact.role", "partner_id", "Roles in collections",
        groups="cobranza_dunning.group_auditor",
    )
    cobranza_interaction_ids = fields.Many2many(
        "cobranza.interaction", string="Interactions", compute="_compute_cobranza_interaction_ids",
        groups="cobranza_dunning.group_auditor",
    )
    cobranza_has_score = fields.Boolean(
        compute="_compute_cobranza_figures", groups="cobranza_dunning.group_auditor"
    )
    cobranza_score = fields.Integer(
        "Score", compute="_compute_cobranza_figures", groups="cobranza_dunning.group_auditor",
        help="0 to 100; the higher, the better the customer pays.",
    )  # fmt: skip
    cobranza_segment_id = fields.Many2one(
        "cobranza.segment", "Segment", compute="_compute_cobranza_figures",
        groups="cobranza_dunning.group_auditor",
    )
    cobranza_next_step = fields.Char(
        "Next step", compute="_compute_cobranza_next_step", groups="cobranza_dunning.group_auditor"
    )

    @api.depends_context("company")
    def _compute_cobranza_debtor_id(self):
        debtors = self.env["cobranza.debtor"]._of_customers(
            self.env.company, self.commercial_partner_id
        )
        by_partner = debtors.grouped("partner_id")
        for partner in self:
            partner.cobranza_debtor_id = by_partner.get(partner.commercial_partner_id, False)

    @api.depends_context("company")
    def _compute_cobranza_figures(self):
        """What is stored on the account: reading it decides nothing."""
        for partner in self:
            debtor = partner.cobranza_debtor_id
            partner.cobranza_overdue_amount = debtor.overdue_amount
            partner.cobranza_has_score = debtor.has_score
            partner.cobranza_score = debtor.score
            partner.cobranza_segment_id = debtor.segment_id

    @api.depends_context("company", "lang")
    def _compute_cobranza_next_step(self):
        """What is decided as it is read, like a run would."""
        for partner in self:
            partner.cobranza_due_line_ids = partner.cobranza_debtor_id.due_line_ids
            partner.cobranza_next_step = partner.cobranza_debtor_id.next_step

    @api.depends_context("company")
    def _compute_cobranza_interaction_ids(self):
        for partner in self:
            partner.cobranza_interaction_ids = partner.cobranza_debtor_id.interaction_ids

    def write(self, vals):
        """Write values; a customer who becomes part of another takes his account along."""
        # Odoo takes is_company out of the values as it writes them
        if not {"parent_id", "is_company"} & set(vals):
            return super().write(vals)
        before = self.commercial_partner_id
        result = super().write(vals)
        for partner in before:
            if partner.commercial_partner_id != partner:
                # whoever changes contacts need not see what collections knows about them
                debtors_sudo = self.env["cobranza.debtor"].sudo()
                debtors_sudo = debtors_sudo.search([("partner_id", "=", partner.id)])
                debtors_sudo._merge_into(partner.commercial_partner_id)
        # with somebody who moves go his contacts
        roles_sudo = self.env["cobranza.contact.role"].sudo().with_context(active_test=False)
        roles_sudo.search([("partner_id", "child_of", self.ids)])._forget_strangers()
        return result

    def _cobranza_has_email(self):
        """Whether a message can go to this contact; none if there is no contact."""
        return bool(self.filtered_domain([("email", "=like", EMAIL_PATTERN)]))

    @api.model
    def _cobranza_sql_way(self, way, alias):
        """SQL condition: the partner `alias` can be reached this way; false without a row.

        way: "email", "phone" or "address", as engine.channels.NEEDS names it.
        """
        conditions = {
            "email": SQL("%s LIKE %s", SQL.identifier(alias, "email"), EMAIL_PATTERN),
            "phone": SQL("%s ~ %s", SQL.identifier(alias, "phone_sanitized"), PHONE_PATTERN),
            "address": SQL(
                "(%(street)s <> '' AND (%(city)s <> '' OR %(zip)s <> ''))",
                street=SQL.identifier(alias, "street"),
                city=SQL.identifier(alias, "city"),
                zip=SQL.identifier(alias, "zip"),
            ),
        }
        return SQL("COALESCE(%s, FALSE)", conditions[way])

    def _cobranza_reachable(self, way):
        """The one of this contact and his company that is reached this way, or none of them.

        The rule of the facts (`_sql_reach`) for a record: a number or postal address may be the
        company's, an e-mail goes to nobody but its recipient.
        """
        for partner in self if way == "email" else self | self.commercial_partner_id:
            if partner._cobranza_has(way):
                return partner
        return self.browse()

    def _cobranza_has(self, way):
        if way == "email":
            return self._cobranza_has_email()
        if way == "phone":
            return bool(re.match(PHONE_PATTERN, self.phone_sanitized or ""))
        return bool(self.street and (self.city or self.zip))

    def _cobranza_lack(self, way):
        """Say what this contact lacks to be reached this way, and what to do about it."""
        texts = {
            "email": self.env._(
                "%s has no e-mail address: add one to the contact and send again.",
                self.display_name,
            ),
            "phone": self.env._(
                "%s has no valid phone number: add one with its country code to the contact.",
                self.display_name,
            ),
            "address": self.env._(
                "%s has no complete postal address: add street and city to the contact.",
                self.display_name,
            ),
        }
        return texts[way]

    def action_cobranza_call(self):
        """Ask whether this customer may be called now, and open the call.

        Raises UserError if he has no account in the company.
        """
        self.ensure_one()
        debtor = self.env["cobranza.debtor"]._of_partner(self.id, self.env.company)
        return debtor.action_open_call()

    def action_cobranza_debtor(self):
        """Open this customer's collections account."""
        self.ensure_one()
        return self.cobranza_debtor_id._get_records_action()
