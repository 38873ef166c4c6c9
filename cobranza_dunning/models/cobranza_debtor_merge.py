from odoo import models
from odoo.fields import Domain

from .cobranza_reminder import OPEN_STATES

#: What a person has entered on an account: kept, or taken over where it is empty.
KEPT = (
    "user_id", "policy_id", "contact_rule_id", "pay_days", "insure", "insurance_policy_id",
    "insurance_kind", "insurer_number", "insolvent_on", "insurance_stop_from",
    "insurance_stop_until",
)  # fmt: skip


class CobranzaDebtor(models.Model):
    """Customers that turn out to be one: their collections accounts become one as well."""

    # a file for each part of its life
    _inherit = "cobranza.debtor"  # pylint: disable=consider-merging-classes-inherited

    def _merge_into(self, partner):
        """Make these accounts the commercial partner's: one in each company, with all history.

        What decides about the customer stays as it is on his own account; only what that
        leaves empty is taken over.
        """
        own = self.search([("partner_id", "=", partner.id)])
        for company, debtors in (self | own).grouped("company_id").items():
            # a customer without an account in this company takes over the first one
            kept = (own & debtors) or debtors[:1]
            kept._absorb(debtors - kept)
            if kept.partner_id != partner:
                kept._gated().write({"partner_id": partner.id})
            self._refresh_figures(company, kept.ids)
            self._refresh_profiles(company, kept.ids)
            kept._follow_later()

    def _absorb(self, others):
        """Take over what belongs to other accounts of the same company, and delete those."""
        self.ensure_one()
        if not others:
            return
        others._cancel_for_merge(others.partner_id)
        others._drop_followed()
        self._take_over(others)
        merge = self.env["base.partner.merge.automatic.wizard"]
        self.env.flush_all()
        merge._update_foreign_keys_generic(self._name, others, self)
        merge._update_reference_fields_generic(self._name, others, self)
        self.env.invalidate_all()
        others.unlink()
        # stored on them, and moved past the ORM
        for model in (
            "cobranza.reminder",
            "cobranza.block",
            "cobranza.interaction",
            "cobranza.contact.check",
            "cobranza.dispute",
            "cobranza.promise",
            "cobranza.plan",
            "cobranza.insurance.limit",
            "cobranza.insurance.cover",
            "cobranza.insurance.notice",
            "cobranza.insurance.claim",
        ):
            moved = self.env[model].with_context(active_test=False)
            moved = moved.search([("debtor_id", "=", self.id)])
            self.env.add_to_compute(moved._fields["partner_id"], moved)
        recovered = self.env["cobranza.insurance.recovery"].search(
            [("claim_id.debtor_id", "=", self.id)]
        )
        self.env.add_to_compute(recovered._fields["partner_id"], recovered)

    def _take_over(self, others):
        """Fill what nobody has entered on this account with what somebody has on others."""
        taken = {name: others.filtered(name)[:1][name] for name in KEPT if not self[name]}
        placed = others.filtered("segment_by_hand")[:1]
        if placed and not self.segment_by_hand:
            taken |= {"segment_id": placed.segment_id, "segment_by_hand": True}
        self._gated().write(self._convert_to_write(taken))

    def _drop_followed(self):
        """Take back what follows from the covers of these accounts, once per customer."""
        ours = [("debtor_id", "in", self.ids)]
        duties = self.env["cobranza.insurance.duty"].search(ours)
        duties._drop_activities()
        duties.unlink()
        self.env["cobranza.insurance.use"].search(ours).unlink()

    def _cancel_for_merge(self, partners):
        """Cancel open reminders of these accounts, or to these partners, who become others."""
        reminders = self.env["cobranza.reminder"].search(
            Domain("state", "in", OPEN_STATES)
            & (Domain("debtor_id", "in", self.ids) | Domain("recipient_id", "in", partners.ids))
        )
        reminders._set_cancelled(
            self.env._("Its customer became part of another: the next run proposes it again.")
        )
