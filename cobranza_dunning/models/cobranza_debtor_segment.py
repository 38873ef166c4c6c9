from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..engine import scoring
from .arguments import to_line, to_record
from .sql import only


class CobranzaDebtor(models.Model):
    """The segment a customer is in, and the policy that follows for him."""

    # a file for each part of its life
    _inherit = "cobranza.debtor"  # pylint: disable=consider-merging-classes-inherited

    segment_id = fields.Many2one(
        "cobranza.segment",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="The first one in the list of segments that fits, or where a manager put him.",
    )
    segment_by_hand = fields.Boolean(
        "Segment by hand", readonly=True, help="A manager put him there: rules don't move him."
    )
    effective_policy_id = fields.Many2one(
        "cobranza.policy", "Policy", compute="_compute_effective_policy_id"
    )
    policy_source = fields.Selection(
        [
            ("debtor", "chosen for this customer"),
            ("segment", "that of his segment"),
            ("company", "the company's"),
        ],
        "Policy because it is",
        compute="_compute_effective_policy_id",
    )

    @api.depends("policy_id", "segment_id.policy_id", "company_id.cobranza_policy_id")
    def _compute_effective_policy_id(self):
        """The same order as in the statement of cobranza.facts."""
        for debtor in self:
            chosen = {
                "debtor": debtor.policy_id,
                "segment": debtor.segment_id.policy_id,
                "company": debtor.company_id.cobranza_policy_id,
            }
            source = next((name for name, policy in chosen.items() if policy), False)
            debtor.policy_source = source
            debtor.effective_policy_id = chosen.get(source, False)

    def action_set_segment(self):
        """Open the dialog that puts these customers into a segment by hand."""
        return self.env["cobranza.segment.wizard"]._open(self)

    def set_segment(self, segment_id, reason):
        """Put these customers into a segment, where rules don't move them any more.

        segment_id: id of a cobranza.segment of their company; nothing = rules decide again.
        reason: why; it is noted on each account with who said so.  Only managers may.
        Raises UserError if there is no such segment or no reason.
        """
        self.env["cobranza.segment"].check_access("write")
        self.check_access("write")
        reason = to_line(reason)
        if not reason:
            raise UserError(self.env._("Say why: the reason is noted on the customer's account."))
        segment = to_record(self.env["cobranza.segment"], segment_id)
        if segment_id and not segment:
            raise UserError(self.env._("There is no segment “%s”.", segment_id))
        segment.check_access("read")
        if segment and self.company_id - segment.company_id:
            raise UserError(
                self.env._(
                    "“%(segment)s” is a segment of %(company)s: choose one of the customer's "
                    "company.",
                    segment=segment.name,
                    company=segment.company_id.name,
                )
            )
        self._gated().write({"segment_id": segment.id, "segment_by_hand": bool(segment)})
        for debtor in self:
            debtor.message_post(body=debtor._describe_segment_by_hand(reason))
        if not segment:
            for company, debtors in self.grouped("company_id").items():
                debtors.sudo()._classify(company.sudo(), debtors.ids)
        return True

    def _describe_segment_by_hand(self, reason):
        """The note in the chatter on a segment that was chosen by hand."""
        if not self.segment_by_hand:
            return self.env._("His segment is what the rules say again: %s", reason)
        return self.env._(
            "Put into the segment “%(segment)s” by hand: %(reason)s",
            segment=self.segment_id.name,
            reason=reason,
        )

    @api.model
    def _classify(self, company, debtor_ids=None):
        """Put a company's debtors into their segments; who was put there by hand stays.

        debtor_ids: only these; None = all.  Three statements and one for each condition of a
        segment, however many debtors there are.
        """
        self.env.flush_all()
        segments = self.env["cobranza.segment"].search([("company_id", "=", company.id)])
        fitting, rules = segments._fitting(debtor_ids), segments._to_engine()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, score, segment_id FROM cobranza_debtor
                 WHERE company_id = %s AND segment_by_hand IS NOT TRUE AND %s
                """,
                company.id,
                only("id", debtor_ids),
            )
        )
        chosen = {
            debtor_id: segment_id
            for debtor_id, score, before in rows
            if (segment_id := scoring.choose(rules, score, fitting.get(debtor_id, ()))) != before
        }
        self._write_segments(chosen)

    def _write_segments(self, chosen):
        """Keep segments: {debtor id: segment id or None}."""
        if not chosen:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE cobranza_debtor d SET segment_id = n.segment_id
                  FROM unnest(%s::int[], %s::int[]) AS n (debtor_id, segment_id)
                 WHERE d.id = n.debtor_id
                """,
                list(chosen),
                list(chosen.values()),
            )
        )
        # and what follows from it
        self.invalidate_model(
            [
                "segment_id", "effective_policy_id", "policy_source", "effective_contact_rule_id",
                "contact_rule_source", "may_ask_reason",
            ]
        )  # fmt: skip
        self.env["cobranza.segment"].invalidate_model(["debtor_ids", "debtor_count"])
