"""The file for the insurer: what is in it, and who may have it."""

import io
import zipfile
from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .claims import DUE, FILED, SOLD, ClaimCase
from .common import days_ago
from .papers import Papers

PDF = b"%PDF-"


@tagged("post_install", "-at_install")
class TestDossier(Papers, ClaimCase):
    """One download with everything that proves a claim."""

    def files(self, claim):
        """{path: content} of the claim's ZIP file."""
        _name, content = claim._dossier()
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            self.assertIsNone(archive.testzip())
            return {name: archive.read(name) for name in archive.namelist()}

    def attach(self, record, name, raw=b"signed"):
        return self.env["ir.attachment"].create(
            {"name": name, "raw": raw, "res_model": record._name, "res_id": record.id}
        )

    def agree(self, sold):
        """A plan about an invoice that the customer has accepted."""
        plans = self.env["cobranza.plan"]
        made = plans.propose(
            self.partner.id,
            {"lines": self.due(sold).ids, "count": 2, "first": "2026-04-10"},
        )
        plan = plans.browse(made["plan_id"])
        plan.action_accept()
        self.assertTrue(plan.accepted_on)
        return plan

    def test_everything_is_in_it(self):
        """Summary, invoice, proof of delivery, reminder, agreement and evidence."""
        claim = self.filed(1000)
        sold = self.sold
        self.assertFalse(self.propose(), "nobody is reminded of what is claimed")
        claim.action_cancel()
        reminder = self.approved()
        reminder.action_send()
        plan = self.agree(sold)
        claim = self.claim()
        claim.attachment_ids = self.attach(claim, "letter of the lawyer.txt")
        self.attach(sold, "CMR/1.txt", b"delivered")
        self.attach(sold, "CMR/1.txt", b"delivered twice")
        claim.action_file()
        found = self.files(claim.with_context(force_report_rendering=True))
        names = sorted(found)
        summary = f"{claim.name.replace('/', '-')}.pdf"
        self.assertTrue(found[summary].startswith(PDF))
        number = sold.name.replace("/", "-")
        self.assertEqual(found[f"1 Invoices/{number}/CMR-1.txt"], b"delivered")
        self.assertEqual(found[f"1 Invoices/{number}/CMR-1 (2).txt"], b"delivered twice")
        self.assertEqual(found["4 Evidence/letter of the lawyer.txt"], b"signed")
        invoices = [name for name in names if name.startswith("1 Invoices/") and "CMR" not in name]
        self.assertEqual(len(invoices), 1, names)
        self.assertTrue(found[invoices[0]].startswith(PDF))
        agreement = f"3 Agreements/{plan.name.replace('/', '-')}.pdf"
        self.assertTrue(found[agreement].startswith(PDF))
        (told,) = [name for name in names if name.startswith("2 Reminders/")]
        self.assertIn(sold.name.encode(), found[told])

    def test_the_summary_tells_the_whole_story(self):
        """Limits, payments, disputes, promises and calls, in the insurer's language."""
        claim = self.filed(1000)
        (report,) = self.env.ref("cobranza_dunning.cobranza_insurance_claim_report_dossier")
        line = self.due(self.sold)
        debtor = claim.debtor_id
        self.env["cobranza.interaction"].create({"debtor_id": debtor.id, "summary": "Rang twice"})
        self.env["cobranza.promise"].create(
            {"debtor_id": debtor.id, "amount": 10, "date": DUE + timedelta(days=40),
             "line_ids": line.ids}
        )  # fmt: skip
        self.env["cobranza.dispute"].raise_dispute(line.id, 5, "quality")
        self.pay(self.sold, 100)
        html, _kind = report._render_qweb_html(report.report_name, claim.ids)
        text = html.decode()
        for words in (claim.name, self.sold.name, "Seguros Norte", "Rang twice", "Insurance limits",
                      "Payments and credits", "Promises", "Disputes", "900.00"):  # fmt: skip
            self.assertIn(words, text)
        self.assertNotIn("Notices of non-payment", text, "an empty part isn't shown")

    def test_an_insurer_and_a_customer_who_are_only_names(self):
        """No placeholder stands where their addresses would."""
        claim = self.filed(1000)
        self.partner.write({"street": False, "city": False, "zip": False, "country_id": False})
        report = "cobranza_dunning.cobranza_insurance_claim_report_dossier"
        page = self.pages(self.paper(report, claim))[0]
        self.assertIn("Seguros Norte", page)
        self.assertNotIn("--", page)
        self.assertEqual(page.count(self.partner.name), 1)

    def test_the_notice_given_to_the_insurer_is_in_it(self):
        """With its day, reference, deadline and amount, and what proves that it was given."""
        self.insurance.deadline_ids = [self.deadline("notice", "due", 60)]
        self.limit(100000)
        self.sold = self.sale(1000, SOLD, DUE)
        self.commit()
        notices = self.env["cobranza.insurance.notice"]
        line = self.due(self.sold)
        told = notices.notify(self.partner.id, line.ids, "AFP-77", FILED)
        given = notices.browse(told["id"])
        given.attachment_ids = self.attach(given, "answer of the insurer.txt")
        later = self.sale(500, DUE, days_ago(5))
        draft = notices.browse(notices.notify(self.partner.id, self.due(later).ids)["id"])
        draft.attachment_ids = self.attach(draft, "not given.txt")
        claim = self.claim(notice_id=given.id)
        claim.action_file()
        self.assertEqual(claim._notices(), given)
        (report,) = self.env.ref("cobranza_dunning.cobranza_insurance_claim_report_dossier")
        html, _kind = report._render_qweb_html(report.report_name, claim.ids)
        part = html.decode().split("Notices of non-payment")[1].split("</table>")[0]
        for words in ("03/10/2026", "AFP-77", "04/10/2026", "1,000.00"):
            self.assertIn(words, part)
        found = self.files(claim)
        self.assertEqual(found["4 Evidence/answer of the insurer.txt"], b"signed")
        self.assertNotIn("4 Evidence/not given.txt", found)

    def test_of_a_debt_that_was_re_booked(self):
        """All that there is of its invoice as well, also once it is owed on the invoice again."""
        self.company.sudo().cobranza_plan_rebook = True
        self.company.sudo().cobranza_plan_journal_id = self.accounts["journals"]["general"]
        self.insurance.deadline_ids = [self.deadline("notice", "due", 90)]
        self.limit(100000)
        self.sold = sold = self.sale(1000, SOLD, DUE)
        self.attach(sold, "CMR.txt")
        self.pay(sold, 100)
        self.approved().action_send()
        plan = self.agree(sold)
        self.assertTrue(plan.rebook_move_id)
        dispute = self.env["cobranza.dispute"].raise_dispute(
            plan._ordered()[1].move_line_id.id, 5, "quality"
        )
        notices = self.env["cobranza.insurance.notice"]
        self.commit()
        notices.browse(notices.notify(self.partner.id, reference="AFP-1")["id"])
        claim = self.claim()
        claim.action_file()
        self.assertEqual(claim.line_ids.move_id, plan.rebook_move_id)
        number, agreement = sold.name.replace("/", "-"), plan.name.replace("/", "-")

        def check(claim):
            names = self.files(claim.with_context(force_report_rendering=True))
            self.assertIn(f"1 Invoices/{number}/CMR.txt", names)
            self.assertEqual(
                len([one for one in names if one.startswith("1 Invoices/")]), 2, names
            )
            self.assertTrue([one for one in names if one.startswith("2 Reminders/")])
            self.assertIn(f"3 Agreements/{agreement}.pdf", names)
            self.assertEqual(claim._notices().reference, "AFP-1")
            self.assertEqual(claim._disputes().id, dispute["id"])
            self.assertEqual(claim._payments().mapped("debit_amount_currency"), [100])

        check(claim)
        (report,) = self.env.ref("cobranza_dunning.cobranza_insurance_claim_report_dossier")
        html, _kind = report._render_qweb_html(report.report_name, claim.ids)
        lines = html.decode().split("Due lines")[1].split("</table>")[0]
        self.assertIn(sold.name, lines)
        self.assertIn("01/10/2026", lines)
        claim.action_cancel()
        plan.action_cancel()
        again = self.claim()
        again.action_file()
        self.assertEqual(again.line_ids.move_id, sold)
        check(again)

    def test_it_is_not_kept(self):
        """Who may read the claim may not read all that is in it."""
        claim = self.filed(1000)
        kept = [("res_model", "=", claim._name), ("res_id", "=", claim.id)]
        before = self.env["ir.attachment"].search_count(kept)
        self.assertEqual(claim._dossier()[0], f"{claim.name.replace('/', '-')}.zip")
        self.assertEqual(self.env["ir.attachment"].search_count(kept), before)

    def test_who_may_have_it(self):
        """An auditor of collections may; nobody outside."""
        claim = self.filed(1000)
        auditor = self.new_user("cobranza_dunning.group_auditor")
        self.assertTrue(claim.with_user(auditor)._dossier())
        plain = self.new_user("base.group_user")
        for ask in ("action_dossier", "_dossier"):
            with self.assertRaises(AccessError):
                getattr(claim.with_user(plain), ask)()


@tagged("post_install", "-at_install")
class TestDossierDownload(ClaimCase, HttpCase):
    """It is downloaded by who may read the claim and its invoices, each time."""

    def download(self, claim):
        self.authenticate("claims-auditor", "claims-auditor")
        return self.url_open(claim.action_dossier()["url"])

    def test_downloading_it(self):
        claim = self.filed(1000)
        self.new_user(
            "cobranza_dunning.group_auditor", login="claims-auditor", password="claims-auditor"
        )
        answer = self.download(claim)
        self.assertEqual(answer.headers["Content-Type"], "application/zip")
        self.assertIn(f"{claim.name.replace('/', '-')}.zip", answer.headers["Content-Disposition"])
        self.assertIsNone(zipfile.ZipFile(io.BytesIO(answer.content)).testzip())
        # an invoice that he may read no longer: neither the file
        self.env["ir.rule"].create(
            {"name": "Secret", "model_id": self.env["ir.model"]._get_id("account.move"),
             "domain_force": [("id", "!=", self.sold.id)]}
        )  # fmt: skip
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_rule"):
            self.assertEqual(self.download(claim.sudo()).status_code, 403)
            self.assertEqual(
                self.url_open(f"/cobranza/claims/{claim.id + 1}/dossier").status_code, 404
            )
        self.authenticate(None, None)
        answer = self.url_open(f"/cobranza/claims/{claim.id}/dossier", allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
