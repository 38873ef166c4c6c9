from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError

from .arguments import to_record


class CobranzaDebtor(models.Model):
    """What was agreed with customers: promises, disputes and plans, and how they stand."""

    # a file for each part of its life
    _inherit = "cobranza.debtor"  # pylint: disable=consider-merging-classes-inherited

    #: Models of agreements; each has `_evaluate(company, debtors=None)`.
    _agreement_models = ("cobranza.promise", "cobranza.dispute", "cobranza.plan")

    # figures in company currency, as those beside them
    disputed_amount = fields.Monetary(
        "Disputed", readonly=True, help="Left alone until somebody has decided about it."
    )
    planned_amount = fields.Monetary(
        "In plan", readonly=True, help="Left alone as long as its plans or extensions are kept."
    )
    promised_amount = fields.Monetary(
        "Promised", readonly=True, help="Left alone until the promised day and its days of grace."
    )
    broken_promise_count = fields.Integer(
        "Promises not kept", readonly=True, help="How many were broken, or kept only in part."
    )
    promise_ids = fields.One2many("cobranza.promise", "debtor_id", "Promises")
    dispute_ids = fields.One2many("cobranza.dispute", "debtor_id", "Disputes")

    def action_promise(self):
        """Open the dialog that writes down what this customer promises."""
        self.ensure_one()
        return self.env["cobranza.promise.wizard"]._open(self)

    def action_dispute(self):
        """Open the dialog that writes down what this customer doesn't accept."""
        self.ensure_one()
        return self.env["cobranza.dispute.wizard"]._open(self)

    def action_view_promises(self):
        """Open what these customers promised."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_promise_action"
        )
        return {**action, "domain": [("debtor_id", "in", self.ids)], "context": {}}

    def action_view_disputes(self):
        """Open what these customers don't accept."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_dispute_action"
        )
        return {**action, "domain": [("debtor_id", "in", self.ids)], "context": {}}

    # --- facts -------------------------------------------------------------------------

    @api.model
    def _of_partner(self, partner_id, company):
        """Return the collections account of a customer, or of one of his contacts.

        partner_id: id of a res.partner.  Raises UserError if there is none, or he owes nothing in
        the company and never did.
        """
        partner = to_record(self.env["res.partner"], partner_id)
        if not partner:
            raise UserError(self.env._("Say which customer it is: there is no contact “%s”.",
                                       partner_id))
        customer = partner.commercial_partner_id
        debtor = self._of_customers(company, customer)
        if not debtor:
            self.sudo()._ensure(company, customer)
            debtor = self._of_customers(company, customer)
        if not debtor:
            raise UserError(
                self.env._(
                    "%(customer)s owes nothing in %(company)s.",
                    customer=partner.display_name,
                    company=company.display_name,
                )
            )
        return debtor

    @api.model
    def _evaluate_agreements(self, company, debtors=None):
        """Bring what was agreed with customers up to date with payments and with the day.

        debtors: only theirs, because their reconciliations changed; None = of the whole company,
        as far as the day may decide something.  Set-based: the number of queries doesn't grow.
        """
        for name in self._agreement_models:
            # what becomes of an agreement follows from facts, whoever entered them
            self.env[name].sudo()._evaluate(company, debtors)

    @api.model
    def _add_work(self, activity_type, work):
        """Make activities for today on customers' accounts; return them in the same order.

        All at once, without a mail for each: they are made at night, and by bookkeepers.
        activity_type: external id of a mail.activity.type.
        work: (account, res.users who does it, what is to be done) of each.
        """
        # activities name their record one by one: read the names at once
        self.union(*(debtor for debtor, _user, _summary in work)).partner_id.mapped("display_name")
        kind = self.env.ref(activity_type)
        activities = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
        return activities.create(
            [
                {
                    "activity_type_id": kind.id,
                    "res_model_id": self.env["ir.model"]._get_id("cobranza.debtor"),
                    "res_id": debtor.id,
                    "automated": True,
                    "date_deadline": debtor.company_id._cobranza_today(),
                    "summary": summary,
                    "user_id": user.id,
                }
                for debtor, user, summary in work
            ]
        )

    def _describe_promises(self, promises):
        """What became of these promises, as a note for the chatter."""
        lines = [Markup("<p>%s</p>") % promise._describe_outcome() for promise in promises]
        return Markup("").join(lines)
