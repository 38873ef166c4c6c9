import io
import re
import zipfile

from markupsafe import Markup
from odoo import fields, models
from odoo.tools import format_date

from .amounts import format_money

REPORT = "cobranza_dunning.cobranza_insurance_claim_report_dossier"
AGREEMENT = "cobranza_dunning.cobranza_plan_report_agreement"
#: What a file may not be called by any system.
FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
#: The head of a text as a page; what is put in is escaped.
PAGE = '<!DOCTYPE html><meta charset="utf-8"><title>%s</title>'


class CobranzaInsuranceClaim(models.Model):
    """The file for the insurer: a summary, and everything that proves it, in one download."""

    # a file for each part
    _inherit = "cobranza.insurance.claim"  # pylint: disable=consider-merging-classes-inherited

    def action_dossier(self):
        """Return the action that makes the ZIP file and downloads it.

        Raises AccessError for who may not read the invoices it is about.
        """
        self.ensure_one()
        self._check_dossier()
        return {
            "type": "ir.actions.act_url",
            "url": f"/cobranza/claims/{self.id}/dossier",
            "target": "download",
        }

    def _check_dossier(self):
        """Raise AccessError for who may not read the claim, or the invoices it is about."""
        self.check_access("read")
        self._dossier_moves().check_access("read")

    def _dossier_moves(self):
        """The invoices that it is about, and the entries by which plans have re-booked them."""
        return self.line_ids.move_id._cobranza_with_rebookings()

    def _dossier(self):
        """Return (name, bytes) of the ZIP file.

        It isn't kept: whoever may read the claim later need not be allowed to read what is in it.
        """
        self._check_dossier()
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            taken = set()
            for folder, name, content in self._dossier_files():
                archive.writestr(_unique(folder, name, taken), content)
        return f"{_safe(self.name)}.zip", buffer.getvalue()

    # --- what is in it -----------------------------------------------------------------

    def _dossier_files(self):
        """Yield (folder, name, bytes) of each file, one at a time: they may be large."""
        claim = self.with_context(lang=self._dossier_lang())
        pdf, _kind = self.env["ir.actions.report"]._render_qweb_pdf(REPORT, self.ids)
        yield "", f"{self.name}.pdf", pdf
        for move in self._dossier_moves():
            yield from self._invoice_files(move, claim.env._("1 Invoices"))
        for reminder in self._reminders():
            day = fields.Date.to_string(reminder.sent_date)
            folder = claim.env._("2 Reminders")
            yield folder, f"{day} {reminder.subject or reminder.id}.html", _page(reminder)
            if reminder.letter_id:
                yield folder, reminder.letter_id.name, reminder.letter_id.raw or b""
        for plan in self._plans():
            pdf, _kind = self.env["ir.actions.report"]._render_qweb_pdf(AGREEMENT, plan.ids)
            yield claim.env._("3 Agreements"), f"{plan.name}.pdf", pdf
        for one in self._evidence():
            yield claim.env._("4 Evidence"), one.name, one.raw or b""

    def _invoice_files(self, move, folder):
        """The invoice as the customer has it, and what is attached to it."""
        for document in move._cobranza_documents():
            yield folder, document["filename"], document["content"]
        attached = self.env["ir.attachment"].search(
            [("res_model", "=", "account.move"), ("res_id", "=", move.id)], order="id"
        )
        for one in attached:
            yield f"{folder}/{_safe(move.name)}", one.name, one.raw or b""

    def _evidence(self):
        """What somebody has attached to the claim, and to what was agreed or disputed about it."""
        moves = self._dossier_moves()
        approvals = self.env["cobranza.insurance.approval"].search([("move_ids", "in", moves.ids)])
        return (
            self.attachment_ids
            | self._notices().attachment_ids
            | approvals.attachment_ids
            | self._disputes().attachment_ids
            | self._interactions().attachment_ids
        )

    def _notices(self):
        """The notices of non-payment that were given about these debts, oldest first."""
        return self.env["cobranza.insurance.notice"].search(
            [("state", "=", "notified"), ("line_ids.move_id", "in", self._dossier_moves().ids)],
            order="notified_on, id",
        )

    def _reminders(self):
        """The reminders that were sent about these invoices, oldest first."""
        return self.env["cobranza.reminder"].search(
            [("state", "=", "sent"), ("line_ids.move_id", "in", self._dossier_moves().ids)],
            order="sent_date, id",
        )

    def _interactions(self):
        """Calls, answers and visits since the oldest of these invoices."""
        days = [day for day in self._dossier_moves().mapped("invoice_date") if day]
        domain = [("debtor_id", "=", self.debtor_id.id)]
        if days:
            domain.append(("date", ">=", min(days)))
        return self.env["cobranza.interaction"].search(domain, order="date, id")

    def _promises(self):
        """What the customer has promised about these due lines."""
        return self.env["cobranza.promise"].search(
            [("part_ids.move_line_id", "in", self.line_ids.move_line_id.ids)], order="date, id"
        )

    def _plans(self):
        """Plans and extensions that the customer has agreed to about these invoices."""
        return self.env["cobranza.plan"].search(
            [("line_ids.move_id", "in", self._dossier_moves().ids), ("accepted_on", "!=", False)],
            order="accepted_on, id",
        )

    def _disputes(self):
        """What the customer disputes, or has disputed, of these invoices."""
        return self.env["cobranza.dispute"].search(
            [("move_id", "in", self._dossier_moves().ids)], order="id"
        )

    def _payments(self):
        """What was paid or credited of these due lines, oldest first: account.partial.reconcile.

        Of installments of a re-booked plan also what was before; that entry has paid nothing.
        """
        # what settled them may be an entry that no collector reads; only day and amount are told
        lines_sudo = self.sudo().line_ids
        items_sudo = lines_sudo.move_line_id
        items_sudo |= items_sudo._cobranza_rebooked_from()
        paid_sudo = items_sudo.matched_credit_ids.filtered(
            lambda one: one.credit_move_id.move_id not in lines_sudo.move_id
        )
        return paid_sudo.sorted(lambda one: (one.max_date, one.id))

    def _limits(self):
        """The decisions about the customer's limit under the policy, oldest first."""
        return self.env["cobranza.insurance.limit"].search(
            [("policy_id", "=", self.policy_id.id), ("debtor_id", "=", self.debtor_id.id)],
            order="effective, id",
        )

    # --- the summary -------------------------------------------------------------------

    def _dossier_lang(self):
        """The insurer's language, or the user's."""
        return self.insurer_id.sudo().lang or self.env.lang

    def _label(self, record, name):
        """A selection's word in the context's language."""
        model = self.env[record._name]
        return dict(model._fields[name]._description_selection(self.env)).get(record[name], "")

    def _day(self, value):
        """A day in the context's language; nothing where there is none."""
        return format_date(self.env, value) if value else ""

    def _money(self, amount, currency=None):
        """An amount (of the policy's currency) in the context's language."""
        return format_money(
            self.env, amount, currency or self.currency_id, self.company_id.currency_id
        )


def _page(reminder):
    """A reminder's text as a page that any browser shows."""
    head = Markup(PAGE) % (reminder.subject or "")
    return (head + Markup(reminder.body or "")).encode()


def _safe(name):
    """A name that any system takes for a file."""
    return FORBIDDEN.sub("-", name or "").strip(". ")[:120] or "file"


def _unique(folder, name, taken):
    """The path of a file in the archive; a second one of the same name gets a number."""
    folder = "/".join(_safe(part) for part in folder.split("/") if part)
    stem, dot, suffix = _safe(name).rpartition(".")
    stem, suffix = (stem, dot + suffix) if dot else (suffix, "")
    number, path = 1, None
    while path is None or path in taken:
        mark = f" ({number})" if number > 1 else ""
        path = "/".join(filter(None, (folder, f"{stem}{mark}{suffix}")))
        number += 1
    taken.add(path)
    return path
