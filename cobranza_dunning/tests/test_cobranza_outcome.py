"""What came of a contact: outcome, right person, reason, intention and the next call."""

from ast import literal_eval
from datetime import date, datetime, timedelta

from lxml import etree
from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .cases import ReminderCase
from .common import TODAY

CALL_AGAIN = "cobranza_dunning.mail_activity_type_call_again"


class OutcomeCase(ReminderCase):
    """A customer who owes something, and a collector who calls."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = cls.new_collector(name="Carla Collector")
        cls.interactions = cls.env["cobranza.interaction"].with_user(cls.collector)

    def setUpBooks(self):
        super().setUpBooks()
        self.move = self.invoice(self.partner, 100)

    def outcome(self, code):
        """The outcome that comes with the program under a code."""
        return self.env.ref(f"cobranza_dunning.outcome_{code}")

    def log(self, outcome="no_answer", **vals):
        """Log a call by the collector over the public method; return the interaction."""
        found = self.interactions.log_contact(self.partner.id, outcome, **vals)
        return self.env["cobranza.interaction"].browse(found["id"])

    def work(self, activity_type=CALL_AGAIN):
        """The activities of a type on the customer's account, the earliest first."""
        kind = self.env.ref(activity_type)
        return self.debtor().activity_ids.filtered(lambda one: one.activity_type_id == kind)


@tagged("post_install", "-at_install")
class TestOutcome(OutcomeCase):
    # --- plain values in and out

    def test_a_call_is_logged_with_plain_values(self):
        moment = fields.Datetime.now() - timedelta(hours=1)
        found = self.interactions.log_contact(
            self.partner.id, "promise", reason="cash_shortage", intention="pays_all",
            note="<b>Friday</b>", summary="Pays on\nFriday", next_step="Look at the bank",
            next_step_date=str(TODAY + timedelta(days=3)), contact_id=self.partner.id,
            move_id=self.move.id, date=fields.Datetime.to_string(moment),
        )  # fmt: skip
        self.assertEqual(
            {key: found[key] for key in ("summary", "outcome", "right_party", "date")},
            {
                "summary": "Pays on Friday",
                "outcome": "promise",
                "right_party": True,
                "date": fields.Datetime.to_string(moment),
            },
        )
        call = self.env["cobranza.interaction"].browse(found["id"])
        self.assertEqual(
            (call.debtor_id, call.channel, call.direction, call.user_id, call.automatic),
            (self.debtor(), "phone", "out", self.collector, False),
        )
        self.assertEqual(call.reason_id.code, "cash_shortage")
        self.assertEqual((call.intention, call.move_id), ("pays_all", self.move))
        self.assertNotIn("<b>", call.note)
        [step] = self.work("mail.mail_activity_data_todo")
        self.assertEqual(
            (step.summary, step.user_id, step.date_deadline),
            ("Look at the bank", self.collector, TODAY + timedelta(days=3)),
        )
        self.assertFalse(self.work())

    def test_lists_are_named_by_code_or_number(self):
        outcome = self.outcome("wrong_number")
        self.assertEqual(self.log(outcome.id).outcome_id, outcome)
        self.assertEqual(self.log("wrong_number").summary, "Wrong number")
        self.assertEqual(self.log(None).summary, "Contact")

    def test_what_is_refused(self):
        other = self.invoice(self.other, 50)
        for values, words in (
            ({"outcome": "nobody"}, "isn't in the list “Outcome of a contact”: use one of no_ans"),
            ({"outcome": 10**12}, "isn't in the list"),
            ({"reason": True}, "isn't in the list"),
            ({"channel": "fax"}, "“fax” is no Channel: use one of email"),
            ({"direction": ["out"]}, "is no Direction"),
            ({"intention": "x"}, "is no Intention"),
            ({"next_step_date": "soon"}, "isn't a date"),
            ({"date": "soon"}, "isn't a moment"),
            ({"date": fields.Datetime.now() + timedelta(hours=1)}, "can't be in the future"),
            ({"contact_id": self.other.id}, "belongs to another customer"),
            ({"move_id": other.id}, "belongs to another customer"),
            ({"reminder_id": 10**9}, "belongs to another customer"),
            ({"partner_id": self.new_partner("Nobody").id}, "Nobody owes nothing in"),
            ({"partner_id": "x"}, "there is no contact “x”"),
        ):
            with self.subTest(values), self.assertRaisesRegex(UserError, words):
                self.interactions.log_contact(**{"partner_id": self.partner.id, **values})

    def test_of_another_company_is_another_account(self):
        company = self.new_company()
        self.invoice(self.partner, 10, company=company)
        self.debtor(company=company)
        self.collector.company_ids |= company
        theirs = self.interactions.with_company(company).log_contact(self.partner.id, "paid")
        self.assertEqual(self.interactions.browse(theirs["id"]).company_id, company)

    # --- the right person

    def test_the_outcome_says_whether_it_was_the_right_person(self):
        call = self.log("third_party")
        self.assertFalse(call.right_party)
        call.outcome_id = self.outcome("refused")
        self.assertTrue(call.right_party)
        call.outcome_id = False
        self.assertTrue(call.right_party)
        self.assertFalse(self.log(None).right_party)

    def test_what_the_program_noticed_takes_the_outcome_that_a_person_adds(self):
        self.partner.phone = "+34 612 34 56 78"
        self.debtor().with_user(self.collector).action_call()
        call = self.debtor().interaction_ids
        call.with_user(self.collector).outcome_id = self.outcome("message_left")
        self.assertTrue(call.automatic)
        self.assertEqual(self.work().date_deadline, TODAY + timedelta(days=2))
        with self.assertRaisesRegex(UserError, "stays as it is"):
            call.with_user(self.collector).channel = "sms"

    # --- the reason

    def test_where_the_reason_may_not_be_asked_it_is_refused(self):
        colombia = self.env.ref("cobranza_dunning.contact_rule_co")
        self.debtor().contact_rule_id = colombia
        self.assertFalse(self.debtor().may_ask_reason)
        with self.assertRaisesRegex(ValidationError, "forbids asking why he has not paid"):
            self.log("right_party", reason="forgot")
        call = self.log("right_party")
        reason = self.env.ref("cobranza_dunning.nonpayment_reason_forgot")
        with self.assertRaisesRegex(ValidationError, "forbids asking"):
            call.with_user(self.collector).write({"reason_id": reason.id})
        with self.assertRaisesRegex(ValidationError, "forbids asking"):
            self.interactions.create(
                {"debtor_id": call.debtor_id.id, "summary": "x", "reason_id": reason.id}
            )
        self.debtor().contact_rule_id = False
        self.assertTrue(self.debtor().may_ask_reason)
        told = self.log("right_party", reason="forgot")
        self.assertEqual(told.reason_id, reason)
        # nor is it carried over to a customer who must not be asked
        self.invoice(self.other, 50)
        self.debtor(self.other).contact_rule_id = colombia
        with self.assertRaisesRegex(ValidationError, "forbids asking"):
            told.with_user(self.collector).debtor_id = self.debtor(self.other)

    def test_what_has_not_arrived_is_why_it_is_not_paid(self):
        """By outcome, or by what it was about: one and the same."""
        by_code = self.log("not_received")
        debtor = self.debtor()
        by_kind = self.interactions.create(
            {"debtor_id": debtor.id, "summary": "Never came", "kind": "not_received"}
        )
        later = self.log("right_party")
        later.with_user(self.collector).kind = "not_received"
        for one in (by_code, by_kind, later):
            with self.subTest(one.summary):
                self.assertEqual((one.kind, one.reason_id.code), ("not_received", "invoice_lost"))
                self.assertEqual(one.action_resend()["res_model"], "cobranza.resend.wizard")
        own = self.log("not_received", reason="forgot")
        self.assertEqual(own.reason_id.code, "forgot")

    def test_where_the_reason_may_not_be_asked_it_stays_empty(self):
        self.debtor().contact_rule_id = self.env.ref("cobranza_dunning.contact_rule_co")
        call = self.log("not_received")
        self.assertEqual((call.kind, call.reason_id.code), ("not_received", False))

    def test_a_reason_of_one_company_is_not_set_in_another(self):
        reason = self.env.ref("cobranza_dunning.nonpayment_reason_invoice_lost")
        reason.company_id = self.new_company()
        self.assertFalse(self.log("not_received").reason_id)

    # --- another call

    def test_nobody_answered_is_work_for_tomorrow(self):
        self.log()
        [again] = self.work()
        self.assertEqual(
            (again.summary, again.date_deadline, again.user_id),
            ("No answer", TODAY + timedelta(days=1), self.collector),
        )

    def test_nobody_is_called_again_on_a_weekend(self):
        friday = datetime(2026, 6, 5, 10)
        with self.at(friday.date()):
            self.log(date=fields.Datetime.to_string(friday))
            self.assertEqual(self.work().date_deadline, date(2026, 6, 8))

    def test_who_was_called_is_on_the_list_again_on_the_day_of_the_next_call(self):
        """Until then he isn't, whoever called: nobody calls him twice a day."""
        debtors = self.env["cobranza.debtor"]
        arch = etree.fromstring(debtors.get_view(view_type="search")["arch"])
        (node,) = arch.xpath("//filter[@name='for_today']")

        def today():
            domain = [*literal_eval(node.get("domain")), ("id", "=", self.debtor().id)]
            return bool(debtors.search(domain))

        self.assertTrue(today())
        self.log()
        again = self.work().date_deadline
        self.assertEqual(self.debtor().call_again_date, again)
        self.assertFalse(today())
        self.assertTrue(debtors.search([("call_again_date", "=", again)]))
        with self.at(again):
            self.assertTrue(today())
        self.log("right_party")
        self.debtor().invalidate_recordset(["call_again_date"])
        self.assertFalse(self.debtor().call_again_date)
        self.assertTrue(today())

    def test_the_day_of_the_next_call_is_the_first_one_whatever_is_searched(self):
        debtor = self.debtor()
        first, second = TODAY + timedelta(3), TODAY + timedelta(9)
        for day in (second, first):
            debtor.activity_schedule(CALL_AGAIN, date_deadline=day)
        self.assertEqual(debtor.call_again_date, first)
        between = first + timedelta(1)
        for operator, value, expected in (
            ("=", first, True), ("=", second, False), ("=", False, False),
            ("!=", first, False), ("!=", second, True), ("!=", False, True),
            ("<", first, False), ("<", between, True), ("<=", first, True),
            (">", first, False), (">", between, False), (">=", first, True),
            (">=", between, False), ("in", [second, first], True), ("in", [False], False),
        ):  # fmt: skip
            with self.subTest(operator=operator, value=value):
                found = debtor.search([("call_again_date", operator, value)])
                self.assertEqual(debtor in found, expected)

    def test_the_next_call_ends_it_and_may_ask_for_another(self):
        self.log()
        self.log("message_left")
        self.assertEqual(self.work().mapped("summary"), ["Message left"])
        self.log("right_party")
        self.assertFalse(self.work())

    def test_a_conversation_ends_it_whoever_called(self):
        self.log()
        self.log("right_party", direction="in")
        self.assertFalse(self.work())

    def test_a_visit_and_a_meeting_are_contacts_like_others(self):
        """What was said face to face counts for the limits as visits do."""
        debtor = self.debtor()
        for channel in ("visit", "meeting"):
            self.log("right_party", channel=channel)
        self.assertEqual(
            debtor.interaction_ids.sorted("id").mapped("channel"), ["visit", "meeting"]
        )
        rule = self.env["cobranza.contact.rule"].create(
            {
                "name": "Two visits a week",
                "cap_ids": [
                    fields.Command.create({"about": "visit", "max_contacts": 2, "days": 7})
                ],
            }
        )
        self.policy.contact_rule_id = rule
        self.assertFalse(debtor.cobranza_may_contact("visit")["allowed"])
        self.assertTrue(debtor.cobranza_may_contact("phone")["allowed"])

    def test_a_message_doesnt_end_it(self):
        self.log()
        self.log("message_left", channel="whatsapp")
        self.assertEqual(self.work().mapped("summary"), ["No answer"])

    def test_an_own_next_step_comes_before_it(self):
        self.log(next_step="Ask the agent", next_step_date=str(TODAY))
        self.assertFalse(self.work())

    def test_what_is_written_down_late_asks_for_nothing_that_has_passed(self):
        self.log(date=fields.Datetime.now() - timedelta(days=5))
        self.assertFalse(self.work())

    def test_many_at_once_take_as_many_queries_as_one(self):
        partners = [self.new_partner(f"Many {number}") for number in range(12)]
        for partner in partners:
            self.invoice(partner, 10)
        self.env.cr.flush()
        debtors = self.env["cobranza.debtor"].search(
            [("partner_id", "in", [partner.id for partner in partners])]
        )
        self.assertEqual(len(debtors), 12)
        values = {
            "summary": "Called",
            "outcome_id": self.outcome("no_answer").id,
            "reason_id": self.env.ref("cobranza_dunning.nonpayment_reason_forgot").id,
        }

        def queries(chosen):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["cobranza.interaction"].create(
                [{**values, "debtor_id": debtor.id} for debtor in chosen]
            )
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(debtors[:1])  # caches of a first call
        one, many = queries(debtors[1:2]), queries(debtors[2:])
        self.assertLessEqual(many, one + 2, (one, many))

    # --- the lists

    def test_the_programs_own_activity_types_stay(self):
        """Work is made and found by them."""
        kinds = self.env["mail.activity.type"]
        for name in ("mail_activity_type_call_again", "activity_type_promise"):
            with self.subTest(name), self.assertRefused("rename or archive it instead"):
                self.env.ref(f"cobranza_dunning.{name}").unlink()
        kinds.create({"name": "Visit"}).unlink()

    def test_what_comes_with_the_program_is_archived_not_deleted(self):
        manager = self.new_user("cobranza_dunning.group_manager")
        for supplied in (
            self.outcome("no_answer"), self.env.ref("cobranza_dunning.nonpayment_reason_forgot"),
        ):  # fmt: skip
            supplied = supplied.with_user(manager)
            with self.assertRaisesRegex(UserError, "archive it instead of deleting"):
                supplied.unlink()
            with self.assertRaisesRegex(UserError, "scripts may rely on its code"):
                supplied.code = "other"
            own = supplied.create({"name": "Own", "code": "own"})
            own.code = "ours"
            own.unlink()
            with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
                supplied.create({"name": "Twice", "code": supplied.code})
        self.outcome("no_answer").active = False
        self.assertEqual(self.log("no_answer").outcome_id, self.outcome("no_answer"))

    def test_collectors_choose_and_dont_change_the_lists(self):
        reason = self.env.ref("cobranza_dunning.nonpayment_reason_bank")
        for record in (self.outcome("paid"), reason):
            with self.assertRaises(AccessError):
                record.with_user(self.collector).name = "x"

    def test_nobody_but_collectors_logs(self):
        for group in ("cobranza_dunning.group_auditor", "base.group_portal", "base.group_user"):
            user = self.new_user(group)
            with self.subTest(group), self.assertRaises(AccessError):
                self.interactions.with_user(user).log_contact(self.partner.id, "paid")

    def test_what_the_rule_said_is_nobodys_to_write(self):
        check = self.debtor()._check_contact("phone") and self.debtor().contact_check_ids[:1]
        call = self.log()
        with self.assertRaises(AccessError):
            call.with_user(self.collector).contact_check_id = check
