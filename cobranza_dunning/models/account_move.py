from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class AccountMove(models.Model):
    """An invoice in collections: its policy, its pauses, its due lines with their reasons."""

    _inherit = "account.move"

    cobranza_policy_id = fields.Many2one(
        "cobranza.policy",
        "Collections policy",
        check_company=True,
        copy=False,
        index="btree_not_null",
        help="Only for this invoice; empty: the customer's or the company's policy.",
        groups="cobranza_dunning.group_auditor",
    )
    cobranza_debtor_id = fields.Many2one(
        "cobranza.debtor", "Customer's account", compute="_compute_cobranza_debtor_id",
        groups="cobranza_dunning.group_auditor",
    )
    cobranza_due_line_ids = fields.Many2many(
        "account.move.line", string="Due lines", compute="_compute_cobranza_due_line_ids",
        groups="cobranza_dunning.group_auditor",
    )
    # those that are over as well: they stay on record
    cobranza_block_ids = fields.One2many(
        "cobranza.block",
        "move_id",
        "Collections pauses",
        context={"active_test": False},
        groups="cobranza_dunning.group_auditor",
    )
    cobranza_resent_date = fields.Date(
        "Sent again on",
        copy=False,
        readonly=True,
        help="When it was last sent again because it had not arrived.",
        groups="cobranza_dunning.group_auditor",
    )
    cobranza_interaction_ids = fields.Many2many(
        "cobranza.interaction",
        string="Interactions",
        compute="_compute_cobranza_interaction_ids",
        help="About the invoice, or a reminder that told it.",
        groups="cobranza_dunning.group_auditor",
    )
    cobranza_reminder_count = fields.Integer(
        compute="_compute_cobranza_reminder_count", groups="cobranza_dunning.group_auditor"
    )
    cobranza_paused = fields.Boolean(
        "Reminders paused",
        compute="_compute_cobranza_paused",
        search="_search_cobranza_paused",
        help="The invoice, one of its due lines or its customer is paused.",
        groups="cobranza_dunning.group_auditor",
    )
    cobranza_to_chase = fields.Boolean(
        "To chase",
        compute="_compute_cobranza_to_chase",
        search="_search_cobranza_to_chase",
        help="Overdue, and neither paused, agreed on nor excluded.",
        groups="cobranza_dunning.group_auditor",
    )

    @api.depends("commercial_partner_id", "company_id")
    def _compute_cobranza_debtor_id(self):
        debtors = self.env["cobranza.debtor"]._of_customers(
            self.company_id, self.commercial_partner_id
        )
        by_key = {(one.partner_id, one.company_id): one for one in debtors}
        for move in self:
            key = (move.commercial_partner_id, move.company_id)
            move.cobranza_debtor_id = by_key.get(key, False)

    @api.depends("line_ids.amount_residual", "line_ids.parent_state")
    def _compute_cobranza_due_line_ids(self):
        domain = self.env["account.move.line"]._cobranza_open_domain()
        for move in self:
            move.cobranza_due_line_ids = move.line_ids.filtered_domain(domain)

    def _compute_cobranza_interaction_ids(self):
        found = self.env["cobranza.interaction"].search(
            Domain("move_id", "in", self.ids)
            | Domain("reminder_id.line_ids.move_id", "in", self.ids)
        )
        for move in self:
            move.cobranza_interaction_ids = found.filtered(
                lambda one, move=move: move in one.move_id | one.reminder_id.line_ids.move_id
            )

    def _compute_cobranza_reminder_count(self):
        counts = dict(
            self.env["cobranza.reminder.line"]._read_group(
                [("move_id", "in", self.ids)], ["move_id"], ["reminder_id:count_distinct"]
            )
        )
        for move in self:
            move.cobranza_reminder_count = counts.get(move, 0)

    def _compute_cobranza_paused(self):
        paused = self.filtered_domain(self._cobranza_paused_domain())
        for move in self:
            move.cobranza_paused = move in paused

    def _search_cobranza_paused(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = self._cobranza_paused_domain()
        return domain if True in value else ~domain

    def _cobranza_paused_domain(self):
        """Domain of moves with an active pause of their own, of a line, or of their customer."""
        return self._cobranza_wholly_paused_domain() | Domain(
            "cobranza_block_ids", "in", self._cobranza_blocks("line").ids
        )

    def _cobranza_wholly_paused_domain(self):
        """Domain of moves of which nothing is chased: they or their customers are paused."""
        of_debtor = self._cobranza_blocks("debtor").grouped("company_id")
        return (
            Domain("payment_state", "=", "blocked")
            | Domain("cobranza_block_ids", "in", self._cobranza_blocks("move").ids)
            | Domain.OR(
                Domain("commercial_partner_id", "in", blocks.partner_id.ids)
                & Domain("company_id", "=", company.id)
                for company, blocks in of_debtor.items()
            )
        )

    def _cobranza_blocks(self, scope):
        """The pauses of a scope that are in force."""
        return self.env["cobranza.block"].search([("state", "=", "active"), ("scope", "=", scope)])

    def _compute_cobranza_to_chase(self):
        to_chase = self.filtered_domain(self._cobranza_to_chase_domain())
        for move in self:
            move.cobranza_to_chase = move in to_chase

    def _search_cobranza_to_chase(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = self._cobranza_to_chase_domain()
        return domain if True in value else ~domain

    def _cobranza_to_chase_domain(self):
        """Domain of invoices with an overdue installment that nothing leaves alone."""
        lines = self.env["account.move.line"]
        late = Domain.OR(
            Domain("company_id", "in", companies.ids) & Domain("date_maturity", "<", today)
            for today, companies in self.env["res.company"]._cobranza_by_today().items()
        )
        overdue = lines._search(
            Domain(lines._cobranza_open_domain())
            & Domain("amount_residual", ">", 0)
            & Domain("no_followup", "=", False)
            & late
            & ~self._cobranza_blocks("line")._lines_domain()
            & Domain("id", "not in", self.env["cobranza.facts"]._agreed_ids(self.env.companies))
        )
        return (
            Domain("state", "=", "posted")
            & Domain("move_type", "in", ("out_invoice", "out_receipt"))
            & Domain("line_ids", "in", overdue)
            & ~self._cobranza_wholly_paused_domain()
        )

    def _post(self, soft=True):
        """Post; each customer concerned has a collections account with figures afterwards."""
        again = self.filtered("posted_before")
        posted = super()._post(soft)
        (posted & again).line_ids._cobranza_leave_others()
        self.env["cobranza.debtor"]._refresh_later(posted.line_ids)
        return posted

    def button_draft(self):
        """Reset to draft; what is not owed any more leaves the customers' figures."""
        result = super().button_draft()
        self.env["cobranza.debtor"]._refresh_later(self.line_ids)
        return result

    def _cobranza_documents(self):
        """The invoice's documents as dicts of filename, filetype and content, as Odoo gives them.

        What was stored of it; of a posted invoice that nobody has sent or printed yet the same
        invoice, made now.  Only what isn't posted is a pro forma; an entry has no document.
        """
        self.ensure_one()
        if not self.is_invoice(include_receipts=True):
            return []
        stored = self._get_invoice_legal_documents_all(allow_fallback=self.state != "posted")
        return stored or [self._cobranza_printed()]

    def _cobranza_printed(self):
        """The invoice's own report, made now in Odoo's layout; see `_cobranza_documents`."""
        report = self.env["account.move.send"]._get_default_pdf_report_id(self)
        reports = self.env["ir.actions.report"].with_company(self.company_id)
        content, _kind = reports._render_qweb_pdf(report.report_name, self.ids)
        return {
            "filename": self._get_invoice_report_filename(report=report),
            "filetype": "application/pdf",
            "content": content,
        }

    def cobranza_explain(self, date=None):
        """Explain these invoices' due lines; see account.move.line.cobranza_explain."""
        return self.line_ids.cobranza_explain(date)

    def action_cobranza_pause(self):
        """Open the dialog that pauses reminders of these invoices."""
        return self.env["cobranza.pause.wizard"]._open(moves=self)

    def action_cobranza_call(self):
        """Ask whether this invoice's customer may be called now, and open the call about it.

        Raises UserError if nothing has ever been owed on it.
        """
        self.ensure_one()
        if not self.cobranza_debtor_id:
            raise UserError(
                self.env._("Nothing is owed on %s yet: post it first.", self.display_name)
            )
        return self.cobranza_debtor_id._open_call(move=self)

    def action_cobranza_reminders(self):
        """Open the reminders that told these invoices."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_reminder_action"
        )
        return {**action, "domain": [("line_ids.move_id", "in", self.ids)], "context": {}}

    def action_cobranza_debtor(self):
        """Open the collections account of this invoice's customer."""
        self.ensure_one()
        return self.cobranza_debtor_id._get_records_action()
