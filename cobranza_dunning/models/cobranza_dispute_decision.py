from odoo import models
from odoo.exceptions import UserError

from ..engine import disputes
from .account_move_line_paid import MONEY_JOURNALS
from .amounts import to_decimal
from .arguments import to_day, to_record, to_text
from .cobranza_tone_term import ERROR
from .tone_texts import describe


class CobranzaDispute(models.Model):
    """Deciding about a dispute: accepted, rejected, or looked at again later."""

    # a file for each part of its life
    _inherit = "cobranza.dispute"  # pylint: disable=consider-merging-classes-inherited

    def _plan_revisit(self):
        """Give the owner his activity for the day on which he is to look again."""
        for one in self.filtered("pausing"):
            owner = one.user_id or one.debtor_id._person_in_charge() or self.env.user
            # whoever writes it down may not be who owns it
            activity_sudo = one.activity_id.sudo()
            if activity_sudo:
                activity_sudo.write({"date_deadline": one.revisit_date, "user_id": owner.id})
                continue
            activity = one.activity_schedule(
                "cobranza_dunning.activity_type_dispute",
                date_deadline=one.revisit_date,
                summary=one._describe_for(owner),
                user_id=owner.id,
            )
            one._gated().activity_id = activity

    def _describe_for(self, user):
        """What is disputed, in one line and in the language of a user."""
        one = self.with_context(lang=user.lang or self.company_id._cobranza_lang())
        return f"{one.display_name}: {one.reason_id.name}"

    def action_revisit(self, date):
        """Look at open disputes again later: until then the amount is left alone.

        date: a later day, a date or ISO string.  Raises UserError otherwise, or if one is decided.
        """
        self.check_access("write")
        day = to_day(self.env, date)
        for one in self:
            self._check_revisit(day, one.company_id._cobranza_today())
        self._check_pausing()
        self._gated().write({"revisit_date": day})
        self._plan_revisit()
        self.debtor_id._refresh_now()
        return True

    def _check_pausing(self):
        if any(not one.pausing for one in self):
            raise UserError(self.env._("This dispute is decided already: raise another one."))

    def action_open_accept(self):
        """Open the dialog that accepts the dispute, or links its credit note."""
        return self.env["cobranza.decision.wizard"]._open(self, "accepted")

    def action_open_reject(self):
        """Open the dialog that rejects the dispute."""
        return self.env["cobranza.decision.wizard"]._open(self, "rejected")

    def action_open_later(self):
        """Open the dialog that puts off the day to look at the dispute again."""
        return self.env["cobranza.decision.wizard"]._open(self, "later")

    def action_accept(self, credit_note_id=None):
        """Accept that the customer is right.

        credit_note_id: the posted credit note that takes the amount off his debt.  Without one
        the amount is left alone until the dispute is looked at again; accept it once more with
        the credit note when it is there.  What a note doesn't cover is a dispute of its own from
        then on, accepted without one.
        Raises UserError if a dispute is decided already, or it isn't a credit note for it.
        """
        self.check_access("write")
        self._check_pausing()
        note, rest = to_record(self.env["account.move"], credit_note_id), self.browse()
        if credit_note_id:
            for one in self:
                one._check_credit_note(note)
            rest = self._split_off_uncovered(note)
        self._decide({"state": "accepted", "credit_note_id": note.id})
        rest._decide({"state": "accepted", "credit_note_id": False})
        return True

    def _check_credit_note(self, note):
        """Raise UserError unless `note` can be what settles this dispute."""
        fits = (
            note.move_type == "out_refund"
            and note.state == "posted"
            and note.company_id == self.company_id
            and note.commercial_partner_id == self.partner_id
            and note.currency_id == self.currency_id
        )
        if not fits:
            raise UserError(
                self.env._(
                    "Choose a posted credit note of %(customer)s in %(currency)s.",
                    customer=self.partner_id.display_name,
                    currency=self.currency_id.name,
                )
            )

    def _split_off_uncovered(self, note):
        """Make disputes of what a credit note doesn't cover of these; return them.

        Raises UserError if nothing of it is left for one of these.
        """
        rest, matched = self.browse(), self._matched_with(note)
        taken = self._credited_by(note, matched)
        for one in self:
            if not taken[one]:
                raise UserError(
                    self.env._(
                        "%(note)s was credited for other invoices or disputes: nothing of it is "
                        "left for %(document)s.",
                        note=note.name,
                        document=one.move_id.display_name,
                    )
                )
            booked = sum(matched.get(document, 0) for document in one._documents())
            others = max(to_decimal(one.credited_amount, one.currency_id) - booked, 0)
            uncovered = to_decimal(one.amount, one.currency_id) - taken[one] - others
            if uncovered > 0:
                # what this note will still take off the line is for what it was accepted for
                before = one._credited_on(one.move_line_id) + max(taken[one] - booked, 0)
                rest |= one._split_off(float(uncovered), credited_before=float(before))
        return rest

    def _documents(self):
        """Ids of the entries where it is owed, and was: an installment's item, and the invoice."""
        return tuple(dict.fromkeys((self.move_line_id.move_id.id, self.move_id.id)))

    def _matched_with(self, note):
        """Return {id of an entry: what of a credit note is reconciled with debts of it}."""
        # what it was reconciled with is for accountants to read
        note_sudo, matched = note.sudo(), {}
        for partial in note_sudo.line_ids.matched_debit_ids:
            debt = partial.debit_move_id
            # what was paid out to the customer is for whatever it was credited for
            if debt.journal_id.type not in MONEY_JOURNALS:
                amount = to_decimal(partial.credit_amount_currency, note.currency_id)
                matched[debt.move_id.id] = matched.get(debt.move_id.id, 0) + amount
        return matched

    def _credited_by(self, note, matched):
        """Return {dispute: what a credit note takes off it}, less what it is used for already.

        matched: as `_matched_with` returns it.
        """
        used = self.sudo().search([("credit_note_id", "=", note.id)], order="id") - self
        everything = used.with_env(self.env) | self
        taken = disputes.credited_by(
            to_decimal(note.sudo().amount_total, note.currency_id),
            matched,
            [
                (one._documents(), to_decimal(one.amount, one.currency_id))
                for one in everything
            ],
        )
        return dict(zip(everything, taken, strict=True))

    def _split_off(self, amount, **vals):
        """Make a part of what is disputed a dispute of its own, else the same; return it."""
        self._gated().write({"amount": self.amount - amount})
        beside = {"state": self.state, "credited_amount": 0, "activity_id": False}
        part = self._gated().copy({**beside, **vals, "amount": amount}).with_env(self.env)
        part._plan_revisit()
        return part

    def action_reject(self, reason):
        """Refuse what the customer says: the amount is chased again at once.

        reason: the customer reads it on his page.  Raises UserError without one, for words that
        must not leave in a reminder either, or if it is decided.
        """
        self.check_access("write")
        self._check_pausing()
        text = to_text(reason)
        if not text:
            raise UserError(
                self.env._("Say why it is rejected: the customer reads it on his page.")
            )
        for one in self:
            one._check_tone(text)
        self._decide({"state": "rejected", "reject_reason": text})
        return True

    def _check_tone(self, text):
        """Raise UserError for words that the customer should not read."""
        # told to the customer, whoever writes it
        partner_sudo, company_sudo = self.partner_id.sudo(), self.company_id.sudo()
        findings = self.env["cobranza.tone.term"]._lint(
            text,
            "reminder",
            self.debtor_id._lang(),
            names=[partner_sudo.name, company_sudo.name, self.move_id.sudo().name],
            company=self.company_id,
        )
        errors = [one for one in findings if one.severity == ERROR]
        if errors:
            raise UserError(
                self.env._(
                    "The customer reads this on his page, and it can't be told like that. "
                    "%(sentences)s",
                    sentences=" ".join(describe(self.env, one) for one in errors[:3]),
                )
            )

    def _decide(self, vals):
        for company, ours in self.grouped("company_id").items():
            ours._gated().write(
                {**vals, "decided_by_id": self.env.uid, "decided_on": company._cobranza_today()}
            )
        # whoever decides has done the work, whose list it was on doesn't matter
        done = self.filtered(lambda one: not one.pausing).activity_id
        done.sudo().filtered("active").action_feedback()
        self.debtor_id._refresh_now()
