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
        """Put these on the lists of whoever looks after the customers."""
        users = [(one, one.plan_id._person_in_charge()) for one in self]
        # that it is late follows from the ledger, whoever looked
        made = self.env["cobranza.debtor"].sudo()._add_work(
            "cobranza_dunning.activity_type_plan",
            [(one.plan_id.debtor_id, user, one._describe_late(user)) for one, user in users],
        )
        for one, activity in zip(self, made, strict=True):
            one._gated().activity_id = activity
        for company, ours in self.grouped("company_id").items():
            ours._gated().write({"late_told_on": company._cobranza_today()})

    def _describe_late(self, user):
        """What is late, and until when the plan holds all the same, in the language of a user."""
        plan = self.plan_id.with_context(lang=user.lang or self.company_id._cobranza_lang())
        return plan.env._(
            "%(plan)s: installment %(number)s is late, %(amount)s since %(due)s. The plan breaks "
            "on %(breaks)s if nothing is paid.",
            plan=plan.name,
            number=self.number,
            amount=plan._money(self.net_amount - self.paid_amount),
            due=format_date(plan.env, self.date_due),
            breaks=format_date(plan.env, plan.pause_until),
        )
