"""Screens of credit insurance: what they offer, find, show on cards and buttons, and export."""

import io
import json
from datetime import date

from lxml import etree
from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tools.safe_eval import safe_eval
from openpyxl import load_workbook

from .common import TODAY
from .insurance import InsuranceCase

#: The actions whose records can be added up.
ADDED_UP = (
    "cobranza_insurance_duty_action",
    "cobranza_insurance_claim_action",
    "cobranza_insurance_recovery_action",
    "cobranza_insurance_exposure_action",
    "cobranza_insurance_use_action",
)


@tagged("post_install", "-at_install")
class TestViews(InsuranceCase):
    """What screens offer."""

    def arch(self, model, view, kind):
        """A view as the user gets it."""
        return etree.fromstring(self.env[model].get_view(self.env.ref(view).id, kind)["arch"])

    def found(self, name):
        """The customer's invoices that one of the filters on invoices finds."""
        arch = self.arch("account.move", "account.view_account_invoice_filter", "search")
        (node,) = arch.xpath(f"//filter[@name='{name}']")
        domain = [("partner_id", "=", self.partner.id), *safe_eval(node.get("domain"))]
        return self.env["account.move"].search(domain)

    def test_what_has_amounts_can_be_added_up(self):
        for name in ADDED_UP:
            action = self.env.ref(f"cobranza_dunning.{name}")
            model = self.env[action.res_model]
            modes = action.view_mode.split(",")
            for kind in ("pivot", "graph"):
                with self.subTest(name, kind=kind):
                    self.assertIn(kind, modes)
                    arch = etree.fromstring(model.get_view(view_type=kind)["arch"])
                    self.assertTrue(arch.xpath("//field[@type='measure']"))

    def test_the_filters_of_invoices(self):
        """Each state of an invoice is found by the filters that name it, and by no other."""
        self.insurance.deadline_ids = [self.deadline("notice", "due", 30)]
        self.limit(100)
        lost = self.sale(10, date(2026, 1, 1), date(2026, 1, 31))
        at_risk = self.sale(10, date(2026, 1, 20), date(2026, 2, 19))
        covered = self.sale(60)
        partly = self.sale(50, date(2026, 3, 2))
        uncovered = self.sale(30, date(2026, 3, 3))
        nobody_wants = self.sale(30, date(2026, 3, 3), insured=False)
        draft = self.sale(5, TODAY, post=False)
        self.commit()
        states = [one.insurance_state for one in (lost, at_risk, covered, partly, uncovered)]
        self.assertEqual(states, ["lost", "at_risk", "covered", "partial", "not_covered"])
        self.assertEqual(self.found("insured"), at_risk | covered | partly)
        self.assertEqual(self.found("uncovered"), lost | partly | uncovered)
        everything = self.env["account.move"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual(self.found("to_be_insured"), everything - nobody_wants)
        self.assertIn(draft, everything)

    def test_invoices_are_grouped_by_the_mark(self):
        arch = self.arch("account.move", "account.view_account_invoice_filter", "search")
        (node,) = arch.xpath("//group/filter[@name='group_by_insured']")
        by = safe_eval(node.get("context"))["group_by"]
        self.sale(60)
        self.sale(40)
        self.sale(30, insured=False)
        found = self.env["account.move"]._read_group(
            [("partner_id", "=", self.partner.id)], [by], ["__count"], order=by
        )
        self.assertEqual(found, [(False, 1), (True, 2)])

    def test_the_card_of_an_invoice_says_what_is_insured(self):
        arch = self.arch("account.move", "account.view_account_move_kanban", "kanban")
        (badge,) = arch.xpath("//footer//field[@name='insurance_state']")
        self.assertEqual(badge.get("widget"), "badge")
        self.assertEqual(badge.get("invisible"), "not insurance_state")

    def test_the_card_of_a_draft_says_that_it_is_to_be_insured(self):
        arch = self.arch("account.move", "account.view_account_move_kanban", "kanban")
        (mark,) = arch.xpath("//footer//span[@name='to_be_insured']")
        self.assertEqual(mark.text, "To be insured")
        shown = [
            not safe_eval(mark.get("invisible"), {"insured": one.insured, "state": one.state})
            for one in (
                self.sale(5, post=False), self.sale(5, post=False, insured=False), self.sale(5)
            )
        ]  # fmt: skip
        self.assertEqual(shown, [True, False, False])
        self.assertTrue(arch.xpath("/kanban/field[@name='insured']"), "what it depends on is read")

    def test_the_button_says_free_used_and_limit(self):
        """All three at once, each with its figure."""
        arch = self.arch("res.partner", "base.view_partner_form", "form")
        (button,) = arch.xpath("//button[@name='action_cobranza_limits']")
        self.limit(200)
        self.sale(170)
        self.commit()
        shown = {
            field: self.partner[field] for field in button.xpath(".//field/@name")
        }
        self.assertEqual(
            shown,
            {"cobranza_insurance_free": 30, "cobranza_insurance_used": 170,
             "cobranza_insurance_limit": 200},
        )  # fmt: skip
        words = " ".join(" ".join(button.itertext()).split())
        self.assertEqual(words, "Free, used of")


@tagged("post_install", "-at_install")
class TestWorkbook(InsuranceCase, HttpCase):
    """A report as the web client's *Export* makes it."""

    def test_exposure_as_a_workbook(self):
        self.limit(100)
        covered = self.sale(60)
        partly = self.sale(50, date(2026, 3, 2))
        self.commit()
        manager = self.new_user(
            "cobranza_dunning.group_manager", "base.group_allow_export", name="Manager"
        )
        manager.write({"login": "manager", "password": "manager-secret"})
        self.authenticate("manager", "manager-secret")
        report = self.env["cobranza.insurance.exposure"]
        wanted = {
            "partner_id": "Customer", "move_id": "Invoice", "date_due": "Due date",
            "covered_amount": "Covered", "uncovered_amount": "Not covered", "reason": "Why",
        }  # fmt: skip
        answer = self.url_open(
            "/web/export/xlsx",
            data={
                "data": json.dumps(
                    {
                        "model": report._name,
                        "fields": [
                            {"name": name, "label": label, "type": report._fields[name].type}
                            for name, label in wanted.items()
                        ],
                        "ids": False,
                        "domain": [["partner_id", "=", self.partner.id]],
                        "groupby": [],
                        "import_compat": False,
                        "context": {"allowed_company_ids": self.company.ids},
                    }
                ),
                "csrf_token": Request.csrf_token(self),
            },
        )
        self.assertEqual(answer.status_code, 200, answer.text[:2000])
        sheet = load_workbook(io.BytesIO(answer.content)).active
        head, *rows = sheet.iter_rows(values_only=True)
        self.assertEqual(head, tuple(wanted.values()))
        found = {row[1].split(" ")[0]: (row[0], row[2].date(), *row[3:]) for row in rows}
        name = self.partner.name
        self.assertEqual(
            found,
            {
                covered.name: (name, date(2026, 3, 31), 60, 0, "Within the limit"),
                partly.name: (name, date(2026, 4, 1), 40, 10, "Limit covers only a part"),
            },
        )
