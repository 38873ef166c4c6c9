from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_date

from ..engine.insurance import LOST
from ..engine.insurance_dates import mep_end
from .arguments import check_not_endless
from .insurance_texts import AGENDA_SELECTION, DEBTOR_KIND_SELECTION

#: What of an account decides about cover.
DECIDING = {
    "insurance_kind", "insurance_policy_id", "insolvent_on", "insurance_stop_from",
    "insurance_stop_until",
}  # fmt: skip
#: What of an account only managers enter: how the customer is insured.
MANAGERS = DECIDING | {"insure", "insurer_number"}


class CobranzaDebtor(models.Model):
    """A customer as his insurer sees him: what is insured of his debts, and how much may be."""

    # a file for each part of its life
    _inherit = "cobranza.debtor"  # pylint: disable=consider-merging-classes-inherited

    may_insure = fields.Boolean(compute="_compute_may_insure")
    insured_amount = fields.Monetary(
        "Insured", readonly=True, help="What is covered of everything that is open."
    )
    uninsured_amount = fields.Monetary(
        "Uninsured", readonly=True, help="What is open and not covered, for whatever reason."
    )
    insure = fields.Selection(
        [("always", "Always"), ("never", "Never")],
        "Insure new invoices",
        tracking=True,
        help="Empty: as the insurance policy says. Each invoice can be changed.",
    )
    insurance_policy_id = fields.Many2one(
        "cobranza.insurance.policy",
        "Own insurance policy",
        tracking=True,
        check_company=True,
        ondelete="restrict",
        help="Empty: the company's policy that is in force on the day of the sale.",
    )
    insurance_kind = fields.Selection(
        DEBTOR_KIND_SELECTION,
        "Kind of customer",
        tracking=True,
        help="Policies leave out some kinds. Empty: a company, related if it is yours.",
    )
    insurer_number = fields.Char(
        "Number at the insurer", help="Finds the customer when limits are imported."
    )
    insolvent_on = fields.Date(
        "Insolvent since", tracking=True, help="What was delivered from this day on isn't insured."
    )
    insurance_stop_from = fields.Date(
        "No deliveries from",
        tracking=True,
        help="Because the insurer wants it: what is delivered from this day on isn't insured.",
    )
    insurance_stop_until = fields.Date(
        "No deliveries up to", tracking=True, help="The last day; empty: until further notice."
    )
    insurance_due_date = fields.Date(
        "Insurance deadline",
        readonly=True,
        help="The nearest of those that are near: what must be done for the insurer comes first.",
    )
    insurance_due_duty = fields.Selection(AGENDA_SELECTION, "For the insurer", readonly=True)
    limit_ids = fields.One2many("cobranza.insurance.limit", "debtor_id", "Insurance limits")
    duty_ids = fields.One2many("cobranza.insurance.duty", "debtor_id", "Insurance deadlines")
    notice_ids = fields.One2many(
        "cobranza.insurance.notice", "debtor_id", "Notices of non-payment"
    )
    cover_ids = fields.One2many(
        "cobranza.insurance.cover", "debtor_id", "Covers", domain=[("date_to", "=", False)]
    )
    insurance_currency_id = fields.Many2one(
        "res.currency", compute="_compute_insurance_position", string="Policy's currency"
    )
    effective_insurance_policy_id = fields.Many2one(
        "cobranza.insurance.policy", "Insurance policy", compute="_compute_insurance_position"
    )
    insurance_limit = fields.Monetary(
        "Limit", compute="_compute_insurance_position", currency_field="insurance_currency_id",
        help="What counts for a sale of today, in the policy's currency.",
    )  # fmt: skip
    insurance_used = fields.Monetary(
        "Limit used", compute="_compute_insurance_position", currency_field="insurance_currency_id"
    )
    insurance_free = fields.Monetary(
        "Limit free", compute="_compute_insurance_position", currency_field="insurance_currency_id",
        help="So much a sale of today may come to.",
    )  # fmt: skip
    insurance_next_date = fields.Date(
        "Next insurance date", compute="_compute_insurance_next_date",
        help="The first day on which something must have been done for a cover of his to last.",
    )  # fmt: skip

    _stop_in_order = models.Constraint(
        """CHECK (insurance_stop_until IS NULL
                  OR (insurance_stop_from IS NOT NULL
                      AND insurance_stop_from <= insurance_stop_until))""",
        "A stop of deliveries ends after it begins.",
    )

    @api.constrains("insolvent_on")
    def _check_insolvent_on(self):
        check_not_endless(self.env, *self.mapped("insolvent_on"))

    @api.depends_context("uid", "su")
    def _compute_may_insure(self):
        self.may_insure = self._may_insure()

    def _may_insure(self):
        """Whether the person at work may enter how customers are insured."""
        return self.env.su or self.env.user.has_group("cobranza_dunning.group_manager")

    def _compute_insurance_position(self):
        """The first policy under which he is insured today; the covers page has the others."""
        positions = self._positions()
        for debtor in self:
            ours = positions.get(debtor.id)
            # what may be sold to him is for everybody who works with him
            policy = self.env["cobranza.insurance.policy"].sudo().browse(
                ours[0].policy_id if ours else ()
            )
            exposure = ours[0].exposure if ours else None
            debtor.effective_insurance_policy_id = policy.sudo(False)
            debtor.insurance_currency_id = policy.currency_id
            debtor.insurance_limit = exposure.limit if exposure else 0
            debtor.insurance_used = exposure.used if exposure else 0
            debtor.insurance_free = exposure.free if exposure else 0

    @api.depends("cover_ids.next_date")
    def _compute_insurance_next_date(self):
        found = dict(
            self.env["cobranza.insurance.cover"]._read_group(
                [("debtor_id", "in", self.ids), ("date_to", "=", False)],
                ["debtor_id"],
                ["next_date:min"],
            )
        )
        for debtor in self:
            debtor.insurance_next_date = found.get(debtor, False)

    def _positions(self, date=None, drafts=None):
        """Return {debtor id: [Position]} of these debtors; see `cobranza.insurance.facts`.

        date: defaults to today in each debtor's company.  drafts: facts of invoices to be posted.
        """
        found = {}
        # what insurers have decided counts, whoever asks
        facts_sudo = self.env["cobranza.insurance.facts"].sudo()
        for company, debtors in self.grouped("company_id").items():
            day = date or company._cobranza_today()
            ours = {key: rows for key, rows in (drafts or {}).items() if key in debtors.ids}
            found |= facts_sudo._positions(company, day, debtors.ids, ours)
        return found

    # --- accounts without a debt -------------------------------------------------------

    @api.model
    def _accounts_of(self, company, partners):
        """Return customers' collections accounts in a company, made where there is none.

        Whoever is to have a limit needn't owe anything yet.
        """
        customers = partners.commercial_partner_id
        missing = customers - self._of_customers(company, customers).partner_id
        if missing:
            self._insert_accounts(company, missing)
        return self._of_customers(company, customers)

    @api.model
    def _insert_accounts(self, company, customers):
        """Make accounts for customers; if somebody else does at this moment, start again.

        In SQL, because only so a conflict makes the database have the second one start again.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO cobranza_debtor (partner_id, company_id, create_uid, write_uid,
                                             create_date, write_date)
                SELECT p.id, %(company)s, %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC',
                       now() AT TIME ZONE 'UTC'
                  FROM res_partner p WHERE p.id IN %(customers)s
                ON CONFLICT DO NOTHING
                """,
                company=company.id,
                uid=self.env.uid,
                customers=tuple(customers.ids),
            )
        )
        self.invalidate_model()

    # --- following ---------------------------------------------------------------------

    def write(self, vals):
        """Write values; what they change in the cover shows when the transaction commits.

        Raises AccessError where others than managers would enter how a customer is insured.
        """
        if MANAGERS & set(vals) and not self._may_insure():
            raise AccessError(
                self.env._("Only collections managers enter how a customer is insured: ask one.")
            )
        result = super().write(vals)
        if DECIDING & set(vals):
            self._follow_later()
        return result

    def _follow_later(self):
        """Decide anew on these debtors' covers, and their figures, when the transaction commits."""
        self._remember_changed({(one.company_id.id, one.partner_id.id) for one in self.sudo()})

    @api.model
    def _refresh_covers_later(self, company):
        """Decide anew on all covers of a company when the transaction commits."""
        companies = self.env.cr.precommit.data.setdefault("cobranza.insurance", set())
        if not companies:
            self.env.cr.precommit.add(self._refresh_covers)
        companies.add(company.id)

    @api.model
    def _refresh_covers(self):
        """Decide anew on the companies collected by `_refresh_covers_later`."""
        for company_id in self.env.cr.precommit.data.pop("cobranza.insurance", set()):
            company_sudo = self.env["res.company"].sudo().browse(company_id)
            self.env["cobranza.insurance.cover"].sudo()._follow(company_sudo)
            self.sudo()._refresh_figures(company_sudo)

    # --- what may be agreed on ---------------------------------------------------------

    def _insured_until(self, lines):
        """Return the last day that may be agreed on without asking an insurer; None = any.

        lines: due lines of this debtor.  Only those count of which something is covered: there is
        nothing to lose of the others.
        """
        self.ensure_one()
        policies = self.env["cobranza.insurance.policy"].sudo()
        ends = []
        for position in self._positions().get(self.id, ()):
            policy = policies.browse(position.policy_id)._for_engine()
            ends += [
                mep_end(policy, one.line)
                for one in position.decided
                if one.fact.line_id in lines.ids and one.cover.covered + one.cover.suspended
            ]
        return min((day for day in ends if day), default=None)

    def _are_insured_alike(self, lines):
        """Whether nothing is gained or lost of the cover of due lines that become one debt.

        lines: due lines of this debtor.
        """
        self.ensure_one()
        found = dict.fromkeys(lines.ids)
        for position in self._positions().get(self.id, ()):
            for one in position.decided:
                if one.fact.flagged and one.fact.line_id in found:
                    found[one.fact.line_id] = (
                        position.policy_id, one.cover.applied or one.cover.reasons[0],
                        one.fact.cash, bool(one.line.notified_on), one.cover.state == LOST,
                    )  # fmt: skip
        return len(set(found.values())) == 1

    def _check_insured_until(self, lines, day):
        """Raise UserError if agreeing on a day for these due lines would cost their cover."""
        latest = self._insured_until(lines)
        if latest and day > latest:
            raise UserError(
                self.env._(
                    "%(day)s is later than the insurer allows for what is insured there "
                    "(%(latest)s): agree on an earlier day, or record his approval first.",
                    day=format_date(self.env, day),
                    latest=format_date(self.env, latest),
                )
            )

    # --- screens -----------------------------------------------------------------------

    def action_view_covers(self):
        """Open what is insured of these debtors."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_insurance_cover_action"
        )
        return {**action, "domain": [("debtor_id", "in", self.ids)]}

    def action_notify_insurer(self):
        """Draw up the notice of all that the insurer can be told about this customer; open it.

        Raises UserError if there is nothing to tell.
        """
        self.ensure_one()
        return self.env["cobranza.insurance.notice"]._of_debtor(self)._open()

    def action_view_limits(self):
        """Open these debtors' limits."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_insurance_limit_action"
        )
        return {
            **action,
            "domain": [("debtor_id", "in", self.ids)],
            "context": {"default_debtor_id": self[:1].id},
        }
