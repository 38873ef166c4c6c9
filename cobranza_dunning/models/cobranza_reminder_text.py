from markupsafe import escape
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, is_html_empty

from ..engine.headers import header_line
from .cobranza_attempt import digest
from .late_texts import describe_late
from .mail_template_preview import BLOCKS


class CobranzaReminder(models.Model):
    """The words of a reminder.

    Live while it waits for approval, frozen from then on; a person's own text is kept. Its
    tables are blocks that code renders, so that no edit can break them.
    """

    # a file for each part of its life
    _inherit = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited

    subject = fields.Char(compute="_compute_text", inverse="_inverse_subject")
    body = fields.Html(compute="_compute_text", inverse="_inverse_body", sanitize="email_outgoing")
    text_subject = fields.Char(readonly=True)
    text_body = fields.Html(readonly=True, sanitize=False)
    words_key = fields.Char(readonly=True, copy=False)
    is_edited = fields.Boolean("Text edited", readonly=True)
    text_outdated = fields.Boolean(
        "Text to check",
        readonly=True,
        help="Lines or level changed after somebody edited the text: it must be looked at again.",
    )
    lines_table = fields.Html(compute="_compute_blocks", sanitize=False)
    payment_block = fields.Html(compute="_compute_blocks", sanitize=False)
    contact_block = fields.Html(compute="_compute_blocks", sanitize=False)
    totals = fields.Char(
        "To pay in all", compute="_compute_totals", help="One total per currency of its lines."
    )
    addressee = fields.Char(compute="_compute_addressee")
    lang_name = fields.Char("Language of the text", compute="_compute_lang_name")

    @api.depends(
        "text_subject", "text_body", "state", "is_edited", "line_ids.amount", "level_id", "user_id",
        "approval_count",
    )  # fmt: skip
    def _compute_text(self):
        words = self._words()
        for reminder in self:
            reminder.subject, reminder.body = words[reminder.id]

    def _words(self):
        """Return {id: (subject, body)} as they would leave now: the frozen ones, or rendered."""
        live = self.filtered(lambda one: one._is_live())._render_or_explain()
        return {one.id: live.get(one.id) or (one.text_subject, one.text_body) for one in self}

    def _is_live(self):
        """Whether its text still follows its lines: nobody has edited or approved it."""
        return self.state == "proposed" and not self.is_edited and not self.approval_count

    def _inverse_subject(self):
        for reminder in self:
            reminder._keep_edit(reminder.subject, reminder.text_body or reminder._render_one()[1])

    def _inverse_body(self):
        for reminder in self:
            reminder._keep_edit(
                reminder.text_subject or reminder._render_one()[0], reminder.body
            )

    def _keep_edit(self, subject, body):
        """Keep a person's text from now on; only a proposed reminder can be edited."""
        self.ensure_one()
        if self.state != "proposed":
            raise UserError(
                self.env._("Only a reminder that waits for approval can be edited.")
            )
        if not header_line(subject) or is_html_empty(body):
            raise UserError(
                self.env._("A message needs a subject and a text: write them, or go back to the "
                           "policy's text.")
            )
        self._gated().write(
            {
                "text_subject": header_line(subject),
                "text_body": body,
                "is_edited": True,
                "text_outdated": False,
            }
        )

    @api.depends("line_ids.amount", "user_id", "lang", "date")
    def _compute_blocks(self):
        for reminder in self:
            views = reminder.with_context(lang=reminder.lang)
            values = views._block_values()
            reminder.lines_table = views._block("reminder_lines", values)
            reminder.payment_block = views._block("reminder_payment", values)
            reminder.contact_block = views._block("reminder_contact", values)

    def _block(self, template, values=None):
        """Render a block of a reminder that code keeps right whatever the text around it.

        values: what `_block_values` returned, for several blocks of one reminder.
        """
        return self.env["ir.qweb"]._render(
            f"cobranza_dunning.{template}", values or self._block_values(), minimal_qcontext=True
        )

    def _block_values(self):
        """What the blocks are made of."""
        # bank account and contact person are told to the customer, whoever renders the text
        company_sudo = self.company_id.sudo()
        moves_sudo = self.line_ids.move_id.sudo()
        return {
            "reminder": self,
            "on_paper": self.channel == "letter",
            "sections": self._sections(),
            "has_deductions": any(line.amount < line.residual for line in self.line_ids),
            "bank_accounts": moves_sudo.partner_bank_id or company_sudo.bank_ids[:1],
            "references": [
                move.payment_reference or move.name for move in moves_sudo
            ],
            "pays_online": company_sudo.cobranza_pays_online,
            "other_ways": company_sudo._cobranza_other_ways(),
            "contact": self._contact_sudo(),
            "late": lambda line: describe_late(self.env, line.date_due, self.date),
            "counted_to": self._counted_to(),
            # not QWeb's widgets: they write their expressions into the customer's mail
            "day": lambda value: format_date(self.env, value),
            "money": self._format_money,
        }

    def _counted_to(self):
        """Say to which day the table counts how late its lines are; False if none of them is."""
        if not any(line.date_due < self.date for line in self.line_ids):
            return False
        return self.env._(
            "The days since the due date are counted to %s.", format_date(self.env, self.date)
        )

    def _signer_sudo(self):
        """The partner of the contact person who is still there; empty if nobody is."""
        # whom the customer may ask is told to him, whoever renders or sends the text
        return self.user_id.sudo().filtered("active").partner_id

    def _contact_sudo(self):
        """The partner whom the customer may ask: the contact person, or else the company."""
        return self._signer_sudo() or self.company_id.sudo().partner_id

    def _sections(self):
        """The parts of the table: per currency what is due, then what falls due later.

        Where nothing is due yet there is one part per currency, and no need to tell them apart.
        """
        self.ensure_one()
        due = self.line_ids.filtered(lambda line: line.date_due < self.date)
        return [
            {"currency": currency, "lines": lines, "upcoming": bool(due) and part != due}
            for part in (due, self.line_ids - due)
            for currency, lines in part.grouped("currency_id").items()
        ]

    @api.depends("line_ids.amount", "line_ids.currency_id")
    def _compute_totals(self):
        for reminder in self:
            reminder.totals = " + ".join(
                reminder._format_money(total, currency) for currency, total in reminder._totals()
            )

    @api.depends("recipient_id.name", "recipient_id.type", "partner_id.name")
    def _compute_addressee(self):
        """Who is greeted: a person by name; a department ("Accounting") as its company."""
        for reminder in self:
            person = reminder.recipient_id.filtered(lambda one: one.type == "contact").name
            reminder.addressee = person or reminder.partner_id.name

    @api.model
    def mail_allowed_qweb_expressions(self):
        """The named blocks too: whoever may change texts needs no rights for anything else."""
        return (*super().mail_allowed_qweb_expressions(), *BLOCKS, "object.lang")

    @api.depends("lang")
    def _compute_lang_name(self):
        names = dict(self.env["res.lang"].get_installed())
        for reminder in self:
            reminder.lang_name = names.get(reminder.lang, reminder.lang)

    def _render(self):
        """Return {id: (subject, body)} as the texts would leave, in each recipient's language."""
        texts = {}
        for template, reminders in self.grouped(lambda one: one.level_id.template_id).items():
            # the text belongs to the policy; who may see the reminder may read it
            template_sudo = template.sudo()
            subjects = template_sudo._render_field("subject", reminders.ids, compute_lang=True)
            bodies = template_sudo._render_field(
                "body_html", reminders.ids, compute_lang=True, options={"post_process": False}
            )
            for reminder_id in reminders.ids:
                texts[reminder_id] = (header_line(subjects[reminder_id]), bodies[reminder_id])
        return texts

    def _render_or_explain(self):
        """Like `_render`; a text that can't be made says why, and the others are shown."""
        try:
            return self._render()
        except UserError as error:
            if len(self) == 1:
                return {self.id: (False, escape(str(error)))}
            return {key: text for one in self for key, text in one._render_or_explain().items()}

    def _render_one(self):
        self.ensure_one()
        return self._render()[self.id]

    def _freeze_text(self, words=None):
        """Keep the very text that is approved; a person's own text is kept as it is.

        words: what `_words` returned just now, if they have been rendered already.
        """
        follow = self.filtered(lambda one: not one.is_edited)
        # one without a subject couldn't be rendered: then it is said why
        ready = {one.id: words[one.id] for one in follow if words and words[one.id][0]}
        texts = ready | follow.filtered(lambda one: one.id not in ready)._render()
        quiet = self.with_context(tracking_disable=True)._gated()
        for reminder in quiet:
            if reminder.id in texts:
                subject, body = texts[reminder.id]
                reminder.write(
                    {
                        "text_subject": subject,
                        "text_body": body,
                        "words_key": reminder._words_key(),
                    }
                )

    def _text_follows(self):
        """After amounts fell: write the text anew, or have a person look at an edited one."""
        for reminder in self:
            if reminder.is_edited:
                reminder._ask_for_approval_again()
                reminder._message_log(
                    body=self.env._("Amounts fell after the text was edited: look at it again.")
                )
            elif reminder._are_words_changed():
                reminder._ask_for_approval_again()
                reminder._message_log(
                    body=self.env._(
                        "Amounts fell, and the words of its level are others than those that were "
                        "approved: look at it again."
                    )
                )
            else:
                reminder._freeze_text()
                reminder._message_log(
                    body=self.env._("Amounts fell after approval: the text was written anew.")
                )

    def _words_key(self):
        """What the words were made of, to know them again: the level, and a hash of its words."""
        level = self.level_id.with_context(lang=self.lang)
        # who may send may have the words compared
        template_sudo = level.template_id.sudo()
        words = (
            template_sudo.subject, template_sudo.body_html, level.short_text, level.consequence
        )  # fmt: skip
        return f"{level.id}:{digest(repr(tuple(map(str, words))))}"

    def _are_words_changed(self):
        """Whether the words of its level have changed since it was approved.

        A gentler level has other words; they were approved with it (decision 0017).
        """
        level_id = (self.words_key or "").partition(":")[0]
        return level_id == str(self.level_id.id) and self.words_key != self._words_key()

    def _ask_for_approval_again(self):
        """Move what was approved back to be approved: an edited text is looked at again."""
        self.ensure_one()
        # what follows its lines again keeps no frozen words
        frozen = {} if self.is_edited else {"text_subject": False, "text_body": False}
        self._update_state(
            "proposed",
            allowed=("approved",),
            text_outdated=self.is_edited,
            approved_by_id=False,
            approved_date=False,
            automatic=False,
            **frozen,
        )

    def action_text_checked(self):
        """Confirm that an edited text still fits its changed lines."""
        self.check_access("write")
        proposed = self.filtered(lambda one: one.state == "proposed")
        proposed._gated().write({"text_outdated": False})
        return True

    def action_reset_text(self):
        """Give up the edited text and go back to the policy's."""
        self.check_access("write")
        proposed = self.filtered(lambda one: one.state == "proposed")
        proposed._gated().write(
            {"is_edited": False, "text_outdated": False, "text_subject": False, "text_body": False}
        )
        return True
