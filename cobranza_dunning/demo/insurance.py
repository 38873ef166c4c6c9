"""The demo company's credit insurance: its policy, and what its insurer says about customers."""

from datetime import timedelta

from odoo import Command

from .company import installed_lang
from .plan import DAYS

INSURER = {
    "name": "Aseguradora de Crédito de Ejemplo, S.A.",
    "vat": "ESA00212043",
    "street": "Calle del Ejemplo, 12",
    "zip": "28046",
    "city": "Madrid",
    "phone": "+34 910 000 110",
    "email": "siniestros@aseguradora.example.com",
}
TERMS = {
    "name": "Volumen de ventas",
    "number": "EJ-204815",
    "maximum_term": 60,
    "mep": 60,
    "discretionary_amount": 3000,
    "blind_amount": 1000,
    "warning_days": 21,
    "threshold": 150,
    "premium_rate": 2.4,
    "premium_minimum": 3000,
    "premium_tax": 8,
    "source": "Póliza de ejemplo: condiciones especiales, 1 a 9",
}
#: What is insured of each kind of limit, in per cent.
PERCENTAGES = {"named": 90, "discretionary": 80, "blind": 70}
#: Days from the original due date on which the insurer must have been told, and six months more.
NOTICE_DAYS = 90
#: How some customers are insured, by their key: values of their collections accounts.
ACCOUNTS = {
    "ana-quintero": {"insurance_kind": "consumer"},
    "marcela-rozas": {"insurance_kind": "consumer"},
    "costa-verde": {"insurance_kind": "public_body"},
    "lourido": {"insure": "never"},
    "clinica-madrid": {"insure": "never"},
}


class Insurer:
    """Who insures the demo company.

    company: from `company.create_company`.  today: the day up to which things happen.
    contacts: {key: a contact of the customer}.
    """

    def __init__(self, company, today, contacts):
        self.env = company.env
        self.company = company
        self.policy = self._issue(today)
        self.accounts = {key: self._account(contact) for key, contact in contacts.items()}
        for key in ACCOUNTS.keys() & contacts.keys():
            self.accounts[key].write(ACCOUNTS[key])

    def _issue(self, today):
        """Return the policy: in force before the first invoice, renewed each year."""
        first = (today - timedelta(days=DAYS + 30)).year
        insurer = self.env["res.partner"].create(
            {
                **INSURER,
                "is_company": True,
                "country_id": self.env.ref("base.es").id,
                "lang": installed_lang(self.env, "es_ES"),
            }
        )
        return self.env["cobranza.insurance.policy"].create(
            {
                **TERMS,
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "insurer_id": insurer.id,
                "law": "es",
                "period_ids": [
                    Command.create({"date_from": f"{year}-01-01", "date_to": f"{year}-12-31"})
                    for year in range(first, today.year + 1)
                ],
                "percentage_ids": [
                    Command.create({"kind": kind, "percentage": percentage})
                    for kind, percentage in PERCENTAGES.items()
                ],
                "deadline_ids": [
                    Command.create({"duty": duty, "base": base, "days": days, "months": months})
                    for duty, base, days, months in (
                        ("notice", "due", NOTICE_DAYS, 0),
                        ("waiting", "notice", 0, 6),
                        ("claim", "loss", 60, 0),
                    )
                ],
            }
        )

    def _account(self, contact):
        accounts = self.env["cobranza.debtor"]
        return accounts._accounts_of(self.company, contact)

    def decide(self, event):
        """Record a plan.Limit."""
        self.env["cobranza.insurance.limit"].create(
            {
                "policy_id": self.policy.id,
                "debtor_id": self.accounts[event.customer].id,
                "kind": event.kind,
                "decision": event.decision,
                "amount": event.amount,
                "effective": event.day,
                "recorded": event.day,
                "until": event.until,
                "reference": event.reference,
            }
        )

    def approve(self, event):
        """Record a plan.Approval: more time for all that the customer owes."""
        lines = self.accounts[event.customer].due_line_ids
        self.env["cobranza.insurance.approval"].create(
            {
                "company_id": self.company.id,
                "move_ids": [Command.set(lines.move_id.ids)],
                "until": event.until,
                "date": event.day,
                "reference": event.reference,
            }
        )

    def notify(self, event):
        """Record a plan.Notice about all that can be notified; without a reference it waits."""
        notices = self.env["cobranza.insurance.notice"].with_company(self.company)
        notices.notify(
            self.accounts[event.customer].partner_id.id,
            reference=event.reference,
            notified_on=event.reference and event.day,
            reason="cash_shortage",
        )

    def _open_account_of_claims(self):
        """Return the account of debts in claims, which no chart has."""
        return self.env["account.account"].with_company(self.company).create(
            {
                "code": "430800",
                "name": "Clientes, deudas en siniestro",
                "account_type": "asset_current",
                "company_ids": [Command.set(self.company.ids)],
            }
        )

    def learn_of_insolvency(self, event):
        """Record a plan.Insolvency."""
        self.accounts[event.customer].insolvent_on = event.day

    def claim(self, event):
        """File a plan.Claim."""
        self.policy.claim_account_id = self._open_account_of_claims()
        self.env["cobranza.insurance.claim"].with_company(self.company).file_claim(
            self.accounts[event.customer].partner_id.id,
            filed_on=event.day,
            costs=str(event.costs),
            reference=event.reference,
        )
