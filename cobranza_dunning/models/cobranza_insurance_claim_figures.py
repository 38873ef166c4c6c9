from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import indemnity
from ..engine.cover import insurable
from ..engine.due import ZERO
from ..engine.insurance import attachment_day
from ..engine.insurance_dates import date_of_loss, provisional_day
from .amounts import LARGEST, to_decimal
from .cobranza_insurance_query_claims import STANDING


class CobranzaInsuranceClaim(models.Model):
    """What a claim is worth.

    Its lines are read from the ledger, the rest follows from them: every rule is the engine's.
    All amounts are in the policy's currency.
    """

    # a file for each part
    _inherit = "cobranza.insurance.claim"  # pylint: disable=consider-merging-classes-inherited

    costs_amount = fields.Monetary(
        "Collection costs", copy=False, tracking=True,
        help="Of recovery and court, with the debts as a whole. Covered pro rata.",
    )  # fmt: skip
    loss_amount = fields.Monetary("Loss", readonly=True, help="What the customer owes, all of it.")
    covered_amount = fields.Monetary("Covered", readonly=True)
    covered_costs_amount = fields.Monetary("Covered costs", readonly=True)
    percentage = fields.Float(
        "Insured (%)", digits=(5, 2), readonly=True, aggregator="avg",
        help="Of several kinds of limit the average, by what is covered.",
    )  # fmt: skip
    insured_amount = fields.Monetary(
        "Insured", readonly=True, help="The insured percentage of what is covered, with costs."
    )
    deductible_amount = fields.Monetary("Deductible", readonly=True)
    first_loss_amount = fields.Monetary(
        "Aggregate first loss", readonly=True, help="What was left of it in the insurance year."
    )
    above_maximum_amount = fields.Monetary(
        "Above the maximum", readonly=True,
        help="Beyond what is left of the insurance year's maximum.",
    )  # fmt: skip
    expected_amount = fields.Monetary("Expected indemnity", readonly=True)
    year_from = fields.Date(
        "Insurance year from", readonly=True, copy=False,
        help="That of the oldest sale. First loss and maximum count for all claims of a year.",
    )  # fmt: skip
    filed_sequence = fields.Integer(
        "Turn", readonly=True, copy=False,
        help="In this order the policy's claims were filed, and use up first loss and maximum.",
    )  # fmt: skip
    provisional_amount = fields.Monetary(
        "Payment on account", readonly=True,
        help="What the law has the insurer pay before the loss is certain, where the policy is "
        "under a law that does.",
    )  # fmt: skip
    provisional_date = fields.Date("Payment on account from", readonly=True, copy=False)
    accepted_amount = fields.Monetary("Agreed indemnity", readonly=True, copy=False, tracking=True)
    accepted_on = fields.Date("Agreed on", readonly=True, copy=False)
    received_amount = fields.Monetary(
        "Received", readonly=True, copy=False, help="Reconciled with what the insurer owes."
    )
    open_amount = fields.Monetary("Insurer still owes", readonly=True, copy=False)
    recovered_amount = fields.Monetary(
        "Recovered", readonly=True, copy=False,
        help="What the customer has paid after the date of loss, before costs.",
    )  # fmt: skip
    insurer_share_amount = fields.Monetary(
        "Insurer's share of it", readonly=True, copy=False, help="Owed to him, or passed on."
    )
    tax_returned_amount = fields.Monetary(
        "Tax taken back", readonly=True, copy=False,
        help="By credit notes for tax alone since the ledger was read, where tax isn't insured: "
        "the customer owes so much less, and neither he nor the insurer has paid it.",
    )  # fmt: skip
    owed_amount = fields.Monetary(
        "Customer still owes", compute="_compute_owed_amount", store=True,
        help="By law, whatever was paid by the insurer or written off.",
    )  # fmt: skip
    written_off_amount = fields.Monetary(
        "Written off", readonly=True, copy=False, currency_field="company_currency_id",
        help="What nobody has paid, in company currency.",
    )  # fmt: skip
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )

    @api.constrains("costs_amount")
    def _check_costs_amount(self):
        # asked before the claim is reckoned anew, which a constraint of the database wouldn't be
        if any(not 0 <= claim.costs_amount < LARGEST for claim in self):
            raise ValidationError(
                self.env._("Collection costs can't be negative, nor that high: look at the amount.")
            )

    @api.depends("loss_amount", "tax_returned_amount", "recovered_amount")
    def _compute_owed_amount(self):
        for claim in self:
            left = claim.loss_amount - claim.tax_returned_amount
            claim.owed_amount = left - claim.recovered_amount

    # --- what the ledger says ----------------------------------------------------------

    def _read_ledger(self, line_ids=None):
        """Read the due lines and what is covered of them.

        line_ids: a draft is about exactly these; left out: those it has, and what is overdue.
        """
        self.ensure_one()
        if self.state == "filed":
            self._check_none_is_shared()
        # of what was sent in time nothing is lost since
        day = self.submitted_on if self.state == "draft" else None
        # what insurers have decided counts, whoever asks
        positions = self.debtor_id.sudo()._positions(day).get(self.debtor_id.id, ())
        decided = {
            one.fact.line_id: one
            for position in positions
            if position.policy_id == self.policy_id.id
            for one in position.decided
            if one.fact.flagged and one.cover.residual > 0
        }
        known = {line.move_line_id.id: line for line in self.line_ids if line.move_line_id}
        if self.state == "draft":
            wanted = [*known, *self._claimable(decided)] if line_ids is None else line_ids
            known = {line_id: known.get(line_id) for line_id in wanted if line_id in decided}
            kept = self.line_ids.browse().union(*filter(None, known.values()))
            (self.line_ids - kept).unlink()
        self._check_insured(decided)
        self._write_lines(decided, known)
        self._propose_date_of_loss(decided, known)
        self._reckon()
        self._follow_tax()

    def _claimable(self, decided):
        """The ids of the lines to begin with: overdue, or all of them if he is insolvent."""
        found = [line_id for line_id, one in decided.items() if self._is_overdue(one.fact.due)]
        elsewhere = self._claimed_elsewhere(found)
        return [line_id for line_id in found if line_id not in elsewhere]

    def _is_overdue(self, due, day=None):
        """Whether what is due on a day can be claimed; of somebody insolvent everything can.

        day: on which it is claimed; today if left out.
        """
        day = day or self.company_id._cobranza_today()
        insolvent_on = self.debtor_id.insolvent_on
        return due < day or bool(insolvent_on and insolvent_on <= day)

    def _claimed_elsewhere(self, line_ids):
        """Which of these lines another claim that stands is about."""
        parts = self.env["cobranza.insurance.claim.line"].sudo().search(
            [("move_line_id", "in", line_ids), ("claim_id", "!=", self.id),
             ("claim_id.state", "in", STANDING)]
        )  # fmt: skip
        return set(parts.move_line_id.ids)

    def _write_lines(self, decided, known):
        """Write what the ledger says of the known lines (id -> line or None)."""
        lines = self.env["cobranza.insurance.claim.line"]._gated()
        engine_policy = self.policy_id.sudo()._for_engine()
        items = {one.id: one for one in self.env["account.move.line"].sudo().browse(known)}
        made = []
        for line_id, line in known.items():
            item = items[line_id]
            vals = self._line_vals(engine_policy, decided.get(line_id))
            vals["open_amount"] = item.amount_residual_currency
            if line:
                # asked once, for the claim; of each line would be a query of its own
                line.sudo()._write_changed(vals)
            else:
                made.append(
                    {"claim_id": self.id, "move_line_id": line_id, "move_id": item.move_id.id,
                     "name": item.move_id.name, **vals}
                )  # fmt: skip
        lines.create(made)

    def _line_vals(self, engine_policy, one):
        """The values of a line from what was decided about it; settled if there is nothing.

        Nothing is decided about what is open no more: see `_check_insured`.
        """
        if not one:
            return {"loss_amount": 0, "covered_amount": 0, "tax_amount": 0, "lost_amount": 0,
                    "percentage": 0, "reasons": ["settled"], "notice_missing": False}  # fmt: skip
        line, found = one.line, one.cover
        return {
            "date_due": one.fact.due,
            "loss_amount": float(found.residual),
            "tax_amount": float(found.residual - insurable(engine_policy, line)),
            "covered_amount": float(found.covered),
            "lost_amount": float(found.lost),
            "percentage": float(found.percentage) if found.applied else 0,
            "reasons": list(found.reasons),
            "notified_on": line.notified_on,
            # what isn't insured can't be notified
            "notice_missing": bool(engine_policy.notice)
            and found.used > 0
            and not line.notified_on
            and "notice" not in line.excused,
        }

    def _propose_date_of_loss(self, decided, known):
        """Fill in the day on which all of it is lost, unless a person or the insurer said it."""
        ours = [one for line_id, one in decided.items() if line_id in known]
        notified = [one.line.notified_on for one in ours if one.line.notified_on]
        vals = {"notified_on": max(notified, default=False)}
        if self.state == "draft" and ours:
            policy = self.policy_id.sudo()._for_engine()
            company = self.company_id.sudo()
            buyer, _chosen = self.env["cobranza.insurance.facts"].sudo()._buyers(
                company, self.debtor_id.ids
            )[self.debtor_id.id]
            self._check_loss_date([one.line for one in ours], buyer)
            days = [date_of_loss(policy, one.line, buyer) for one in ours]
            if not self.loss_date and all(days):
                vals["loss_date"] = max(days)
            sold = min(attachment_day(policy, one.line) for one in ours)
            vals["year_from"] = self._year_of(sold)
            vals["provisional_date"] = self._provisional_day(policy, ours)
        self._gated().write(vals)

    def _provisional_day(self, policy, ours):
        """The day from which all of it is to be paid on account; False where nothing is."""
        days = [provisional_day(policy, one.line) for one in ours]
        return max(days) if all(days) else False

    def _year_of(self, day):
        """The first day of the policy's period that a sale falls in; False if it has none."""
        found = self.policy_id.sudo().period_ids.filtered(
            lambda one: one.date_from <= day <= one.date_to
        )
        return found[:1].date_from

    # --- what follows from it ----------------------------------------------------------

    def _reckon(self):
        """Reckon what these claims come to."""
        for claim in self:
            found = claim._indemnity()
            claim._write_changed(
                {
                    "loss_amount": sum(claim.line_ids.mapped("loss_amount")),
                    "covered_amount": sum(claim.line_ids.mapped("covered_amount")),
                    "covered_costs_amount": float(claim._covered_costs()),
                    "percentage": float(claim._percentage()),
                    "insured_amount": float(found.insured),
                    "deductible_amount": float(found.deductible),
                    "first_loss_amount": float(found.first_loss),
                    "above_maximum_amount": float(found.above_maximum),
                    "expected_amount": float(found.amount),
                    "provisional_amount": float(claim._provisional(found.amount)),
                }
            )

    def _decimal(self, amount):
        """An amount of the claim as the engine takes it."""
        return to_decimal(amount or 0, self.currency_id)

    def _indemnity(self):
        """The engine's Indemnity, after the earlier claims of the insurance year."""
        policy = self.policy_id.sudo()
        terms = indemnity.Terms(
            self._decimal(policy.threshold),
            self._decimal(policy.deductible),
            self._decimal(policy.first_loss),
            self._decimal(policy.maximum_indemnity) if policy.maximum_indemnity else None,
            policy.covers_costs,
            self.currency_id.decimal_places,
        )
        covered = sum(map(self._decimal, self.line_ids.mapped("covered_amount")), ZERO)
        return indemnity.indemnity(
            covered, self._covered_costs(), self._percentage(), terms, self._year()
        )

    def _covered_costs(self):
        """What of the costs belongs to what is covered; nothing where they aren't insured."""
        loss, covered = (
            sum(map(self._decimal, self.line_ids.mapped(name)), ZERO)
            for name in ("loss_amount", "covered_amount")
        )
        if not loss or not self.policy_id.sudo().covers_costs:
            return ZERO
        places = self.currency_id.decimal_places
        return indemnity.covered_costs(self._decimal(self.costs_amount), covered, loss, places)

    def _percentage(self):
        """The insured per cent of all that is covered."""
        return indemnity.average_percentage(
            [
                (self._decimal(line.covered_amount), Decimal(str(line.percentage)))
                for line in self.line_ids
            ]
        )

    def _year(self):
        """What the claims whose turn came before have used up of their insurance year."""
        domain = [
            ("policy_id", "=", self.policy_id.id), ("year_from", "=", self.year_from),
            ("state", "in", STANDING), ("id", "!=", self.id),
        ]  # fmt: skip
        if self.filed_sequence:
            domain.append(("filed_sequence", "<", self.filed_sequence))
        earlier = self.sudo().search(domain)
        return indemnity.Year(
            sum((self._decimal(one.first_loss_amount) for one in earlier), ZERO),
            sum((self._decimal(one._indemnity_amount()) for one in earlier), ZERO),
        )

    def _next_turn(self):
        """The turn of the next claim that is filed under the policy; see `take_turn`."""
        ((last,),) = self.sudo()._read_group(
            [("policy_id", "=", self.policy_id.id)], [], ["filed_sequence:max"]
        )
        return (last or 0) + 1

    def _indemnity_amount(self):
        """What the insurer has agreed to, or is expected to pay until he has."""
        return self.accepted_amount if self.accepted_on else self.expected_amount

    def _provisional(self, amount):
        """What the law has the insurer pay on account, from its day on."""
        law = self.policy_id.sudo()._for_engine().law
        if not law or not self.provisional_date:
            return ZERO
        return indemnity.on_account(law, amount, self.currency_id.decimal_places)
