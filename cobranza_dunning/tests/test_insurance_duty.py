"""Insurance deadlines: what is to be done, whose work it is, and the mail about it."""

from ast import literal_eval
from datetime import date, timedelta

from odoo.tests import tagged

from .test_insurance_night import LOGGER
from .test_insurance_notice import DUE, LAST, NoticeCase

#: The first day of the warning.
WARNED = LAST - timedelta(days=14)
MONDAY = date(2026, 4, 20)


class DutyCase(NoticeCase):
    """Whoever is responsible for the policy, and how a day is followed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_user("cobranza_dunning.group_manager", email="risk@example.com")
        cls.insurance.user_id = cls.manager

    def duties(self, on, partner=None):
        """What is to be done about a customer, as it is believed on a day."""
        with self.at(on):
            self.commit()
            self.env["cobranza.insurance.cover"]._follow(self.company)
            self.env["cobranza.debtor"]._refresh_figures(self.company)
        self.env.invalidate_all()
        return self.env["cobranza.insurance.duty"].search(
            [("partner_id", "=", (partner or self.partner).id)]
        )

    def work(self):
        """The open activities about insurance of the customer."""
        kind = self.env.ref("cobranza_dunning.activity_type_insurance")
        found = self.env["mail.activity"].search([("activity_type_id", "=", kind.id)])
        accounts = self.env["cobranza.debtor"].browse(found.mapped("res_id"))
        self.assertLessEqual(accounts.partner_id, self.partner)
        return found.sorted("date_deadline")


@tagged("post_install", "-at_install")
class TestDuty(DutyCase):
    """They follow the covers."""

    def test_from_the_due_date_to_the_loss(self):
        self.assertFalse(self.duties(DUE))
        for day, state, asked in (
            (DUE + timedelta(days=1), "pending", False),
            (WARNED - timedelta(days=1), "pending", False),
            (WARNED, "due", True),
            (LAST, "due", True),
            (LAST + timedelta(days=1), "missed", True),
        ):
            one = self.duties(day)
            self.assertEqual((one.duty, one.state, one.deadline), ("notice", state, LAST), day)
            self.assertEqual(one.missed, state == "missed")
            self.assertEqual(bool(self.work()), asked, day)
        self.assertEqual((one.amount, one.line_count), (100, 1))
        self.assertIn("restores the cover", one.advice)
        self.assertIn("Missed", self.work().summary)

    def test_the_days_until_it_are_counted(self):
        one = self.duties(WARNED)
        self.assertTrue(one.display_name.startswith(self.partner.name), "as a calendar cuts it")
        for days, text in (
            (40, "in 40 days"), (1, "tomorrow"), (0, "today"), (-1, "1 day ago"),
            (-120, "120 days ago"),
        ):  # fmt: skip
            one.invalidate_recordset()
            with self.subTest(days), self.at(LAST - timedelta(days=days)):
                self.assertEqual(one.days_text, text)

    def test_one_activity_for_many_lines(self):
        for number in range(1, 4):
            self.sale(10, date(2026, 3, 1), DUE + timedelta(days=number))
        one = self.duties(LAST - timedelta(days=1))
        self.assertEqual((one.line_count, one.amount, one.deadline), (4, 130, LAST))
        work = self.work()
        self.assertEqual((len(work), work.date_deadline, work.user_id), (1, LAST, self.manager))

    def test_what_was_missed_does_not_hide_what_is_ahead(self):
        self.sale(10, date(2026, 3, 1), DUE + timedelta(days=5))
        found = self.duties(LAST + timedelta(days=1))
        self.assertEqual(found.mapped("state"), ["missed", "due"])
        self.assertEqual(found.mapped("amount"), [100, 10])
        self.assertEqual(len(self.work()), 2)

    def test_a_notice_ends_it_by_itself(self):
        self.duties(WARNED)
        self.assertTrue(self.work())
        self.notify(self.line, on=WARNED)
        self.assertFalse(self.work())
        self.assertFalse(self.duties(WARNED))

    def test_payment_and_excuse_end_it(self):
        self.assertEqual(self.duties(LAST + timedelta(days=1)).state, "missed")
        with self.at(LAST + timedelta(days=1)):
            self.env["cobranza.insurance.approval"].create(
                {"move_ids": self.sold.ids, "duty": "notice", "reference": "OK"}
            )
        self.assertFalse(self.duties(LAST + timedelta(days=1)))
        self.assertFalse(self.work())

    def test_nothing_changes_nothing_is_written(self):
        one = self.duties(WARNED)
        work = self.work()
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        again = self.duties(WARNED)
        self.assertLess(self.env.cr.sql_log_count - before, 40)
        self.assertEqual((again, self.work()), (one, work))

    def test_whoever_ticked_it_off_is_asked_when_something_changes(self):
        self.duties(WARNED)
        self.work().action_feedback(feedback="I rang them")
        self.duties(WARNED + timedelta(days=1))
        self.assertFalse(self.work())
        self.duties(LAST + timedelta(days=1))
        self.assertEqual(self.work().user_id, self.manager)

    def test_another_person_becomes_responsible(self):
        self.duties(WARNED)
        collector = self.new_collector()
        self.sold.cover_ids.debtor_id.user_id = collector
        self.insurance.user_id = False
        one = self.duties(WARNED)
        self.assertEqual((one.user_id, self.work().user_id), (collector, collector))
        collector.active = False
        self.company.cobranza_user_id = self.manager
        self.assertEqual(self.duties(WARNED).user_id, self.manager)

    def test_an_extension_without_approval(self):
        self.insurance.write({"mep": 10, "deadline_ids": [(5,)]})
        self.sold.insured = False
        self.commit()
        with self.at(DUE):
            self.env["cobranza.promise"].promise(self.partner.id, 100, "2026-05-20")
        self.sold.insured = True
        one = self.duties(date(2026, 4, 5)).filtered("missed")
        self.assertEqual((one.duty, one.deadline), ("extension", date(2026, 4, 10)))
        action = one.action_next()
        self.assertEqual(action["context"]["default_move_ids"], self.sold.ids)
        milestone = self.duties(date(2026, 4, 5)) - one
        self.assertEqual((milestone.duty, milestone.state), ("mep", "due"))
        self.assertEqual(milestone.action_next()["res_model"], "cobranza.insurance.cover")

    def test_the_number_of_queries_is_that_of_one(self):
        """A night with a dozen customers asks as often as one with one."""
        def count(day):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.duties(day)
            return self.env.cr.sql_log_count - before

        count(DUE)
        one = count(WARNED)
        for number in range(12):
            partner = self.new_partner(f"Customer {number}")
            self.limit(500, partner=partner)
            self.sale(10, date(2026, 3, 1), DUE + timedelta(days=10), partner=partner)
        count(WARNED)
        many = count(WARNED + timedelta(days=10))
        self.assertEqual(self.env["cobranza.insurance.duty"].search_count([]), 13)
        self.assertLessEqual(many, one + 12)

    def test_screens_lead_on(self):
        one = self.duties(WARNED)
        with self.at(WARNED):
            notice = self.env["cobranza.insurance.notice"].browse(one.action_next()["res_id"])
        self.assertEqual(notice.line_ids.move_line_id, self.line)
        self.assertEqual(one.action_view_debtor()["res_id"], one.debtor_id.id)
        self.assertEqual(one._covers(), self.sold.cover_ids)

    def test_a_claim_and_a_declaration_lead_on(self):
        """To a draft of what is to be told: the same one when asked twice."""
        self.insurance.write(
            {"declares": True, "deadline_ids": [(5,), self.deadline("claim", "due", 30)]}
        )
        duties = self.duties(WARNED).grouped("duty")
        self.assertEqual(duties.keys(), {"claim", "declaration"})
        with self.at(WARNED):
            opened = {code: one.action_next() for code, one in duties.items()}
            again = {code: one.action_next()["res_id"] for code, one in duties.items()}
        self.assertEqual(again, {code: action["res_id"] for code, action in opened.items()})
        claim = self.env["cobranza.insurance.claim"].browse(again["claim"])
        self.assertEqual((claim.state, claim.policy_id), ("draft", self.insurance))
        self.assertEqual(claim.line_ids.move_line_id, self.line)
        draft = self.env["cobranza.insurance.declaration"].browse(again["declaration"])
        self.assertEqual((draft.state, draft.policy_id), ("draft", self.insurance))
        self.assertEqual((draft.date_from, draft.deadline),
                         (date(2026, 3, 1), duties["declaration"].deadline))  # fmt: skip
        with self.at(WARNED):
            draft.action_declare("R-1")
            declared = duties["declaration"].action_next()
        self.assertEqual(declared["domain"], [("policy_id", "in", self.insurance.ids)])
        reader = self.new_collector()
        for one in duties.values():
            seen = one.with_user(reader).action_next()
            self.assertEqual(seen["res_model"], "cobranza.insurance.cover")

    def test_each_kind_has_its_row(self):
        """What, its terms, the day before the warning, its first and the last day.

        A claim and the end of a waiting period are somebody's work; a declaration concerns all
        customers, and is no activity on the account of each.
        """
        waiting = self.deadline("waiting", "due", 60)
        for code, terms, before, warned, last in (
            ("claim", {"deadline_ids": [self.deadline("claim", "due", 40)]},
             date(2026, 4, 25), date(2026, 4, 26), date(2026, 5, 10)),
            ("waiting", {"deadline_ids": [waiting]},
             date(2026, 5, 15), date(2026, 5, 16), date(2026, 5, 30)),
            ("declaration", {"declares": True},
             date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 15)),
        ):  # fmt: skip
            with self.subTest(code):
                self.insurance.deadline_ids.unlink()
                self.insurance.write({"declares": False, **terms})
                for day, state in ((before, "pending"), (warned, "due"), (last, "due")):
                    one = self.duties(day)
                    self.assertEqual((one.duty, one.state, one.deadline), (code, state, last), day)
                    self.assertEqual((one.amount, one.line_count), (100, 1))
                    asked = state != "pending" and code != "declaration"
                    self.assertEqual(bool(self.work()), asked, day)
                # what comes by itself is over; what had to be done was missed
                self.assertEqual(
                    self.duties(last + timedelta(days=1)).mapped("state"),
                    [] if code == "waiting" else ["missed"],
                )
                self.assertEqual(len(self.work()), 1 if code == "claim" else 0)


@tagged("post_install", "-at_install")
class TestToday(DutyCase):
    """What must be done for an insurer comes before any other priority."""

    def today(self):
        view = self.env.ref("cobranza_dunning.cobranza_debtor_view_list_today")
        action = self.env.ref("cobranza_dunning.cobranza_debtor_action_today")
        return self.env["cobranza.debtor"].search(
            [*literal_eval(action.domain), ("company_id", "=", self.company.id)],
            order=view._get_combined_arch().get("default_order"),
        )

    def test_deadlines_come_first(self):
        self.sale(100000, date(2026, 3, 1), DUE, partner=self.other, insured=False)
        self.duties(WARNED - timedelta(days=1))
        debtors = self.env["cobranza.debtor"].search([("company_id", "=", self.company.id)])
        debtor = debtors.filtered(lambda one: one.partner_id == self.partner)
        other = debtors - debtor
        self.assertEqual(self.today(), other | debtor)
        self.duties(WARNED)
        self.assertEqual(self.today(), debtor | other)
        self.assertEqual(
            (debtor.insurance_due_date, debtor.insurance_due_duty), (LAST, "notice")
        )
        self.notify(self.line, on=WARNED)
        self.assertEqual(self.today(), other | debtor)
        self.assertFalse(debtor.insurance_due_date)

    def test_what_was_missed_and_can_be_made_up_for_stays_a_deadline(self):
        """Only where the policy says that the cover is at risk, not lost."""
        for consequence, expected in (("lost", (False, False)), ("at_risk", (LAST, "notice"))):
            self.insurance.missed_notice = consequence
            self.assertTrue(self.duties(LAST + timedelta(days=1)).missed)
            debtor = self.debtor()
            self.assertEqual((debtor.insurance_due_date, debtor.insurance_due_duty), expected)


@tagged("post_install", "-at_install")
class TestDigest(DutyCase):
    """The mail to whoever is responsible."""

    def send(self, on=MONDAY):
        self.duties(on)
        with self.at(on):
            return self.env["cobranza.insurance.duty"].sudo()._send_digest(self.company)

    def test_near_and_missed(self):
        self.sale(10, date(2026, 2, 1), date(2026, 3, 3))
        mail = self.send()
        self.assertEqual(mail.recipient_ids, self.manager.partner_id)
        self.assertEqual(mail.state, "outgoing")
        for text in ("Missed", "Notify non-payment", self.partner.name, "04/30/2026", "100.00",
                     "/odoo/insurance-deadlines"):  # fmt: skip
            self.assertIn(text, mail.body_html)

    def test_nothing_is_sent_when_nothing_is_near(self):
        self.assertFalse(self.send(date(2026, 4, 6)))
        self.notify(self.line, on=date(2026, 4, 7))
        self.assertFalse(self.send())

    def test_weekly_is_once_since_monday(self):
        self.assertTrue(self.send(MONDAY - timedelta(days=1)), "for the first time")
        for days, sent in ((0, True), (0, False), (1, False), (6, False), (8, True), (9, False)):
            found = self.send(MONDAY + timedelta(days=days))
            self.assertEqual(bool(found), sent, f"{days} days after the first Monday")

    def test_daily_and_never(self):
        self.company.cobranza_insurance_digest = "daily"
        self.assertTrue(self.send(MONDAY))
        self.assertTrue(self.send(MONDAY + timedelta(days=1)))
        self.company.cobranza_insurance_digest = "off"
        self.assertFalse(self.send(MONDAY + timedelta(days=7)))

    def test_how_far_ahead(self):
        self.company.cobranza_insurance_digest_days = (LAST - MONDAY).days
        self.assertTrue(self.send())
        self.company.cobranza_insurance_digest_on = False
        self.company.cobranza_insurance_digest_days -= 1
        self.assertFalse(self.send())

    def test_nobody_is_responsible(self):
        """Then every collections manager of the company is told."""
        self.insurance.user_id = False
        other = self.new_user("cobranza_dunning.group_manager", email="boss@example.com")
        collector = self.new_collector()
        readers = self.send().recipient_ids
        self.assertIn(other.partner_id, readers)
        self.assertIn(self.manager.partner_id, readers)
        self.assertNotIn(collector.partner_id, readers)

    def test_a_stop_of_contact_to_customers_does_not_hold_it(self):
        self.env["cobranza.stop"]._stop(self.company, "Wrong bank file")
        mail = self.send()
        self.assertNotIn(mail.id, mail._cobranza_stopped_ids())

    def test_a_company_that_fails_does_not_keep_others_waiting(self):
        self.duties(MONDAY)
        broken = self.new_company()
        self.new_insurance(broken)
        self.company.sequence, broken.sequence = 2, 1
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_company SET cobranza_insurance_digest_days = 2000000000 WHERE id = %s",
            [broken.id],
        )
        with (
            self.assertLogs(LOGGER, "ERROR") as log,
            self.at(MONDAY),
            self.enter_registry_test_mode(),
        ):
            self.env.ref("cobranza_dunning.ir_cron_insurance_digest").method_direct_trigger()
        self.assertIn(f"company {broken.id}", log.output[0])
        self.env.invalidate_all()
        self.assertEqual(self.company.cobranza_insurance_digest_on, MONDAY)

    def test_in_the_morning_where_the_company_is(self):
        """At 11:59 UTC it is 5:59 in Mexico."""
        self.duties(MONDAY)
        self.company.partner_id.tz = "America/Mexico_City"
        cron = self.env.ref("cobranza_dunning.ir_cron_insurance_digest")
        for moment, sent_on in (("11:59", False), ("12:00", MONDAY)):
            with self.at_moment(f"{MONDAY} {moment}:00"), self.enter_registry_test_mode():
                cron.method_direct_trigger()
                self.env.invalidate_all()
                self.assertEqual(self.company.cobranza_insurance_digest_on, sent_on)

    def test_the_scheduled_action(self):
        self.duties(MONDAY)
        with self.at(MONDAY), self.enter_registry_test_mode():
            self.env.ref("cobranza_dunning.ir_cron_insurance_digest").method_direct_trigger()
        mails = self.env["mail.mail"].search(
            [("recipient_ids", "in", self.manager.partner_id.ids)]
        )
        self.assertEqual(len(mails), 1)
