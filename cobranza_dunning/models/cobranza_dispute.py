from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from .arguments import to_amount, to_choice, to_day, to_line, to_record, to_text
from .cobranza_promise import ORIGINS

#: So many days a disputed amount is left alone where neither a person nor a policy says.
USUAL_DAYS = 14


class CobranzaDispute(models.Model):
    """What a customer doesn't accept of a due line, until somebody has decided about it.

    It leaves alone the disputed amount, and no more, until the day on which its owner is to look
    again.  Accepted, it goes on doing so until its credit note is there; what that takes off the
    debt is the ledger's.
    """

    _name = "cobranza.dispute"
    _description = "Dispute"
    _inherit = ["cobranza.gated.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "revisit_date, id desc"
    _check_company_auto = True
    _gated_fields = (
        "partner_id", "company_id", "currency_id", "date_due", "pausing", "origin", "state",
        "credit_note_id", "reject_reason", "decided_by_id", "decided_on", "activity_id",
    )  # fmt: skip

    debtor_id = fields.Many2one(
        "cobranza.debtor", required=True, index=True, ondelete="cascade", check_company=True
    )
    partner_id = fields.Many2one(related="debtor_id.partner_id", store=True, string="Customer")
    company_id = fields.Many2one(related="debtor_id.company_id", store=True, index=True)
    move_line_id = fields.Many2one(
        "account.move.line",
        "Due line",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    move_id = fields.Many2one(
        "account.move", "Invoice", index="btree_not_null", ondelete="set null", check_company=True
    )
    date_due = fields.Date(
        "Due date",
        help="An invoice that is reset and posted again gets new due lines: the disputed one is "
        "found by invoice and due date.",
    )
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary("Disputed", required=True)
    reason_id = fields.Many2one(
        "cobranza.dispute.reason", required=True, ondelete="restrict", tracking=True
    )
    description = fields.Text("What the customer says")
    attachment_ids = fields.Many2many("ir.attachment", string="Evidence")
    contact_id = fields.Many2one(
        "res.partner", "Raised by", index="btree_not_null", ondelete="set null"
    )
    interaction_id = fields.Many2one(
        "cobranza.interaction",
        "Call",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="The call or message in which it was raised.",
    )
    user_id = fields.Many2one(
        "res.users", "Owner", tracking=True, help="Finds out what is right, and decides."
    )
    revisit_date = fields.Date(
        "Look again on",
        required=True,
        index=True,
        tracking=True,
        help="Until this day the amount is left alone; then it is chased again by itself.",
    )
    origin = fields.Selection(ORIGINS, required=True, default="manual")
    state = fields.Selection(
        [("open", "Open"), ("accepted", "Accepted"), ("rejected", "Rejected")],
        required=True,
        default="open",
        readonly=True,
        index=True,
        copy=False,
        tracking=True,
    )
    credit_note_id = fields.Many2one(
        "account.move",
        "Credit note",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        tracking=True,
    )
    reject_reason = fields.Text("Why it was rejected", readonly=True, tracking=True)
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True)
    decided_on = fields.Date("Decided on", readonly=True)
    pausing = fields.Boolean(
        "Pauses",
        compute="_compute_pausing",
        store=True,
        help="Nobody has decided yet, or its credit note is still missing.",
    )
    awaits_credit_note = fields.Boolean(compute="_compute_awaits_credit_note")
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, index="btree_not_null", ondelete="set null"
    )

    _pausing_idx = models.Index("(company_id) WHERE pausing")
    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A dispute is about more than nothing."
    )

    @api.depends("state", "credit_note_id.state")
    def _compute_pausing(self):
        for one in self:
            one.pausing = one.state == "open" or one.awaits_credit_note

    @api.depends("state", "credit_note_id.state")
    def _compute_awaits_credit_note(self):
        for one in self:
            # that there is one, and no more: a collector need not be an accountant
            note_sudo = one.credit_note_id.sudo()
            one.awaits_credit_note = one.state == "accepted" and note_sudo.state != "posted"

    @api.depends("partner_id", "move_id", "amount")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for one in self:
            one.display_name = self.env._(
                "%(customer)s: %(amount)s of %(document)s",
                customer=one.partner_id.display_name,
                amount=formatLang(self.env, one.amount, currency_obj=one.currency_id),
                document=one.move_id.name or "",
            )

    # --- how it is raised ----------------------------------------------------------------

    @api.model
    def raise_dispute(
        self, move_line_id, amount, reason, description=None, revisit_date=None, user_id=None,
        attachment_ids=(), origin="manual", contact_id=None, interaction_id=None,
    ):  # fmt: skip
        """Write down that a customer doesn't accept an amount of a due line; return a plain dict.

        move_line_id: the due line.  amount: in its currency; a number, or text like "1234.50".
        reason: id or code of a cobranza.dispute.reason.
        revisit_date: until then the amount is left alone; left out: as the policy says.
        user_id: who decides; left out: whoever looks after the customer.
        attachment_ids: ids of ir.attachment, or pairs (file name, bytes).
        origin: "manual", "call", or "portal" for the customer himself.
        contact_id: who raised it.  interaction_id: the cobranza.interaction in which he did.
        Returns id, state, amount, currency, reason, revisit_date, line_id and move_id.
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
            "reason": self.reason_id.name,
            "revisit_date": fields.Date.to_string(self.revisit_date),
            "line_id": self.move_line_id.id,
            "move_id": self.move_id.id,
        }

    @api.model
    def _find_reason(self, value):
        """Return the reason with an id or code. Raises UserError if there is none."""
        reasons = self.env["cobranza.dispute.reason"]
        found = to_record(reasons, value) or reasons.search([("code", "=", to_line(value))])
        if not found:
            raise UserError(self.env._("Choose a reason: there is no “%s”.", value))
        return found

    @api.model
    def _find_owner(self, value):
        """Return the user with an id. Raises UserError if there is none."""
        found = to_record(self.env["res.users"], value)
        if not found:
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

    def _adopt_files(self):
        """Have files that were uploaded before it was there be read by whoever may read it."""
        for one in self:
            loose = one.attachment_ids.filtered(lambda file: not file.res_id)
            loose.write({"res_model": self._name, "res_id": one.id})

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
        raised._adopt_files()
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
        return {
            "user_id": (debtor._person_in_charge() or self.env.user).id,
            **vals,
            "contact_id": debtor._own_record("res.partner", vals.get("contact_id")).id,
            "interaction_id": call.id,
            "debtor_id": debtor.id,
            "move_id": line.move_id.id,
            "date_due": line.date_maturity or line.date,
            "currency_id": line.currency_id.id,
            "amount": amount,
            "revisit_date": revisit,
            "origin": origin,
        }

    @api.model
    def _undisputed(self, line):
        """Return what of a due line may still be disputed, in its currency."""
        # what a customer disputes counts, whoever may read it
        others_sudo = self.sudo().search([("move_line_id", "=", line.id), ("pausing", "=", True)])
        return max(line.amount_residual_currency - sum(others_sudo.mapped("amount")), 0)

    def _check_amount(self, line, amount):
        """Several disputes of a line together are about no more than is open of it."""
        most = self._undisputed(line)
        if line.currency_id.compare_amounts(amount, most) > 0:
            raise UserError(
                self.env._(
                    "No more than %(amount)s of %(document)s is open and not disputed yet.",
                    amount=formatLang(self.env, most, currency_obj=line.currency_id),
                    document=line.move_id.display_name,
                )
            )

    def _check_own_claim(self, line):
        """What was rejected isn't left alone again because the customer says it once more."""
        rejected = self.search_count(
            [
                ("move_id", "=", line.move_id.id),
                ("date_due", "=", line.date_maturity or line.date),
                ("state", "=", "rejected"),
            ],
            limit=1,
        )
        if rejected:
            raise UserError(
                self.env._(
                    "We have looked into %s already: please contact us if there is more to say.",
                    line.move_id.display_name,
                )
            )

    def _check_revisit(self, date, today):
        if not date or date <= today:
            raise UserError(self.env._("Say on which later day somebody looks at it again."))

    def write(self, vals):
        """Write values; what is disputed, and until when, changes by actions only.

        Raises UserError if anything else would change.
        """
        self._check_gate(vals)
        fixed = {
            "debtor_id", "move_line_id", "move_id", "amount", "contact_id", "interaction_id",
            "revisit_date",
        }  # fmt: skip
        if not self._gate_is_open() and fixed & set(vals):
            raise UserError(
                self.env._(
                    "What is disputed stays as it was raised: use the buttons, or raise another."
                )
            )
        result = super().write(vals)
        if "attachment_ids" in vals:
            self._adopt_files()
        if "user_id" in vals:
            self._plan_revisit()
        return result

    # --- its life ------------------------------------------------------------------------

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
        the credit note when it is there.
        Raises UserError if a dispute is decided already, or it isn't a credit note for it.
        """
        self.check_access("write")
        self._check_pausing()
        note = to_record(self.env["account.move"], credit_note_id)
        if credit_note_id:
            for one in self:
                one._check_credit_note(note)
        self._decide({"state": "accepted", "credit_note_id": note.id})
        return True

    def _check_credit_note(self, note):
        """Raise UserError unless `note` can be what settles this dispute."""
        fits = (
            note.move_type == "out_refund"
            and note.state == "posted"
            and note.company_id == self.company_id
            and note.commercial_partner_id == self.partner_id
        )
        if not fits:
            raise UserError(
                self.env._(
                    "Choose a posted credit note of %s.", self.partner_id.display_name
                )
            )

    def action_reject(self, reason):
        """Refuse what the customer says: the amount is chased again at once.

        reason: what is told to whoever asks.  Raises UserError without one, or if it is decided.
        """
        self.check_access("write")
        self._check_pausing()
        text = to_text(reason)
        if not text:
            raise UserError(self.env._("Say why it is rejected: the customer may ask."))
        self._decide({"state": "rejected", "reject_reason": text})
        return True

    def _decide(self, vals):
        for company, ours in self.grouped("company_id").items():
            ours._gated().write(
                {**vals, "decided_by_id": self.env.uid, "decided_on": company._cobranza_today()}
            )
        # whoever decides has done the work, whose list it was on doesn't matter
        done = self.filtered(lambda one: not one.pausing).activity_id
        done.sudo().filtered("active").action_feedback()
        self.debtor_id._refresh_now()

    def action_view_debtor(self):
        """Open the customer's collections account."""
        return self.debtor_id._get_records_action()

    def action_view_move(self):
        """Open the disputed invoice."""
        return self.move_id._get_records_action()

    def action_view_credit_note(self):
        """Open the credit note that settles it."""
        return self.credit_note_id._get_records_action()

    # --- following the ledger ------------------------------------------------------------

    @api.model
    def _evaluate(self, company, debtors=None):
        """Put disputes on the items that their invoices got when they were posted again."""
        domain = [("company_id", "=", company.id), ("move_line_id", "=", False),
                  ("move_id", "!=", False), ("pausing", "=", True)]
        if debtors is not None:
            domain.append(("debtor_id", "in", debtors.ids))
        for one in self.search(domain):
            lines = one.move_id.line_ids.filtered(
                lambda line, day=one.date_due: line.account_type == "asset_receivable"
                and line.date_maturity == day
            )
            if lines:
                one._gated().move_line_id = lines[0]
