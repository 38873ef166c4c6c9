"""What comes along with a gated write or create passes the gate of the records it reaches."""

from datetime import date

from odoo import Command
from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import tagged

from .claims import DUE, SOLD, ClaimCase
from .test_insurance_declaration import APRIL, MARCH, DeclarationCase


class GateCase:
    """Calls as they come over the wire, by a manager of collections."""

    def setUpBooks(self):
        super().setUpBooks()
        self.manager = self.new_user(
            "cobranza_dunning.group_manager", "account.group_account_invoice", name="Boss"
        )

    def call(self, name, method, *args, **kwargs):
        model = self.env[name].with_user(self.manager)
        return call_kw(model, method, list(args), kwargs)


@tagged("post_install", "-at_install")
class TestGateOfLines(GateCase, ClaimCase):
    def test_defaults_do_not_reach_the_lines_of_a_notice_that_was_given(self):
        self.limit(100000)
        self.limit(100000, partner=self.other)
        self.sale(1000, SOLD, DUE)
        self.sale(700, SOLD, DUE, partner=self.other)
        self.commit()
        notices = self.env["cobranza.insurance.notice"]
        given = notices.browse(notices.notify(self.partner.id, reference="N-1")["id"])
        line = given.line_ids
        for command in (
            Command.update(line.id, {"covered_amount": 1}),
            Command.link(line.id),
            Command.set(line.ids),
            Command.create({"name": "Made up", "covered_amount": 1}),
        ):
            with self.subTest(command), self.assertRaises(AccessError):
                self.call(
                    "cobranza.insurance.notice", "notify", self.other.id,
                    context={"default_line_ids": [command]},
                )  # fmt: skip
            self.assertEqual((given.line_ids, line.covered_amount), (line, 1000))
        self.call("cobranza.insurance.notice", "notify", self.other.id)
        self.assertEqual(self.env["cobranza.insurance.notice"].search_count([]), 2)

    def test_it_opens_for_one_write(self):
        """Whatever the values come from."""
        claim = self.filed(1000)
        for command in (
            Command.update(claim.line_ids.id, {"covered_amount": 1}),
            Command.create({"name": "Made up", "covered_amount": 1}),
        ):
            with self.assertRaises(AccessError):
                claim._gated().write({"line_ids": [command]})
        self.assertEqual(claim.line_ids.covered_amount, 1000)
        claim._gated().write({"accepted_amount": 1})
        self.assertEqual(claim.accepted_amount, 1)


@tagged("post_install", "-at_install")
class TestGateOfDeclarations(GateCase, DeclarationCase):
    def test_a_draft_reaches_no_other_declaration(self):
        self.sale(500, date(2026, 3, 5))
        with self.at(APRIL):
            other = self.draft(MARCH)
        for command in (
            Command.update(other.id, {"state": "declared", "amount": 7}),
            Command.link(other.id),
            Command.create({"policy_id": self.insurance.id, "date_from": "2026-03-01",
                            "state": "declared"}),
            Command.create({"policy_id": self.insurance.id, "date_from": "2026-03-01"}),
        ):  # fmt: skip
            vals = {"policy_id": self.insurance.id, "date_from": "2026-02-10",
                    "corrected_by_ids": [command]}  # fmt: skip
            with self.subTest(command), self.assertRaises(AccessError):
                self.call("cobranza.insurance.declaration", "create", [vals])
        self.assertEqual((other.state, other.amount, other.corrects_id.id), ("draft", 500, False))
        self.assertEqual(self.insurance.declaration_ids, other)
