from odoo import models
from odoo.tools import format_date


class CobranzaPlan(models.Model):
    """Installments that are late while their plan holds: work for a person, once for each."""

    # a file for each part of its life
    _inherit = "cobranza.plan"  # pylint: disable=consider-merging-classes-inherited

    def _follow_late(self):
        """Make an activity for each installment that has become late; end those that are over.

        It is over when it was paid, and when the plan is: a broken one makes its own.
        All at once: the number of queries doesn't depend on how many there are.
        """
        told = self.installment_ids.filtered("late_told_on")
        late = self.filtered(lambda one: one.state == "active").installment_ids.filtered(
            lambda one: one.state == "late"
        )
        over = told - late
        # whoever was asked, it is done
        over.activity_id.sudo().filtered("active").action_feedback()
        over._gated().write({"late_told_on": False, "activity_id": False})
        (late - told)._tell_late()


class CobranzaPlanInstallment(models.Model):
    """What a person is told of an installment that is late."""

    # a file for each part of its life
    _inherit = "cobranza.plan.installment"  # pylint: disable=consider-merging-classes-inherited

    def _tell_late(self):
        """Put these on the lists of whoever looks after the customers.

        All at once, without a mail for each: they are made at night, and by bookkeepers.
        """
        if not self:
            return
        # activities name their record one by one: read the names at once
        self.plan_id.partner_id.mapped("display_name")
        activity_type = self.env.ref("cobranza_dunning.activity_type_plan")
        activities_sudo = self.env["mail.activity"].sudo()
        made = activities_sudo.with_context(mail_activity_quick_update=True).create(
            [
                {
                    "activity_type_id": activity_type.id,
                    "res_model_id": self.env["ir.model"]._get_id("cobranza.debtor"),
                    "res_id": one.plan_id.debtor_id.id,
                    "automated": True,
                    "date_deadline": one.company_id._cobranza_today(),
                    "summary": one._describe_late(user),
                    "user_id": user.id,
                }
                for one, user in [(one, one.plan_id._person_in_charge()) for one in self]
            ]
        )
        for one, activity in zip(self, made, strict=True):
            one._gated().activity_id = activity
        for company, ours in self.grouped("company_id").items():
            ours._gated().write({"late_told_on": company._cobranza_today()})

    def _describe_late(self, user):
        """What is late, and until when the plan holds all the same, in the language of a user."""
        plan = self.plan_id.with_context(lang=user.lang or self.company_id._cobranza_lang())
        values = {
            "plan": plan.name,
            "number": self.number,
            "amount": plan._money(self.net_amount - self.paid_amount),
            "due": format_date(plan.env, self.date_due),
        }
        if not plan.pause_until:
            return plan.env._(
                "%(plan)s: installment %(number)s is late, %(amount)s since %(due)s.", **values
            )
        return plan.env._(
            "%(plan)s: installment %(number)s is late, %(amount)s since %(due)s. The plan breaks "
            "on %(breaks)s if nothing is paid.",
            breaks=format_date(plan.env, plan.pause_until),
            **values,
        )
