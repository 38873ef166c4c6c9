"""The worked cases about cover in docs/insurance.md, through Odoo's own documents."""

import sys
from contextlib import contextmanager
from datetime import date
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from dateutil.relativedelta import relativedelta
from odoo import Command
from odoo.tests import tagged

from .insurance import InsuranceCase

ADDON = Path(__file__).resolve().parents[1]
CASES = ADDON.parent / "tests" / "engine" / "worked_cases.py"
#: A policy's facts whose field has another name.
FIELDS = {"discretionary": "discretionary_amount", "blind": "blind_amount"}


@contextmanager
def engine_on_path():
    """Let the engine be imported without Odoo, as its own tests do."""
    sys.path.insert(0, str(ADDON))
    try:
        yield
    finally:
        sys.path.remove(str(ADDON))


def read_cases():
    """The module that reads the table, and its cases about cover."""
    with engine_on_path():
        spec = spec_from_file_location("cobranza_worked_cases", CASES)
        module = module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    return module, [one for one in module.read() if one.rule == "cover"]


@tagged("post_install", "-at_install")
class TestWorkedCases(InsuranceCase):
    """Each case with a policy, limits, invoices, payments and agreements of its own."""

    def test_the_worked_cases(self):
        module, cases = read_cases()
        self.assertGreaterEqual(len(cases), 30)
        self.assertGreaterEqual(sum("booked=" in case.given for case in cases), 5)
        for number, case in enumerate(cases):
            with self.subTest(case.number, title=case.title):
                self.partner = self.new_partner(f"Case {number}")
                self.retire()
                self.set_rates(module, module.Given(case.given))
                self.check(module, case, module.Given(case.given))

    def check(self, module, case, given):
        """Build what a case is given, and ask on its day."""
        today = given.one("today", date(2026, 3, 15))
        self.insurance = self.new_insurance(**self.terms(module, given))
        buyer = given.facts("buyer")
        lines = {
            name: module.line(given, place, name) for place, name in enumerate(given.letters())
        }
        with self.at(today):
            invoices = self.declared(lines)
            invoices |= {
                name: self.document(line, self.booked(module, given.facts(name)))
                for name, line in lines.items()
                if name not in invoices
            }
            for text in given.get("limit", ()):
                self.decide_limit(module.limit(text))
            account = self.env["cobranza.debtor"]._accounts_of(self.company, self.partner)
            account.write(
                {"insurance_kind" if key == "kind" else key: value for key, value in buyer.items()}
            )
            self.commit()
            found = self.answers(invoices)
        for key, value in module.expected(case).items():
            said = found[key]
            if isinstance(said, str):
                self.assertEqual(said, value, f"{case.number} {key}")
            else:
                self.assertAlmostEqual(said, float(value), 2, f"{case.number} {key}")

    def set_rates(self, module, given):
        """Give the case's currencies its rates, and no others."""
        for code in {module.rate(text)[0] for text in given.get("rate", ())}:
            self._enable_currency(code).rate_ids.unlink()
        for text in given.get("rate", ()):
            code, rate, day = module.rate(text)
            self.env["res.currency.rate"].create(
                {"currency_id": self._enable_currency(code).id, "name": day, "rate": float(rate),
                 "company_id": self.company.id}
            )  # fmt: skip

    def booked(self, module, facts):
        """What an invoice in another currency, and its payment, are: {fact: (currency, amount)}."""
        found = {}
        for name in module.LEDGER_FACTS:
            if name in facts:
                code, amount = module.money(facts[name])
                found[name] = (self._enable_currency(code), float(amount))
        return found

    def terms(self, module, given):
        """Values of the case's policy."""
        terms = module.policy(given)
        deadlines = [("notice", one) for one in terms.notice] + [
            (duty, getattr(terms, duty))
            for duty in ("waiting", "claim", "activation")
            if getattr(terms, duty)
        ]
        vals = {
            FIELDS.get(name, name): module.value(texts[0])
            for name, texts in given.parts["policy"].items()
            if name not in ("notice", "waiting", "claim", "activation", "declaration", "currency")
        }
        for code in given.parts["policy"].get("currency", ()):
            vals["currency_id"] = self._enable_currency(code).id
        if terms.declaration:
            vals |= {
                "declares": True,
                "declaration_months": str(terms.declaration.months),
                "declaration_days": terms.declaration.days,
            }
        vals["deadline_ids"] = [
            Command.create({"duty": duty, "base": one.base, "days": one.days, "months": one.months})
            for duty, one in deadlines
        ]
        return {
            name: float(value) if name.endswith("_amount") else value
            for name, value in vals.items()
        }

    def decide_limit(self, said):
        """Record one of the case's limits."""
        self.limit(
            float(said.amount), effective=said.effective, decision=said.decision,
            kind=said.kind, until=said.until,
        )  # fmt: skip

    def declared(self, lines):
        """{name: invoice} of the lines that were declared: before the others were in the books."""
        told = {name: line for name, line in lines.items() if line.declared_on}
        invoices = {name: self.document(line) for name, line in told.items()}
        declarations = self.env["cobranza.insurance.declaration"]
        for line in told.values():
            made = declarations.prepare(self.insurance.id, line.invoiced)
            declarations.browse(made["id"]).action_declare(declared_on=line.declared_on)
        return invoices

    def document(self, line, booked=None):
        """Post the invoice of a line of the case, pay what isn't open, and agree on what it says.

        booked: see `booked`; the line's amounts are what comes of it.
        What a line of nothing was isn't given: it was 100.
        """
        total = float(line.amount if line.amount is not None else line.residual) or 100.0
        paid = (None, total - float(line.residual))
        currency = None
        if booked:
            currency, total = booked["booked"]
            paid = booked.get("paid", (None, 0))
        invoice = self.sale(
            total - float(line.tax), line.invoiced, line.due,
            delivery_date=line.delivered, post=False, currency=currency,
            **({"insurance_policy_id": self.insurance.id, "insured": True,
                "insurance_activated_on": line.activated_on}
               if self.insurance.kind == "single_invoice" else {}),
        )  # fmt: skip
        if line.tax:
            self.add_tax(invoice, float(line.tax), total)
        invoice.action_post()
        if paid[1]:
            self.pay(invoice, paid[1], paid[0], payment_date=line.settled_on or date(2026, 3, 10))
        if line.disputed:
            reason = self.env["cobranza.dispute.reason"].search([], limit=1)
            self.env["cobranza.dispute"].create(
                {"move_line_id": self.due(invoice).id, "amount": float(line.disputed),
                 "reason_id": reason.id}
            )  # fmt: skip
        if line.extended_to:
            # agreed before anybody asked the insurer: nobody could do so now
            self.agree(invoice, line.extended_to)
        if line.approved_until:
            self.env["cobranza.insurance.approval"].create(
                {"move_ids": invoice.ids, "until": line.approved_until, "reference": "A"}
            )
        for duty in line.excused:
            self.env["cobranza.insurance.approval"].create(
                {"move_ids": invoice.ids, "duty": duty, "reference": "B"}
            )
        return invoice

    def retire(self):
        """Archive the policy of the case before; nothing of the next one was sold under it."""
        self.insurance.active = False
        for period in self.insurance.period_ids:
            period.write(
                {
                    name: period[name] - relativedelta(years=50)
                    for name in ("date_from", "date_to")
                }
            )

    def agree(self, invoice, day):
        """A promise of all that is open by a day, made before the invoice was to be insured."""
        invoice.insured = False
        self.commit()
        self.env["cobranza.promise"].promise(
            self.partner.id, invoice.amount_residual, day, line_ids=self.due(invoice).ids
        )
        invoice.insured = True

    def answers(self, invoices):
        """What Odoo says of each line, by the keys of the table."""
        found = {}
        for name, invoice in invoices.items():
            (cover,) = invoice.cobranza_cover() or [
                {"covered_amount": 0, "uncovered_amount": 0, "state": invoice.insurance_state,
                 "reasons": ["settled"]}
            ]  # fmt: skip
            found[name] = cover["covered_amount"]
            found[f"{name}.reasons"] = "+".join(cover["reasons"])
            found |= {f"{name}.{key}": value for key, value in cover.items() if key != "reasons"}
            for short in ("uncovered", "suspended", "lost"):
                found[f"{name}.{short}"] = cover.get(f"{short}_amount", 0)
        return found
