from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .amounts import format_money
from .arguments import to_amount, to_choice, to_day, to_record, to_text
from .cobranza_dispute import USUAL_DAYS
from .cobranza_promise import kept_origin


class CobranzaDispute(models.Model):
    """How a dispute is raised: what a customer may dispute, and what is kept with it."""

    # a file for each part of its life
    _inherit = "cobranza.dispute"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def raise_dispute(
        self, move_line_id, amount, reason, description=None, revisit_date=None, user_id=None,
        attachment_ids=(), origin="manual", contact_id=None, interaction_id=None,
    ):  # fmt: skip
        """Write down that a customer doesn't accept an amount of a due line; return a plain dict.

        move_line_id: the due line.  amount: in its currency; a number, or text like "1234.50".
        reason: code or id of a cobranza.dispute.reason.
        revisit_date: until then the amount is left alone; left out: as the policy says.
        user_id: who decides; left out: whoever looks after the customer.
        attachment_ids: ids of ir.attachment, or pairs (file name, bytes).
        origin: "manual", "call", or "portal" for the customer himself; that he did it himself is
        kept of his own page only.
        contact_id: who raised it.  interaction_id: the cobranza.interaction in which he did.
        Returns id, state, amount, currency, reason (a code, False if it has none), reason_name,
        revisit_date, line_id and move_id.
        Raises UserError, with what to do instead, if it can't be raised like this.
        """
        vals = {
            "move_line_id": to_record(self.env["account.move.line"], move_line_id).id,
            "amount": amount,
            "reason_id": self._find_reason(reason).id,
            "description": to_text(description),
            "contact_id": contact_id,
            "interaction_id": interaction_id,
        }
        if revisit_date:
            vals["revisit_date"] = revisit_date
        if user_id:
            vals["user_id"] = self._find_owner(user_id).id
        files = self._to_files(attachment_ids or ())
        dispute = self._raise([vals], to_choice(self, "origin", origin))
        dispute._attach(*files)
        return dispute._to_dict()

    def _to_dict(self):
        self.ensure_one()
        return {
            "id": self.id,
            "state": self.state,
            "amount": self.amount,
            "currency": self.currency_id.name,
            "reason": self.reason_id.code,
            "reason_name": self.reason_id.name,
            "revisit_date": fields.Date.to_string(self.revisit_date),
            "line_id": self.move_line_id.id,
            "move_id": self.move_id.id,
        }

    @api.model
    def _find_reason(self, value):
        """Return the reason with a code or id. Raises UserError if there is none."""
        found = self.env["cobranza.dispute.reason"]._named(value)
        if not found:
            raise UserError(self.env._("Choose the reason of the dispute."))
        return found

    @api.model
    def _find_owner(self, value):
        """Return our person with an id. Raises UserError if there is none who may decide."""
        found = to_record(self.env["res.users"], value)
        if not found.active or found.share:
            raise UserError(self.env._("There is no user “%s”.", value))
        return found

    @api.model
    def _to_files(self, value):
        """Return the ir.attachment records and the pairs (file name, bytes) among these files.

        Raises UserError for what is neither.
        """
        known, files = self.env["ir.attachment"], []
        for one in value if isinstance(value, (list, tuple)) else [value]:
            record = to_record(known, one)
            if record:
                known |= record
            elif isinstance(one, (list, tuple)) and list(map(type, one)) == [str, bytes]:
                files.append(one)
            else:
                raise UserError(
                    self.env._("Name files by the ids of attachments that are there already.")
                )
        return known, files

    def _attach(self, known, files):
        """Keep files with this dispute: ir.attachment records, and pairs (file name, bytes)."""
        self.ensure_one()
        # kept as they came: a picture isn't decoded, whatever its header promises
        as_they_are = self.env["ir.attachment"].with_context(image_no_postprocess=True)
        made = as_they_are.create(
            [
                {"name": name, "raw": content, "res_model": self._name, "res_id": self.id}
                for name, content in files
            ]
        )
        if made or known:
            self.attachment_ids |= known | made

    @api.model_create_multi
    def create(self, vals_list):
        """Raise disputes.

        vals_list: move_line_id, amount, reason_id; revisit_date, user_id, description,
        contact_id, interaction_id and attachment_ids if they matter.  Raises UserError if one
        can't be raised, AccessError if what follows from it is set by hand.
        """
        for vals in vals_list:
            self._check_gate(vals)
        if self._gate_is_open():
            return super().create(vals_list)
        return self._raise(vals_list, "manual")

    @api.model
    def _raise(self, vals_list, origin):
        """Check what customers dispute and write it down; see `create` and `raise_dispute`."""
        self.check_access("create")
        prepared = [self._prepare_vals(vals, origin) for vals in vals_list]
        raised = self._gated().create(prepared).with_env(self.env)
        raised._plan_revisit()
        raised.debtor_id._refresh_now()
        return raised

    def _prepare_vals(self, vals, origin):
        """Values of a dispute with all that follows from what was given."""
        line = self.env["account.move.line"].browse(vals.get("move_line_id") or ())
        if not line.filtered_domain(line._cobranza_open_domain()):
            raise UserError(self.env._("Choose a due line with something open."))
        amount = to_amount(self.env, vals.get("amount"), line.currency_id)
        if origin == "portal":
            self._check_own_claim(line)
        self._check_amount(line, amount)
        debtor = self.env["cobranza.debtor"]._of_partner(line.partner_id.id, line.company_id)
        today = line.company_id._cobranza_today()
        revisit = to_day(self.env, vals.get("revisit_date"))
        days = debtor.effective_policy_id.dispute_days or USUAL_DAYS
        revisit = revisit or today + timedelta(days=days)
        self._check_revisit(revisit, today)
        call = debtor._own_record("cobranza.interaction", vals.get("interaction_id"))
        settled = line._cobranza_payments().get(line.id, ())
        return {
            "user_id": (debtor._person_in_charge() or self.env.user).id,
            **vals,
            "contact_id": debtor._own_record("res.partner", vals.get("contact_id")).id,
            "interaction_id": call.id,
            "debtor_id": debtor.id,
            "move_id": line.move_id.id,
            "date_due": line._cobranza_due_date(),
            "currency_id": line.currency_id.id,
            "amount": amount,
            "credited_before": float(sum(one.amount for one in settled if one.is_credit_note)),
            "revisit_date": revisit,
            "origin": kept_origin(self.env, origin),
        }

    @api.model
    def _undisputed(self, line):
        """Return what of a due line may still be disputed, in its currency."""
        # what a customer disputes counts, whoever may read it
        others_sudo = self.sudo().search([("move_line_id", "=", line.id), ("pausing", "=", True)])
        disputed = sum(one.amount - one.credited_amount for one in others_sudo)
        return max(line.amount_residual_currency - disputed, 0)

    def _check_amount(self, line, amount):
        """Several disputes of a line together are about no more than is open of it."""
        most = self._undisputed(line)
        if line.currency_id.compare_amounts(amount, most) > 0:
            raise UserError(
                self.env._(
                    "No more than %(amount)s of %(document)s is open and not disputed yet.",
                    amount=format_money(
                        self.env, most, line.currency_id, line.company_currency_id
                    ),
                    document=line.move_id.display_name,
                )
            )

    def _check_own_claim(self, line):
        """What was rejected isn't left alone again because the customer says it once more."""
        about = {(line.move_id, line._cobranza_due_date())}
        # an installment of a re-booked plan is what the plan covers, whoever may read that
        made_sudo = self.env["cobranza.plan.installment"].sudo().search(
            [("move_line_id", "=", line.id)]
        )
        about |= {(one.move_id, one.date_due) for one in made_sudo.plan_id.line_ids}
        rejected = self.search(
            [("move_id", "in", [move.id for move, _day in about]), ("state", "=", "rejected")]
        )
        if any((one.move_id, one.date_due) in about for one in rejected):
            raise UserError(
                self.env._(
                    "We have looked into %s already: please contact us if there is more to say.",
                    line.move_id.display_name,
                )
            )

    def _check_revisit(self, date, today):
        if not date or date <= today:
            raise UserError(self.env._("Say on which later day somebody looks at it again."))
