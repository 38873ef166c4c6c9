from odoo import api, fields, models


class CobranzaInsuranceClaimWizard(models.TransientModel):
    """Asks for what somebody has to say about a claim, and does it."""

    _name = "cobranza.insurance.claim.wizard"
    _description = "Insurance claim: what has happened"

    claim_id = fields.Many2one("cobranza.insurance.claim", required=True)
    company_id = fields.Many2one(related="claim_id.company_id")
    partner_id = fields.Many2one(related="claim_id.partner_id")
    currency_id = fields.Many2one(related="claim_id.currency_id")
    step = fields.Selection(
        [
            ("accept", "The insurer has agreed"),
            ("refuse", "The insurer has refused"),
            ("recovery", "The customer has paid"),
            ("cancel", "Take the claim back"),
        ],
        "What has happened",
        required=True,
        default="accept",
    )
    amount = fields.Monetary("The insurer pays")
    decision = fields.Text("What he says", help="His reasons, as he has written them.")
    payment_line_ids = fields.Many2many(
        "account.move.line", compute="_compute_payment_line_ids", string="Payments to choose from"
    )
    payment_line_id = fields.Many2one(
        "account.move.line", "Payment", domain="[('id', 'in', payment_line_ids)]",
        help="The credit on the customer's account by which his money came in.",
    )  # fmt: skip
    payment_currency_id = fields.Many2one(
        related="payment_line_id.currency_id", string="Currency of the payment"
    )
    payment_amount = fields.Monetary(
        "Of it", currency_field="payment_currency_id",
        compute="_compute_payment_amount", store=True, readonly=False,
        help="At most what is left of the payment.",
    )  # fmt: skip
    costs_amount = fields.Monetary("Costs of the recovery")
    reason = fields.Char("Why")

    @api.depends("claim_id", "step")
    def _compute_payment_line_ids(self):
        recoveries = self.env["cobranza.insurance.recovery"]
        for wizard in self:
            found = wizard.step == "recovery" and recoveries._payments_to_record(wizard.claim_id)
            wizard.payment_line_ids = found.ids if found else False

    @api.depends("payment_line_id", "payment_line_ids")
    def _compute_payment_amount(self):
        recoveries = self.env["cobranza.insurance.recovery"]
        for wizard in self:
            # how much is left depends on claims, not on who asks; of other items nothing is told
            choices = wizard.payment_line_ids._origin
            payment_sudo = (wizard.payment_line_id._origin & choices).sudo()
            left = recoveries._left_of(wizard.claim_id, payment_sudo) if payment_sudo else 0
            wizard.payment_amount = max(left, 0)

    @api.model
    def _open(self, claim, step):
        """Return the action that opens the dialog for a claim and a step."""
        labels = dict(self._fields["step"]._description_selection(self.env))
        return {
            "type": "ir.actions.act_window",
            "name": labels[step],
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_claim_id": claim.id,
                "default_step": step,
                "default_amount": (
                    claim.accepted_amount if claim.accepted_on else claim.expected_amount
                ),
                "default_decision": claim.decision if step == "accept" else False,
            },
        }

    def action_do(self):
        """Do it. Raises UserError if something for it is missing."""
        self.ensure_one()
        claim = self.claim_id
        if self.step == "accept":
            claim.action_accept(self.amount, self.decision)
        elif self.step == "refuse":
            claim.action_refuse(self.decision)
        elif self.step == "cancel":
            claim.action_cancel(self.reason)
        else:
            claim.record_recovery(
                self.payment_line_id.id, self.payment_amount, costs=self.costs_amount
            )
        return {"type": "ir.actions.act_window_close"}
