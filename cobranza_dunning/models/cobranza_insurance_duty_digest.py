from datetime import timedelta

from odoo import Command, api, models
from odoo.fields import Domain
from odoo.tools import format_date, formatLang

from .each_company import each_company

#: So many deadlines are told one by one; the list has the others.
MOST = 50

#: From this hour on the mail leaves.
MORNING = 6


class CobranzaInsuranceDuty(models.Model):
    """The mail that tells those responsible which deadlines are near, and what was missed."""

    # a file for each part
    _inherit = "cobranza.insurance.duty"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _cron_digest(self):
        """Send each company's digest if its day has come, and its morning where it is.

        What is insured on the day has been decided by then.  Commits after each company.
        """
        policies = self.env["cobranza.insurance.policy"].with_context(active_test=False)
        companies = policies.search([]).company_id
        each_company(
            companies.filtered(lambda one: one._cobranza_now().hour >= MORNING), self._send_digest
        )

    @api.model
    def _send_digest(self, company):
        """Queue a mail to everybody who is responsible for a deadline of the next days.

        Nothing is queued where nothing is near.  Returns the mails.
        """
        today = company._cobranza_today()
        mails = self.env["mail.mail"]
        if not company._insurance_digest_is_due(today):
            return mails
        last = today + timedelta(days=company.cobranza_insurance_digest_days)
        near = Domain("missed", "=", True) | Domain("deadline", "<=", last)
        found = self.search(Domain("company_id", "=", company.id) & near)
        for user, theirs in found.grouped("user_id").items():
            for reader in user or self._managers(company):
                mails |= theirs._queue_digest(company, reader)
        company.cobranza_insurance_digest_on = today
        return mails

    @api.model
    def _managers(self, company):
        """Who is told what nobody is responsible for: the company's collections managers."""
        managers = self.env.ref("cobranza_dunning.group_manager").all_user_ids
        return managers.filtered(lambda user: company in user.company_ids and user.email)

    def _queue_digest(self, company, user):
        """Queue the mail about these deadlines to a user, in his language."""
        lang = user.lang or company._cobranza_lang()
        duties = self.with_context(lang=lang).with_company(company)
        body = duties.env["ir.qweb"]._render(
            "cobranza_dunning.insurance_digest", duties._digest_values(company, user), lang=lang
        )
        return self.env["mail.mail"].create(
            {
                "subject": duties.env._(
                    "%(company)s: insurance deadlines up to %(day)s",
                    company=company.name,
                    day=format_date(duties.env, duties._last_day(company)),
                ),
                "body_html": body,
                "email_from": company.email_formatted or user.email_formatted,
                "recipient_ids": [Command.set(user.partner_id.ids)],
            }
        )

    def _last_day(self, company):
        """The last day that the digest looks ahead to."""
        days = timedelta(days=company.cobranza_insurance_digest_days)
        return company._cobranza_today() + days

    def _digest_values(self, company, user):
        """What the mail's template is given: rows of what was missed and of what is near."""
        ahead, missed = self.filtered(lambda one: not one.missed), self.filtered("missed")
        return {
            "user": user,
            "last": format_date(self.env, self._last_day(company)),
            "tables": [
                {"missed": is_missed, "rows": [one._digest_row() for one in theirs[:MOST]],
                 "more": len(theirs[MOST:])}
                for is_missed, theirs in ((False, ahead), (True, missed))
                if theirs
            ],
            "url": f"{company.get_base_url()}/odoo/insurance-deadlines",
        }  # fmt: skip

    def _digest_row(self):
        """What the mail says of one deadline."""
        self.ensure_one()
        return {
            "day": format_date(self.env, self.deadline),
            "what": dict(self._fields["duty"]._description_selection(self.env))[self.duty],
            "customer": self.partner_id.display_name,
            "policy": self.policy_id.name,
            "amount": formatLang(self.env, self.amount, currency_obj=self.currency_id),
            "count": self.line_count,
            "advice": self.advice,
            "url": f"{self.get_base_url()}/odoo/debtors/{self.debtor_id.id}",
        }
