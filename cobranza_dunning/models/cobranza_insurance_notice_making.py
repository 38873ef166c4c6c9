from typing import Any, NamedTuple

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..engine import notices
from .arguments import to_day, to_due_lines, to_line, to_record, to_text
from .insurance_texts import NOTICE_REFUSALS, sentences
from .sql import take_turn


class Notifiable(NamedTuple):
    """A due line that the insurer can be told about.

    policy_id: of the policy it falls under.  decided: cobranza_insurance_facts.Decided.
    """

    policy_id: int
    decided: Any


class CobranzaInsuranceNotice(models.Model):
    """How notices of non-payment are drawn up, by buttons and by scripts."""

    # a file for each part
    _inherit = "cobranza.insurance.notice"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def notify(
        self, partner_id, line_ids=None, reference=None, notified_on=None, policy=None,
        reason=None, note=None, attachment_ids=(), company_id=None,
    ):  # fmt: skip
        """Record that the insurer was told that a customer doesn't pay; return a plain dict.

        partner_id: the customer, or one of his contacts.
        line_ids: ids of his due lines; left out: all that can be notified.
        reference: with which the insurer confirms it.  The same one once more, for the same
        customer and lines, changes nothing.  Left out: the notice stays to be given.
        notified_on: the day, a date or ISO string; left out: today.
        policy: id of the insurance policy, needed if his debts fall under several.
        reason: id or code of a cobranza.nonpayment.reason.  note: what is printed for the insurer.
        attachment_ids: ids of ir.attachment, the evidence.  company_id: left out: the current one.
        Returns id, state, partner_id, policy_id, reference, notified_on, deadline, late, amount,
        covered_amount, currency (the policy's) and lines: a list of dicts with line_id, move_id,
        name, date_due, amount, currency, deadline.
        Raises AccessError without the rights on notices; UserError, with what to do instead, for
        what isn't insured, isn't due, was notified already or belongs to somebody else.
        """
        self.check_access("create")
        company = to_record(self.env["res.company"], company_id) or self.env.company
        debtor = self.env["cobranza.debtor"]._of_partner(partner_id, company)
        lines = None if line_ids in (None, False) else to_due_lines(self.env, line_ids)
        take_turn(debtor)
        known = self._find_given(debtor, lines, reference)
        if known:
            return known._to_dict()
        found = self._notifiable(debtor, lines, self._find_policy(policy))
        if len({one.policy_id for one in found}) > 1:
            raise UserError(
                self.env._("These debts fall under several insurance policies: name one of them.")
            )
        notice = self._draw_up(debtor, found)
        notice.write(
            {
                "reference": reference,
                "notified_on": to_day(self.env, notified_on),
                "reason_id": self.env["cobranza.nonpayment.reason"]._named(reason).id,
                "note": to_text(note),
                "attachment_ids": [Command.set(self._find_files(attachment_ids).ids)],
            }
        )
        if notice.reference:
            notice._notify()
        return notice._to_dict()

    def _to_dict(self):
        self.ensure_one()
        return {
            "id": self.id,
            "state": self.state,
            "partner_id": self.partner_id.id,
            "policy_id": self.policy_id.id,
            "reference": self.reference,
            "notified_on": fields.Date.to_string(self.notified_on) or False,
            "deadline": fields.Date.to_string(self.deadline) or False,
            "late": self.late,
            "amount": self.amount,
            "covered_amount": self.covered_amount,
            "currency": self.currency_id.name,
            "lines": [
                {
                    "line_id": line.move_line_id.id,
                    "move_id": line.move_id.id,
                    "name": line.name,
                    "date_due": fields.Date.to_string(line.date_due),
                    "amount": line.amount,
                    "currency": line.currency_id.name,
                    "deadline": fields.Date.to_string(line.deadline) or False,
                }
                for line in self.line_ids
            ],
        }

    # --- what scripts name ---------------------------------------------------------------

    @api.model
    def _find_given(self, debtor, lines, reference):
        """Return the notice about these lines that was given with this reference, or none."""
        reference = to_line(reference)
        if not reference:
            return self.browse()
        given = self.search(
            [("debtor_id", "=", debtor.id), ("reference", "=", reference),
             ("state", "=", "notified")]
        )  # fmt: skip
        return given.filtered(lambda one: lines is None or one.line_ids._items() == lines)[:1]

    @api.model
    def _find_policy(self, value):
        """Return the policy with an id, or none for nothing. Raises UserError if there is none."""
        policies = self.env["cobranza.insurance.policy"]
        found = to_record(policies, value)
        if value and not found:
            raise UserError(self.env._("There is no insurance policy “%s”.", value))
        return found

    @api.model
    def _find_files(self, value):
        """Return the attachments with these ids. Raises UserError if one is none."""
        files = self.env["ir.attachment"]
        ids = value if isinstance(value, (list, tuple)) else [value]
        found = files.union(*(to_record(files, one) for one in ids))
        if len(found) < len(set(map(str, ids))):
            raise UserError(
                self.env._("Name files by the ids of attachments that are there already.")
            )
        found.check_access("read")
        return found

    # --- what can be notified ------------------------------------------------------------

    @api.model
    def _notifiable(self, debtor, lines=None, policy=None):
        """Return the Notifiable of a debtor's due lines.

        lines: due lines, each of which must be; None = whichever can be.
        policy: only what falls under it.
        Raises UserError if a line can't be notified, or none can.
        """
        debtor.check_access("read")
        decided = {
            one.fact.line_id: Notifiable(position.policy_id, one)
            for position in debtor._positions().get(debtor.id, ())
            for one in position.decided
            if not policy or position.policy_id == policy.id
        }
        if lines is None:
            found = [one for one in decided.values() if not self._refusal(debtor, one)]
        else:
            for line in lines:
                self._check_line(debtor, line, decided.get(line.id))
            found = [decided[line.id] for line in lines]
        if not found:
            raise UserError(
                self.env._(
                    "Nothing of what %(customer)s owes is insured, overdue and not notified yet.",
                    customer=debtor.partner_id.display_name,
                )
            )
        return found

    @api.model
    def _refusal(self, debtor, one):
        """The code of engine.notices.REFUSALS for a Notifiable, or None."""
        fact, line, cover = one.decided
        today = debtor.company_id._cobranza_today()
        used = cover.used if fact.flagged else 0
        return notices.refusal(line, used, today, debtor.insolvent_on or None)

    @api.model
    def _check_line(self, debtor, line, one):
        """Raise UserError if a due line can't be notified; one: its Notifiable, or None."""
        if line.partner_id.commercial_partner_id != debtor.partner_id or (
            line.company_id != debtor.company_id
        ):
            raise UserError(
                self.env._(
                    "%(document)s isn't a debt of %(customer)s: name due lines of his.",
                    document=line.move_id.display_name,
                    customer=debtor.partner_id.display_name,
                )
            )
        code = self._refusal(debtor, one) if one else "not_insured"
        if code:
            # why it isn't covered, where that is what speaks against it
            why = sentences(self.env, one.decided.cover.reasons) if one else ()
            text = self.env._(NOTICE_REFUSALS[code])
            parts = {"document": line.move_id.display_name, "why": " ".join(why)}
            raise UserError((text % parts).strip())

    # --- drawing up ------------------------------------------------------------------------

    @api.model
    def _draw_up(self, debtor, found):
        """Return a notice to be given about these Notifiable of one policy.

        One that is about nothing else and waits already is brought up to date.
        """
        (policy_id,) = {one.policy_id for one in found}
        wanted = {one.decided.fact.line_id for one in found}
        waiting = self.search(
            [("debtor_id", "=", debtor.id), ("policy_id", "=", policy_id), ("state", "=", "draft")]
        ).filtered(lambda one: set(one.line_ids._items().ids) <= wanted)[:1]
        notice = waiting or self._gated().create({"debtor_id": debtor.id, "policy_id": policy_id})
        notice = notice.with_env(self.env)
        notice._keep(found)
        return notice

    def _read_again(self):
        """Read what this notice says once more: what was paid meanwhile leaves it.

        Raises UserError if nothing is open any more, or something can't be notified.
        """
        items = self.line_ids._items()._cobranza_in_their_place().filtered(
            lambda item: item.amount_residual_currency > 0
        )
        if not items:
            raise UserError(
                self.env._("Nothing of what this notice is about is open any more: delete it.")
            )
        self._keep(self._notifiable(self.debtor_id, items, self.policy_id))

    def _keep(self, found):
        """Have the notice say what these Notifiable are now."""
        self.line_ids.unlink()
        moves = self.env["account.move"].browse([one.decided.fact.move_id for one in found])
        self.line_ids._gated().create(
            [
                {"notice_id": self.id, **_values(one.decided, move)}
                for one, move in zip(found, moves, strict=True)
            ]
        )
        limits = [one.decided.cover.applied.amount for one in found]
        self._gated().write({"limit_amount": float(max(limits))})

    @api.model
    def _of_lines(self, lines):
        """Return a notice to be given for each customer and policy of these due lines."""
        self.check_access("create")
        made = self.browse()
        for (customer, company), theirs in lines.grouped(
            lambda one: (one.partner_id.commercial_partner_id, one.company_id)
        ).items():
            debtor = self.env["cobranza.debtor"]._of_partner(customer.id, company)
            made |= self._of_debtor(debtor, theirs)
        return made

    @api.model
    def _of_debtor(self, debtor, lines=None, policy=None):
        """Return a notice to be given for each policy.

        lines: only about these due lines.  policy: only under this one.
        """
        self.check_access("create")
        found = self._notifiable(debtor, lines, policy)
        return self.browse().union(
            *(
                self._draw_up(debtor, [one for one in found if one.policy_id == policy_id])
                for policy_id in {one.policy_id: True for one in found}
            )
        )


def _values(one, move):
    """The values of a notice's line from a Decided and its invoice."""
    fact, line, cover = one
    deadlines = [duty.deadline for duty in cover.duties if duty.code == "notice"]
    return {
        "move_line_id": fact.line_id,
        "move_id": move.id,
        "name": move.name,
        "invoice_date": fact.invoiced,
        "date_due": fact.date_due,
        "original_due": fact.due,
        "currency_id": fact.currency_id,
        "amount": float(fact.residual),
        "disputed_amount": float(fact.disputed),
        "policy_amount": float(line.residual),
        "covered_amount": float(cover.covered),
        "cover_state": cover.state,
        "deadline": deadlines[0] if deadlines else False,
    }
