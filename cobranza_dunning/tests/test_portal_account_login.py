"""A portal user needs no link: what he tells us, agrees on and pays on his page, logged in."""

from datetime import timedelta
from uuid import uuid4

from odoo.tests import tagged

from .common import TODAY
from .test_cobranza_plan_portal import PNG
from .test_portal_account import AccountCase

DAY = str(TODAY + timedelta(days=10))


@tagged("post_install", "-at_install")
class TestAccountLogin(AccountCase):
    """Each is done once by the customer's own user, and tried by another customer's."""

    def setUpBooks(self):
        super().setUpBooks()
        self.policy.plan_automatic = True
        self.account_of_his, self.move = self.owing(600)

    def setUp(self):
        super().setUp()
        self.authenticate("visitor", "visitor-secret")

    def page(self, record, token="", **options):
        """A visit without any token."""
        return super().page(record, token, **options)

    def post(self, kind, **values):
        """The answer to a form of his page, filled in."""
        data = self.form(self.account_of_his, kind, **values)
        self.assertFalse(data["access_token"])
        return self.send(self.account_of_his, data)

    def assertNotTheStrangers(self, kind, **values):
        """Another customer's user is turned away with the same form."""
        self.authenticate("stranger", "stranger-secret")
        own = self.owing(70, partner=self.other)[0]
        data = self.form(own, "other")
        self.assertTurnedAway(
            self.send(self.account_of_his, {**data, "kind": kind, "nonce": str(uuid4()), **values})
        )
        self.assertFalse(self.told(self.account_of_his))
        self.authenticate("visitor", "visitor-secret")

    def test_a_promise(self):
        self.assertNotTheStrangers("promise", amount="100", date=DAY)
        self.assertTaken(self.post("promise", amount="100", date=DAY), "promise")
        promise = self.account_of_his.promise_ids
        self.assertEqual((promise.amount, promise.origin), (100, "portal"))

    def test_a_dispute(self):
        values = {"line_id": str(self.due(self.move).id), "reason_id": str(self.reason.id)}
        self.assertNotTheStrangers("dispute", **values)
        self.assertTaken(self.post("dispute", **values), "dispute")
        self.assertEqual(self.account_of_his.dispute_ids.origin, "portal")

    def test_an_offer_and_its_signature(self):
        values = {"how": "day", "until": DAY}
        self.assertNotTheStrangers("pay_later", agreed="1", **values)
        self.assertEqual(self.post("pay_later", **values).status_code, 200)
        answer = self.post("pay_later", agreed="1", **values)
        self.assertEqual(answer.status_code, 303)
        plan = self.account_of_his.plan_ids
        self.assertEqual((plan.state, plan.origin), ("offered", "portal"))
        self.assertIn("portal.signature_form", self.url_open(answer.headers["Location"]).text)
        self.authenticate("stranger", "stranger-secret")
        self.assertIn("does not exist", self.sign(plan)["error"])
        self.assertEqual(plan.state, "offered")
        self.authenticate("visitor", "visitor-secret")
        self.assertIn("signed=1", self.sign(plan)["redirect_url"])
        self.assertEqual((plan.state, plan.signed_by), ("active", "Ana"))

    def sign(self, plan):
        """What the signature form of a plan's page gets for an answer."""
        answer = self.make_jsonrpc_request(
            f"/my/plans/{plan.id}/sign?access_token=", {"name": "Ana", "signature": PNG}
        )
        self.env.invalidate_all()
        return answer

    def test_paying(self):
        part = f"/pay?currency_id={self.company.currency_id.id}"
        answer = self.page(self.account_of_his, part=part)
        self.assertEqual(answer.status_code, 200)
        self.assertIn('o_cobranza_total">$\xa0600.00<', answer.text)
        self.authenticate("stranger", "stranger-secret")
        self.assertTurnedAway(self.page(self.account_of_his, part=part))
