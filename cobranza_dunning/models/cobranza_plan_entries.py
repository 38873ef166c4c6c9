from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..engine import installments
from ..engine.due import to_places
from .amounts import to_decimal
from .usual_books import general_journal


class CobranzaPlan(models.Model):
    """The entries that a plan may make: interest, and the re-booking of what it covers.

    Neither changes the invoices. Interest is a document of its own; a company may also have the
    covered amounts moved to one receivable item per installment.
    """

    # a file for each part of its life
    _inherit = "cobranza.plan"  # pylint: disable=consider-merging-classes-inherited

    interest_move_id = fields.Many2one(
        "account.move", "Invoice for interest", readonly=True, copy=False, ondelete="set null",
        index="btree_not_null",
    )  # fmt: skip
    rebook_move_id = fields.Many2one(
        "account.move", "Re-booked by", readonly=True, copy=False, ondelete="restrict",
        index="btree_not_null",
    )  # fmt: skip
    rebook_reversal_id = fields.Many2one(
        "account.move", "Re-booking reversed by", readonly=True, copy=False, ondelete="restrict",
        index="btree_not_null",
    )  # fmt: skip

    # --- interest ----------------------------------------------------------------------

    def _make_interest_invoice(self):
        """Make the draft invoice for the interest; a person looks at it and posts it."""
        self.ensure_one()
        if self.currency_id.is_zero(self.interest_amount):
            return
        # who agrees on a plan need not keep books; what the invoice says follows from the plan
        moves_sudo = self.env["account.move"].sudo().with_company(self.company_id)
        invoice = moves_sudo.create(
            {
                "move_type": "out_invoice",
                "company_id": self.company_id.id,
                "partner_id": self.partner_id.id,
                "currency_id": self.currency_id.id,
                "invoice_origin": self.name,
                # no sale: insurers don't insure interest
                "insured": False,
                "invoice_line_ids": [fields.Command.create(self._interest_line_vals())],
            }
        )
        self._gated().write({"interest_move_id": invoice.id})

    def _interest_line_vals(self):
        """Values of the invoice line, in the customer's language."""
        plan = self.with_context(lang=self._lang())
        return {
            "product_id": self.company_id.sudo().cobranza_plan_product_id.id,
            "name": plan.env._("Financing interest of payment plan %s", self.name),
            "quantity": 1,
            "price_unit": self.interest_amount,
        }

    def _cancel_interest_invoice(self):
        """Cancel the drafts for interest of plans that were cancelled; what was posted stays."""
        # made for the plan, and as little anybody's as before
        drafts_sudo = self.sudo().interest_move_id.filtered(lambda one: one.state == "draft")
        if drafts_sudo:
            drafts_sudo.button_cancel()

    # --- re-booking --------------------------------------------------------------------

    @api.model
    def _rebooked_domain(self):
        """Domain of the plans whose installments are owed in the place of what they cover."""
        return (
            Domain("rebook_move_id", "!=", False)
            & Domain("rebook_reversal_id", "=", False)
            & Domain("state", "!=", "fulfilled")
        )

    def _rebook_or_note(self):
        """Re-book it, unless that would change something else; then note why it is not."""
        office = self.with_context(lang=self.company_id._cobranza_lang())
        why = office._why_not_rebooked()
        if why:
            office._message_log(body=why)
        else:
            self._rebook()

    def _why_not_rebooked(self):
        """What re-booking it would change, as a sentence; None if nothing.

        Odoo would take it for a payment; and an insurer, what becomes one debt.
        """
        taxed = self.line_ids.move_id.filtered(lambda one: one._cobranza_tax_is_due_on_payment())
        if taxed:
            return self.env._(
                "It isn't re-booked: the tax of %(invoices)s is due when the customer pays, and "
                "re-booking would make it due now. Everything else is as agreed.",
                invoices=", ".join(taxed.mapped("name")),
            )
        if not self.debtor_id._are_insured_alike(self.line_ids.move_line_id):
            return self.env._(
                "It isn't re-booked: %(invoices)s aren't insured alike (by policy, limit or what "
                "the insurer was told), and installments of all of them couldn't be. Everything "
                "else is as agreed.",
                invoices=", ".join(self.line_ids.move_id.mapped("name")),
            )
        return None

    def _rebook(self):
        """Move what the plan covers to one receivable item per installment, in one entry.

        Each item keeps the oldest due date of what it comes from, for insurance and interest.
        """
        self.ensure_one()
        covered = self.line_ids._items()
        # who agrees on a plan need not keep books; that it is re-booked is the company's setting
        moves_sudo = self.env["account.move"].sudo().with_company(self.company_id)
        settled, made = self._rebook_vals(covered)
        move = moves_sudo.create(
            {
                "move_type": "entry",
                "company_id": self.company_id.id,
                "journal_id": self._rebook_journal_sudo().id,
                "date": self.company_id._cobranza_today(),
                "ref": self.name,
                "line_ids": [fields.Command.create(vals) for vals in settled + made],
            }
        )
        move.action_post()
        self._gated().write({"rebook_move_id": move.id})
        lines = move.line_ids.sorted("id")
        for line, item in zip(lines[: len(settled)], covered.values(), strict=True):
            (line | item.sudo()).reconcile()
        for installment, line in zip(self._ordered(), lines[len(settled) :], strict=True):
            installment._gated().write({"move_line_id": line.id})
        self._carry_agreements()

    def _rebook_vals(self, covered):
        """The items of the entry: (those that settle the covered lines, one per installment)."""
        places = self.company_id.currency_id.decimal_places
        amounts = [
            (line, item, *self._covered(line, item, places)) for line, item in covered.items()
        ]
        calendar = self._calendar()
        parts = installments.carry_over(
            [(amount, booked) for _line, _item, amount, booked in amounts],
            [one.amount for one in calendar],
            places,
        )
        settled = [
            self._item_vals(item, -amount, -booked, name=f"{self.name}: {line.name}")
            for line, item, amount, booked in amounts
        ]
        days = [_original_due(item, line) for line, item in covered.items()]
        made = [
            self._item_vals(
                amounts[taken_from[0]][1],
                one.amount,
                booked,
                name=f"{self.name} {number}/{len(calendar)}",
                date_maturity=one.due,
                cobranza_original_due_date=min(days[index] for index in taken_from),
                # Odoo leaves items of the general journal out of follow-up by default
                no_followup=False,
            )
            for number, (one, (booked, taken_from)) in enumerate(
                zip(calendar, parts, strict=True), 1
            )
        ]
        return settled, made

    def _covered(self, line, item, places):
        """What of an item is covered, in its currency and in the company's."""
        amount = to_decimal(line.amount, self.currency_id)
        residual = to_decimal(item.amount_residual_currency, self.currency_id)
        booked = to_decimal(item.amount_residual, self.company_id.currency_id)
        return amount, to_places(booked * amount / residual, places)

    def _item_vals(self, item, amount, balance, **vals):
        """Values of a receivable item like the one that is covered."""
        return {
            "account_id": item.account_id.id,
            "partner_id": item.partner_id.id,
            "currency_id": self.currency_id.id,
            "amount_currency": float(amount),
            "balance": float(balance),
            **vals,
        }

    def _rebook_journal_sudo(self):
        """The journal of the entry. Raises UserError if the company has none."""
        chosen = self.company_id.sudo().cobranza_plan_journal_id
        found = chosen or general_journal(self.company_id)
        if not found:
            raise UserError(
                self.env._(
                    "%(company)s re-books payment plans and has no journal for it: choose one in "
                    "the settings of collections.",
                    company=self.company_id.name,
                )
            )
        return found

    def _undo_rebook(self):
        """Reverse the re-booking: the invoices are open again, less what was paid meanwhile.

        Raises UserError if installments are in an insurance claim, which would be about nothing.
        """
        for plan in self.filtered(lambda one: one.rebook_move_id and not one.rebook_reversal_id):
            # as it was booked, so it is undone: see `_rebook`
            plan_sudo = plan.sudo()
            move = plan_sudo.rebook_move_id
            plan.env["cobranza.insurance.claim.line"]._check_not_claimed(move)
            paid = plan_sudo.installment_ids.move_line_id.matched_credit_ids.credit_move_id
            move.line_ids.remove_move_reconcile()
            reversal = move._cobranza_reverse()
            plan_sudo._gated().write({"rebook_reversal_id": reversal.id})
            covered = plan.env["account.move.line"].union(*plan_sudo.line_ids._items().values())
            for note in paid.move_id:
                # a credit note is for its own invoice first
                invoice = note.reversed_entry_id & covered.sudo().move_id
                invoice._reconcile_reversed_moves(note, False)
            open_again = (paid | covered.sudo()).filtered(lambda one: not one.reconciled)
            for items in open_again.grouped("account_id").values():
                if paid & items:
                    items.reconcile()
            plan._carry_agreements_back()

    def action_undo_rebook(self):
        """Reverse the re-booking of broken or cancelled plans where that was not possible."""
        self.check_access("write")
        over = self.filtered(lambda one: one.state in ("broken", "cancelled"))
        over._undo_rebook()
        return True


def _original_due(item, line):
    """The due date of a covered item that counts for insurance and interest; line: of the plan."""
    # whoever agrees may not know of insurance
    return item.sudo().cobranza_original_due_date or line.date_due
