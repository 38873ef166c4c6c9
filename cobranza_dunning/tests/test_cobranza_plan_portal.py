"""A plan's page: who may see it, the customer's signature, the agreement as a document."""

import base64
from datetime import date, timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import Form, HttpCase, tagged

from .common import TODAY
from .papers import Papers
from .test_cobranza_plan import PlanCase

#: A picture of one dot.
PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5E"
    "rkJggg=="
)
OFFER = {"count": 3, "first": "2026-04-10"}


@tagged("post_install", "-at_install")
class TestPlanPage(PlanCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visitor = cls.new_user(
            "base.group_portal", name="Visitor", login="visitor", password="visitor-secret"
        )
        cls.visitor.partner_id.parent_id = cls.partner
        cls.stranger = cls.new_user(
            "base.group_portal", name="Stranger", login="stranger", password="stranger-secret"
        )
        cls.stranger.partner_id.parent_id = cls.other

    def setUpBooks(self):
        super().setUpBooks()
        self.move = self.invoice(self.partner, 600)
        self.plan = self.proposed(**OFFER)

    def offered(self):
        self.plan.action_offer()
        return self.plan

    def page(self, plan, token=None, part=""):
        """The answer to a visit; with the plan's own token if none is given."""
        token = plan.access_token if token is None else token
        query = f"?access_token={token}" if token else ""
        return self.url_open(f"/my/plans/{plan.id}{part}{query}", allow_redirects=False)

    def sign(self, plan, token=None, **values):
        """What the signature form gets for an answer."""
        token = plan.access_token if token is None else token
        values = {"name": "Ana", "signature": PNG, **values}
        answer = self.make_jsonrpc_request(
            f"/my/plans/{plan.id}/sign?access_token={token}", values
        )
        self.env.invalidate_all()
        return answer

    def assertTurnedAway(self, answer):
        self.assertIn(answer.status_code, (303, 404))
        self.assertNotIn(self.plan.name, answer.text)

    def test_the_link_works_without_login(self):
        answer = self.page(self.offered())
        self.assertEqual(answer.status_code, 200)
        for text in (self.plan.name, self.move.name, "600.00", "200.00", "portal.signature_form"):
            self.assertIn(text, answer.text)

    def test_how_the_next_installment_is_paid(self):
        """Bank account, amount and reference, what is late together; not before it is signed."""
        account = self.env["res.partner.bank"].create(
            {"acc_number": "ES6099990001410000123456", "partner_id": self.company.partner_id.id}
        )
        plan = self.offered()
        self.assertNotIn(account.acc_number, self.page(plan).text)
        plan._gated().write({"breach_count": 0, "breach_days": 99})
        plan.action_accept()
        text = self.page(plan).text
        for said in (account.acc_number, "200.00", f"{plan.name}, {self.move.name}"):
            self.assertIn(said, text)
        with self.at(date(2026, 5, 11)):
            self.env["cobranza.plan"]._evaluate(self.company, plan.debtor_id)
            [transfer] = plan._portal_transfers(plan._portal_asked())
            self.assertEqual((transfer["amount"], transfer["plain_amount"]), (200, "200.00"))
        with self.at(date(2026, 5, 12)):
            self.env["cobranza.plan"]._evaluate(self.company, plan.debtor_id)
            [transfer] = plan._portal_transfers(plan._portal_asked())
            self.assertEqual(transfer["amount"], 400)

    def test_an_offer_that_nobody_signs_ends(self):
        """On the day after its first installment; whoever made it is told."""
        plan = self.offered()
        for day, state in ((date(2026, 4, 10), "offered"), (date(2026, 4, 11), "cancelled")):
            with self.at(day):
                self.env["cobranza.plan"]._evaluate(self.company)
                self.assertEqual(plan.state, state)
        self.assertEqual(plan.cancel_reason, "Nobody signed it before its first day.")
        self.assertIn("was not signed in time", str(plan.debtor_id.activity_ids.mapped("summary")))

    def test_a_draft_that_nobody_offers_ends(self):
        """On the day after its first installment; whoever made it is told, else who looks after."""
        maker, owner = self.new_collector(name="Dora"), self.new_collector(name="Carla")
        self.company.sudo().cobranza_user_id = owner
        self.plan._gated().user_id = maker
        self.invoice(self.other, 70)
        made = self.plans.propose(self.other.id, OFFER, origin="portal")
        his = self.plans.browse(made["plan_id"])
        his._gated().user_id = self.visitor
        his.debtor_id.activity_ids.action_done()
        for day, state in ((date(2026, 4, 10), "draft"), (date(2026, 4, 11), "cancelled")):
            with self.at(day):
                self.env["cobranza.plan"]._evaluate(self.company)
                self.assertEqual((self.plan.state, his.state), (state, state))
        self.assertEqual(self.plan.cancel_reason, "Nobody offered it before its first day.")
        for plan, user in ((self.plan, maker), (his, owner)):
            activity = plan.debtor_id.activity_ids
            self.assertEqual(activity.summary, f"{plan.name} was not offered in time")
            self.assertEqual(activity.user_id, user)

    def test_our_own_draft_is_never_shown(self):
        self.plan.action_cancel("A better idea")
        self.assertTurnedAway(self.page(self.plan))

    def test_wrong_tokens_open_nothing(self):
        self.offered()
        self.invoice(self.other, 70)
        second = self.proposed(self.other, **OFFER)
        second.action_offer()
        for token in ("", "wrong", "ñandú", second.access_token, self.plan.access_token[:-1]):
            for part in ("", "/agreement"):
                with self.subTest(token=token, part=part):
                    self.assertTurnedAway(self.page(self.plan, token, part))
            self.assertIn("error", self.sign(self.plan, token))
        self.assertTurnedAway(
            self.url_open(
                f"/my/plans/999999999?access_token={self.plan.access_token}",
                allow_redirects=False,
            )
        )
        self.assertEqual(self.plan.state, "offered")

    def test_a_login_opens_ones_own_only(self):
        self.offered()
        self.authenticate("visitor", "visitor-secret")
        self.assertEqual(self.page(self.plan, "").status_code, 200)
        self.authenticate("stranger", "stranger-secret")
        self.assertTurnedAway(self.page(self.plan, ""))

    def test_a_draft_of_ours_is_not_shown(self):
        self.assertTurnedAway(self.page(self.plan))
        self.assertIn("error", self.sign(self.plan))

    def test_signed(self):
        """It is in force at once; whoever looks after the customer is told."""
        self.company.sudo().cobranza_user_id = self.new_collector(name="Carla")
        answer = self.sign(self.offered())
        self.assertIn("signed=1", answer["redirect_url"])
        self.assertTrue(answer["force_refresh"])
        self.assertEqual((self.plan.state, self.plan.signed_by), ("active", "Ana"))
        self.assertTrue(self.plan.signature and self.plan.signed_on)
        self.assertEqual(self.plan.accepted_on, TODAY)
        activity = self.plan.debtor_id.activity_ids
        self.assertEqual(activity.user_id, self.company.cobranza_user_id)
        self.assertIn("signed", activity.summary)
        page = self.url_open(answer["redirect_url"])
        self.assertIn("The agreement is signed", page.text)
        self.assertNotIn("portal.signature_form", page.text)
        # once is enough
        self.assertIn("can't be signed any more", self.sign(self.plan)["error"])

    def test_what_is_no_signature(self):
        plan = self.offered()
        huge = base64.b64encode(b"\x89PNG" + b"x" * 600_000).decode()
        for values in (
            {"name": ""}, {"name": None}, {"name": "x" * 121},
            {"signature": None}, {"signature": "&"}, {"signature": "YWJj"}, {"signature": 7},
            {"signature": huge}, {"signature": PNG[:-30]}, {"signature": PNG[:40]},
        ):  # fmt: skip
            with self.subTest(values=str(values)[:40]):
                self.assertIn(", please.", self.sign(plan, **values)["error"])
                self.assertEqual(plan.state, "offered")
                self.assertFalse(plan.debtor_id.activity_ids)

    def test_our_people_do_not_sign_for_him(self):
        plan = self.offered()
        user = self.new_collector(name="Carla", login="carla", password="carla-secret")
        self.authenticate("carla", "carla-secret")
        self.assertIn("Only the customer signs", self.sign(plan)["error"])
        self.assertIn("The customer signs here", self.page(plan).text)
        self.assertEqual(user, plan.with_user(user).env.user)

    def assertNotSigned(self, plan, why):
        """He reads a friendly sentence; whoever looks after him reads why, once."""
        for _time in range(2):
            error = self.sign(plan)["error"]
            self.assertIn("please contact us", error)
            self.assertNotIn(plan.name, error)
            self.assertEqual((plan.state, plan.signature), ("offered", False))
            activity = plan.debtor_id.activity_ids
            self.assertEqual(activity.user_id, self.company.cobranza_user_id)
            self.assertIn(f"{self.partner.display_name} could not sign", activity.summary)
            self.assertIn(why, activity.summary)
        # it is work to be done again if he comes again afterwards
        activity.action_done()
        self.sign(plan)
        self.assertEqual(len(plan.debtor_id.activity_ids), 1)

    def test_too_late_to_sign(self):
        self.company.sudo().cobranza_user_id = self.new_collector(name="Carla")
        plan = self.offered()
        with self.at(TODAY + timedelta(days=60)):
            self.assertNotSigned(plan, "was due on")

    def test_part_was_paid_before_he_signs(self):
        self.company.sudo().cobranza_user_id = self.new_collector(name="Carla")
        plan = self.offered()
        self.pay(self.move, 100)
        self.assertNotSigned(plan, f"Of {self.move.name} only $\xa0500.00 is open")

    def test_what_fails_after_he_signs_leaves_nothing_half_done(self):
        """The books refuse the re-booking: the plan is offered as before."""
        self.company.sudo().cobranza_user_id = self.new_collector(name="Carla")
        plan = self.offered()
        refuse = UserError("The period is closed.")
        with patch.object(self.env.registry[plan._name], "_after_acceptance", side_effect=refuse):
            self.assertNotSigned(plan, "The period is closed.")

    def test_how_it_stands(self):
        plan = self.agreed_here()
        self.pay(self.move, 250)
        self.looked_at(plan)
        text = self.page(plan).text
        for part in ("Still to pay", "350.00", "Paid on", "Partly paid"):
            self.assertIn(part, text)
        self.pay(self.move)
        self.looked_at(plan)
        self.assertIn("Everything is settled", self.page(plan).text)

    def agreed_here(self):
        self.plan.action_accept()
        return self.plan

    def test_ended_and_cancelled(self):
        plan = self.agreed_here()
        with self.at(TODAY + timedelta(days=60)):
            self.looked_at(plan)
            self.assertIn("This agreement has ended", self.page(plan).text)
        self.invoice(self.other, 70)
        second = self.proposed(self.other, **OFFER)
        second.action_offer()
        second.action_cancel()
        self.assertIn("no longer valid", self.page(second).text)

    def test_a_proposal_of_the_customer(self):
        """He proposes; a person decides, and he sees that."""
        self.plan.action_cancel()
        self.company.sudo().cobranza_user_id = self.new_collector(name="Carla")
        plans = self.plans.with_user(self.visitor).sudo()
        made = plans.with_company(self.company).propose(self.partner.id, OFFER)
        plan = self.plans.browse(made["plan_id"])
        self.assertEqual((plan.origin, plan.state), ("portal", "draft"))
        self.assertIn("proposes", plan.debtor_id.activity_ids.summary)
        self.assertIn("We are looking at your proposal", self.page(plan).text)

    def test_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("es_ES")
        self.partner.lang = "es_ES"
        text = self.page(self.offered()).text
        self.assertIn('lang="es-ES"', text)
        self.assertIn("600,00", text)

    def test_a_down_payment(self):
        self.plan.action_cancel()
        plan = self.proposed(count=2, down_payment=100)
        plan.action_offer()
        self.assertIn("On signing", self.page(plan).text)
        self.assertIn("On signing", self.document(plan))
        plan.action_accept()
        self.assertNotIn("On signing", self.page(plan).text)

    def test_more_time(self):
        self.plan.action_cancel()
        plan = self.proposed(until="2026-03-31")
        plan.action_offer()
        self.assertIn("New day", self.page(plan).text)

    def test_the_terms_in_words(self):
        plan = self.plan
        for days, count, expected in (
            (10, 2, "or if 2 of them"), (10, 0, "days late."), (0, 2, "or all that are left"),
        ):  # fmt: skip
            plan._gated().write({"breach_days": days, "breach_count": count})
            document = self.document(plan)
            self.assertIn(expected, document)
        self.assertIn("Six hundred", document)
        self.assertIn("Two hundred", document)
        self.assertNotIn("interest of", document)
        plan.interest_rate = 10
        self.assertIn("interest of", self.document(plan))
        self.company.vat = "ESB00153841"
        document = self.document(plan)
        self.assertIn("ESB00153841", document)
        self.assertIn("Place and date:", document)

    def document(self, plan):
        """The agreement as text."""
        reports = self.env["ir.actions.report"]
        html = reports._render_qweb_html(
            "cobranza_dunning.cobranza_plan_report_agreement", plan.ids
        )[0]
        return " ".join(html.decode().split())

    def test_the_document_is_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("es_ES")
        self.partner.lang = "es_ES"
        self.assertIn("Seiscientos dólares", self.document(self.plan))
        self.sign(self.offered())
        document = self.document(self.plan)
        self.assertIn("data:image/png", document)
        self.assertNotIn("Lugar y fecha", document, "a signature on the page has its own day")
        self.assertNotIn("Place and date", document)

    def test_downloading_it(self):
        """In tests Odoo answers with what the PDF is made of; see TestAgreementPaper."""
        answer = self.page(self.offered(), part="/agreement")
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertIn("Payment%20agreement", answer.headers["Content-Disposition"])
        self.assertIn("Two hundred US dollars", answer.text)

    def test_the_chatter_is_the_offices(self):
        plan = self.offered()
        found = self.plans.with_user(self.env.ref("base.public_user"))._get_thread_with_access(
            plan.id, token=plan.access_token
        )
        self.assertFalse(found)

    def test_the_page_opens_from_the_office(self):
        self.assertEqual(self.plan.action_customer_page()["url"], f"/my/plans/{self.plan.id}")
        self.assertEqual(self.plan.action_view_debtor()["res_id"], self.plan.debtor_id.id)
        self.assertEqual(self.plan.line_ids.action_view_move()["res_id"], self.move.id)

    def test_a_collector_sends_the_link(self):
        """Without any right to change contacts: the page's own address, to the customer."""
        action = self.env.ref("portal.portal_share_action")
        view = self.env["cobranza.plan"].get_view(view_type="form")["arch"]
        self.assertIn(f'name="{action.id}" type="action"', view)
        share = self.env["portal.share"].with_user(self.new_collector())
        values = {"active_model": "cobranza.plan", "active_id": self.offered().id}
        form = Form(share.with_context(**values, default_partner_ids=self.partner.ids))
        self.assertEqual(form.partner_ids.ids, self.partner.ids)
        form.save().action_send_mail()
        sent = self.plan.message_ids[0]
        self.assertEqual(sent.partner_ids, self.partner)
        self.assertIn(self.plan.access_token, sent.body)


@tagged("post_install", "-at_install")
class TestAgreementPaper(Papers, PlanCase):
    """The agreement as the PDF that is downloaded and signed."""

    def setUpBooks(self):
        super().setUpBooks()
        self.invoice(self.partner, 600)
        self.plan = self.proposed(**OFFER)
        self.plan.action_offer()

    def page(self):
        """The text of its only page."""
        report = "cobranza_dunning.cobranza_plan_report_agreement"
        [page] = self.pages(self.paper(report, self.plan))
        return page

    def test_amounts_days_and_words(self):
        page = self.page()
        for text in (
            f"Payment agreement {self.plan.name}", self.plan.line_ids.name, "600.00", "200.00",
            "04/10/2026", "05/11/2026", "06/10/2026", "Two hundred US dollars",
        ):  # fmt: skip
            self.assertIn(text, page)

    def test_a_customer_who_is_only_a_name(self):
        """No placeholder stands where his address would."""
        self.partner.write({"street": False, "city": False, "zip": False, "country_id": False})
        page = self.page()
        self.assertIn(self.partner.name, page)
        self.assertNotIn("--", page)
        self.partner.write({"street": "Main Street 7", "city": "Springfield"})
        self.assertIn(f"{self.partner.name} Main Street 7 Springfield", self.page())
