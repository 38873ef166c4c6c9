import base64
from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.image import ImageProcess
from PIL.Image import DecompressionBombError

from .amounts import in_words
from .arguments import to_line
from .cobranza_portal_transfer import COMMUNICATION

#: The longest a name may be, and the most bytes of a drawn signature.
NAME_LENGTH = 120
SIGNATURE_SIZE = 512 * 1024


class CobranzaPlan(models.Model):
    """The customer's page of a plan, the agreement as a document, and his signature."""

    # a file for each part of its life
    _inherit = "cobranza.plan"  # pylint: disable=consider-merging-classes-inherited

    @api.model_create_multi
    def create(self, vals_list):
        """Create plans; each has the token of its page at once."""
        for vals in vals_list:
            vals["access_token"] = str(uuid4())
        return super().create(vals_list)

    def _compute_access_url(self):
        for plan in self:
            plan.access_url = f"/my/plans/{plan.id}"

    def _is_shown(self):
        """Whether the customer may see it: it was offered to him, or he proposed it himself."""
        return self.origin == "portal" or bool(self.offered_on or self.accepted_on)

    def _portal_values(self):
        """What page and document show; texts in the context's language."""
        self.ensure_one()
        asked = self._portal_asked()
        return {
            "plan": self,
            "company": self.company_id.sudo(),
            "contact": self._contact_sudo(),
            "installments": self._ordered(),
            "today": self.company_id._cobranza_today(),
            "day": lambda value: format_date(self.env, value),
            "money": self._format_money,
            "transfers": self._portal_transfers(asked),
            "pays_online": self.company_id.sudo().cobranza_pays_online and asked > 0,
            "asked": asked,
        }

    def _portal_asked(self, covered=None):
        """What is asked for now: what is late, or else the next installment, less what arrives.

        covered: `_portal_covered` of it, for whoever knows it already.
        """
        open_ones = self._ordered().filtered(
            lambda one: self.state == "active" and one.state in ("open", "partial", "late")
        )
        late = open_ones.filtered(lambda one: one.state == "late")
        asked = sum(one.net_amount - one.paid_amount for one in late or open_ones[:1])
        if not asked:
            return 0
        arriving = self._portal_arriving(covered or self._portal_covered())
        return max(self.currency_id.round(asked - arriving), 0)

    def _portal_arriving(self, covered):
        """What is on its way to the plan; what was being paid before it isn't the plan's."""
        before = {line.move_line_id: line.left_out_amount for line in self.sudo().line_ids}
        arriving = 0
        for item, position in covered.items():
            left_out = before.get(item, 0) - float(position.paused_by("dispute"))
            arriving += max(float(position.in_process) - max(left_out, 0), 0)
        return arriving

    def _portal_covered(self):
        """Return {due line that the plan covers: its due.Position}, the earliest first."""
        debtor = self._portal_debtor()
        # what is told to the customer doesn't depend on who shows it
        items_sudo = self._portal_items_sudo()
        facts = [one.item for one in debtor._assess().get(debtor.id, [])]
        found = debtor._portal_positions(facts, items_sudo.move_id)
        return {one: found[one.id] for one in items_sudo if one.id in found}

    def _portal_items_sudo(self):
        """The due lines on which what is paid of the plan is booked, the earliest first."""
        plan_sudo = self.sudo()
        covered = plan_sudo.line_ids.move_line_id
        items = plan_sudo._ordered().move_line_id if self.rebook_move_id else covered
        return items.sorted(lambda one: (one.date_maturity or one.date, one.id))

    def _portal_transfers(self, amount):
        """How what is asked for is paid by transfer; as of a page."""
        # bank account and invoices are told to the customer, whoever shows the page
        moves_sudo = self.sudo().line_ids.move_id
        account = moves_sudo.partner_bank_id[:1] or self.company_id.sudo().bank_ids[:1]
        if not account or amount <= 0:
            return []
        references = [self.name, *(move.payment_reference or move.name for move in moves_sudo)]
        communication = ", ".join(dict.fromkeys(references))
        if len(communication) > COMMUNICATION:
            communication = self.name
        transfer = self.debtor_id._portal_transfer_of
        return [transfer(account, self.currency_id, amount, communication)]

    def _portal_to_pay(self, _currency_id=None, _line_id=None):
        """What is paid online: (documents, currency, [(due line, amount)]); as of a page.

        Raises UserError if nothing is to pay.
        """
        covered = self._portal_covered()
        left, parts = self._portal_asked(covered), []
        for item, position in covered.items():
            planned = float(position.paused_by("plan") or position.chaseable)
            amount = self.currency_id.round(min(left, planned))
            if amount > 0:
                parts.append((item, amount))
                left = self.currency_id.round(left - amount)
        if not parts:
            raise UserError(self._portal_nothing_to_pay())
        moves = self.env["account.move"].union(*(item.move_id for item, _amount in parts))
        return moves, self.currency_id, parts

    def _format_money(self, amount, _currency=None):
        """An amount of the plan, in the context's language."""
        return self._money(amount)

    def _in_words(self, amount):
        """An amount of this plan in words, in the customer's language."""
        return in_words(amount, self.currency_id, self._lang())

    # --- the agreement's sentences, in the context's language ---------------------------

    def _tell_debt(self):
        """Who owes whom how much, in figures and words."""
        return self.env._(
            "%(customer)s owes %(company)s on %(date)s the amount of %(amount)s (%(words)s), from:",
            customer=self.partner_id.sudo().name,
            company=self.company_id.sudo().name,
            date=format_date(self.env, self.accepted_on or self.offered_on or self.date),
            amount=self._money(self.amount),
            words=self._in_words(self.amount),
        )

    def _tell_interest(self):
        """What paying later costs."""
        return self.env._(
            "For paying later, interest of %(amount)s (%(words)s) is charged by an invoice of its "
            "own. The amounts above don't contain it.",
            amount=self._money(self.interest_amount),
            words=self._in_words(self.interest_amount),
        )

    def _tell_breach(self):
        """When the agreement ends before its time."""
        values = {"days": self.breach_days, "count": self.breach_count}
        if not self.breach_count:
            return self.env._(
                "The agreement ends, and what is still open is due at once, if an installment is "
                "more than %(days)s days late.",
                **values,
            )
        if not self.breach_days:
            return self.env._(
                "The agreement ends, and what is still open is due at once, if %(count)s "
                "installments, or all that are left, are late at the same time.",
                **values,
            )
        return self.env._(
            "The agreement ends, and what is still open is due at once, if an installment is more "
            "than %(days)s days late, or if %(count)s of them are late at the same time.",
            **values,
        )

    def _tell_signing(self):
        """What signing means."""
        amount = self._money(self.amount)
        return self.env._("By signing you agree to pay %s on the days above.", amount)

    # --- the signature ------------------------------------------------------------------

    def _agreement_name(self):
        """The name of the file with the agreement, without its ending."""
        self.ensure_one()
        plan = self.with_context(lang=self._lang())
        return plan.env._("Payment agreement %s", self.name).replace("/", "-")

    def _sign(self, name, signature):
        """Put an offered plan into force with the customer's signature.

        name: whose; signature: a picture, base64.
        Raises UserError, in words for the customer, if it can't be signed like that. Where the
        plan itself is why, work is left for whoever looks after him.
        """
        self.ensure_one()
        if self.state != "offered":
            raise UserError(self.env._("This plan can't be signed any more."))
        name = to_line(name)
        if not name or len(name) > NAME_LENGTH:
            raise UserError(self.env._("Write your name, please."))
        self._check_signature(signature)
        office = self.with_context(lang=self.company_id._cobranza_lang())
        try:
            with self.env.cr.savepoint():
                office._accept(
                    signature=signature, signed_by=name, signed_on=fields.Datetime.now()
                )
        except UserError as error:
            self._tell_not_signed(str(error))
            # why is in the office's words, and what is insured isn't his to know
            raise UserError(
                self.env._(
                    "This plan can't be signed any more: please contact us, and we agree on "
                    "another one."
                )
            ) from error
        office._message_log(body=office.env._("Signed by %s on the customer's page.", name))
        self._schedule(
            lambda plan: plan.env._("%(customer)s signed %(plan)s",
                                    customer=plan.partner_id.display_name, plan=plan.name)
        )  # fmt: skip

    def _tell_not_signed(self, why):
        """Say why the customer could not sign, to whoever looks after him: once until it is done.

        why: a sentence for the office.
        """
        self._schedule(
            lambda plan: plan.env._(
                "%(customer)s could not sign %(plan)s: %(why)s",
                customer=plan.partner_id.display_name,
                plan=plan.name,
                why=why,
            ),
            once=True,
        )

    def _check_signature(self, signature):
        """Raise UserError if this is no picture of a signature."""
        try:
            picture = base64.b64decode(signature or "", validate=True)
            if not picture.startswith(b"\x89PNG") or len(picture) > SIGNATURE_SIZE:
                raise ValueError("signature")
            ImageProcess(picture, verify_resolution=True)
        except (
            DecompressionBombError, OSError, TypeError, UserError, ValueError,
        ) as error:  # fmt: skip
            raise UserError(self.env._("Sign in the field, please.")) from error
