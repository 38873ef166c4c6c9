from datetime import date

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .insurance import InsuranceCase


@tagged("post_install", "-at_install")
class TestLimit(InsuranceCase):
    """Decisions are only added; what was wrong is corrected by another one."""

    def test_a_limit_makes_an_account_of_who_owes_nothing(self):
        limit = self.limit(100)
        self.assertEqual(limit.debtor_id.partner_id, self.partner)
        self.assertEqual(limit.debtor_id.insurance_limit, 100)
        contact = self.new_partner("Contact", parent_id=self.partner.id)
        self.assertEqual(self.limit(200, contact).debtor_id, limit.debtor_id)

    def test_a_decision_stays_as_it_was_recorded(self):
        limit = self.limit(100)
        with self.assertRefused("Correct…"):
            limit.amount = 200
        with self.assertRefused("stays on record"):
            limit.sudo().unlink()
        limit.note = "By phone"
        self.assertIn("100", limit.display_name)

    def test_what_makes_no_sense(self):
        for vals, message in (
            ({"amount": 0}, "has an amount above zero"),
            ({"amount": 0, "decision": "reduced"}, "has an amount above zero"),
            ({"amount": -1, "decision": "requested"}, "has an amount above zero"),
            ({"amount": 5, "until": "2025-12-31"}, "ends after it begins"),
        ):
            with self.subTest(vals), self.assertRefused(message), self.cr.savepoint():
                self.limit(**vals)
        with self.assertRefused("choose a customer"):
            self.env["cobranza.insurance.limit"].create({"policy_id": self.insurance.id})

    def test_a_correction_counts_from_the_day_it_is_known(self):
        wrong = self.limit(500)
        one = self.sale(300)
        self.assertCovered(one, 300)
        right = self.limit(50, corrects_id=wrong.id, recorded="2026-03-10")
        self.assertCovered(one, 50)
        self.assertEqual((wrong.in_force, right.in_force), (False, True))
        with self.assertRefused("corrected already"), self.cr.savepoint():
            self.limit(60, corrects_id=wrong.id)

    def test_the_form_that_corrects(self):
        limit = self.limit(500, reference="R-1")
        context = limit.action_correct()["context"]
        right = self.env["cobranza.insurance.limit"].with_context(**context).create({"amount": 50})
        self.assertEqual(
            (right.corrects_id, right.debtor_id, right.reference, right.amount),
            (limit, limit.debtor_id, "R-1", 50),
        )

    def test_which_decision_is_in_force(self):
        old = self.limit(100)
        temporary = self.limit(200, effective="2026-02-01", until="2026-03-31")
        future = self.limit(300, effective="2026-06-01")
        asked = self.limit(400, effective="2026-03-01", decision="requested")
        own = self.limit(10, kind="discretionary")
        other = self.limit(70, self.other)
        everything = old | temporary | future | asked | own | other
        found = everything.filtered("in_force")
        self.assertEqual(found, temporary | own | other)
        searched = everything.search([("in_force", "=", True), ("id", "in", everything.ids)])
        self.assertEqual(searched, found)
        searched = everything.search([("in_force", "=", False), ("id", "in", everything.ids)])
        self.assertEqual(searched, everything - found)

    def test_temporary_limits_end_by_themselves(self):
        self.limit(100)
        self.limit(300, effective="2026-02-01", until="2026-03-05")
        self.assertCovered(self.sale(80, date(2026, 3, 5)), 80)
        self.assertCovered(self.sale(80, date(2026, 3, 6)), 20)


@tagged("post_install", "-at_install")
class TestUpsert(InsuranceCase):
    """Many decisions over RPC: what is known already is left alone."""

    def setUpBooks(self):
        super().setUpBooks()
        self.limits = self.env["cobranza.insurance.limit"]
        self.partner.write({"vat": "US11111111", "ref": "C-1"})

    def row(self, **vals):
        """A row about the customer."""
        return {
            "partner_id": self.partner.id, "amount": 100, "effective": "2026-01-01",
            "reference": "R-1", **vals,
        }  # fmt: skip

    def upsert(self, *rows, **options):
        """The answers about rows."""
        return self.limits.upsert(list(rows), **options)

    def statuses(self, *rows, **options):
        """What became of rows."""
        return [one["status"] for one in self.upsert(*rows, **options)]

    def test_the_same_rows_twice_are_recorded_once(self):
        rows = self.row(), self.row(partner_id=self.other.id, reference="R-2", until="2026-06-30")
        self.assertEqual(self.statuses(*rows), ["created", "created"])
        self.assertEqual(self.statuses(*rows), ["unchanged", "unchanged"])
        self.assertEqual(len(self.limits.search([("policy_id", "=", self.insurance.id)])), 2)

    def test_without_a_reference_it_is_the_content_that_counts(self):
        row = self.row(reference=None)
        self.assertEqual(self.statuses(row), ["created"])
        self.assertEqual(self.statuses(row), ["unchanged"])
        self.assertEqual(self.statuses({**row, "amount": 101}), ["created"])

    def test_without_a_day_it_is_what_holds_that_counts(self):
        """The insurer's list of today, each day anew: only what differs is recorded."""
        row = self.row(reference=None, effective=None)
        steps = (
            (date(2026, 3, 10), row, "created"),
            (date(2026, 3, 11), row, "unchanged"),
            (date(2026, 3, 12), {**row, "amount": 60, "decision": "reduced"}, "created"),
            (date(2026, 3, 13), {**row, "amount": 60, "decision": "reduced"}, "unchanged"),
            (date(2026, 3, 14), row, "created"),
            # a temporary one on top, with the other one still in the list
            (date(2026, 3, 15), {**row, "amount": 150, "until": "2026-03-31"}, "created"),
            (date(2026, 3, 16), {**row, "amount": 150, "until": "2026-03-31"}, "unchanged"),
            (date(2026, 3, 17), row, "unchanged"),
            (date(2026, 4, 1), row, "unchanged"),
            (date(2026, 4, 2), {**row, "amount": 500, "decision": "requested"}, "created"),
            (date(2026, 4, 3), {**row, "amount": 500, "decision": "requested"}, "unchanged"),
            (date(2026, 4, 4), row, "unchanged"),
            (date(2026, 4, 5), {**row, "amount": 500}, "created"),
            (date(2026, 4, 6), {**row, "amount": 500, "decision": "requested"}, "created"),
        )
        for day, said, status in steps:
            with self.subTest(day), self.at(day):
                self.assertEqual(self.statuses(said), [status])

    def test_what_was_replaced_on_the_same_day_is_new_again(self):
        row = self.row(reference=None, effective=None)
        for amount in (100, 60, 100):
            self.assertEqual(self.statuses({**row, "amount": amount}), ["created"])
        self.assertEqual(self.statuses(row), ["unchanged"])

    def test_an_archived_policy_is_decided_about_if_it_is_named(self):
        self.insurance.number = "P 1"
        renewed = self.new_insurance(name="Renewed")
        self.insurance.active = False
        rows = self.row(policy="p1"), self.row(policy=self.insurance.id, reference="R-2")
        for answer in self.upsert(*rows):
            self.assertEqual(self.limits.browse(answer["id"]).policy_id, self.insurance)
        self.assertEqual(self.statuses(*rows), ["unchanged", "unchanged"])
        (answer,) = self.upsert(self.row(reference="R-3"))
        self.assertEqual(self.limits.browse(answer["id"]).policy_id, renewed)
        renewed.name = self.insurance.name
        (answer,) = self.upsert(self.row(policy=renewed.name, reference="R-4"))
        self.assertEqual(self.limits.browse(answer["id"]).policy_id, renewed)

    def test_another_content_corrects_and_says_what_differs(self):
        (first,) = self.upsert(self.row())
        (answer,) = self.upsert(self.row(amount=80, decision="reduced", effective="2025-12-15"))
        self.assertEqual(answer["status"], "corrected")
        self.assertEqual((answer["before"], answer["after"]), (100, 80))
        self.assertEqual(
            answer["differences"],
            {
                "decision": ["granted", "reduced"],
                "amount": [100, 80],
                "effective": ["2026-01-01", "2025-12-15"],
            },
        )
        self.assertEqual(self.limits.browse(answer["id"]).corrects_id.id, first["id"])
        # and back again
        self.assertEqual(self.statuses(self.row()), ["corrected"])
        self.assertEqual(self.statuses(self.row()), ["unchanged"])

    def test_a_dry_run_writes_nothing(self):
        before = self.limits.search_count([])
        (answer,) = self.upsert(self.row(), dry_run=True)
        self.assertEqual((answer["status"], answer["id"], answer["after"]), ("created", False, 100))
        self.assertEqual(self.limits.search_count([]), before)

    def test_ways_to_name_a_customer(self):
        self.limit(1).debtor_id.insurer_number = "88 77"
        for name in ({"vat": "us 11111111"}, {"ref": "c-1"}, {"insurer_number": "8877"}):
            with self.subTest(name):
                (answer,) = self.upsert({"amount": 5, **name}, dry_run=True)
                self.assertEqual(answer["partner_id"], self.partner.id, answer)

    def test_a_tax_number_with_and_without_the_country_of_the_books(self):
        self.assertEqual(self.company.account_fiscal_country_id.code, "US")
        for recorded, said in (
            ("US11111111", "1111 1111"), ("11111111", "us11111111"), ("PT22222222", "pt22222222"),
        ):  # fmt: skip
            with self.subTest(recorded):
                self.partner.vat = recorded
                (answer,) = self.upsert({"amount": 5, "vat": said}, dry_run=True)
                self.assertEqual(answer["partner_id"], self.partner.id, answer)
        (answer,) = self.upsert({"amount": 5, "vat": "22222222"}, dry_run=True)
        self.assertIn("no customer", answer["message"], "another country's isn't guessed")

    def test_wrong_rows_say_why_and_leave_the_others_alone(self):
        double = self.new_partner("Double", ref="C-2"), self.new_partner("Double", ref="C-2")
        wrong = {
            "Say which customer": self.row(partner_id=None),
            "no customer": self.row(partner_id=2**31 - 1),
            "is several customers": {"ref": double[0].ref, "amount": 5},
            "isn't an amount": self.row(amount="much"),
            "“inf” isn't": self.row(amount=float("inf")),
            "“1e400” isn't": self.row(amount="1e400"),
            "above zero": self.row(amount=0),
            "isn't one of": self.row(decision="maybe"),
            "ends after it begins": self.row(until="2025-01-01"),
            "isn't a date": self.row(effective="soon"),
            "are in USD": self.row(currency="EUR"),
            "no policy": self.row(policy="Another"),
            "Unknown": self.row(colour="red"),
            "comes twice": self.row(reference="R-9"),
        }
        answers = self.upsert(self.row(reference="R-9"), *wrong.values())
        self.assertEqual([one["status"] for one in answers], ["created"] + ["error"] * len(wrong))
        for fragment, answer in zip(wrong, answers[1:], strict=True):
            self.assertIn(fragment, answer["message"])
            self.assertFalse(answer["id"])

    def test_a_note_is_kept_as_text(self):
        rows = [self.row(reference="R-8", note="a\0b"), self.row(reference="R-9", note=5)]
        rows[1]["partner_id"] = self.other.id
        found = self.upsert(*rows)
        self.assertEqual([one["status"] for one in found], ["created"] * 2)
        limits = self.env["cobranza.insurance.limit"].browse([one["id"] for one in found])
        self.assertEqual(limits.mapped("note"), ["ab", "5"])

    def test_of_several_policies_one_is_named(self):
        other = self.new_insurance(name="Second", number="P 2")
        (answer,) = self.upsert(self.row())
        self.assertIn("Say which policy", answer["message"])
        for number, policy in enumerate((other.id, "p2", "second")):
            (answer,) = self.upsert(self.row(policy=policy, reference=f"X{number}"))
            self.assertEqual(self.limits.browse(answer["id"]).policy_id, other)

    def test_what_is_no_list_is_refused(self):
        for rows in ("R-1", [1], None):
            with self.subTest(rows), self.assertRefused("list of dictionaries"):
                self.limits.upsert(rows)
        with self.assertRaises(AccessError):
            self.limits.with_user(self.new_collector()).upsert([self.row()])

    def test_it_shows_in_the_cover_at_once(self):
        one = self.sale(100)
        self.assertCovered(one, 0)
        self.upsert(self.row(amount=60))
        self.assertCovered(one, 60)

    def test_the_number_of_queries_doesnt_grow(self):
        partners = [self.new_partner(f"P{number}", ref=f"Q-{number}") for number in range(9)]
        rows = [{"ref": one.ref, "amount": 100, "reference": f"N-{one.id}"} for one in partners]
        self.upsert(self.row())
        counts = []
        for some in (rows[:3], rows):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.upsert(*some, dry_run=True)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])


@tagged("post_install", "-at_install")
class TestPolicy(InsuranceCase):
    """Policies that contradict themselves are refused in words."""

    def test_what_a_new_policy_begins_with(self):
        policy = self.env["cobranza.insurance.policy"].create({"name": "New"})
        self.assertEqual(policy.period_ids.mapped("date_from"), [date(2026, 1, 1)])
        self.assertEqual(policy.percentage_ids.mapped("percentage"), [90])
        self.assertFalse(policy.law)

    def test_contradictions(self):
        wrong = (
            ({"kind": "single_debtor"}, "Choose the customer"),
            ({"period_ids": [Command.clear()]}, "in force"),
            ({"period_ids": [Command.create({"date_from": "2026-06-01",
                                             "date_to": "2027-06-01"})]}, "in force"),
            ({"percentage_ids": [Command.clear()]}, "insured percentage"),
            ({"percentage_ids": [Command.update(self.insurance.percentage_ids[0].id,
                                                {"percentage": 101})]}, "insured percentage"),
            ({"law": "es", "percentage_ids": [Command.update(self.insurance.percentage_ids[0].id,
                                              {"percentage": 49})]}, "insured percentage"),
            ({"deadline_ids": [self.deadline("notice", "notice", 3)]}, "what comes after it"),
            ({"deadline_ids": [self.deadline("claim", "due", 3), self.deadline("claim", "due", 4)]},
             "Only the notice"),
            ({"deadline_ids": [self.deadline("claim", "due", -3)]}, "can't be before"),
            ({"premium_rate": -1}, "rate can't be negative"),
            ({"premium_minimum": -1}, "minimum premium"),
            ({"premium_tax": -1}, "premium's tax"),
            ({"mep": -1}, "can't be negative"),
        )  # fmt: skip
        for vals, message in wrong:
            with self.subTest(vals), self.assertRefused(message), self.cr.savepoint():
                self.insurance.write(vals)

    def test_a_row_of_its_terms_is_a_term(self):
        with self.assertRefused("insured percentage"), self.cr.savepoint():
            self.insurance.percentage_ids[0].percentage = 0
        with self.assertRefused("in force"), self.cr.savepoint():
            self.insurance.period_ids.unlink()
        with self.assertRefused("already"), self.cr.savepoint():
            self.env["cobranza.insurance.percentage"].create(
                {"policy_id": self.insurance.id, "kind": "named"}
            )
        self.limit(100)
        one = self.sale(100)
        self.assertCovered(one, 100)
        self.insurance.period_ids.date_from = "2026-03-05"
        self.assertCovered(one, 0, "not_covered", "policy_not_in_force")

    def test_a_policy_on_record_stays(self):
        with self.assertRefused("archive it"), self.cr.savepoint():
            self.limit(100)
            self.insurance.unlink()
        other = self.new_insurance(name="Unused")
        with self.assertRefused("archive it"), self.cr.savepoint():
            self.env["cobranza.insurance.declaration"].create(
                {"policy_id": other.id, "date_from": "2026-02-01"}
            )
            other.unlink()
        other.unlink()
        self.limit(100)
        with self.assertRefused("in its currency"):
            self.insurance.currency_id = self.env.ref("base.EUR")

    def test_terms_that_change_show_at_once(self):
        self.limit(100)
        one = self.sale(60, date(2026, 3, 1), date(2026, 5, 30))
        self.assertCovered(one, 60)
        self.insurance.maximum_term = 89
        self.assertCovered(one, 0, "not_covered", "term_too_long")
        self.insurance.maximum_term = 90
        self.assertCovered(one, 60)
