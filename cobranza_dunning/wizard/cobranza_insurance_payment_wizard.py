from odoo import api, fields, models


class CobranzaInsurancePaymentWizard(models.TransientModel):
    """Asks how an insurer has paid a claim, or was paid his share of recoveries; records it."""

    _name = "cobranza.insurance.payment.wizard"
    _description = "Insurance claim: payment"

    claim_id = fields.Many2one("cobranza.insurance.claim", required=True)
    recovery_ids = fields.Many2many(
        "cobranza.insurance.recovery", "cobranza_insurance_payment_wizard_recovery_rel",
        string="Recoveries",
        help="The insurer is paid his share of these. None: he has paid the claim.",
    )  # fmt: skip
    company_id = fields.Many2one(related="claim_id.company_id")
    insurer_id = fields.Many2one(related="claim_id.insurer_id")
    currency_id = fields.Many2one(related="claim_id.currency_id")
    open_amount = fields.Monetary("Open", compute="_compute_open_amount")
    open_payment_ids = fields.Many2many(
        "account.move.line", compute="_compute_choices", string="Payments to choose from"
    )
    journal_ids = fields.Many2many(
        "account.journal", compute="_compute_choices", string="Journals to choose from"
    )
    how = fields.Selection(
        [("new", "Register a new payment"), ("open", "Take one that is in the books already")],
        "Payment", compute="_compute_how", store=True, readonly=False,
    )  # fmt: skip
    payment_line_id = fields.Many2one(
        "account.move.line", "Which one", domain="[('id', 'in', open_payment_ids)]",
        compute="_compute_payment_line_id", store=True, readonly=False,
        help="A payment of the insurer's, or an item of a bank statement, with something left. One "
        "that was booked on another account, and isn't used, is moved to that of the claim.",
    )  # fmt: skip
    journal_id = fields.Many2one(
        "account.journal", domain="[('id', 'in', journal_ids)]",
        compute="_compute_new_payment", store=True, readonly=False,
    )  # fmt: skip
    date = fields.Date("Paid on", compute="_compute_new_payment", store=True, readonly=False)
    reference = fields.Char("Memo", compute="_compute_new_payment", store=True, readonly=False)
    payment_currency_id = fields.Many2one(
        "res.currency", "Currency of the payment", compute="_compute_payment_currency_id"
    )
    amount = fields.Monetary(
        currency_field="payment_currency_id",
        compute="_compute_amount", store=True, readonly=False,
    )  # fmt: skip

    @api.model
    def _open(self, claim, recoveries=None):
        """Return the action that opens the dialog for a claim, or for recoveries of it."""
        return {
            "type": "ir.actions.act_window",
            "name": (
                self.env._("Pay the insurer") if recoveries
                else self.env._("Payment from the insurer")
            ),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_claim_id": claim.id,
                "default_recovery_ids": recoveries.ids if recoveries else [],
            },
        }  # fmt: skip

    def _paid(self):
        """The recoveries, or else the claim, that the payment is for."""
        return self.recovery_ids._origin or self.claim_id

    @api.depends("claim_id", "recovery_ids")
    def _compute_open_amount(self):
        for wizard in self:
            wizard.open_amount = wizard._paid()._open_with_insurer()

    @api.depends("claim_id", "recovery_ids")
    def _compute_choices(self):
        for wizard in self:
            wizard.open_payment_ids = wizard._paid()._open_payments().ids
            wizard.journal_ids = wizard._paid()._payment_journals().ids

    @api.depends("claim_id", "recovery_ids")
    def _compute_how(self):
        for wizard in self:
            wizard.how = "open" if wizard._paid()._likely_payments() else "new"

    @api.depends("how", "open_payment_ids")
    def _compute_payment_line_id(self):
        for wizard in self:
            # the only one is meant
            found = wizard._paid()._likely_payments()
            meant = wizard.how == "open" and len(found) == 1
            wizard.payment_line_id = found if meant else False

    @api.depends("claim_id", "recovery_ids")
    def _compute_new_payment(self):
        for wizard in self:
            paid = wizard._paid()
            wizard.journal_id = wizard.journal_ids[:1]
            wizard.date = (wizard.company_id or self.env.company)._cobranza_today()
            wizard.reference = paid._payment_reference()

    @api.depends("how", "payment_line_id", "open_payment_ids", "currency_id")
    def _compute_payment_currency_id(self):
        for wizard in self:
            payment_sudo = wizard._chosen()
            wizard.payment_currency_id = payment_sudo.currency_id or wizard.currency_id

    def _chosen(self):
        """The payment that is taken, as superuser; none where a new one is registered.

        Nor one that isn't to be chosen: nobody is told anything about other journal items.
        """
        lines_sudo = (self.payment_line_id._origin & self.open_payment_ids._origin).sudo()
        return lines_sudo if self.how == "open" else lines_sudo.browse()

    @api.depends("how", "payment_line_id", "open_payment_ids", "open_amount")
    def _compute_amount(self):
        for wizard in self:
            payment_sudo = wizard._chosen()
            if payment_sudo:
                wizard.amount = wizard._paid()._most_of(payment_sudo)
            else:
                wizard.amount = wizard.open_amount if wizard.how == "new" else 0

    def action_do(self):
        """Record it. Raises UserError if it can't be."""
        self.ensure_one()
        if self.how == "open":
            self._paid().register_payment(self.amount, payment_line_id=self.payment_line_id.id)
        else:
            self._paid().register_payment(
                self.amount, self.date, self.journal_id.id, self.reference
            )
        return {"type": "ir.actions.act_window_close"}
