"""What a customer agrees on with us on the page of his account: stories, and who tries to cheat."""

from datetime import timedelta
from uuid import uuid4

from lxml import html
from odoo.tests import tagged

from .common import TODAY
from .test_portal_account import AccountCase
from .test_portal_answers import PDF, PNG

IN_TEN_DAYS = TODAY + timedelta(days=10)


@tagged("post_install", "-at_install")
class TestAccountPromise(AccountCase):
    def promise(self, debtor, amount="100", date=IN_TEN_DAYS, **values):
        return self.send(
            debtor, self.form(debtor, "promise", amount=amount, date=str(date), **values)
        )

    def test_promised_seen_and_kept(self):
        self.company.sudo().cobranza_user_id = self.new_collector(name="Carla")
        debtor, move = self.owing(100, 200)[:2]
        self.assertTaken(self.promise(debtor, "100.00"), "promise")
        promise = debtor.promise_ids
        self.assertEqual(
            (promise.amount, promise.date, promise.origin, promise.channel, promise.state),
            (100, IN_TEN_DAYS, "portal", "portal", "open"),
        )
        self.assertEqual(promise.part_ids.filtered("amount").move_id, move)
        # it is ours to look after, and nothing waits for us
        self.assertEqual(promise.user_id, self.company.cobranza_user_id)
        self.assertEqual(promise.interaction_id, self.told(debtor))
        self.assertIn("Promises $ 100.00", promise.interaction_id.summary.replace("\xa0", " "))
        self.assertFalse(debtor.answer_waiting)
        text = self.page(debtor).text
        self.assertIn("Promised payment", text)
        self.assertIn("What you promised before is still open", text)
        with self.at(TODAY + timedelta(days=3)):
            self.pay(move)
            self.env.cr.flush()
        self.assertEqual(promise.state, "kept")
        self.assertNotIn("still open", self.page(debtor).text)

    def test_what_is_refused(self):
        debtor, _move = self.owing(100)
        for amount, date, problem in (
            ("", IN_TEN_DAYS, "isn't an amount"),
            ("0", IN_TEN_DAYS, "more than nothing"),
            ("-5", IN_TEN_DAYS, "more than nothing"),
            ("nan", IN_TEN_DAYS, "amount"),
            ("inf", IN_TEN_DAYS, "amount"),
            ("1e400", IN_TEN_DAYS, "amount"),
            ("1,000", IN_TEN_DAYS, "isn't an amount"),
            ("100.01", IN_TEN_DAYS, "No more than"),
            ("10", "", "Say by which day"),
            ("10", "soon", "year-month-day"),
            ("10", TODAY + timedelta(days=15), "Choose a day up to"),
            ("10", "9999-12-31", "Choose a day up to"),
        ):
            with self.subTest(amount=amount, date=date):
                answer = self.promise(debtor, amount, date)
                self.assertNotTaken(answer, problem)
                self.assertFalse(debtor.promise_ids)
                self.assertFalse(self.told(debtor))
        shown = html.fromstring(self.promise(debtor, "77.70", "2026-12-31").text)
        self.assertEqual(shown.xpath("//input[@id='promise_amount']/@value"), ["77.70"])

    def test_once_whatever_is_sent_again(self):
        self.policy.promise_max_open = 5
        debtor, _move = self.owing(500)
        data = self.form(debtor, "promise", amount="100", date=str(IN_TEN_DAYS))
        self.assertTaken(self.send(debtor, data), "promise")
        self.assertTaken(self.send(debtor, data), "promise")
        self.assertTaken(self.send(debtor, {**data, "amount": "90"}), "promise")
        self.assertEqual(debtor.promise_ids.mapped("amount"), [100])

    def test_not_for_longer_than_the_policy_allows(self):
        """Neither a later day, nor two at once, nor one after the other."""
        self.policy.write({"promise_max_days": 5, "promise_grace_days": 0})
        debtor, _move = self.owing(100)
        until = TODAY + timedelta(days=5)
        self.assertNotTaken(self.promise(debtor, date=until + timedelta(days=1)), "up to")
        self.assertTaken(self.promise(debtor, "50", until), "promise")
        self.env.flush_all()
        first = debtor.promise_ids
        data = {
            "csrf_token": self.form(debtor, "other")["csrf_token"], "nonce": str(uuid4()),
            "access_token": debtor.access_token, "kind": "promise", "amount": "10",
            "currency_id": str(self.company.currency_id.id), "date": str(until),
        }  # fmt: skip
        self.assertNotTaken(self.send(debtor, data), "still open")
        with self.at(until + timedelta(days=1)):
            self.env["cobranza.debtor"]._evaluate_agreements(self.company, debtor)
            self.assertEqual(first.state, "broken")
            again = {**data, "nonce": str(uuid4()), "date": str(until + timedelta(days=3))}
            self.assertNotTaken(self.send(debtor, again), "have not seen the payment")
            self.assertIn("have not seen the payment", self.page(debtor).text)
            # what he owes otherwise isn't concerned
            self.assertEqual(debtor.promise_ids, first)
            promises = self.env["cobranza.promise"]
            other = self.invoice(self.partner, 30)
            promises._check_own_word(debtor, until + timedelta(days=3), self.due(other))
            # and we may write down his word as before
            promises.promise(self.partner.id, 10, until + timedelta(days=90))

    def test_in_the_currency_he_chooses(self):
        euro = self.new_currency("EUR", 0.5)
        debtor, _move = self.owing(100)
        foreign = self.invoice(self.partner, 80, currency=euro)
        gbp = self.new_currency("GBP", 0.4)
        self.invoice(self.other, 80, currency=gbp)
        self.assertNotTaken(self.promise(debtor, "10", currency_id=""), "nothing left to pay")
        self.assertNotTaken(self.promise(debtor, "10", currency_id=gbp.id), "nothing left to pay")
        self.assertNotTaken(self.promise(debtor, "10", currency_id="x"), "reload")
        self.assertTaken(self.promise(debtor, "80", currency_id=euro.id), "promise")
        self.assertEqual(debtor.promise_ids.part_ids.move_id, foreign)
        self.assertIn("80.00\xa0EUR", self.told(debtor).summary)

    def test_lines_are_not_the_forms_to_choose(self):
        debtor, move = self.owing(100)
        _other, secret = self.owing(300, partner=self.other)
        answer = self.promise(
            debtor, "100", line_ids=str(self.due(secret).id), partner_id=str(self.other.id),
            debtor_id=str(_other.id), origin="manual",
        )  # fmt: skip
        self.assertTaken(answer, "promise")
        self.assertEqual(debtor.promise_ids.part_ids.move_id, move)
        self.assertEqual(debtor.promise_ids.origin, "portal")
        self.assertFalse(_other.promise_ids)

    def test_where_nobody_promises_by_himself(self):
        """There is no policy, or it says so: then the page says what to do instead of a form."""
        debtor, _move = self.owing(100)
        for change in (
            lambda: self.policy.write({"promise_max_open": 0}),
            lambda: self.company.write({"cobranza_policy_id": False}),
        ):
            change()
            tree = html.fromstring(self.page(debtor).text)
            [promise] = tree.xpath("//details[@id='promise']")
            self.assertIn("Please contact us", promise.text_content())
            self.assertFalse(promise.xpath(".//form"))


@tagged("post_install", "-at_install")
class TestAccountDispute(AccountCase):
    def dispute(self, debtor, move, files=None, **values):
        values = {
            "line_id": str(self.due(move).id), "reason_id": str(self.reason.id), **values
        }  # fmt: skip
        return self.send(debtor, self.form(debtor, "dispute", **values), files)

    def test_raised_with_a_document_and_answered(self):
        """Only what he disputes is left alone; he sees what becomes of it."""
        self.company.sudo().cobranza_user_id = self.new_collector(name="Carla")
        debtor, move = self.owing(100)
        answer = self.dispute(
            debtor, move, [("proof", ("delivery.png", PNG)), ("proof", ("a.pdf", PDF))],
            amount="40", text="Two of <b>five</b> were missing",
        )  # fmt: skip
        self.assertTaken(answer, "dispute")
        dispute = debtor.dispute_ids
        self.assertEqual(
            (dispute.amount, dispute.origin, dispute.state, dispute.user_id),
            (40, "portal", "open", self.company.cobranza_user_id),
        )
        self.assertEqual(dispute.revisit_date, TODAY + timedelta(days=self.policy.dispute_days))
        self.assertEqual(
            sorted(dispute.attachment_ids.mapped("name")), ["a.pdf", "delivery.png"]
        )
        self.assertFalse(any(dispute.attachment_ids.mapped("public")))
        self.assertEqual(dispute.description, "Two of <b>five</b> were missing")
        # somebody knows today, and nothing else is held back
        self.assertTrue(debtor.activity_ids)
        self.assertFalse(debtor.answer_waiting)
        self.assertDecision(move, "remind", "level_reached", amount=60)
        self.assertIn("We are looking into it", self.page(debtor).text)
        dispute.action_reject("All five were signed for")
        self.assertIn("All five were signed for", self.page(debtor).text)

    def test_accepted_by_a_credit_note(self):
        debtor, move = self.owing(100)
        self.assertTaken(self.dispute(debtor, move), "dispute")
        self.assertEqual(debtor.dispute_ids.amount, 100)
        debtor.dispute_ids.action_accept()
        self.assertIn("Credit note follows", self.page(debtor).text)
        note = self.credit_note(self.partner, 100, invoice=move)
        debtor.dispute_ids.action_accept(note.id)
        self.assertIn("Credited", self.page(debtor).text)

    def test_one_that_ended_with_its_invoice(self):
        """No credit note follows, and an invoice that is gone has no name."""
        debtor, move, _second = self.owing(100, 50)
        self.assertTaken(self.dispute(debtor, move), "dispute")
        move.button_draft()
        self.env.cr.flush()
        for gone in (False, True):
            if gone:
                move.with_context(force_delete=True).unlink()
                self.env.cr.flush()
            self.assertEqual(debtor.dispute_ids.state, "lapsed")
            tree = html.fromstring(self.page(debtor).text)
            [row] = tree.xpath("//li[.//span[normalize-space()='Closed']]")
            self.assertNotIn("Credit note follows", row.text_content())
            [name] = row.xpath(".//div[@class='o_cobranza_name']/strong")
            self.assertTrue(name.text_content().strip())
            self.assertIn(self.reason.name, row.text_content())

    def test_what_is_refused(self):
        debtor, move = self.owing(100)
        _other, secret = self.owing(300, partner=self.other)
        cases = (
            ({"line_id": str(self.due(secret).id)}, "Choose the invoice"),
            ({"line_id": ""}, "Choose the invoice"),
            ({"line_id": "-1"}, "reload the page"),
            ({"line_id": "9" * 30}, "Choose the invoice"),
            ({"reason_id": ""}, "Choose what is wrong"),
            ({"reason_id": "999999"}, "Choose what is wrong"),
            ({"amount": "100.01"}, "No more than"),
            ({"amount": "0"}, "more than nothing"),
            ({"text": "x" * 4001}, "shorten"),
        )
        for values, problem in cases:
            with self.subTest(values=str(values)[:60]):
                self.assertNotTaken(self.dispute(debtor, move, **values), problem)
        answer = self.dispute(debtor, move, [("proof", ("x.html", b"<script/>"))])
        self.assertNotTaken(answer, "can't be attached")
        self.assertNotIn(secret.name, answer.text)
        self.assertFalse(debtor.dispute_ids | _other.dispute_ids)
        self.assertFalse(self.told(debtor))

    def test_the_reasons_of_another_company_are_not_his(self):
        debtor, move = self.owing(100)
        elsewhere = self.new_company()
        theirs = self.env["cobranza.dispute.reason"].create(
            {"name": "Secret reason", "code": "secret", "company_id": elsewhere.id}
        )
        self.assertNotIn("Secret reason", self.page(debtor).text)
        self.assertNotTaken(
            self.dispute(debtor, move, reason_id=str(theirs.id)), "Choose what is wrong"
        )

    def test_what_was_rejected_is_not_left_alone_again(self):
        debtor, move = self.owing(100)
        self.assertTaken(self.dispute(debtor, move, amount="40"), "dispute")
        self.assertNotTaken(self.dispute(debtor, move, amount="61"), "No more than")
        debtor.dispute_ids.action_reject("It was as agreed")
        self.assertNotTaken(self.dispute(debtor, move, amount="30"), "looked into")
        self.assertDecision(move, "remind", "level_reached", amount=100)
        # a person may
        self.env["cobranza.dispute"].raise_dispute(self.due(move).id, 10, "price")

    def test_once_whatever_is_sent_again(self):
        debtor, move = self.owing(100)
        data = self.form(
            debtor, "dispute", line_id=str(self.due(move).id), reason_id=str(self.reason.id),
            amount="10",
        )  # fmt: skip
        for _time in range(2):
            self.assertTaken(self.send(debtor, data), "dispute")
        self.assertEqual(len(debtor.dispute_ids), 1)

    def test_his_day_is_not_his_to_choose(self):
        debtor, move = self.owing(100)
        answer = self.dispute(debtor, move, revisit_date="2030-01-01", user_id="2")
        self.assertTaken(answer, "dispute")
        self.assertEqual(
            debtor.dispute_ids.revisit_date, TODAY + timedelta(days=self.policy.dispute_days)
        )
