"""Notices of non-payment: what can be notified, what they keep, and what cover makes of them."""

import base64
from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .insurance import InsuranceCase
from .papers import Papers

DUE = date(2026, 3, 31)
#: Of a notice that may be given until 30 days after the due date.
LAST = date(2026, 4, 30)


class NoticeCase(InsuranceCase):
    """A policy that wants notice within 30 days, a customer with a limit of 1 000 who owes 100."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.insurance.deadline_ids = [cls.deadline("notice", "due", 30)]

    def setUpBooks(self):
        super().setUpBooks()
        self.limit(1000)
        self.sold = self.sale(100, date(2026, 3, 1), DUE)
        self.line = self.due(self.sold)

    def notify(self, lines=None, reference="AFP-1", on=LAST, **more):
        """Notify on a day, as a script does."""
        with self.at(on):
            return self.env["cobranza.insurance.notice"].notify(
                self.partner.id, lines.ids if lines else None, reference, **more
            )

    def state_on(self, day, of=None):
        """The state of a cover as it is decided on a day."""
        with self.at(day):
            self.insurance._terms_changed()
            return self.cover(of or self.sold).state


@tagged("post_install", "-at_install")
class TestNotice(NoticeCase):
    """A notice of one customer's debts."""

    def test_in_time_keeps_the_cover(self):
        self.assertEqual(self.state_on(LAST), "at_risk")
        told = self.notify(self.line)
        self.assertEqual(
            {name: told[name] for name in told if name not in ("id", "lines")},
            {
                "state": "notified", "partner_id": self.partner.id, "amount": 100.0,
                "policy_id": self.insurance.id, "reference": "AFP-1", "currency": "USD",
                "notified_on": str(LAST), "deadline": str(LAST), "late": False,
                "covered_amount": 100.0,
            },
        )  # fmt: skip
        self.assertEqual(
            told["lines"],
            [
                {"line_id": self.line.id, "move_id": self.sold.id, "name": self.sold.name,
                 "date_due": str(DUE), "amount": 100.0, "currency": "USD", "deadline": str(LAST)}
            ],
        )  # fmt: skip
        for day in (LAST, LAST + timedelta(days=1), date(2026, 12, 31)):
            self.assertEqual(self.state_on(day), "covered", day)

    def test_a_day_late_it_is_kept_and_the_cover_is_lost(self):
        told = self.notify(self.line, on=LAST + timedelta(days=1))
        self.assertTrue(told["late"])
        self.assertEqual(self.state_on(LAST + timedelta(days=1)), "lost")
        self.assertEqual(self.cover(self.sold).reason, "notice_missed")

    def test_a_late_one_is_excused(self):
        self.notify(self.line, on=LAST + timedelta(days=1))
        self.env["cobranza.insurance.approval"].create(
            {"move_ids": self.sold.ids, "duty": "notice", "reference": "OK"}
        )
        self.assertEqual(self.state_on(LAST + timedelta(days=2)), "covered")

    def test_given_earlier_and_recorded_later(self):
        """The day on which it was given counts, not that on which somebody writes it down."""
        told = self.notify(self.line, on=LAST + timedelta(days=5), notified_on=str(LAST))
        self.assertFalse(told["late"])
        self.assertEqual(self.state_on(LAST + timedelta(days=5)), "covered")

    def test_of_a_past_day(self):
        """What was believed before the notice stays."""
        self.commit()
        self.notify(self.line)
        with self.at(LAST + timedelta(days=1)):
            (before,) = self.line.cobranza_cover(LAST - timedelta(days=1))
            (after,) = self.line.cobranza_cover()
        self.assertEqual((before["state"], after["state"]), ("covered", "covered"))
        self.assertEqual((before["next_duty"], after["next_duty"]), ("notice", False))

    def test_withdrawn_it_counts_for_nothing(self):
        notice = self.env["cobranza.insurance.notice"].browse(self.notify(self.line)["id"])
        with self.at(LAST):
            notice.action_withdraw("He had paid")
        self.assertEqual(notice.state, "withdrawn")
        self.assertEqual((notice.withdraw_reason, notice.withdrawn_on), ("He had paid", LAST))
        self.assertEqual(self.state_on(LAST), "at_risk")
        self.assertEqual(self.state_on(LAST + timedelta(days=1)), "lost")
        again = self.notify(self.line)
        self.assertNotEqual(again["id"], notice.id)
        self.assertEqual(again["state"], "notified")

    def test_the_same_once_more_changes_nothing(self):
        told = self.notify(self.line)
        self.assertEqual(self.notify(self.line), told)
        self.assertEqual(self.notify(), told)
        self.assertEqual(self.env["cobranza.insurance.notice"].search_count([]), 1)

    def test_without_lines_it_is_all_that_can_be(self):
        overdue = self.sale(50, date(2026, 3, 2), date(2026, 4, 1))
        self.sale(30, date(2026, 3, 2), date(2026, 5, 29))
        self.sale(20, date(2026, 3, 2), date(2026, 4, 1), insured=False)
        told = self.notify()
        self.assertEqual(
            {one["line_id"] for one in told["lines"]}, {self.line.id, self.due(overdue).id}
        )
        self.assertEqual((told["amount"], told["deadline"]), (150.0, str(LAST)))

    def test_an_insolvent_customers_debts_can_all_be(self):
        later = self.sale(30, date(2026, 3, 2), date(2026, 5, 29))
        with self.assertRefused("isn't overdue yet"):
            self.notify(self.due(later))
        self.debtor().insolvent_on = LAST
        self.assertEqual(len(self.notify()["lines"]), 2)

    def test_amounts_are_those_of_the_day(self):
        self.pay(self.sold, 40, payment_date=date(2026, 4, 1))
        reason = self.env["cobranza.dispute.reason"].search([], limit=1)
        self.env["cobranza.dispute"].create(
            {"move_line_id": self.line.id, "amount": 10, "reason_id": reason.id}
        )
        told = self.notify(self.line)
        self.assertEqual((told["amount"], told["covered_amount"]), (60.0, 50.0))
        self.pay(self.sold, 60, payment_date=date(2026, 5, 2))
        line = self.env["cobranza.insurance.notice"].browse(told["id"]).line_ids
        self.assertEqual((line.amount, line.disputed_amount), (60.0, 10.0))

    def test_evidence_and_reason(self):
        file = self.env["ir.attachment"].create(
            {"name": "receipt.pdf", "datas": base64.b64encode(b"received")}
        )
        reason = self.env["cobranza.nonpayment.reason"].search([("code", "!=", False)], limit=1)
        told = self.notify(
            self.line, reason=reason.code, note="He doesn't answer", attachment_ids=file.ids
        )
        notice = self.env["cobranza.insurance.notice"].browse(told["id"])
        self.assertEqual((notice.reason_id, notice.attachment_ids), (reason, file))
        self.assertEqual((file.res_model, file.res_id), (notice._name, notice.id))
        self.assertEqual(notice.user_id, self.env.user)

    def printed(self, notice):
        """What is printed of a notice, as HTML."""
        return self.env["ir.actions.report"]._render_qweb_html(
            "cobranza_dunning.report_insurance_notice", notice.ids
        )[0].decode()

    def test_a_withdrawn_one_says_so_on_paper(self):
        notice = self.env["cobranza.insurance.notice"].browse(self.notify(self.line)["id"])
        with self.at(LAST):
            notice.action_withdraw("He had paid")
        self.assertIn("Withdrawn on 04/30/2026", self.printed(notice))

    def test_what_the_insurer_gets(self):
        """The printed notice and the mail with it, in the insurer's language."""
        self.insurance.write(
            {"number": "P-77",
             "insurer_id": self.env["res.partner"].create({"name": "Aseguradora del Norte"}).id}
        )  # fmt: skip
        with self.at(date(2026, 4, 10)):
            self.remind()
        self.partner.street = "Calle Mayor, 1"
        notice = self.env["cobranza.insurance.notice"].browse(
            self.notify(self.line, note="He promised twice")["id"]
        )
        html = self.printed(notice)
        for text in ("Aseguradora del Norte", "P-77", "AFP-1", self.partner.name, self.sold.name,
                     "03/31/2026", "04/10/2026", "100.00", "1,000.00", "He promised twice"):
            self.assertIn(text, html)
        self.assertNotIn("Withdrawn", html)
        self.assertEqual(html.count(self.partner.name), 1)
        with self.assertRefused("e-mail address on the policy"):
            notice.action_write_to_insurer()
        self.insurance.insurer_id.email = "avisos@example.com"
        action = notice.action_write_to_insurer()
        composer = self.env["mail.compose.message"].with_context(**action["context"]).create({})
        self.assertEqual(composer.partner_ids, self.insurance.insurer_id)
        self.assertIn("P-77", composer.subject)
        self.assertIn(self.partner.name, composer.body)

    def test_it_says_of_which_day_and_whose_it_is(self):
        """A draft bears today's date, a given one its own; with our name and tax number."""
        self.company.vat = "ESB00153841"
        self.insurance.insurer_id = self.env["res.partner"].create(
            {"name": "Aseguradora del Norte", "vat": "ESA00212043"}
        )
        draft = self.env["cobranza.insurance.notice"].browse(
            self.notify(self.line, reference=False, notified_on=False)["id"]
        )
        with self.at(date(2026, 4, 12)):
            html = self.printed(draft)
        for text in ("04/12/2026", self.company.name, "ESB00153841", "ESA00212043"):
            self.assertIn(text, html)
        draft.write({"reference": "AFP-1", "notified_on": date(2026, 4, 14)})
        with self.at(date(2026, 4, 20)):
            draft.action_notify()
            html = self.printed(draft)
        self.assertIn("04/14/2026", html)
        self.assertNotIn("04/20/2026", html)

    # --- what is refused -------------------------------------------------------------------

    def test_what_can_not_be_notified(self):
        bare = self.sale(20, date(2026, 3, 2), DUE, insured=False)
        theirs = self.sale(20, date(2026, 3, 2), DUE, partner=self.other)
        later = self.sale(20, date(2026, 3, 2), date(2026, 5, 29))
        for of, fragment in (
            (bare, "isn't insured"),
            (theirs, "isn't a debt of"),
            (later, "isn't overdue yet"),
        ):
            with self.assertRefused(fragment):
                self.notify(self.line | self.due(of))
        with self.assertRefused("owes nothing"):
            self.env["cobranza.insurance.notice"].notify(self.new_partner("Nobody").id)
        with self.assertRefused("list of their ids"):
            self.env["cobranza.insurance.notice"].notify(self.partner.id, [])

    def test_why_it_is_not_insured_is_said(self):
        stranger = self.new_partner("No limit")
        sold = self.sale(20, date(2026, 3, 2), DUE, partner=stranger)
        with self.at(LAST), self.assertRefused("The customer has no limit."):
            self.env["cobranza.insurance.notice"].notify(stranger.id, self.due(sold).ids, "X")

    def test_what_was_notified_is_not_notified_again(self):
        self.notify(self.line)
        with self.assertRefused("has been told about"):
            self.notify(self.line, "AFP-2")
        with self.assertRefused("insured, overdue and not notified yet"):
            self.notify(None, "AFP-2")

    def test_a_reference_is_of_one_notice(self):
        self.notify(self.line)
        more = self.sale(50, date(2026, 3, 2), DUE)
        with self.assertRefused("AFP-1 is that of another notice"):
            self.notify(self.due(more))

    def test_days_and_files_and_reasons_that_are_none(self):
        for fragment, more in (
            ("hasn't been given yet", {"notified_on": str(LAST + timedelta(days=1))}),
            ("isn't a date", {"notified_on": "yesterday"}),
            ("within ten years", {"notified_on": "0001-01-01"}),
            ("within ten years", {"notified_on": "0001-01-01", "reference": None}),
            ("“unheard-of” isn't in the list", {"reason": "unheard-of"}),
            ("no insurance policy “0”", {"policy": "0"}),
            ("attachments that are there", {"attachment_ids": [2**30]}),
        ):
            with self.assertRefused(fragment):
                self.notify(self.line, **more)

    def test_several_policies(self):
        """Scripts name one; the button draws up a notice for each."""
        other = self.new_insurance(name="Other", sequence=20)
        sold = self.sale(50, date(2026, 3, 2), DUE, insurance_policy_id=other.id)
        self.limit(500, policy_id=other.id)
        with self.assertRefused("several insurance policies"):
            self.notify()
        told = self.notify(policy=other.id)
        self.assertEqual([one["move_id"] for one in told["lines"]], sold.ids)
        with self.at(LAST):
            action = self.debtor().action_notify_insurer()
        notice = self.env["cobranza.insurance.notice"].browse(action["res_id"])
        self.assertEqual((notice.policy_id, notice.line_ids.move_id), (self.insurance, self.sold))


@tagged("post_install", "-at_install")
class TestNoticeByHand(NoticeCase):
    """Drawn up from a list, given once the insurer has confirmed it."""

    def draw_up(self, records=None, on=LAST):
        """The notice that the button on these records draws up."""
        with self.at(on):
            self.commit()
            action = (records or self.sold.cover_ids).action_notify_insurer()
        return self.env["cobranza.insurance.notice"].browse(action["res_id"])

    def give(self, notice, on=LAST):
        with self.at(on):
            notice.action_notify()

    def test_from_covers_invoice_and_customer(self):
        self.commit()
        notice = self.draw_up(self.sold.cover_ids)
        self.assertEqual((notice.state, notice.line_ids.move_line_id), ("draft", self.line))
        self.assertEqual(self.state_on(LAST), "at_risk")
        # the one that waits is brought up to date
        self.assertEqual(self.draw_up(self.sold), notice)
        self.assertEqual(self.draw_up(self.debtor()), notice)

    def test_of_several_customers(self):
        self.limit(500, partner=self.other)
        theirs = self.sale(50, date(2026, 3, 2), DUE, partner=self.other)
        self.commit()
        with self.at(LAST):
            action = (self.sold | theirs).cover_ids.action_notify_insurer()
        notices = self.env["cobranza.insurance.notice"].search(action["domain"])
        self.assertEqual(set(notices.partner_id), {self.partner, self.other})

    def test_it_is_given_with_the_insurers_reference(self):
        notice = self.draw_up()
        with self.assertRefused("insurer's reference first"):
            self.give(notice)
        notice.reference = " AFP\n7 "
        self.give(notice)
        self.assertEqual((notice.state, notice.reference), ("notified", "AFP 7"))
        self.assertEqual(notice.notified_on, LAST)
        self.assertEqual(self.state_on(LAST), "covered")
        with self.assertRefused("nothing to do here"):
            self.give(notice)

    def test_what_was_paid_meanwhile_leaves_it(self):
        more = self.sale(50, date(2026, 3, 2), DUE)
        notice = self.draw_up(self.debtor())
        self.assertEqual(notice.amount, 150)
        self.pay(more, 50, payment_date=LAST)
        notice.reference = "AFP-1"
        self.give(notice)
        self.assertEqual((notice.amount, notice.line_ids.move_id), (100, self.sold))
        self.pay(self.sold, 100, payment_date=LAST)
        self.assertEqual(notice.amount, 100)

    def test_nothing_is_open_any_more(self):
        notice = self.draw_up()
        notice.reference = "AFP-1"
        self.pay(self.sold, 100, payment_date=LAST)
        self.commit()
        with self.assertRefused("delete it"):
            self.give(notice)
        notice.unlink()

    def test_a_line_can_be_left_out_before_it_is_given(self):
        more = self.sale(50, date(2026, 3, 2), DUE)
        notice = self.draw_up(self.debtor())
        unwanted = notice.line_ids.filtered(lambda one: one.move_id == more)
        notice.line_ids = [Command.delete(unwanted.id)]
        notice.reference = "AFP-1"
        self.give(notice)
        self.assertEqual(notice.line_ids.move_id, self.sold)
        with self.assertRefused("stays as it is"):
            notice.line_ids.unlink()

    def test_given_it_stays(self):
        notice = self.draw_up()
        notice.reference = "AFP-1"
        self.give(notice)
        for name, value in (("reference", "X"), ("notified_on", DUE), ("reason_id", False),
                            ("line_ids", [Command.clear()])):  # fmt: skip
            with self.assertRefused("stays as it is"):
                notice.write({name: value})
        notice.note = "The insurer rang back"
        with self.assertRefused("stays on record"):
            notice.unlink()
        with self.assertRefused("Say why"):
            notice.action_withdraw(" ")

    def test_states_and_amounts_are_nobodys_to_write(self):
        notice = self.draw_up()
        for name, value in (("state", "notified"), ("limit_amount", 5), ("deadline", LAST),
                            ("policy_id", False), ("debtor_id", False)):  # fmt: skip
            with self.assertRaises(AccessError):
                notice.write({name: value})
        with self.assertRaises(AccessError):
            notice.line_ids.amount = 5
        with self.assertRaises(AccessError):
            self.env["cobranza.insurance.notice"].create(
                {"debtor_id": self.debtor().id, "policy_id": self.insurance.id}
            )
        with self.assertRefused("nothing to do here"):
            notice.action_withdraw("x")

    def test_collectors_read_and_managers_notify(self):
        collector, manager = self.new_collector(), self.new_user("cobranza_dunning.group_manager")
        notice = self.draw_up()
        notice.reference = "AFP-1"
        for act in (
            lambda env: notice.with_env(env).action_notify(),
            lambda env: notice.with_env(env).action_withdraw("x"),
            lambda env: env["cobranza.insurance.notice"].notify(self.partner.id),
            lambda env: self.debtor().with_env(env).action_notify_insurer(),
        ):
            with self.assertRaises(AccessError):
                act(self.env(user=collector))
        self.assertEqual(notice.with_user(collector).amount, 100)
        with self.at(LAST):
            notice.with_user(manager).action_notify()
        self.assertEqual(notice.user_id, manager)


@tagged("post_install", "-at_install")
class TestNoticeFoundAgain(NoticeCase):
    """The notice stays with the invoice whatever becomes of its items."""

    def test_reset_and_posted_again(self):
        told = self.notify(self.line)
        self.sold.button_draft()
        # a new item of the same day takes the place of the old one
        self.line.with_context(dynamic_unlink=True, check_move_validity=False).unlink()
        self.sold.invoice_line_ids.price_unit = 90
        self.sold.action_post()
        notice = self.env["cobranza.insurance.notice"].browse(told["id"])
        self.assertNotEqual(self.due(self.sold), self.line)
        self.assertFalse(notice.line_ids.move_line_id)
        self.assertEqual(notice.line_ids._items(), self.due(self.sold))
        self.assertEqual(self.state_on(LAST + timedelta(days=9)), "covered")
        self.assertEqual(self.notify(self.due(self.sold)), {
            **told, "lines": [{**told["lines"][0], "line_id": False}],
        })  # fmt: skip

    def test_posted_again_to_another_customer(self):
        """The insurer knows nothing about him: his debt is to be notified as well."""
        self.limit(1000, partner=self.other)
        told = self.notify(self.line)
        self.give_to(self.other, self.sold)
        notice = self.env["cobranza.insurance.notice"].browse(told["id"])
        self.assertFalse(notice.line_ids._items())
        self.assertEqual(self.state_on(LAST), "at_risk")
        self.assertEqual(self.state_on(LAST + timedelta(days=1)), "lost")
        self.partner, wrong = self.other, self.partner
        his = self.notify(self.line, "AFP-2")
        self.assertEqual(his["lines"][0]["line_id"], self.line.id)
        self.assertEqual(self.state_on(LAST + timedelta(days=9)), "covered")
        self.give_to(wrong, self.sold)
        self.assertEqual(notice.line_ids._items(), self.line)
        self.assertEqual(self.state_on(LAST + timedelta(days=9)), "covered")

    def test_the_number_of_queries_is_that_of_one(self):
        """Drawing up reads the lines at once, however many they are."""
        self.line.flush_recordset()
        notices = self.env["cobranza.insurance.notice"]
        few = self.count(lambda: notices._notifiable(self.debtor()))
        for number in range(12):
            self.sale(10, date(2026, 3, 1), DUE + timedelta(days=number))
        many = self.count(lambda: notices._notifiable(self.debtor()))
        self.assertLessEqual(many, few)

    def count(self, act):
        with self.at(LAST):
            self.commit()
            before = self.env.cr.sql_log_count
            act()
            return self.env.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestNoticePaper(Papers, NoticeCase):
    """The notice on paper."""

    def test_an_insurer_and_a_customer_who_are_only_names(self):
        """No placeholder stands where their addresses would."""
        self.insurance.insurer_id = self.env["res.partner"].create({"name": "Seguros Norte"})
        self.partner.write({"street": False, "city": False, "zip": False, "country_id": False})
        notice = self.env["cobranza.insurance.notice"].browse(self.notify(self.line)["id"])
        report = "cobranza_dunning.cobranza_insurance_notice_report"
        [page] = self.pages(self.paper(report, notice))
        self.assertIn("Seguros Norte", page)
        self.assertNotIn("--", page)
        self.insurance.insurer_id.write({"street": "Calle del Puerto 9", "city": "Vigo"})
        [page] = self.pages(self.paper(report, notice))
        self.assertIn("Seguros Norte Calle del Puerto 9 Vigo", page)
