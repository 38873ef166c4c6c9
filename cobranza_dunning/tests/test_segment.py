"""Segments: who is in which, which policy and script follow, and who may change it."""

from odoo import sql_db
from odoo.exceptions import AccessError, ValidationError
from odoo.service.model import call_kw
from odoo.tests import Form, tagged

from .common import days_ago
from .test_profile import ProfileCase


class SegmentCase(ProfileCase):
    """Two policies, and the segments of a company in their order: slow payers and the others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.strict = cls.new_policy([(1, "reminder")], name="Strict")
        cls.segments = cls.env["cobranza.segment"]
        cls.slow = cls.new_segment("Slow", highest=60)
        cls.others = cls.new_segment("Others", scores="any")

    @classmethod
    def new_segment(cls, name, **vals):
        """Create a segment behind the others."""
        place = cls.segments.search_count([])
        return cls.segments.create({"name": name, "sequence": place, **vals})

    def classified(self, partner=None):
        """The segment a customer is in once the transaction is over."""
        return self.debtor(partner).segment_id

    def slow_payer(self, partner=None):
        """A customer whose score is below 60: he pays a month late."""
        return self.known(partner, (35, 35, 35, 35))


@tagged("post_install", "-at_install")
class TestSegment(SegmentCase):
    """Who is in which segment."""

    def test_the_first_that_fits(self):
        self.assertLess(self.slow_payer().score, 60)
        self.known(self.other)
        self.assertEqual(self.classified(), self.slow)
        self.assertEqual(self.classified(self.other), self.others)
        self.assertEqual((self.slow.debtor_count, self.others.debtor_count), (1, 1))
        self.assertEqual(self.slow.action_view_debtors()["domain"][0][2], self.slow.ids)

    def test_without_a_score(self):
        self.invoice(self.partner, 100)
        self.assertEqual(self.classified(), self.others)
        new = self.new_segment("New", scores="none", sequence=-1)
        self.assertEqual(self.classified(), new)

    def test_both_ends_of_a_range_are_included(self):
        score = self.slow_payer().score
        for lowest, highest, fits in (
            (score, score, True), (score - 1, score, True), (score, score + 1, True),
            (score + 1, 100, False), (0, score - 1, False),
        ):  # fmt: skip
            with self.subTest(lowest=lowest, highest=highest):
                self.slow.write({"lowest": lowest, "highest": highest})
                self.assertEqual(self.classified() == self.slow, fits)

    def test_a_condition(self):
        self.slow_payer()
        self.known(self.other)
        named = "[('partner_id.name', 'like', 'Berta')]"
        some = self.new_segment("Some", scores="any", domain=named, sequence=-1)
        self.assertEqual(self.classified(), self.slow)
        self.assertEqual(self.classified(self.other), some)
        some.domain = "[('average_delay', '>', 30)]"
        self.assertEqual(self.classified(), some)
        self.assertEqual(self.classified(self.other), self.others)

    def test_a_score_and_a_condition(self):
        self.slow_payer()
        self.slow.domain = "[('partner_id.name', 'like', 'Berta')]"
        self.assertEqual(self.classified(), self.others)
        self.slow.domain = "[('partner_id.name', 'like', 'Ana')]"
        self.assertEqual(self.classified(), self.slow)

    def test_changes_move_customers_when_the_transaction_ends(self):
        self.slow_payer()
        self.others.sequence = -1
        self.assertEqual(self.classified(), self.others)
        self.others.active = False
        self.assertEqual(self.classified(), self.slow)
        self.slow.unlink()
        self.assertFalse(self.classified())
        self.others.active = True
        self.assertEqual(self.classified(), self.others)

    def test_paying_moves_a_customer(self):
        self.slow_payer()
        self.assertEqual(self.classified(), self.slow)
        self.history([(0, days_ago(60))] * 30, amount=500)
        self.assertEqual(self.classified(), self.others)

    def test_a_condition_that_is_none_is_refused(self):
        for domain in (
            "[('nothing', '=', 1)]", "[('score', '=', 'many')]", "__import__('os').getcwd()",
            "[('score'", "7", "[('days_late', '>', 3)]", "[" * 5000,
        ):  # fmt: skip
            refused = self.assertRefused("Choose its fields", ValidationError)
            with self.subTest(domain[:40]), refused:
                self.slow.domain = domain

    def test_a_condition_on_what_its_author_may_not_read_is_refused(self):
        manager = self.new_user("cobranza_dunning.group_manager")
        secret = "[('partner_id.credit_limit', '>', 1000)]"
        with self.assertRaises(AccessError):
            self.slow.with_user(manager).domain = secret
        self.slow.with_user(manager).domain = "[('credit_limit_amount', '>', 1000)]"

    def test_a_condition_that_is_lost_takes_nobody(self):
        self.slow_payer()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE cobranza_segment SET domain = '[(''gone'', ''='', 1)]' WHERE id = %s",
            [self.slow.id],
        )
        self.env.invalidate_all()
        self.assertIn("choose it anew", self.slow.problem)
        self.debtor().action_refresh_figures()
        self.assertEqual(self.classified(), self.others)

    def test_scores_go_from_0_to_100(self):
        for lowest, highest in ((-1, 50), (0, 101), (51, 50)):
            with self.subTest(lowest), self.assertRefused("Scores go from 0 to 100"):
                self.slow.write({"lowest": lowest, "highest": highest})

    def test_a_segment_with_customers_stays_in_its_company(self):
        self.slow_payer()
        self.classified()
        with self.assertRefused("make a segment of its own for each", ValidationError):
            self.slow.company_id = self.new_company()

    def test_a_company_begins_with_segments_that_change_nothing(self):
        company = self.new_company(policy=False)
        self.env["cobranza.policy"]._create_standard(company)
        made = self.segments.search([("company_id", "=", company.id)])
        self.assertEqual(
            made.mapped("name"), ["Risky", "Slow payer", "Good payer", "New or little known"]
        )
        self.assertFalse(made.policy_id)
        made[0].active = False
        self.env["cobranza.policy"]._create_standard(company)
        self.assertEqual(self.segments.search([("company_id", "=", company.id)]), made[1:])

    def test_the_number_of_queries_does_not_grow(self):
        self.slow.domain = "[('partner_id.name', 'like', 'Customer')]"
        counts = []
        for count in (1, 1, 6):
            debtors = self.env["cobranza.debtor"]
            for number in range(count):
                partner = self.new_partner(f"Customer {number} of {count}")
                self.history([(10, days_ago(60)), (20, days_ago(60))], partner)
                self.invoice(partner, 100)
                debtors |= self.debtor(partner)
            self.env.invalidate_all()
            before = sql_db.sql_counter
            debtors._refresh_profiles(self.company, debtors.ids)
            self.env.flush_all()
            counts.append(sql_db.sql_counter - before)
            self.assertEqual(debtors.segment_id, self.slow)
        self.assertEqual(counts[2], counts[1])
        self.assertLessEqual(counts[2], 12)


@tagged("post_install", "-at_install")
class TestByHand(SegmentCase):
    """A manager puts customers into a segment, and says why."""

    def test_it_is_kept_whatever_the_score(self):
        debtor = self.known()
        debtor.set_segment(self.slow.id, "Owner has changed")
        self.assertEqual((debtor.segment_id, debtor.segment_by_hand), (self.slow, True))
        debtor.action_refresh_figures()
        self.slow.sequence = 99
        self.assertEqual(self.classified(), self.slow)
        note = debtor.message_ids[0]
        self.assertIn("Put into the segment “Slow” by hand: Owner has changed", note.body)
        self.assertEqual(note.author_id, self.env.user.partner_id)
        debtor.set_segment(False, "He pays well")
        self.assertEqual((debtor.segment_id, debtor.segment_by_hand), (self.others, False))
        self.assertIn("what the rules say again: He pays well", debtor.message_ids[0].body)

    def test_in_the_dialog(self):
        self.known()
        self.known(self.other)
        both = self.debtor() | self.debtor(self.other)
        action = both.action_set_segment()
        form = Form(self.env[action["res_model"]].with_context(**action["context"]))
        form.segment_id = self.slow
        form.reason = "One group of companies"
        form.save().action_apply()
        self.assertEqual(both.segment_id, self.slow)
        self.assertEqual(
            self.debtor().action_set_segment()["context"]["default_segment_id"], self.slow.id
        )

    def test_what_is_refused(self):
        debtor = self.known()
        theirs = self.segments.create({"name": "Theirs", "company_id": self.new_company().id})
        for segment, reason, fragment in (
            (self.slow.id, " ", "Say why"),
            (self.slow.id, None, "Say why"),
            (10**9, "Why not", "There is no segment “1000000000”"),
            ("slow", "Why not", "There is no segment “slow”"),
            (True, "Why not", "There is no segment “True”"),
            (theirs.id, "Why not", "choose one of the customer's company"),
        ):
            with self.subTest(segment), self.assertRefused(fragment):
                debtor.set_segment(segment, reason)

    def test_only_managers_over_rpc_and_nothing_by_write(self):
        debtor = self.known()
        collector = self.new_collector()
        manager = self.new_user("cobranza_dunning.group_manager")
        debtors = self.env["cobranza.debtor"]
        call = ("set_segment", [debtor.ids, self.slow.id, "Why not"], {})
        with self.assertRaises(AccessError):
            call_kw(debtors.with_user(collector), *call)
        call_kw(debtors.with_user(manager), *call)
        self.assertEqual(debtor.segment_id, self.slow)
        for vals in ({"segment_id": self.others.id}, {"segment_by_hand": False}, {"score": 100},
                     {"has_score": False}, {"priority": 9}, {"average_delay": 0}):  # fmt: skip
            for user in (collector, manager):
                with self.subTest(vals), self.assertRaises(AccessError):
                    call_kw(debtors.with_user(user), "write", [debtor.ids, vals], {})

    def test_customers_that_become_one_keep_it(self):
        self.known()
        self.known(self.other)
        self.debtor(self.other).set_segment(self.slow.id, "Known from before")
        debtor = self.debtor()
        self.debtor(self.other).sudo()._merge_into(self.partner)
        self.assertEqual((debtor.segment_id, debtor.segment_by_hand), (self.slow, True))

    def test_deleting_the_segment_lets_the_rules_decide(self):
        debtor = self.known()
        debtor.set_segment(self.slow.id, "Why not")
        self.slow.unlink()
        self.assertEqual((self.classified(), debtor.segment_by_hand), (self.others, False))


@tagged("post_install", "-at_install")
class TestPolicyOfSegment(SegmentCase):
    """Which policy follows, and what follows from the policy."""

    def assertChosen(self, move, policy, rule):
        decided = self.decide(move)
        self.assertEqual((decided.policy_id, decided.policy_rule), (policy, rule))
        explained = self.assertExplains(self.due(move), decided)
        self.assertEqual((explained["policy"], explained["policy_rule"]), (policy.name, rule))

    def assertInForce(self, policy, source):
        debtor = self.debtor()
        self.assertEqual((debtor.effective_policy_id, debtor.policy_source), (policy, source))

    def test_invoice_before_debtor_before_segment_before_company(self):
        self.known()
        move = self.invoice(self.partner, 100, days_ago(2))
        own, special = self.new_policy(name="Own"), self.new_policy(name="Special")
        self.classified()
        self.assertChosen(move, self.policy, "company")
        self.assertInForce(self.policy, "company")
        self.others.policy_id = self.strict
        self.assertChosen(move, self.strict, "segment")
        self.assertInForce(self.strict, "segment")
        self.debtor().policy_id = own
        self.assertChosen(move, own, "debtor")
        self.assertInForce(own, "debtor")
        move.cobranza_policy_id = special
        self.assertChosen(move, special, "invoice")
        move.cobranza_policy_id = self.debtor().policy_id = False
        self.company.cobranza_policy_id = False
        self.assertChosen(move, self.strict, "segment")
        self.others.policy_id = False
        self.assertInForce(self.env["cobranza.policy"], False)

    def test_the_contact_rule_follows_at_once(self):
        """Whatever moves him, and in the same transaction: what may be asked is judged anew."""
        rule = self.env.ref("cobranza_dunning.contact_rule_co")
        self.assertFalse(rule.may_ask_reason)
        self.strict.contact_rule_id = rule
        self.slow.policy_id = self.strict
        self.known()
        debtor = self.debtor()

        def assertAsked(may, source):
            self.assertEqual((debtor.may_ask_reason, debtor.contact_rule_source), (may, source))

        assertAsked(True, False)
        debtor.set_segment(self.slow.id, "He told us")
        assertAsked(False, "policy")
        debtor.set_segment(False, "It was wrong")
        assertAsked(True, False)
        self.company.cobranza_policy_id = self.strict
        assertAsked(False, "policy")
        self.strict.contact_rule_id = False
        assertAsked(True, False)
        # the rules move him, by SQL
        self.company.cobranza_policy_id = self.policy
        self.strict.contact_rule_id = rule
        assertAsked(True, False)
        self.env["cobranza.debtor"]._write_segments({debtor.id: self.slow.id})
        assertAsked(False, "policy")

    def test_a_run_takes_the_segments_policy(self):
        """Two days late is too early for the company's policy, but not for the segment's."""
        self.slow_payer()
        self.known(self.other)
        self.slow.policy_id = self.strict
        invoices = [self.invoice(one, 100, days_ago(2)) for one in (self.partner, self.other)]
        self.env.cr.flush()
        run = self.run_dunning("propose")
        self.assertEqual(
            [self.decision(run, one).outcome for one in invoices], ["remind", "wait"]
        )
        self.assertEqual(run.reminder_ids.level_id, self.strict.level_ids)

    def test_a_run_takes_no_more_queries_with_segments(self):
        for number in range(3):
            self.invoice(self.new_partner(f"Customer {number}"), 100)
        self.env.cr.flush()
        counts = []
        for policy in (False, False, self.strict):
            self.others.policy_id = policy
            self.env.invalidate_all()
            run = self.new_run()
            before = sql_db.sql_counter
            run.action_execute()
            self.env.flush_all()
            counts.append(sql_db.sql_counter - before)
        self.assertEqual(run.line_ids.mapped("policy_rule"), ["segment"] * 3)
        self.assertEqual(counts[2], counts[1])

    def test_only_policies_of_the_same_company(self):
        foreign = self.new_company().cobranza_policy_id
        foreign.name = "Foreign policy"
        with self.assertRefused("Foreign policy"):
            self.slow.policy_id = foreign

    def test_the_floor_of_negotiations_is_the_segments(self):
        self.policy.plan_maximum_extension = 90
        self.strict.plan_maximum_extension = 5
        self.known()
        self.invoice(self.partner, 100, days_ago(2))
        self.classified()
        plans = self.env["cobranza.plan"]
        offer = {"until": str(days_ago(-30))}
        self.assertNotEqual(plans.negotiate(self.partner.id, offer)["decision"], "counter")
        self.others.policy_id = self.strict
        self.env.cr.flush()
        answer = plans.negotiate(self.partner.id, offer)
        self.assertEqual(answer["decision"], "counter", answer)

    def test_a_script_for_the_segment_comes_first(self):
        self.slow_payer()
        scripts = self.env["cobranza.script"]
        scripts.search([]).active = False
        plain, ours = scripts.create([{"name": "Plain"}, {"name": "Ours", "sequence": 99}])
        ours.segment_ids = self.slow
        self.classified()
        self.assertEqual(self.debtor()._call_script(), ours)
        ours.segment_ids = self.others
        self.assertEqual(self.debtor()._call_script(), plain)
