"""A record of each of our models in a company, for the tests of who may see what.

A new model goes into the method of its subject.
"""

from datetime import timedelta

from odoo import Command

from .cases import IN_A_WEEK, ReminderCase
from .common import TODAY


class OneOfEachCase(ReminderCase):
    """Makes a record of each of our models."""

    def one_of_each(self, company=None):
        """A record of each of our models in a company, as {model name: record}."""
        company = company or self.company
        companies = self.env.user.company_ids
        env = self.env(context={**self.env.context, "allowed_company_ids": companies.ids})
        invoice = self.invoice(self.partner, 100, company=company).with_env(env)
        reminder = self.propose(company=company).with_env(env)
        records = [
            *self.one_of_each_policy(env, company),
            *self.one_of_each_reminder(env, reminder),
            *self.one_of_each_contact(env, reminder.debtor_id),
            *self.one_of_each_call(env, company),
            *self.one_of_each_agreement(env, reminder.debtor_id, invoice),
            *self.one_of_each_plan(env, company),
            *self.one_of_each_forecast(env, company),
            *self.one_of_each_insurance(env, company),
        ]
        return {record._name: record for record in records}

    def one_of_each_policy(self, env, company):
        """Records of the models of what a company has laid down."""
        policy = company.cobranza_policy_id
        minimum = env["cobranza.policy.minimum"].create(
            {"policy_id": policy.id, "currency_id": self.env.ref("base.EUR").id, "amount": 1}
        )
        rule = env["cobranza.contact.rule"].create(
            {
                "name": "Office hours",
                "company_id": company.id,
                "window_ids": [Command.create({})],
                "cap_ids": [Command.create({})],
            }
        )
        term = env["cobranza.tone.term"].create(
            {"phrase": "last chance", "family": "guilt", "company_id": company.id}
        )
        stop = env["cobranza.stop"]._stop(company, "Wrong bank file")
        segment = env["cobranza.segment"].create({"name": "All", "company_id": company.id})
        return [
            segment, policy, policy.level_ids[:1], policy.route_ids[:1], minimum, rule,
            rule.window_ids, rule.cap_ids, term, stop,
        ]  # fmt: skip

    def one_of_each_reminder(self, env, reminder):
        """Records of the models of runs and reminders."""
        approval = env["cobranza.reminder.approval"]._gated().create(
            {"reminder_id": reminder.id, "user_id": env.uid, "amount": 100}
        )
        attempt = env["cobranza.attempt"].sudo()._record(reminder, "accepted").sudo(False)
        run = reminder.run_id
        return [reminder, reminder.line_ids, run, run.line_ids, approval, attempt]

    def one_of_each_contact(self, env, debtor):
        """Records of the models of a customer and the contacts with him."""
        debtor._check_contact("phone")
        contact = env["cobranza.contact.role"].create(
            {"debtor_id": debtor.id, "partner_id": self.partner.id, "role": "payments_clerk"}
        )
        interaction = env["cobranza.interaction"].create(
            {"debtor_id": debtor.id, "summary": "Called"}
        )
        return [debtor, debtor.contact_check_ids, contact, interaction]

    def one_of_each_call(self, env, company):
        """Records of the models of what is said and heard in a call."""
        own = {"name": "Own", "company_id": company.id}
        objection = Command.create({"objection": "No", "answer": "Yes"})
        script = env["cobranza.script"].create({**own, "objection_ids": [objection]})
        return [
            env["cobranza.outcome"].create(own), env["cobranza.nonpayment.reason"].create(own),
            script, script.objection_ids,
        ]  # fmt: skip

    def one_of_each_agreement(self, env, debtor, invoice):
        """Records of the models of what pauses an invoice."""
        company, line = debtor.company_id, self.due(invoice)
        block = env["cobranza.block"].create(
            {"debtor_id": debtor.id, "move_id": invoice.id, "reason": "Called"}
        )
        reason = env["cobranza.dispute.reason"].create(
            {"name": "Late", "code": f"late{company.id}", "company_id": company.id}
        )
        dispute = env["cobranza.dispute"].create(
            {"move_line_id": line.id, "amount": 10, "reason_id": reason.id}
        )
        promise = env["cobranza.promise"].create(
            {"debtor_id": debtor.id, "amount": 10, "date": TODAY, "line_ids": line.ids}
        )
        return [block, reason, dispute, promise, promise.part_ids]

    def one_of_each_plan(self, env, company):
        """Records of the models of payment plans."""
        line = self.due(self.invoice(self.partner, 50, company=company))
        plans = env["cobranza.plan"].with_company(company)
        made = plans.propose(self.partner.id, {"lines": line.ids, "count": 2})
        plan = env["cobranza.plan"].browse(made["plan_id"])
        return [plan, plan.line_ids, plan.installment_ids[:1]]

    def one_of_each_forecast(self, env, company):
        """Records of the models of when money is expected."""
        rate = env["cobranza.provision.rate"].create({"company_id": company.id, "rate": 1})
        env["cobranza.expectation"].sudo()._refresh(company)
        expected = env["cobranza.expectation"].search([("company_id", "=", company.id)], limit=1)
        return [rate, expected]

    def one_of_each_insurance(self, env, company):
        """Records of the models of credit insurance."""
        policy = env["cobranza.insurance.policy"].create(
            {
                "name": "Whole turnover",
                "company_id": company.id,
                "currency_id": company.currency_id.id,
                "deadline_ids": [Command.create({"duty": "notice", "base": "due", "days": 30})],
            }
        )
        limit = env["cobranza.insurance.limit"].create(
            {
                "policy_id": policy.id,
                "partner_id": self.partner.id,
                "amount": 1000,
                "effective": f"{TODAY.year}-01-01",
            }
        )
        insured = self.invoice(self.partner, 100, company=company, insured=True, due=IN_A_WEEK)
        approval = env["cobranza.insurance.approval"].create(
            {
                "move_ids": insured.ids,
                "company_id": company.id,
                "until": IN_A_WEEK,
                "reference": "AUT-1",
            }
        )
        env.cr.flush()
        with self.at(IN_A_WEEK + timedelta(days=1)):
            env["cobranza.insurance.cover"].sudo()._follow(company)
            notice = env["cobranza.insurance.notice"]._of_lines(self.due(insured).with_env(env))
        return [
            policy, policy.period_ids, policy.percentage_ids, policy.deadline_ids, limit, approval,
            notice, notice.line_ids, notice.debtor_id.duty_ids[:1], insured.with_env(env).cover_ids,
            env["cobranza.insurance.use"].search([("policy_id", "=", policy.id)]),
            env["cobranza.insurance.exposure"].search([("move_id", "=", insured.id)]),
            *self.one_of_each_claim(env, policy, limit.debtor_id, insured),
            *self.one_of_each_declaration(env, policy, insured),
        ]  # fmt: skip

    def one_of_each_declaration(self, env, policy, insured):
        """Records of the models of declarations and suggestions."""
        declaration = env["cobranza.insurance.declaration"].create(
            {"policy_id": policy.id, "date_from": insured.invoice_date}
        )
        suggestions = env["cobranza.insurance.suggestion"]
        suggestions._refresh(policy.company_id)
        suggestion = suggestions.search([("company_id", "=", policy.company_id.id)], limit=1)
        return [declaration, declaration.line_ids[:1], declaration.total_ids[:1], suggestion]

    def one_of_each_claim(self, env, policy, debtor, insured):
        """Records of the models of insurance claims."""
        with self.at(IN_A_WEEK + timedelta(days=1)):
            claim = env["cobranza.insurance.claim"].create(
                {"debtor_id": debtor.id, "policy_id": policy.id}
            )
            recovery = env["cobranza.insurance.recovery"]._gated().create(
                {
                    "claim_id": claim.id,
                    "date": IN_A_WEEK,
                    "payment_line_id": self.due(insured).id,
                    "amount": 1,
                }
            )
        return [claim, claim.line_ids, recovery]
