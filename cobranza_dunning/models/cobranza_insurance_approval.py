from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from .arguments import check_not_endless
from .insurance_texts import DUTY_SELECTION

EXTENSION = "extension"


class CobranzaInsuranceApproval(models.Model):
    """What the insurer has allowed in writing: more time for an invoice, or a duty excused.

    It stays as it was recorded; another one adds to it.
    """

    _name = "cobranza.insurance.approval"
    _description = "Insurer's approval"
    _inherit = ["cobranza.evidence.mixin", "mail.thread"]
    _order = "date desc, id desc"
    _check_company_auto = True

    move_ids = fields.Many2many(
        "account.move",
        "cobranza_insurance_approval_move_rel",
        string="Invoices",
        required=True,
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    duty = fields.Selection(
        DUTY_SELECTION,
        "What for",
        required=True,
        default=EXTENSION,
        help="More time until a day; or something not done in time that the insurer excuses.",
    )
    until = fields.Date(
        "Approved until", help="Nothing agreed up to this day needs another approval."
    )
    date = fields.Date(
        "Approved on", required=True, default=lambda self: self.env.company._cobranza_today()
    )
    reference = fields.Char("Insurer's reference", required=True)
    attachment_ids = fields.Many2many("ir.attachment", string="Evidence")
    note = fields.Text("Notes")

    _until_of_extension = models.Constraint(
        f"CHECK ((duty = '{EXTENSION}') = (until IS NOT NULL))",
        "More time is approved until a day; what is excused has none.",
    )

    @api.depends("duty", "reference")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["duty"]._description_selection(self.env))
        for one in self:
            one.display_name = f"{labels.get(one.duty, '')} · {one.reference or ''}"

    @api.model_create_multi
    def create(self, vals_list):
        """Record approvals; what they change in the cover shows when the transaction commits.

        One for the entry of a re-booked plan is for the invoices that the plan covers.
        Raises UserError without an invoice, or with a day that is no end.
        """
        recorded = super().create(vals_list)
        if any(not one.move_ids for one in recorded):
            raise UserError(self.env._("Say which invoices the insurer has approved it for."))
        for one in recorded:
            one._name_invoices()
        check_not_endless(self.env, *recorded.mapped("until"))
        recorded._follow()
        return recorded

    def _name_invoices(self):
        """Put a plan's invoices in the place of the entry that re-booked it."""
        invoices = self.move_ids._cobranza_rebooked_from()
        return super().write({"move_ids": [Command.set(invoices.ids)]})

    def write(self, vals):
        """Write notes and evidence; raise UserError for what the insurer has approved."""
        if {"move_ids", "company_id", "duty", "until", "date", "reference"} & set(vals):
            raise UserError(
                self.env._("An approval stays as it was recorded: record another one.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_nothing(self):
        raise UserError(self.env._("An approval stays on record."))

    def _follow(self):
        """Decide anew on the cover of these invoices' customers."""
        self.env["cobranza.debtor"]._refresh_later(self.move_ids.line_ids)
