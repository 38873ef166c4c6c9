from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

from ..engine import disputes
from .amounts import to_decimal

#: An invoice may be posted again, a payment or credit note undone or entered late: for so many
#: days an agreement that is over is looked at again.
LOOK_BACK = 100


class CobranzaDispute(models.Model):
    """What becomes of disputes in the ledger: an invoice that isn't owed leaves nothing to decide.

    Whatever is done to the invoice, nobody has to close its disputes by hand; and if it is owed
    again, so is the decision.
    """

    # a file for each part of its life
    _inherit = "cobranza.dispute"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _evaluate(self, company, debtors=None):
        """Have disputes follow their invoices: they lapse with them, and come back with them.

        debtors: only theirs; None = of the whole company.
        The number of queries doesn't depend on how many disputes there are.
        """
        since = company._cobranza_today() - timedelta(days=LOOK_BACK)
        domain = Domain("company_id", "=", company.id) & (
            Domain("pausing", "=", True)
            | (Domain("state", "=", "lapsed") & Domain("decided_on", ">=", since))
        )
        if debtors is not None:
            domain &= Domain("debtor_id", "in", debtors.ids)
        found = self.search(domain)
        found._find_lines_again()
        found._follow_ledger()

    def _find_lines_again(self):
        """Put disputes on the items that their invoices got when they were posted again."""
        lost = self.filtered(lambda one: not one.move_line_id and one.move_id)
        if lost:
            lines = self.env["account.move.line"]
            for one, item in lines._cobranza_found_again(lost, or_first=True).items():
                one._write_changed({"move_line_id": item.id})

    def _follow_ledger(self):
        """Let those lapse that nothing is left to decide about, and take up again the others."""
        settled = self.move_line_id._cobranza_payments()
        known = {one: one._for_engine(settled) for one in self}
        reasons = {one: disputes.lapses(known[one]) for one in self}
        self._follow_credit(known)
        over = self.filtered(lambda one: reasons[one] and one.state != "lapsed")
        for (company, reason), ours in over.grouped(
            lambda one: (one.company_id, reasons[one])
        ).items():
            ours._lapse(company, reason)
        self.filtered(lambda one: not reasons[one] and one.state == "lapsed")._take_up_again()

    def _follow_credit(self, known):
        """Note what was credited of accepted disputes whose own credit note is missing.

        Of several disputes of a line nobody but a person knows which one a credit note is for.
        known: {dispute: its engine.disputes.Disputed}.
        """
        beside = self.search(
            [
                ("move_line_id", "in", self.move_line_id.ids),
                ("pausing", "=", True),
            ]
        ).grouped("move_line_id")
        for one in self:
            alone = one.awaits_credit_note and len(beside.get(one.move_line_id, ())) == 1
            taken = min(max(known[one].credited, 0), known[one].amount) if alone else 0
            one._write_changed({"credited_amount": float(taken)})

    def _for_engine(self, settled):
        """What the ledger says of the disputed line, as an engine.disputes.Disputed.

        settled: as account.move.line._cobranza_payments returns it.
        """
        line, currency = self.move_line_id, self.currency_id
        credited = _credited(settled, line)
        return disputes.Disputed(
            amount=to_decimal(self.amount, currency),
            document=self._document(),
            open_amount=to_decimal(line.amount_residual_currency, currency),
            credited=credited - to_decimal(self.credited_before, currency),
        )

    def _document(self):
        """The state of its invoice, as the engine takes it."""
        state = self.move_id.state or None
        return "other" if state == "posted" and not self.move_line_id else state

    def _credited_on(self, line):
        """What credit notes and write-offs have taken off a due line until now."""
        return _credited(line._cobranza_payments(), line)

    def _lapse(self, company, reason):
        """Close these: nobody decides, and nobody needs to look again."""
        self._gated().write(
            {"state": "lapsed", "lapse_reason": reason, "decided_on": company._cobranza_today()}
        )
        if reason == "credited":
            for one in self.filtered(lambda one: not one.credit_note_id):
                one._gated().credit_note_id = one._credit_notes()[:1]
        self._log_for_office(lambda one: one.env._("It ended by itself. %s.", one._lapse_text()))
        self.activity_id.filtered("active").action_feedback()

    def _lapse_text(self):
        """Why it lapsed, in the context's language."""
        return dict(self._fields["lapse_reason"]._description_selection(self.env))[
            self.lapse_reason
        ]

    def _log_for_office(self, text):
        """Note something in the chatter, in the company's language; text: makes it of one."""
        for company, ours in self.grouped("company_id").items():
            ours = ours.with_context(lang=company._cobranza_lang())
            ours._message_log_batch({one.id: text(one) for one in ours})

    def _credit_notes(self):
        """The credit notes that were reconciled with the disputed line."""
        moves = self.move_line_id.matched_credit_ids.credit_move_id.move_id
        return moves.filtered(lambda move: move.move_type == "out_refund")

    def _take_up_again(self):
        """The invoice is owed after all: the dispute is as it was."""
        for decided, ours in self.grouped(lambda one: bool(one.decided_by_id)).items():
            ours._gated().write(
                {
                    # it had been accepted, and its credit note was missing
                    "state": "accepted" if decided else "open",
                    "lapse_reason": False,
                    "decided_on": False,
                    "credit_note_id": False,
                    "activity_id": False,
                }
            )
        self._log_for_office(lambda one: one.env._("Its invoice is owed again, and so it is back."))
        self._plan_revisit()


def _credited(settled, line):
    """What credit notes and write-offs took off a due line; settled: of `_cobranza_payments`."""
    return sum(one.amount for one in settled.get(line.id, ()) if one.is_credit_note)
