from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import email_normalize, email_normalize_all

#: How a customer and we may have been in touch.
CHANNELS = [
    ("email", "E-mail"),
    ("phone", "Phone call"),
    ("sms", "SMS"),
    ("whatsapp", "WhatsApp"),
    ("letter", "Letter"),
    ("portal", "Portal"),
    ("visit", "Visit"),
    ("meeting", "Meeting"),
]

#: What it was about: stable codes, scripts may compare them.
KINDS = [
    ("reply", "Answer"),
    ("call_back", "Asks for a call"),
    ("already_paid", "Says it is paid"),
    ("not_received", "Invoice not received"),
    ("auto_reply", "Automatic answer"),
    ("invoice_resent", "Invoice sent again"),
    ("thanks", "Thank-you"),
    ("message", "Message or call"),
    ("promise", "Promises to pay"),
    ("dispute", "Doesn't accept an invoice"),
    ("pay_later", "Asks to pay later"),
    ("other", "Something else"),
]

#: What a person may add to what the program noticed by itself.
ADDED = {
    "comment", "next_step", "next_step_date", "outcome_id", "right_party", "reason_id",
    "intention",
}  # fmt: skip


class CobranzaInteraction(models.Model):
    """One contact with a customer about what he owes, in either direction.

    What came from the customer waits until somebody has handled it: as long as it waits, no
    reminder is proposed to him or sent.  What the program noticed by itself stays as it was
    noticed; only notes are added.
    """

    _name = "cobranza.interaction"
    _description = "Interaction"
    _inherit = ["cobranza.gated.mixin", "cobranza.debtor.record.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True
    _rec_name = "summary"
    _gated_fields = (
        "partner_id", "company_id", "waiting", "handled_by_id", "handled_at", "automatic",
        "sender", "message_id", "activity_id", "missing_move_ids",
    )  # fmt: skip

    contact_id = fields.Many2one(
        "res.partner",
        "With",
        index="btree_not_null",
        ondelete="set null",
        help="Whom we were in touch with.",
    )
    sender = fields.Char(
        "Written by", readonly=True, help="As the message says; anybody may have sent it."
    )
    reminder_id = fields.Many2one(
        "cobranza.reminder", index="btree_not_null", ondelete="set null", check_company=True
    )
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    missing_move_ids = fields.Many2many(
        "account.move",
        string="Invoices not received",
        check_company=True,
        help="Which ones the customer chose, where there are several.",
    )
    channel = fields.Selection(CHANNELS, required=True, default="phone")
    direction = fields.Selection(
        [("in", "From the customer"), ("out", "To the customer")], required=True, default="out"
    )
    kind = fields.Selection(KINDS, "About", required=True, default="other")
    date = fields.Datetime("When", required=True, default=fields.Datetime.now)
    user_id = fields.Many2one(
        "res.users",
        "Our person",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        help="Who spoke or wrote to the customer, or is to look after what he said.",
    )
    summary = fields.Char("What", required=True)
    note = fields.Html(
        "Details", help="What was said or written; of a call or chat, what was prepared for it."
    )
    comment = fields.Html(
        "Our notes", help="What we add to what the program wrote down, which itself stays."
    )
    message_id = fields.Many2one(
        "mail.message", readonly=True, index="btree_not_null", ondelete="set null"
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Attachments")
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, index="btree_not_null", ondelete="set null"
    )
    message_body = fields.Html(related="message_id.body", string="Message text")
    automatic = fields.Boolean("Noticed by the program", readonly=True)
    waiting = fields.Boolean(
        "Waits for us",
        readonly=True,
        help="The customer wrote: reminders to him stop until somebody has handled it.",
    )
    status = fields.Selection(
        [("waiting", "Waits for us"), ("handled", "Handled"), ("noted", "Noted")],
        compute="_compute_status",
    )
    handled_by_id = fields.Many2one("res.users", readonly=True)
    handled_at = fields.Datetime("Handled on", readonly=True)

    _waiting_idx = models.Index("(debtor_id) WHERE waiting")

    @api.depends("waiting", "handled_at")
    def _compute_status(self):
        for one in self:
            handled_or_noted = "handled" if one.handled_at else "noted"
            one.status = "waiting" if one.waiting else handled_or_noted

    @api.constrains("debtor_id", "contact_id", "reminder_id", "move_id", "missing_move_ids")
    def _check_customer(self):
        """What an interaction is about is the customer's own, and so is whom it was with.

        Who wrote to us by himself may be anybody.
        """
        for one in self:
            named = [one.reminder_id, one.move_id, *one.missing_move_ids]
            if not one.automatic:
                named.append(one.contact_id)
            if not all(one.debtor_id._owns(record) for record in named if record):
                raise ValidationError(
                    self.env._("The contact, reminder or invoice chosen is another customer's.")
                )

    @api.constrains("date")
    def _check_date(self):
        """A contact has happened; clocks may differ a little."""
        limit = fields.Datetime.add(fields.Datetime.now(), minutes=5)
        for one in self:
            if one.date > limit and not one.automatic:
                raise ValidationError(
                    self.env._(
                        "A contact can't be in the future: use the next step for what is planned."
                    )
                )

    @api.constrains("summary")
    def _check_summary(self):
        """What is written down says something."""
        if any(not one.summary.strip() for one in self if not one.automatic):
            raise ValidationError(self.env._("Say in one line what it was about."))

    # --- CRUD --------------------------------------------------------------------------

    def write(self, vals):
        """Write values; what the program noticed takes nothing but what a person adds to it."""
        self._check_gate(vals)
        fixed = set(vals) - ADDED
        if fixed and not self._gate_is_open() and any(self.mapped("automatic")):
            raise UserError(
                self.env._("What the program wrote down stays as it is: add a note instead.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_automatic(self):
        if any(self.mapped("automatic")):
            raise AccessError(
                self.env._("What the program wrote down can't be deleted: add a note instead.")
            )

    # --- life --------------------------------------------------------------------------

    @api.model
    def _log(self, vals_list):
        """Write down contacts that the program noticed by itself; return them.

        vals_list: values of the fields above, guarded ones included.
        """
        logged = self._gated().create([{"automatic": True, **vals} for vals in vals_list])
        return logged.with_env(self.env)

    def action_handled(self):
        """Mark what came from the customers as handled: reminders may go on."""
        self.check_access("write")
        waiting = self.filtered("waiting")
        waiting._gated().write(
            {
                "waiting": False,
                "handled_by_id": self.env.uid,
                "handled_at": fields.Datetime.now(),
            }
        )
        # whoever handles the answer has done the work, whose list it was on doesn't matter
        waiting.activity_id.sudo().filtered("active").action_feedback()
        waiting.debtor_id._after_answers()
        return True

    def action_resend(self):
        """Open the dialog that sends invoices again, because they had not arrived."""
        self.ensure_one()
        return self.env["cobranza.resend.wizard"]._open(self)

    def action_view_reminder(self):
        """Open the reminder that this is about."""
        return self.reminder_id._get_records_action()

    def action_view_move(self):
        """Open the invoice that this is about."""
        return self.move_id._get_records_action()

    def _concerned_moves(self):
        """The invoices this may be about: its own, else those of its reminder, else all open."""
        self.ensure_one()
        return (
            self.move_id
            or self.missing_move_ids
            or self.reminder_id.line_ids.move_id
            or self.debtor_id.due_line_ids.move_id
        ).filtered(lambda move: move.is_sale_document(include_receipts=True))

    def _is_resent(self):
        """Whether all that this may be about was sent again on its day or since."""
        self.ensure_one()
        day = self.company_id._cobranza_date(self.date)
        return all(
            move.cobranza_resent_date and move.cobranza_resent_date >= day
            for move in self._concerned_moves()
        )

    def _attach(self, attachments):
        """Keep files with this interaction.

        attachments: ir.attachment records, or pairs (file name, bytes).
        """
        self.ensure_one()
        if not attachments:
            return
        if not isinstance(attachments, models.BaseModel):
            # kept as they came: a picture isn't decoded, whatever its header promises
            as_they_are = self.env["ir.attachment"].with_context(image_no_postprocess=True)
            attachments = as_they_are.create(
                [
                    {"name": name, "raw": content, "res_model": self._name, "res_id": self.id}
                    for name, content in attachments
                ]
            )
        self._gated().write({"attachment_ids": [fields.Command.set(attachments.ids)]})

    def _note_on_reminder(self, contact):
        """Say in the chatter of its reminder what the customer said on the reminder's page.

        contact: the res.partner who said it, if known; else it is whoever had the reminder.
        """
        self.ensure_one()
        author = contact or self.reminder_id.recipient_id
        body = Markup("<p><b>%s</b></p>%s") % (self.summary, self.note or "")
        self.reminder_id._message_log(body=body, author_id=author.id, message_type="comment")

    def _schedule(self, activity_type):
        """Give whoever looks after this answer an activity on the customer's account.

        activity_type: external id of a mail.activity.type.
        """
        self.ensure_one()
        user = self.user_id
        lang = user.lang or self.company_id._cobranza_lang()
        debtor = self.debtor_id.with_context(lang=lang)
        activity = debtor.activity_schedule(
            activity_type,
            date_deadline=self.company_id._cobranza_today(),
            summary=self.with_context(lang=lang)._describe(),
            note=self.note,
            user_id=user.id,
        )
        self._gated().write({"activity_id": activity.id if activity else False})

    def _not_delivered(self, reason):
        """No mail server took the invoices that were sent again: somebody has to know.

        reason: the mail server's words.
        """
        for one in self.filtered(lambda one: one.kind == "invoice_resent"):
            user = one.debtor_id._person_in_charge()
            debtor = one.debtor_id.with_context(lang=user.lang or one.company_id._cobranza_lang())
            debtor.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=one.company_id._cobranza_today(),
                summary=debtor.env._(
                    "%(invoice)s could not be sent again to %(contact)s",
                    invoice=one.move_id.name,
                    contact=one.contact_id.display_name,
                ),
                note=reason,
                user_id=user.id,
            )

    @api.model
    def _courtesy_of(self, message):
        """The thank-you, or the invoice sent again, whose mail a message is, as superuser."""
        # the gateway reads mails for everybody
        return self.sudo().search(
            [("message_id", "=", message.id), ("direction", "=", "out")], limit=1
        )

    def _address_failed(self, address, answer):
        """The address of this mail is of no use: pause it, and call a person.

        address: the recipient that the mail server names, or "".  answer: its words.
        """
        for one in self:
            known = email_normalize_all(one.contact_id.email or "")
            # a report may name the mailbox behind the address
            told = email_normalize(address or "")
            failed = told if told in known else next(iter(known), "")
            if failed:
                one.contact_id._cobranza_pause_email(failed, answer)
                one.debtor_id._ask_for_address(one.reminder_id, [failed], answer, True)

    def _describe(self):
        """What this is about and what was said, in one line."""
        self.ensure_one()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return f"{kinds[self.kind]}: {self.summary}"
