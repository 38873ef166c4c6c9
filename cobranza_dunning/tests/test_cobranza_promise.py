"""Promises: what may be promised, what falls on which line, and how payments decide."""

from datetime import timedelta

from lxml import etree
from odoo import Command
from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from .cases import RunCase
from .common import TODAY, days_ago

SOON = TODAY + timedelta(days=3)
OVER = TODAY + timedelta(days=6)  # two days of grace later, it is over
PARTS = [(days_ago(30), 60), (days_ago(9), 40)]


class PromiseCase(RunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.write({"promise_grace_days": 2, "promise_max_days": 10, "promise_max_open": 1})
        cls.promises = cls.env["cobranza.promise"]

    def take(self, amount, day=SOON, partner=None, **kwargs):
        """Have a customer promise an amount; returns the cobranza.promise."""
        partner = partner or self.partner
        return self.promises.browse(self.promises.promise(partner.id, amount, day, **kwargs)["id"])

    def parts(self, promise):
        """What falls on which invoice: [(name, amount), …], oldest due first."""
        return [(part.move_id.name, part.amount) for part in promise.part_ids]

    def pays(self, move, amount=None, on=SOON):
        with self.at(on):
            payment = self.pay(move, amount)
            self.env.cr.flush()
        return payment

    def evaluate(self, on):
        """Bring agreements up to date on a day, as every run does."""
        with self.at(on):
            self.env["cobranza.debtor"]._evaluate_agreements(self.company)


@tagged("post_install", "-at_install")
class TestTaking(PromiseCase):
    def test_another_currency_is_named_by_its_code(self):
        """On the customer's page as in the notes: there is more than one dollar."""
        peso = self.new_currency("MXN", 20)
        self.invoice(self.partner, 100, currency=peso)
        with self.assertRefused("No more than 100.00\xa0MXN is open"):
            self.take(101)
        promise = self.take(90)
        self.assertEqual(promise.display_name, "Ana Customer: 90.00\xa0MXN by 03/13/2026")
        self.evaluate(OVER)
        self.assertIn("90.00\xa0MXN", promise._describe_outcome())

    def test_in_plain_values(self):
        old, new = self.invoice(self.partner, 100), self.invoice(self.partner, 50, days_ago(5))
        taken = self.promises.promise(self.partner.id, "120.00", str(SOON), channel="email")
        self.assertEqual(
            taken,
            {
                "id": taken["id"],
                "state": "open",
                "amount": 120.0,
                "currency": "USD",
                "date": str(SOON),
                "pause_until": str(OVER),
                "lines": [
                    {
                        "line_id": self.due(move).id,
                        "move_id": move.id,
                        "name": move.name,
                        "date_due": str(self.due(move).date_maturity),
                        "amount": amount,
                    }
                    for move, amount in ((old, 100.0), (new, 20.0))
                ],
            },
        )
        promise = self.promises.browse(taken["id"])
        self.assertEqual((promise.partner_id, promise.channel), (self.partner, "email"))
        self.assertEqual(promise.line_ids, self.due(old) | self.due(new))
        self.assertEqual(self.promises.search([("line_ids", "in", self.due(new).ids)]), promise)

    def test_by_create(self):
        invoice = self.invoice(self.partner, 100)
        promise = self.promises.create(
            {
                "partner_id": self.partner.id,
                "line_ids": [Command.set(self.due(invoice).ids)],
                "amount": 60,
                "date": SOON,
            }
        )
        self.assertEqual(promise.debtor_id, self.debtor())
        self.assertEqual(self.parts(promise), [(invoice.name, 60)])
        self.assertEqual((promise.made_on, promise.grace), (TODAY, 2))
        self.assertIn("Ana Customer", promise.display_name)

    def test_the_lines_of_create(self):
        """As a form names them, or a script: by commands, or by their ids."""
        first, second = self.invoice(self.partner, 100), self.invoice(self.partner, 50, days_ago(9))
        vals = {"partner_id": self.partner.id, "amount": 10, "date": SOON, "note": " By\0 bank "}
        ids = (self.due(first) | self.due(second)).ids
        for chosen in (ids, tuple(ids), [Command.set(ids)], [Command.link(one) for one in ids],
                       [(4, one) for one in ids]):  # fmt: skip
            with self.subTest(chosen):
                promise = self.promises.create({**vals, "line_ids": chosen})
                self.assertEqual((promise.line_ids.ids, promise.note), (ids, "By bank"))
        for chosen in (5, "5", {"a": 1}, [Command.set([])]):
            with self.subTest(chosen), self.assertRefused("Name the due lines by a list"):
                self.promises.create({**vals, "line_ids": chosen})
        for chosen in ([[1]], ["x"], [("x", 5)], [(6, 0, 5)], [[]], [None], [Command.clear()]):
            with self.subTest(chosen), self.assertRefused("that were named don't exist"):
                self.promises.create({**vals, "line_ids": chosen})

    def test_a_contact_promises_for_his_company(self):
        child = self.new_partner("North", parent_id=self.partner.id, type="invoice")
        self.invoice(self.partner, 100)
        self.assertEqual(self.take(50, partner=child).partner_id, self.partner)

    def test_only_named_lines(self):
        invoice = self.invoice(self.partner, 0, installments=PARTS)
        self.invoice(self.partner, 500, days_ago(60))
        second = self.due(invoice)[1]
        promise = self.take(40, line_ids=second.ids)
        self.assertEqual(promise.line_ids, second)
        self.assertDecision(second, "wait", "paused_until", promised_amount=40)

    def test_what_is_promised_already_is_not_promised_twice(self):
        invoice = self.invoice(self.partner, 100)
        self.take(70)
        with self.assertRefused("No more than $\xa030.00 is open there and not promised yet"):
            self.take(30.01)
        self.take(30)
        self.assertDecision(invoice, "wait", "paused_until", paused_amount=100)

    def test_what_is_paid_of_it_may_be_promised_again(self):
        invoice = self.invoice(self.partner, 100)
        self.take(70)
        self.pays(invoice, 70, on=TODAY)
        self.take(30)

    def test_in_the_currency_of_the_lines(self):
        yen, dinar = self.new_currency("JPY", 150), self.new_currency("KWD", 0.3)
        japan = self.invoice(self.partner, 30000, currency=yen)
        kuwait = self.invoice(self.partner, 90.505, currency=dinar)
        self.assertEqual(self.take(15000, currency="JPY").currency_id, yen)
        self.assertEqual(self.take("30.125", line_ids=self.due(kuwait).ids).amount, 30.125)
        self.assertDecision(japan, "remind", "level_reached", amount=15000)
        self.assertDecision(kuwait, "remind", "level_reached", amount=60.380)
        # 15000 / 150 + 30.125 / 0.3
        self.assertAlmostEqual(self.debtor().promised_amount, 200.42)

    def test_without_decimals_and_with_three(self):
        for code, per_unit, amount, part, left in (
            ("JPY", 150, 1001, 333, 335), ("KWD", 0.3, 10.005, 3.335, 3.335),
        ):  # fmt: skip
            with self.subTest(code):
                currency, partner = self.new_currency(code, per_unit), self.new_partner(code)
                invoice = self.invoice(partner, amount, currency=currency)
                self.debtor(partner)
                promise = self.take(str(part), partner=partner)
                self.env["cobranza.dispute"].raise_dispute(
                    self.due(invoice).id, str(part), "price"
                )
                self.assertDecision(invoice, "remind", "level_reached", amount=left)
                self.pay(invoice, part, currency=currency)
                self.env.cr.flush()
                self.assertEqual((promise.state, promise.paid_amount), ("kept", part))
                self.assertDecision(invoice, "remind", "level_reached", amount=left)

    def test_what_can_not_be_promised(self):
        invoice, other = self.invoice(self.partner, 100), self.invoice(self.other, 100)
        paid = self.invoice(self.partner, 10)
        self.pay(paid)
        stranger = self.new_partner("Nobody")
        said = self.debtor(self.other)._log_answer("Soon")
        yesterday, fine = TODAY - timedelta(days=1), (self.partner.id, 10, SOON)
        for message, args, kwargs in (
            ("there is no contact “None”", (None, 10, SOON), {}),
            ("there is no contact “Ana”", ("Ana", 10, SOON), {}),
            ("Nobody owes nothing in", (stranger.id, 10, SOON), {}),
            ("more than nothing", (self.partner.id, 0, SOON), {}),
            ("more than nothing", (self.partner.id, -5, SOON), {}),
            ("more than nothing", (self.partner.id, 0.004, SOON), {}),
            ("too large an amount", (self.partner.id, 1e30, SOON), {}),
            ("isn't an amount", (self.partner.id, float("inf"), SOON), {}),
            ("isn't an amount", (self.partner.id, float("nan"), SOON), {}),
            ("“ten” isn't an amount", (self.partner.id, "ten", SOON), {}),
            ("isn't an amount", (self.partner.id, None, SOON), {}),
            ("“True” isn't an amount", (self.partner.id, True, SOON), {}),
            ("No more than", (self.partner.id, 100.01, SOON), {}),
            ("isn't a date", (self.partner.id, 10, "soon"), {}),
            ("Say by which day", (self.partner.id, 10, None), {}),
            ("has passed", (self.partner.id, 10, yesterday), {}),
            ("isn't a due line of Ana", fine, {"line_ids": self.due(other).ids}),
            ("isn't a due line of Ana", fine, {"line_ids": self.due(paid).ids}),
            ("lines that were named don't exist", fine, {"line_ids": [0, "x"]}),
            ("within ten years", (self.partner.id, 10, "9999-12-31"), {}),
            ("Name the due lines by a list", fine, {"line_ids": 5}),
            ("belongs to another customer", fine, {"contact_id": self.other.id}),
            ("belongs to another customer", fine, {"interaction_id": said.id}),
            ("“fax” is no Promised by", fine, {"channel": "fax"}),
            ("is no Origin", fine, {"origin": "me"}),
            ("There is no currency “Peso”", fine, {"currency": "Peso"}),
            ("owes nothing that could", fine, {"currency": "EUR"}),
        ):
            with self.subTest(message, args=args), self.assertRefused(message):
                self.promises.promise(*args, **kwargs)
        self.assertFalse(self.promises.search([("debtor_id", "=", self.debtor().id)]))
        self.take(100, TODAY, line_ids=self.due(invoice).ids)

    def test_of_several_currencies_one_is_named(self):
        euro = self.new_currency("EUR", 0.5)
        self.invoice(self.partner, 100)
        self.invoice(self.partner, 100, currency=euro)
        with self.assertRefused("owes in several currencies"):
            self.take(10)
        self.assertEqual(self.take(10, currency=euro.id).currency_id, euro)

    def test_a_customer_by_himself_may_not_put_it_off_for_long(self):
        self.invoice(self.partner, 100)
        latest = TODAY + timedelta(days=10)
        with self.assertRefused("Choose a day up to"):
            self.take(10, latest + timedelta(days=1), origin="portal")
        # on his page, which the superuser shows
        own = self.promises.sudo().promise(self.partner.id, 10, latest, origin="portal")
        self.assertEqual(self.promises.browse(own["id"]).origin, "portal")
        with self.assertRefused("What you promised before is still open"):
            self.take(10, origin="portal")
        self.take(10, latest + timedelta(days=90))  # a person may agree to more

    def test_what_we_write_down_is_not_by_the_customer(self):
        """Whoever says so has the customer's limits, and it is kept as ours all the same."""
        self.invoice(self.partner, 100)
        for user in (self.new_collector(companies=self.company), self.env.user):
            made = self.promises.with_user(user).promise(
                self.partner.id, 10, SOON, origin="portal"
            )
            self.assertEqual(self.promises.browse(made["id"]).origin, "manual")
        self.assertEqual(self.take(10, origin="call").origin, "call")

    def test_what_was_promised_stays_as_it_was_given(self):
        self.invoice(self.partner, 100)
        promise = self.take(50)
        for name, value in (("amount", 10), ("date", SOON), ("channel", "sms"),
                            ("currency_id", self.company.currency_id.id)):
            with self.subTest(name), self.assertRefused("A promise stays as it was given"):
                promise.write({name: value})
        promise.write({"note": "She calls back", "user_id": False})

    def test_only_due_lines_of_the_accounts_company_are_offered(self):
        mine = self.due(self.invoice(self.partner, 100))
        elsewhere = self.new_company("Elsewhere")
        theirs = self.invoice(self.partner, 70, company=elsewhere).line_ids
        action = self.debtor().action_promise()
        wizard = Form(self.env[action["res_model"]].with_context(**action["context"]))
        view = etree.fromstring(self.env[action["res_model"]].get_view(view_type="form")["arch"])
        (field,) = view.xpath("//field[@name='line_ids']")
        offered = safe_eval(
            field.get("domain"),
            {"partner_id": wizard.partner_id.id, "company_id": wizard.company_id.id},
        )
        self.assertEqual((mine | theirs).filtered_domain(offered), mine)

    def test_from_an_account_an_invoice_and_a_reminder(self):
        invoice = self.invoice(self.partner, 100)
        self.invoice(self.partner, 70, TODAY + timedelta(days=9))
        reminder = self.remind()
        # what is overdue and not promised yet
        for record, amount in ((self.debtor(), 100), (invoice, 80), (reminder, 60)):
            with self.subTest(record._name):
                action = getattr(
                    record, "action_cobranza_promise" if record == invoice else "action_promise"
                )()
                wizard = Form(self.env[action["res_model"]].with_context(**action["context"]))
                self.assertEqual(wizard.amount, amount)
                wizard.amount, wizard.date = 20, SOON
                wizard.save().action_promise()
        found = self.promises.search([("debtor_id", "=", self.debtor().id)])
        self.assertEqual(found.mapped("amount"), [20, 20, 20])
        self.assertEqual(invoice.cobranza_promise_line_ids.promise_id, found)
        self.assertEqual(
            invoice.cobranza_promise_line_ids[:1].action_view_promise()["res_model"], found._name
        )
        both = invoice | self.invoice(self.other, 10)
        with self.assertRefused("Choose invoices of one customer"):
            both.action_cobranza_promise()


@tagged("post_install", "-at_install")
class TestOverByItself(PromiseCase):
    """Nothing of it was owed any more: that may be undone, and a person's word is not."""

    def setUpBooks(self):
        super().setUpBooks()
        self.move = self.invoice(self.partner, 100)
        self.promise = self.take(50)

    def look(self):
        self.env.cr.flush()
        self.promises._evaluate(self.company, self.debtor())

    def credited(self):
        """A credit note that is matched by mistake."""
        note = self.credit_note(self.partner, 100, invoice=self.move)
        self.look()
        return self.due(note)

    def test_it_comes_back(self):
        note = self.credited()
        self.assertEqual((self.promise.state, self.promise.decided_on), ("cancelled", TODAY))
        note.remove_move_reconcile()
        self.look()
        self.assertEqual((self.promise.state, self.promise.decided_on), ("open", False))
        self.assertFalse(self.promise.lapsed)
        self.assertEqual(self.promises._unpromised(self.due(self.move)), 50)
        self.pay(self.move, 50)
        self.look()
        self.assertEqual(self.promise.state, "kept")

    def test_not_what_a_person_cancelled(self):
        self.promise.action_cancel()
        self.credited().remove_move_reconcile()
        self.look()
        self.assertEqual((self.promise.state, self.promise.lapsed), ("cancelled", False))

    def test_a_person_cancels_one_that_came_back(self):
        note = self.credited()
        note.remove_move_reconcile()
        self.look()
        self.promise.action_cancel()
        self.look()
        self.assertEqual(self.promise.state, "cancelled")

    def test_for_so_many_days(self):
        """From the day on which it ended, however often somebody has looked since."""
        note = self.credited()
        with self.at(TODAY + timedelta(days=60)):
            self.look()
        self.assertEqual(self.promise.decided_on, TODAY)
        note.remove_move_reconcile()
        for days, state in ((101, "cancelled"), (100, "broken")):
            with self.at(TODAY + timedelta(days=days)):
                self.promises._evaluate(self.company, self.debtor())
                self.assertEqual(self.promise.state, state)


@tagged("post_install", "-at_install")
class TestForging(PromiseCase):
    """Nobody says that a promise was kept: payments do."""

    STATES = ("open", "kept", "partial", "broken", "cancelled")

    def test_no_state_can_be_forced(self):
        self.invoice(self.partner, 100)
        promise = self.take(50)
        collector = self.new_collector(companies=self.company)
        for user in (collector, self.env.user):
            model = self.promises.with_user(user)
            own = promise.with_user(user)
            for name, value in (
                ("state", "kept"), ("paid_amount", 50), ("decided_on", str(TODAY)),
                ("lapsed", True), ("pause_until", "2099-01-01"), ("grace", 999), ("tolerance", 99),
                ("made_on", "2000-01-01"),
                ("part_ids", [(0, 0, {"amount": 50})]), ("partner_id", self.other.id),
                ("origin", "portal"),
            ):  # fmt: skip
                with self.subTest(name, user=user.name):
                    with self.assertRaises(AccessError):
                        call_kw(own.browse(), "write", [own.ids, {name: value}], {})
                    vals = {"debtor_id": self.debtor().id, "amount": 1, "date": str(SOON)}
                    if name != "partner_id":
                        with self.assertRaises(AccessError):
                            call_kw(model, "create", [{**vals, name: value}], {})
                    # neither does a default in the context
                    context = {f"default_{name}": value, "cobranza_gate": True}
                    made = call_kw(model, "create", [vals], {"context": context})
                    self.assertEqual(model.browse(made).state, "open")
                    self.assertNotEqual(model.browse(made).grace, 999)
            parts = promise.part_ids.with_user(user)
            with self.assertRaises(AccessError):
                call_kw(parts.browse(), "write", [parts.ids, {"paid_amount": 50}], {})
            with self.assertRaises(AccessError):
                call_kw(parts.browse(), "create", [{"promise_id": promise.id, "amount": 1}], {})
            with self.assertRaises(AccessError):
                call_kw(own.browse(), "unlink", [own.ids], {})
        for method in ("_evaluate", "_take", "_set_cancelled", "_write_outcomes", "_write_changed"):
            with self.subTest(method), self.assertRaises(AccessError):
                call_kw(promise.browse(), method, [promise.ids], {})
        self.assertEqual(promise.state, "open")

    def test_who_may_promise(self):
        self.invoice(self.partner, 100)
        auditor = self.new_user("cobranza_dunning.group_auditor", companies=self.company)
        portal = self.new_user("base.group_portal", companies=self.company)
        for user in (auditor, portal):
            with self.subTest(user.name), self.assertRaises(AccessError):
                self.promises.with_user(user).promise(self.partner.id, 10, SOON)
        collector = self.new_collector(companies=self.company)
        promise = self.take(10)
        with self.assertRaises(AccessError):
            promise.with_user(auditor).action_cancel()
        with self.assertRaises(AccessError):
            promise.with_user(portal).read(["amount"])
        self.promises.with_user(collector).promise(self.partner.id, 10, SOON)
        self.assertEqual(promise.with_user(auditor).part_ids.amount, 10)

    def test_the_policy_takes_sensible_limits_only(self):
        for name in ("promise_grace_days", "promise_max_days", "promise_max_open"):
            with self.subTest(name), self.assertRefused("can't be negative"):
                self.policy[name] = -1
            self.policy.invalidate_recordset()
            with self.subTest(name, far=True), self.assertRefused("nor more than 3650"):
                self.policy[name] = 2**31 - 1
            self.policy.invalidate_recordset()
        for value in (-1, 100):
            with self.subTest(value), self.assertRefused("from 0 to less than 100"):
                self.policy.promise_tolerance = value
            self.policy.invalidate_recordset()
        with self.assertRefused("a day or more"):
            self.policy.dispute_days = 0
