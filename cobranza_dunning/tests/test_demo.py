import base64
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

from odoo.addons.cobranza_dunning.demo import plan
from odoo.tests import TransactionCase, tagged

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


class TestPlan(TransactionCase):
    """The events of the demo company, before any of them is made real."""

    today = date(2026, 3, 10)

    def counted(self, **size):
        return Counter(type(event).__name__ for event in plan.events(self.today, **size))

    def test_promised_counts(self):
        self.assertEqual(len(plan.table("customers")), 40)
        counts = self.counted()
        self.assertEqual(counts["Invoice"], 200)
        self.assertGreater(counts["Payment"], 100)
        self.assertEqual(self.counted(customers=12, invoices=24)["Invoice"], 24)

    def test_the_same_day_gives_the_same_events(self):
        self.assertEqual(plan.events(self.today), plan.events(self.today))

    def test_events_are_in_order_on_working_days_of_the_last_nine_months(self):
        days = [event.day for event in plan.events(self.today)]
        self.assertEqual(days, sorted(days))
        self.assertLess(days[-1], self.today)
        self.assertGreater(days[0], self.today - timedelta(days=plan.DAYS + 5))
        self.assertLessEqual({day.weekday() for day in days}, set(range(5)))


@tagged("post_install", "-at_install")
class TestDemoCompany(TransactionCase):
    """A small demo company, made as `make demo` makes the large one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["cobranza.demo"]._load(customers=12, invoices=24, name="Demo test")
        cls.dunning = cls.env["cobranza.run"].create({"company_id": cls.company.id})
        cls.dunning.action_execute()

    def moves(self, *domain):
        return self.env["account.move"].search([("company_id", "=", self.company.id), *domain])

    def test_everything_is_posted_and_on_paper(self):
        self.assertEqual(len(self.moves(("move_type", "=", "out_invoice"))), 24)
        self.assertEqual(set(self.moves().mapped("state")), {"posted"})
        debtors = self.env["cobranza.debtor"].search([("company_id", "=", self.company.id)])
        self.assertEqual(len(debtors), 12)

    def test_calls_were_made(self):
        calls = self.env["cobranza.interaction"].search(
            [("company_id", "=", self.company.id), ("channel", "=", "phone")]
        )
        self.assertIn("own_customer", calls.mapped("reason_id.code"))
        self.assertEqual(set(calls.mapped("right_party")), {True, False})

    def test_people_have_their_roles(self):
        roles = self.env["cobranza.contact.role"].search([("company_id", "=", self.company.id)])
        self.assertEqual(
            set(roles.mapped("role")),
            {"payments_clerk", "superior", "collections_address", "influencer"},
        )
        told = self.dunning.line_ids.filtered(lambda line: line.outcome == "remind")
        self.assertIn("payments_clerk", told.mapped("recipient_rule"))

    def test_taxes_and_currencies(self):
        invoices = self.moves(("move_type", "=", "out_invoice"))
        self.assertEqual(set(invoices.currency_id.mapped("name")), {"EUR", "USD", "MXN"})
        at_home = invoices.filtered(lambda move: move.currency_id.name == "EUR")
        for move in at_home:
            self.assertAlmostEqual(move.amount_tax / move.amount_untaxed, 0.21, 2, move.name)

    def test_cases_an_accountant_knows(self):
        self.assertEqual(len(self.moves(("payment_state", "=", "blocked"))), 1)
        unsent = self.moves(("is_move_sent", "=", False), ("move_type", "=", "out_invoice"))
        self.assertEqual(len(unsent), 2)
        in_process = self.env["account.payment"].search(
            [("company_id", "=", self.company.id), ("move_id", "=", False)]
        )
        self.assertEqual(set(in_process.mapped("state")), {"in_process"})

    def test_a_promise_and_a_dispute(self):
        ours = [("company_id", "=", self.company.id)]
        for name in ("cobranza.promise", "cobranza.dispute"):
            with self.subTest(name):
                agreed = self.env[name].search(ours)
                self.assertEqual(agreed.mapped("state"), ["open"])
                debtor = agreed.debtor_id
                self.assertGreater(debtor.promised_amount + debtor.disputed_amount, 0)

    def test_a_run_shows_each_case_with_its_reason(self):
        reasons = set(self.dunning.line_ids.mapped("reason"))
        self.assertLessEqual(
            {
                "level_reached", "level_not_reached", "no_partner", "not_sent", "no_followup",
                "paused", "payment_in_process", "credit", "covered_by_credit", "below_minimum",
                "no_email",
            },
            reasons,
        )  # fmt: skip

    def test_what_is_insured_shows_every_state(self):
        covers = self.env["cobranza.insurance.cover"].search(
            [("company_id", "=", self.company.id), ("date_to", "=", False)]
        )
        self.assertLessEqual({"covered", "partial", "not_covered"}, set(covers.mapped("state")))
        self.assertLessEqual(
            {"within_limit", "limit_refused", "limit_partly"}, set(covers.mapped("reason"))
        )
        decisions = self.env["cobranza.insurance.limit"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertLessEqual(
            {"granted", "reduced", "refused", "cancelled"}, set(decisions.mapped("decision"))
        )
        self.assertEqual(set(decisions.mapped("kind")), {"named", "discretionary"})

    def test_the_insurer_approved_and_was_told(self):
        ours = [("company_id", "=", self.company.id)]
        approvals = self.env["cobranza.insurance.approval"].search(ours)
        self.assertEqual(set(approvals.mapped("reference")), {"AUT-310", "AUT-311"})
        notices = self.env["cobranza.insurance.notice"].search(ours)
        self.assertEqual(notices.mapped("state"), ["notified"])

    def test_the_example_of_an_insurers_list(self):
        """It can be imported: raised, cancelled, as before, refused, and somebody unknown."""
        content = (EXAMPLES / "clasificaciones.csv").read_bytes()
        policy = self.env["cobranza.insurance.policy"].search(
            [("company_id", "=", self.company.id)]
        )
        wizard = self.env["cobranza.insurance.import"].with_company(self.company).create(
            {
                "policy_id": policy.id,
                "file": base64.b64encode(content),
                "file_name": "clasificaciones.csv",
            }
        )
        wizard.action_check()
        self.assertEqual(
            wizard.line_ids.mapped("status"),
            ["created", "created", "created", "created", "error"],
            wizard.line_ids.mapped("message"),
        )

    def test_agreements(self):
        """One in force, one that waits for its signature."""
        plans = self.env["cobranza.plan"].search([("company_id", "=", self.company.id)])
        self.assertEqual(sorted(plans.mapped("state")), ["active", "offered"])
