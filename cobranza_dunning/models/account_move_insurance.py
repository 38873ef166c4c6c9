from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.sql import column_exists, create_column

from .arguments import to_day
from .insurance_texts import STATE_SELECTION

#: Documents that can be insured.
INSURABLE = ("out_invoice", "out_receipt")
#: What of an invoice decides about its cover.
DECIDING = {"insured", "insurance_policy_id", "insurance_activated_on", "delivery_date"}
#: Of several due lines' states the invoice has the worst: the first of these.
WORST_FIRST = ("lost", "at_risk", "not_covered", "suspended", "partial", "covered")
#: Beside one of these a due line that isn't covered makes the invoice a partly covered one.
SOMETHING_COVERED = ("partial", "covered")


class AccountMove(models.Model):
    """An invoice that is to be insured, and what is covered of it."""

    # a file for each part
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    insured = fields.Boolean(
        "To be insured",
        compute="_compute_insured",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        tracking=True,
        help="This invoice is to be insured. New invoices are marked as their customer's account, "
        "or the insurance policy, says.",
        groups="cobranza_dunning.group_auditor",
    )
    insurance_policy_id = fields.Many2one(
        "cobranza.insurance.policy",
        "Insurance policy",
        check_company=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="Only for this invoice; empty: the customer's or the company's insurance policy.",
        groups="cobranza_dunning.group_auditor",
    )
    insurance_activated_on = fields.Date(
        "Cover activated on",
        copy=False,
        tracking=True,
        help="Only for policies that insure single invoices.",
        groups="cobranza_dunning.group_auditor",
    )
    # computed together, from one query for all invoices
    insurance_state = fields.Selection(
        STATE_SELECTION, "Insurance",
        compute="_compute_insurance", search="_search_insurance_state",
        help="Of several due lines the one that is worst; partly covered where some are insured "
        "and others aren't.",
        groups="cobranza_dunning.group_auditor",
    )  # fmt: skip
    insured_amount = fields.Monetary(
        "Insured", compute="_compute_insurance", currency_field="company_currency_id",
        help="What of the open amount is covered, in company currency.",
        groups="cobranza_dunning.group_auditor",
    )  # fmt: skip
    uninsured_amount = fields.Monetary(
        "Uninsured", compute="_compute_insurance", currency_field="company_currency_id",
        help="What of the open amount is not covered, in company currency.",
        groups="cobranza_dunning.group_auditor",
    )  # fmt: skip
    insurance_next_date = fields.Date(
        "Insurance deadline", compute="_compute_insurance",
        help="The first day on which something must have been done for the cover to last.",
        groups="cobranza_dunning.group_auditor",
    )  # fmt: skip
    insurance_reason = fields.Char(
        "Why insured or not", compute="_compute_insurance",
        groups="cobranza_dunning.group_auditor",
    )  # fmt: skip
    insurance_possible = fields.Boolean(
        compute="_compute_insurance_possible", groups="cobranza_dunning.group_auditor"
    )
    cover_ids = fields.One2many(
        "cobranza.insurance.cover",
        "move_id",
        "Covers",
        domain=[("date_to", "=", False)],
        groups="cobranza_dunning.group_auditor",
    )

    _insured_idx = models.Index(
        "(company_id, commercial_partner_id) WHERE insured AND state = 'posted'"
    )

    @api.constrains("insurance_activated_on")
    def _check_insurance_activated_on(self):
        for move in self:
            to_day(self.env, move.insurance_activated_on)

    def _auto_init(self):
        """Leave what was invoiced before the addon came unmarked, instead of reading it all."""
        if not column_exists(self.env.cr, "account_move", "insured"):
            create_column(self.env.cr, "account_move", "insured", "bool")
        return super()._auto_init()

    @api.depends("partner_id", "company_id", "move_type")
    def _compute_insured(self):
        new = self.filtered(lambda one: one.move_type == "out_invoice" and one.state == "draft")
        defaults = new._insure_by_default()
        for move in self:
            move.insured = defaults.get(move, move.insured)

    def _insure_by_default(self):
        """Return {invoice: whether it is to be insured} from its customer's account or a policy."""
        if not self:
            return {}
        # what accounts and policies say counts, whoever writes the invoice
        wanted = self.env["cobranza.insurance.policy"].sudo().search(
            [("company_id", "in", self.company_id.ids), ("insure_by_default", "=", True),
             ("kind", "!=", "single_invoice")]
        )  # fmt: skip
        general = wanted.filtered(lambda one: one.kind == "whole_turnover").company_id
        single = {(one.company_id, one.partner_id.commercial_partner_id) for one in wanted}
        debtors_sudo = self.env["cobranza.debtor"].sudo().search(
            [("company_id", "in", self.company_id.ids), ("insure", "!=", False),
             ("partner_id", "in", self.partner_id.commercial_partner_id.ids)]
        )  # fmt: skip
        own = {(one.company_id, one.partner_id): one.insure == "always" for one in debtors_sudo}
        found = {}
        for move in self:
            key = (move.company_id, move.partner_id.commercial_partner_id)
            found[move] = bool(move.partner_id) and own.get(
                key, move.company_id in general or key in single
            )
        return found

    def _compute_insurance_possible(self):
        sales = self.filtered(lambda one: one.move_type in INSURABLE)
        # whether something is insured at all is no secret of those who write invoices
        found = self.env["cobranza.insurance.policy"].sudo()._read_group(
            [("company_id", "in", sales.company_id.ids)], ["company_id"]
        )
        companies = {company for (company,) in found}
        possible = sales.filtered(lambda one: one.company_id in companies)
        insured = (sales - possible)._ever_insured()
        for move in self:
            move.insurance_possible = move in possible or move._origin in insured

    def _ever_insured(self):
        """Those of these posted invoices that were decided on once, under a policy since ended."""
        posted = self.filtered(lambda one: one.state == "posted")
        found = self.env["cobranza.insurance.cover"].sudo()._read_group(
            [("move_id", "in", posted.ids)], ["move_id"]
        )
        return self.browse(move.id for (move,) in found)

    @api.depends("cover_ids.state", "insured", "state", "payment_state")
    @api.depends_context("lang")
    def _compute_insurance(self):
        rebooked = self._origin._cobranza_rebooked_by()
        entries = (entry for parts in rebooked.values() for entry in parts)
        moves = self._origin.union(self._origin, *entries)
        none = self.env["cobranza.insurance.cover"]
        covers = none.search(
            [("move_id", "in", moves.ids), ("date_to", "=", False)]
        ).grouped("move_id")
        for move in self:
            # of what a plan has re-booked, the installments are insured in its place
            parts = {move._origin: 1, **rebooked.get(move._origin, {})}
            ours = none.union(*(covers.get(one, none) for one in parts))
            move.insurance_state = move._insurance_state_of(ours)
            move.insured_amount = move._insurance_sum(ours, "covered_company_amount", parts)
            move.uninsured_amount = move._insurance_sum(ours, "uncovered_company_amount", parts)
            move.insurance_next_date = min(filter(None, ours.mapped("next_date")), default=False)
            worst = ours.sorted(lambda one: WORST_FIRST.index(one.state))[:1]
            move.insurance_reason = worst.sentence

    def _insurance_sum(self, covers, name, parts):
        """The sum of an amount of covers; parts: {move: which part of its covers is this one's}."""
        total = sum(one[name] * parts[one.move_id] for one in covers)
        return self.company_currency_id.round(total)

    def _insurance_state_of(self, covers):
        """The worst state of an invoice's due lines; settled once nothing insured is open.

        It is partly covered where one isn't covered and another is.
        """
        states = set(covers.mapped("state"))
        if states:
            worst = next(state for state in WORST_FIRST if state in states)
            mixed = worst == "not_covered" and states.intersection(SOMETHING_COVERED)
            return "partial" if mixed else worst
        return self.insured and self.state == "posted" and self.move_type in INSURABLE and "settled"

    def _search_insurance_state(self, operator, value):
        if operator != "in":
            return NotImplemented

        def having(states):
            # only current covers, as the field says
            covered = Domain("cover_ids.state", "in", list(states))
            rebooked = self.env["cobranza.plan.line"].sudo()._search(
                Domain("move_id", "!=", False)
                & Domain("plan_id.rebook_move_id.cover_ids.state", "in", list(states))
            )
            return covered | Domain("id", "in", rebooked.subselect("move_id"))

        nothing = ~having(WORST_FIRST)
        settled = (
            Domain("insured", "=", True)
            & Domain("state", "=", "posted")
            & Domain("move_type", "in", INSURABLE)
            & nothing
        )
        by_state = {
            state: having([state]) & ~having(WORST_FIRST[:number])
            for number, state in enumerate(WORST_FIRST)
        }
        by_state["partial"] |= by_state["not_covered"] & having(SOMETHING_COVERED)
        by_state["not_covered"] &= ~having(SOMETHING_COVERED)
        found = Domain.OR(domain for state, domain in by_state.items() if state in value)
        if "settled" in value:
            found |= settled
        if False in value:
            found |= nothing & ~settled
        return found

    def write(self, vals):
        """Write values; what they change in the cover shows when the transaction commits."""
        result = super().write(vals)
        if DECIDING & set(vals):
            self.env["cobranza.debtor"]._refresh_later(self.line_ids)
        return result

    def cobranza_cover(self, date=None):
        """Tell what is insured of these invoices' due lines; see account.move.line."""
        return self.line_ids.cobranza_cover(date)

    def action_notify_insurer(self):
        """Draw up the notice of non-payment about these invoices' open due lines and open it."""
        return self._cobranza_with_rebookings().cover_ids.action_notify_insurer()

    def _states_cover(self):
        """Whether the printed invoice says that it is insured: the company wants it, and it is.

        Decided as things are now: an invoice may be printed in the transaction that posts it.
        """
        self.ensure_one()
        # whoever prints the invoice, also its customer, may print what it says
        move_sudo = self.sudo()
        return move_sudo.company_id.cobranza_invoice_cover and any(
            one["covered_amount"] for one in move_sudo.cobranza_cover()
        )

    def action_cobranza_covers(self):
        """Open what is insured of these invoices."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_insurance_cover_action"
        )
        return {**action, "domain": [("move_id", "in", self._cobranza_with_rebookings().ids)]}
