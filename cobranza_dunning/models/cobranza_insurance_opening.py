from odoo import fields, models


class CobranzaDebtor(models.Model):
    """A customer about whom the insurer may be asked to pay."""

    # beside what it opens
    _inherit = "cobranza.debtor"  # pylint: disable=consider-merging-classes-inherited

    claim_ids = fields.One2many("cobranza.insurance.claim", "debtor_id", "Claims")

    def action_claim_insurance(self):
        """Make a draft of what this customer owes under his policy, or open the one there is.

        After a renewal his policy is the one under which his oldest overdue debt is covered.
        """
        self.ensure_one()
        draft = self.claim_ids.filtered(lambda one: one.state == "draft")[:1]
        policy = draft.policy_id or self._policy_to_claim()
        return self._claim_under(policy) if policy else self.action_view_claims()

    def _policy_to_claim(self, items=None):
        """The policy under which the oldest of his overdue debts is covered that isn't claimed.

        items: the due lines that are to be claimed, whatever their days.  Where there is no such
        debt, the policy that holds for a sale of today.
        """
        # what is insured decides, whoever may read all of it
        covers_sudo = self.env["cobranza.insurance.cover"].sudo().search(
            [("debtor_id", "=", self.id), ("date_to", "=", False), ("covered_amount", ">", 0)],
            order="date_due, id",
        )
        if items is not None:
            covers_sudo = covers_sudo.filtered(lambda one: one.move_line_id in items)
        else:
            claimed = self.env["cobranza.insurance.claim.line"]._about(covers_sudo.move_line_id)
            draft = self.env["cobranza.insurance.claim"].new({"debtor_id": self.id})
            covers_sudo = covers_sudo.filtered(
                lambda one: one.move_line_id not in claimed.move_line_id
                and draft._is_overdue(one.move_line_id.cobranza_original_due_date or one.date_due)
            )
        found = covers_sudo[:1].policy_id.with_env(self.env)
        return found or self.effective_insurance_policy_id

    def _claim_under(self, policy):
        """Open the draft of a claim under a policy; make it if there is none."""
        draft = self.claim_ids.filtered(
            lambda one: one.state == "draft" and one.policy_id == policy
        )[:1]
        if not draft:
            draft = self.env["cobranza.insurance.claim"].create(
                {"debtor_id": self.id, "policy_id": policy.id}
            )
        return draft._get_records_action()

    def action_view_claims(self):
        """Open the claims about these customers."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_insurance_claim_action"
        )
        return {
            **action,
            "domain": [("debtor_id", "in", self.ids)],
            "context": {"default_debtor_id": self[:1].id},
        }


class CobranzaInsuranceNotice(models.Model):
    """A notice that a claim follows."""

    # beside what it opens
    _inherit = "cobranza.insurance.notice"  # pylint: disable=consider-merging-classes-inherited

    def action_claim_insurance(self):
        """Make a draft of a claim about what this notice is about, or open the one there is.

        Raises UserError for one that wasn't given.
        """
        self.ensure_one()
        self._check_state("notified")
        claims = self.env["cobranza.insurance.claim"]
        draft = claims.search([("notice_id", "=", self.id), ("state", "=", "draft")], limit=1)
        if not draft:
            draft = claims.create(
                {
                    "debtor_id": self.debtor_id.id,
                    "policy_id": self.policy_id.id,
                    "notice_id": self.id,
                }
            )
        return draft._get_records_action()
