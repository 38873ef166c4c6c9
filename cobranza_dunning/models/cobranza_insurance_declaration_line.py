from odoo import fields, models


class CobranzaInsuranceDeclarationLine(models.Model):
    """A sale, a credit note, a balance or a change of these, as it is told to the insurer.

    It stays as it was declared, even if the invoice changes or disappears.
    """

    _name = "cobranza.insurance.declaration.line"
    _description = "Line of a declaration"
    _inherit = ["cobranza.gated.mixin"]
    _order = "day, document_id, id"
    _rec_name = "name"
    _gated_fields = None
    _gated_create = True

    declaration_id = fields.Many2one(
        "cobranza.insurance.declaration", required=True, index=True, ondelete="cascade"
    )
    policy_id = fields.Many2one(
        related="declaration_id.policy_id", store=True, index=True, string="Insurance policy"
    )
    company_id = fields.Many2one(related="declaration_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="declaration_id.currency_id", store=True)
    state = fields.Selection(
        related="declaration_id.state", store=True, string="Declaration's state"
    )
    document_id = fields.Integer(
        "Id of the document", index=True, help="Kept when the document itself is deleted."
    )
    move_id = fields.Many2one(
        "account.move", "Invoice", index="btree_not_null", ondelete="set null"
    )
    name = fields.Char("Number")
    kind = fields.Selection(
        [("invoice", "Invoice"), ("credit_note", "Credit note"), ("balance", "Balance"),
         ("change", "Changed since declared")],
        required=True,
    )  # fmt: skip
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="restrict"
    )
    country_id = fields.Many2one("res.country", ondelete="restrict")
    day = fields.Date("Date", required=True, help="On which it falls under the policy.")
    late = fields.Boolean(help="It belongs to an earlier period and wasn't declared then.")
    amount = fields.Monetary("With tax")
    tax_amount = fields.Monetary("Tax")
    declared_amount = fields.Monetary("Declared")
    premium_amount = fields.Monetary(
        "Premium", help="Its part of the declaration's premium, without the premium's own tax."
    )
    document_currency_id = fields.Many2one("res.currency", "Invoice's currency")
    document_amount = fields.Monetary(
        "In its currency", currency_field="document_currency_id", help="Tax included."
    )
    document_tax = fields.Monetary("Tax in its currency", currency_field="document_currency_id")
    declared_on = fields.Date(help="When it was first told to the insurer.")


class CobranzaInsuranceDeclarationTotal(models.Model):
    """What is declared of a customer, a country or altogether, to the declared decimals."""

    _name = "cobranza.insurance.declaration.total"
    _description = "Total of a declaration"
    _inherit = ["cobranza.gated.mixin"]
    _order = "id"
    _rec_name = "partner_id"
    _gated_fields = None
    _gated_create = True

    declaration_id = fields.Many2one(
        "cobranza.insurance.declaration", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="declaration_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="declaration_id.currency_id", store=True)
    partner_id = fields.Many2one("res.partner", "Customer", ondelete="restrict")
    country_id = fields.Many2one("res.country", ondelete="restrict")
    count = fields.Integer("Documents")
    amount = fields.Monetary("Declared")
    late_amount = fields.Monetary("Of it late")
