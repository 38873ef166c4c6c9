from contextlib import contextmanager
from unittest.mock import patch

from odoo import sql_db
from odoo.tests import tagged
from odoo.tools import SQL

from ..models import cobranza_facts
from .common import TODAY, CobranzaCase, days_ago
from .insurance import InsuranceCase


@tagged("post_install", "-at_install")
class TestQueries(CobranzaCase):
    """The number of SQL queries doesn't grow with the number of due lines."""

    @contextmanager
    def counting(self):
        """Give a dict with the number of `queries` of the block, its flush included."""
        self.env.invalidate_all()
        counted = {}
        before = sql_db.sql_counter
        yield counted
        self.env.flush_all()
        counted["queries"] = sql_db.sql_counter - before

    def customers(self, count, lines=2):
        """Make debtors with so many overdue invoices each, a pause and a payment among them."""
        partners = [self.new_partner(f"Customer {number}") for number in range(count)]
        invoices = self.invoices(
            [
                (partner, 100 + number, days_ago(10 + line))
                for number, partner in enumerate(partners)
                for line in range(lines)
            ]
        )
        debtors = self.env["cobranza.debtor"].union(*map(self.debtor, partners))
        self.payment_in_process(invoices[-lines], 10)
        self.pause(move=invoices[-1])
        return debtors

    def queries_of_run(self, mode, debtors):
        run = self.new_run(mode, debtors=debtors)
        with self.counting() as counted:
            run.action_execute()
        self.assertEqual(run.state, "done", run.error)
        return counted["queries"], run

    def check_run(self, mode):
        few, many = self.customers(3), self.customers(9)
        self.queries_of_run(mode, self.customers(1))  # what is cached once per process
        queries, run = self.queries_of_run(mode, few)
        more_queries, more = self.queries_of_run(mode, many)
        self.assertEqual((run.lines_count, more.lines_count), (6, 18))
        self.assertEqual(more_queries, queries)
        return run, more

    def test_preview_takes_the_same_queries_for_three_times_the_lines(self):
        self.check_run("preview")

    def test_propose_takes_the_same_queries_for_three_times_the_lines(self):
        run, more = self.check_run("propose")
        self.assertEqual((len(run.reminder_ids), len(more.reminder_ids)), (3, 9))

    def test_a_second_run_takes_the_same_queries_for_three_times_the_lines(self):
        warm_up, few, many = self.customers(1), self.customers(3), self.customers(9)
        self.run_dunning("propose", debtors=warm_up | few | many)
        self.queries_of_run("propose", warm_up)
        queries, _run = self.queries_of_run("propose", few)
        more_queries, _more = self.queries_of_run("propose", many)
        self.assertEqual(more_queries, queries)

    def test_each_chunk_adds_the_same_few_queries(self):
        self.customers(8)
        self.queries_of_run("preview", None)
        counts = {}
        for chunk in (8, 4, 2):
            with patch.object(cobranza_facts, "CHUNK", chunk):
                counts[chunk], _run = self.queries_of_run("preview", None)
        # 16 lines in 3, 5 and 9 fetches
        self.assertEqual((counts[2] - counts[4]) / 4, (counts[4] - counts[8]) / 2)
        self.assertLessEqual((counts[2] - counts[4]) / 4, 5)

    def test_approving_and_sending_takes_the_same_queries_for_three_times_the_reminders(self):
        few, many = self.customers(3), self.customers(9)
        run = self.run_dunning("propose", debtors=few | many)
        warm_up, few_reminders, many_reminders = (
            run.reminder_ids.filtered(lambda one, debtors=debtors: one.debtor_id in debtors)
            for debtors in (few[:1], few[1:], many[:6])
        )
        counts = []
        for reminders in (warm_up, few_reminders, many_reminders):
            with self.counting() as counted:
                reminders.action_approve()
                reminders.action_send()
            self.assertEqual(set(reminders.mapped("state")), {"sent"})
            counts.append(counted["queries"])
        self.assertEqual(counts[2], counts[1])

    def test_opening_an_invoice_takes_the_same_queries_whatever_the_debtor_owes(self):
        small = self.customers(1, lines=2)
        large = self.customers(1, lines=12)
        counts = []
        for debtor in (small, small, large):
            move = debtor.due_line_ids.move_id[:1]
            with self.counting() as counted:
                explained = move.cobranza_explain()
            self.assertEqual(len(explained), 1)
            counts.append(counted["queries"])
        self.assertEqual(counts[2], counts[1])
        self.assertLessEqual(counts[2], 30)

    def test_opening_a_debtor_takes_the_same_queries_whatever_he_owes(self):
        small = self.customers(1, lines=2)
        large = self.customers(1, lines=12)
        counts = []
        for debtor in (small, small, large):
            with self.counting() as counted:
                debtor.web_read(
                    {"next_step": {}, "due_line_ids": {"fields": {"cobranza_sentence": {}}}}
                )
            counts.append(counted["queries"])
        self.assertEqual(counts[2], counts[1])

    def test_deleting_a_policy_leaves_its_decisions_readable(self):
        debtor = self.customers(1)
        policy = self.new_policy()
        debtor.policy_id = policy
        run = self.run_dunning("preview", debtors=debtor)
        level = run.line_ids.level_id
        self.assertEqual((level.policy_id, run.line_ids.policy_id), (policy, policy))
        debtor.policy_id = False
        policy.unlink()
        specification = {name: {"fields": {"name": {}}} for name in ("level_id", "policy_id")}
        for line in run.line_ids.web_read(specification):
            self.assertEqual((line["level_id"], line["policy_id"]), (False, False))

    def test_a_list_of_debtors_reads_no_ledger(self):
        few, many = self.customers(3), self.customers(9)
        specification = {
            "partner_id": {"fields": {"display_name": {}}},
            "overdue_amount": {},
            "not_due_amount": {},
            "oldest_due_date": {},
            "next_date": {},
            "level_id": {"fields": {"display_name": {}}},
        }
        counts = []
        for debtors in (few, few, many):
            with self.counting() as counted:
                debtors.web_read(specification)
            counts.append(counted["queries"])
        self.assertEqual(counts[2], counts[1])
        self.assertLessEqual(counts[2], 5)

    def test_a_list_of_customers_reads_no_ledger(self):
        """What a run would decide is asked for by its sentence alone."""
        few, many = (self.customers(count).partner_id.with_prefetch() for count in (3, 9))
        specification = {
            "cobranza_overdue_amount": {},
            "cobranza_score": {},
            "cobranza_segment_id": {"fields": {"display_name": {}}},
        }
        counts = []
        assess = patch.object(self.env.registry["cobranza.debtor"], "_assess", autospec=True)
        with assess as assessed:
            assessed.return_value = {}
            for partners in (few, few, many):
                with self.counting() as counted:
                    partners.web_read(specification)
                counts.append(counted["queries"])
            self.assertFalse(assessed.called)
            few.web_read({"cobranza_next_step": {}})
            self.assertTrue(assessed.called)
        self.assertEqual(counts[2], counts[1])
        self.assertLessEqual(counts[2], 5)


@tagged("post_install", "-at_install")
class TestInsuranceQueries(InsuranceCase):
    """What is insured of many lines is read by one statement, written by one."""

    def setUpBooks(self):
        super().setUpBooks()
        self.insurance.mep = 60

    def insured(self, count, lines=2):
        """Make customers with a limit and so many insured invoices each."""
        partners = [self.new_partner(f"Customer {number}") for number in range(count)]
        for partner in partners:
            self.limit(1000, partner)
            for number in range(lines):
                self.sale(100 + number, partner=partner)
        self.commit()
        return self.env["cobranza.debtor"].search(
            [("partner_id", "in", [one.id for one in partners])]
        )

    def insured_invoices(self, count):
        """Insured invoices of so many customers, as a list reads them."""
        return self.env["account.move"].browse(self.insured(count).cover_ids.move_id.ids)

    def queries(self, act):
        """The number of queries of a call, its flush included."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = sql_db.sql_counter
        act()
        self.env.flush_all()
        return sql_db.sql_counter - before

    def test_deciding_anew_takes_the_same_queries_for_four_times_the_lines(self):
        covers = self.env["cobranza.insurance.cover"]
        counts = []
        for count, lines in ((1, 1), (2, 2), (4, 4)):
            debtors = self.insured(count, lines)
            self.env.execute_query(
                SQL("DELETE FROM cobranza_insurance_cover RETURNING id")
            )
            counts.append(self.queries(lambda ours=debtors: covers._follow(self.company, ours)))
            self.assertEqual(len(debtors.cover_ids), count * lines)
        self.assertEqual(counts[1], counts[2])
        self.assertLessEqual(counts[2], 27)

    def test_lists_take_one_query_for_what_is_insured(self):
        few, many = self.insured_invoices(2), self.insured_invoices(6)
        names = ["insured", "insurance_state", "insured_amount", "insurance_next_date"]
        few.read(names)  # what is cached once per process
        counts = [self.queries(lambda ours=ours: ours.read(names)) for ours in (few, many)]
        self.assertEqual(*counts)

    def test_asking_about_many_lines_takes_the_same_queries(self):
        few, many = self.insured_invoices(2), self.insured_invoices(6)
        few.cobranza_cover()
        for day in (None, TODAY):
            counts = [
                self.queries(lambda ours=ours, day=day: ours.cobranza_cover(day))
                for ours in (few, many)
            ]
            self.assertEqual(*counts)

    def test_without_insurance_it_costs_next_to_nothing(self):
        self.insurance.unlink()
        self.sale(100)
        self.commit()
        debtor = self.debtor()
        covers = self.env["cobranza.insurance.cover"]
        self.assertLessEqual(self.queries(lambda: covers._follow(self.company, debtor)), 3)
