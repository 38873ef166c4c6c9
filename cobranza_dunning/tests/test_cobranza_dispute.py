"""Disputes: what may be disputed, who decides, and until when the amount is left alone."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import Form, tagged

from .cases import RunCase
from .common import TODAY, days_ago

SOON = TODAY + timedelta(days=5)
LATER = TODAY + timedelta(days=20)


class DisputeCase(RunCase):
    """A reason, and a short way to dispute."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.disputes = cls.env["cobranza.dispute"]
        cls.reason = cls.env.ref("cobranza_dunning.dispute_reason_price")
        cls.policy.dispute_days = 12

    def dispute(self, invoice, amount, revisit_date=SOON, **kwargs):
        """Have a customer dispute an amount of an invoice; returns the cobranza.dispute."""
        raised = self.disputes.raise_dispute(
            self.due(invoice)[:1].id, amount, "price", revisit_date=revisit_date, **kwargs
        )
        return self.disputes.browse(raised["id"])


@tagged("post_install", "-at_install")
class TestDispute(DisputeCase):
    # --- raising

    def test_in_plain_values(self):
        invoice = self.invoice(self.partner, 100)
        line = self.due(invoice)
        raised = self.disputes.raise_dispute(
            line.id, "25.50", "price", "2 % were agreed", attachment_ids=[("mail.txt", b"2 %")]
        )
        self.assertEqual(
            raised,
            {
                "id": raised["id"],
                "state": "open",
                "amount": 25.5,
                "currency": "USD",
                "reason": "price",
                "reason_name": self.reason.name,
                "revisit_date": str(TODAY + timedelta(days=12)),
                "line_id": line.id,
                "move_id": invoice.id,
            },
        )
        dispute = self.disputes.browse(raised["id"])
        self.assertEqual((dispute.partner_id, dispute.date_due), (self.partner, line.date_maturity))
        self.assertEqual(dispute.attachment_ids.mapped("raw"), [b"2 %"])
        self.assertEqual(invoice.cobranza_dispute_ids, dispute)
        self.assertIn("25.50", dispute.display_name)
        self.assertEqual(dispute.action_view_move()["res_id"], invoice.id)
        self.assertEqual(dispute.action_view_debtor()["res_id"], self.debtor().id)

    def test_by_create(self):
        line = self.due(self.invoice(self.partner, 100))
        dispute = self.disputes.create(
            {
                "move_line_id": line.id,
                "amount": 10,
                "reason_id": self.reason.id,
                "revisit_date": SOON,
                "user_id": self.env.user.id,
            }
        )
        self.assertEqual((dispute.debtor_id, dispute.move_id), (self.debtor(), line.move_id))

    def test_it_belongs_to_whoever_looks_after_the_customer(self):
        invoice, collector = self.invoice(self.partner, 100), self.new_collector()
        self.debtor().user_id = collector
        dispute = self.dispute(invoice, 10)
        self.assertEqual(dispute.user_id, collector)
        self.assertEqual(dispute.activity_id.user_id, collector)
        self.assertIn(self.reason.name, dispute.activity_id.summary)
        other = self.new_collector(name="Other")
        dispute.user_id = other
        self.assertEqual(dispute.activity_id.user_id, other)
        self.assertEqual(self.dispute(invoice, 10, user_id=other.id).user_id, other)

    def test_never_to_the_customers_own_people(self):
        """Who has a login to the portal, or has left, is nobody's person here."""
        line = self.due(self.invoice(self.partner, 100))
        clerk = self.new_user("base.group_portal", name="Their clerk")
        gone = self.new_collector(name="Gone", active=False)
        for user in (clerk, gone):
            with self.assertRefused("There is no user"):
                self.disputes.raise_dispute(line.id, 10, "price", user_id=user.id)
        debtor = self.debtor()
        debtor.user_id = clerk
        self.assertFalse(debtor._person_in_charge())
        for name in (
            "cobranza.debtor", "cobranza.dispute", "cobranza.dispute.wizard", "cobranza.promise",
            "cobranza.interaction", "cobranza.reminder", "cobranza.insurance.policy",
        ):  # fmt: skip
            offered = self.env[name].fields_get(["user_id"])["user_id"]["domain"]
            self.assertIn("('share', '=', False)", offered, name)

    def test_what_we_write_down_is_not_by_the_customer(self):
        move = self.invoice(self.partner, 100)
        self.assertEqual(self.dispute(move, 10, origin="portal").origin, "manual")
        self.assertEqual(self.dispute(move, 10, origin="call").origin, "call")
        own = self.disputes.sudo().raise_dispute(self.due(move).id, 10, "price", origin="portal")
        self.assertEqual(self.disputes.browse(own["id"]).origin, "portal")

    def test_what_can_not_be_disputed(self):
        invoice = self.invoice(self.partner, 100)
        line = self.due(invoice)
        paid = self.invoice(self.partner, 10)
        self.pay(paid)
        credit = self.due(self.credit_note(self.partner, 10))
        self.dispute(invoice, 60)
        for message, args, kwargs in (
            ("Choose a due line", (None, 10, "price"), {}),
            ("Choose a due line", ("x", 10, "price"), {}),
            ("Choose a due line", (self.due(paid).id, 10, "price"), {}),
            ("No more than $\xa00.00", (credit.id, 10, "price"), {}),
            ("No more than $\xa040.00", (line.id, 40.01, "price"), {}),
            ("more than nothing", (line.id, 0, "price"), {}),
            ("isn't an amount", (line.id, "all", "price"), {}),
            ("“mood” isn't in the list “Reason of a dispute”: use one of price,",
             (line.id, 10, "mood"), {}),
            ("Choose the reason", (line.id, 10, None), {}),
            ("Say on which later day", (line.id, 10, "price"), {"revisit_date": TODAY}),
            ("isn't a date", (line.id, 10, "price"), {"revisit_date": "soon"}),
            ("within ten years", (line.id, 10, "price"), {"revisit_date": "9999-12-31"}),
            ("There is no user “x”", (line.id, 10, "price"), {"user_id": "x"}),
            ("to another customer", (line.id, 10, "price"), {"contact_id": self.other.id}),
            ("is no Origin", (line.id, 10, "price"), {"origin": "me"}),
            ("ids of attachments", (line.id, 10, "price"), {"attachment_ids": ["x"]}),
            ("ids of attachments", (line.id, 10, "price"), {"attachment_ids": [("x", 5)]}),
        ):
            with self.subTest(message, args=args), self.assertRefused(message):
                self.disputes.raise_dispute(*args, **kwargs)
        self.dispute(invoice, 40)
        self.assertDecision(invoice, "wait", "paused_until", amount=0, paused_amount=100)

    def test_only_its_own_due_line_rests(self):
        invoice = self.invoice(
            self.partner, 0, installments=[(days_ago(30), 60), (days_ago(9), 40)]
        )
        first, second = self.due(invoice)
        self.dispute(invoice, 60)
        self.assertDecision(first, "wait", "paused_until", amount=0)
        one = self.assertDecision(second, "remind", "level_reached", amount=40)
        self.assertFalse(one.disputed_amount)

    def test_what_is_disputed_stays_as_it_was_raised(self):
        dispute = self.dispute(self.invoice(self.partner, 100), 10)
        for name, value in (("amount", 90), ("revisit_date", LATER), ("move_line_id", False)):
            with self.subTest(name), self.assertRefused("stays as it was raised"):
                dispute.write({name: value})
        dispute.write({"description": "He sends the offer", "user_id": self.env.user.id})

    # --- deciding

    def test_only_a_credit_note_of_the_customer_settles_it(self):
        invoice = self.invoice(self.partner, 100)
        dispute = self.dispute(invoice, 10)
        others = self.credit_note(self.other, 10)
        draft = self.invoice(self.partner, 10, move_type="out_refund", post=False)
        company = self.new_company()
        elsewhere = self.invoice(self.partner, 10, move_type="out_refund", company=company)
        for note in (others, draft, elsewhere, invoice):
            with self.subTest(note.display_name), self.assertRefused("Choose a posted credit note"):
                dispute.action_accept(note.id)
        with self.assertRefused("Choose a posted credit note"):
            dispute.action_accept("x")
        self.assertEqual(dispute.state, "open")
        note = self.credit_note(self.partner, 10)
        dispute.action_accept(note.id)
        self.assertEqual(dispute.action_view_credit_note()["res_id"], note.id)

    def test_accepted_without_its_credit_note_it_rests_until_the_day(self):
        invoice = self.invoice(self.partner, 100)
        dispute = self.dispute(invoice, 10)
        dispute.action_accept()
        self.assertEqual((dispute.state, dispute.awaits_credit_note), ("accepted", True))
        self.assertTrue(dispute.activity_id.active)
        self.assertDecision(invoice, "remind", "level_reached", amount=90)
        with self.at(SOON):
            self.assertDecision(invoice, "remind", "level_reached", amount=100)
            dispute.action_revisit(LATER)
            self.assertDecision(invoice, "remind", "level_reached", amount=90)
        with self.assertRefused("Say why it is rejected"):
            dispute.action_reject(" ")

    def test_a_credit_note_that_is_withdrawn_is_missing_again(self):
        invoice = self.invoice(self.partner, 100)
        dispute = self.dispute(invoice, 10)
        note = self.invoice(self.partner, 10, move_type="out_refund")
        dispute.action_accept(note.id)
        self.assertFalse(dispute.pausing)
        note.button_draft()
        self.assertEqual((dispute.pausing, dispute.awaits_credit_note), (True, True))
        note.unlink()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((dispute.pausing, dispute.credit_note_id), (True, note.browse()))
        self.assertDecision(invoice, "remind", "level_reached", amount=90)
        another = self.invoice(self.partner, 10, move_type="out_refund")
        dispute.action_accept(another.id)
        self.assertFalse(dispute.pausing)

    def test_a_file_is_read_by_whoever_decides(self):
        """It was uploaded before the dispute was there, and was only its uploader's."""
        line = self.due(self.invoice(self.partner, 100))
        self.debtor()
        one, other = self.new_collector(name="One"), self.new_collector(name="Other")
        file = self.env["ir.attachment"].with_user(one).create({"name": "x.txt", "raw": b"short"})
        raised = self.disputes.with_user(one).raise_dispute(
            line.id, 10, "price", attachment_ids=[file.id]
        )
        dispute = self.disputes.browse(raised["id"])
        self.env.invalidate_all()
        self.assertEqual(dispute.with_user(other).attachment_ids.raw, b"short")
        second = self.env["ir.attachment"].with_user(one).create({"name": "y", "raw": b"more"})
        dispute.with_user(one).attachment_ids = [Command.link(second.id)]
        self.env.invalidate_all()
        self.assertEqual(second.with_user(other).raw, b"more")

    def test_the_answer_is_worded_as_a_reminder_is(self):
        """The customer reads it on his page."""
        dispute = self.dispute(self.invoice(self.partner, 100), 10)
        self.partner.lang = "en_US"
        with self.assertRefused("it can't be told like that. “bad faith”"):
            dispute.action_reject("This is your bad faith")
        self.assertEqual(dispute.state, "open")
        dispute.action_reject("Signed for on 3 March")
        self.assertEqual(dispute.reject_reason, "Signed for on 3 March")

    def test_what_is_decided_is_not_decided_again(self):
        dispute = self.dispute(self.invoice(self.partner, 100), 10)
        with self.assertRefused("Say why it is rejected"):
            dispute.action_reject(None)
        dispute.action_reject("As agreed in the offer")
        self.assertFalse(dispute.activity_id.active)
        for method, args in (
            ("action_accept", ()), ("action_reject", ("No",)), ("action_revisit", (LATER,)),
        ):  # fmt: skip
            with self.subTest(method), self.assertRefused("is decided already"):
                getattr(dispute, method)(*args)
        with self.assertRefused("Say on which later day"):
            dispute.action_revisit(None)

    def test_it_is_decided_in_a_dialog(self):
        invoice = self.invoice(self.partner, 100)
        accepted, rejected, later = (self.dispute(invoice, 10) for _number in range(3))
        note = self.credit_note(self.partner, 10)
        for dispute, action, name, value in (
            (accepted, accepted.action_open_accept(), "credit_note_id", note),
            (rejected, rejected.action_open_reject(), "reason", "As agreed"),
            (later, later.action_open_later(), "revisit_date", LATER),
        ):
            wizard = Form(self.env[action["res_model"]].with_context(**action["context"]))
            self.assertEqual(wizard.dispute_id, dispute)
            setattr(wizard, name, value)
            wizard.save().action_decide()
        self.assertEqual((accepted.state, accepted.credit_note_id), ("accepted", note))
        self.assertEqual((rejected.state, rejected.reject_reason), ("rejected", "As agreed"))
        self.assertEqual((later.state, later.revisit_date), ("open", LATER))

    # --- the ledger

    def test_a_payment_takes_the_disputed_amount_down(self):
        """He pays 95 of 100 though he disputes 10: the 5 that are left rest, and no more."""
        invoice = self.invoice(self.partner, 100)
        self.dispute(invoice, 10)
        self.pay(invoice, 95)
        self.assertDecision(invoice, "wait", "paused_until", amount=0, paused_amount=5)
        self.assertEqual(self.debtor().disputed_amount, 5)

    def test_an_invoice_that_is_posted_again_is_found_again(self):
        invoice = self.invoice(self.partner, 100)
        dispute = self.dispute(invoice, 10)
        invoice.button_draft()
        self.env.cr.execute(
            "UPDATE cobranza_dispute SET move_line_id = NULL WHERE id = %s", [dispute.id]
        )
        dispute.invalidate_recordset()
        invoice.action_post()
        self.debtor()
        self.assertEqual(dispute.move_line_id, self.due(invoice))
        self.assertDecision(invoice, "remind", "level_reached", amount=90)

    def test_customers_that_become_one_keep_what_they_dispute(self):
        self.invoice(self.partner, 100)
        dispute = self.dispute(self.invoice(self.other, 50), 10)
        self.debtor(self.other).sudo()._merge_into(self.partner)
        self.assertEqual((dispute.debtor_id, dispute.partner_id), (self.debtor(), self.partner))

    # --- screens

    def test_from_an_account_an_invoice_and_a_reminder(self):
        invoice = self.invoice(self.partner, 100)
        reminder = self.remind()
        second = self.invoice(self.partner, 70, days_ago(2))
        for record, line in ((self.debtor(), self.due(second)), (invoice, None), (reminder, None)):
            name = "action_cobranza_dispute" if record == invoice else "action_dispute"
            with self.subTest(record._name):
                action = getattr(record, name)()
                wizard = Form(self.env[action["res_model"]].with_context(**action["context"]))
                if line:  # there are several: the person chooses
                    self.assertFalse(wizard.move_line_id)
                    wizard.move_line_id = line
                self.assertEqual(wizard.revisit_date, TODAY + timedelta(days=12))
                wizard.amount, wizard.reason_id = 20, self.reason
                wizard.save().action_raise()
        self.assertEqual(second.cobranza_dispute_ids.amount, 20)
        self.assertEqual(invoice.cobranza_dispute_ids.mapped("amount"), [20, 20])
        view = self.debtor().action_view_disputes()
        self.assertEqual(len(self.disputes.search(view["domain"])), 3)

    def test_the_dialog_offers_what_is_not_disputed_yet(self):
        invoice = self.invoice(self.partner, 100)
        self.dispute(invoice, 30)
        action = invoice.action_cobranza_dispute()
        wizard = Form(self.env[action["res_model"]].with_context(**action["context"]))
        self.assertEqual((wizard.move_line_id, wizard.amount), (self.due(invoice), 70))

    # --- rights

    def test_no_state_can_be_forced(self):
        invoice = self.invoice(self.partner, 100)
        note = self.credit_note(self.partner, 10)
        dispute = self.dispute(invoice, 10)
        collector = self.new_collector(companies=self.company)
        vals = {"move_line_id": self.due(invoice).id, "amount": 5, "reason_id": self.reason.id}
        for user in (collector, self.env.user):
            own, model = dispute.with_user(user), self.disputes.with_user(user)
            for name, value in (
                ("state", "accepted"), ("credit_note_id", note.id), ("reject_reason", "No"),
                ("pausing", False), ("decided_on", str(TODAY)), ("decided_by_id", user.id),
                ("date_due", "2099-01-01"), ("origin", "portal"), ("partner_id", self.other.id),
            ):  # fmt: skip
                with self.subTest(name, user=user.name):
                    with self.assertRaises(AccessError):
                        call_kw(own.browse(), "write", [own.ids, {name: value}], {})
                    with self.assertRaises(AccessError):
                        call_kw(model, "create", [{**vals, name: value}], {})
                    context = {f"default_{name}": value, "cobranza_gate": True}
                    made = call_kw(model, "create", [vals], {"context": context})
                    self.assertEqual(model.browse(made).state, "open")
                    model.browse(made).action_reject("Only a test")
            with self.assertRaises(AccessError):
                call_kw(own.browse(), "unlink", [own.ids], {})
        for method in ("_evaluate", "_raise", "_decide", "_write_changed", "_attach"):
            with self.subTest(method), self.assertRaises(AccessError):
                call_kw(dispute.browse(), method, [dispute.ids], {})
        self.assertEqual(dispute.state, "open")

    def test_who_may_decide(self):
        invoice = self.invoice(self.partner, 100)
        dispute = self.dispute(invoice, 10)
        auditor = self.new_user("cobranza_dunning.group_auditor", companies=self.company)
        portal = self.new_user("base.group_portal", companies=self.company)
        for user in (auditor, portal):
            own = dispute.with_user(user)
            for method, args in (
                ("action_accept", ()), ("action_reject", ("No",)), ("action_revisit", (LATER,)),
            ):  # fmt: skip
                with self.subTest(method, user=user.name), self.assertRaises(AccessError):
                    getattr(own, method)(*args)
            with self.assertRaises(AccessError):
                self.disputes.with_user(user).raise_dispute(self.due(invoice).id, 10, "price")
        self.assertEqual(dispute.with_user(auditor).read(["amount"])[0]["amount"], 10)
        with self.assertRaises(AccessError):
            dispute.with_user(portal).read(["amount"])
        collector = self.new_collector(companies=self.company)
        dispute.with_user(collector).action_reject("As agreed")

    def test_reasons_have_their_own_codes(self):
        self.assertEqual(len(self.env["cobranza.dispute.reason"].search([])), 11)
        with self.assertRefused("Another reason has this code already"):
            self.reason.create({"name": "Price again", "code": self.reason.code})

    def test_reasons_that_came_with_the_program_stay(self):
        manager = self.new_user("cobranza_dunning.group_manager", name="Manager")
        supplied = self.reason.with_user(manager)
        with self.assertRefused("archive it instead of deleting"):
            supplied.unlink()
        with self.assertRefused("scripts may rely on its code"):
            supplied.code = "cost"
        supplied.write({"name": "The price", "code": "price"})
        own = supplied.create({"name": "Incoterm"})
        line = self.due(self.invoice(self.partner, 100))
        raised = self.disputes.raise_dispute(line.id, 10, own.id)
        self.assertEqual((raised["reason"], raised["reason_name"]), (False, "Incoterm"))

    def test_a_reason_of_another_company(self):
        theirs = self.reason.create({"name": "Theirs", "company_id": self.new_company().id})
        line = self.due(self.invoice(self.partner, 100))
        with self.assertRefused("belongs to company"):
            self.disputes.raise_dispute(line.id, 10, theirs.id)
        for model in ("cobranza.dispute", "cobranza.dispute.wizard"):
            domain = self.env[model].fields_get(["reason_id"])["reason_id"]["domain"]
            self.assertIn("company_id", domain, model)
