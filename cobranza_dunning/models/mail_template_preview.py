from contextlib import contextmanager

from markupsafe import escape
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import clean_context
from odoo.tools.translate import LazyTranslate

from .routing_texts import explain_rule

_lt = LazyTranslate(__name__)

#: The blocks that a reminder's text names; code fills them in, so no edit can break them.
BLOCKS = {
    "object.addressee": _lt("Name of the addressee"),
    "object.lines_table": _lt("Table of due lines"),
    "object.payment_block": _lt("Ways to pay"),
    "object.portal_block": _lt("Button to the customer's page"),
    "object.contact_block": _lt("Contact person"),
    "object.consequence_text": _lt("Consequence announced"),
    "object.totals": _lt("Total to pay"),
    "object.last_told_text": _lt("Day of the last reminder"),
    "object.company_id.name": _lt("Our company"),
}
#: Of so many who owe most the preview begins with the first of whom something can be asked.
FIRST = 20


class MailTemplate(models.Model):
    """A reminder's text on its own screen: prose with named blocks, and a preview beside it.

    The preview is a reminder to a real customer about what he owes at this moment. It is made
    in a transaction of its own that is never committed.
    """

    _inherit = "mail.template"

    cobranza_level_ids = fields.One2many(
        "cobranza.policy.level",
        "template_id",
        "Used by levels",
        groups="cobranza_dunning.group_auditor",
    )
    cobranza_blocks = fields.Json(
        compute="_compute_cobranza_blocks", groups="cobranza_dunning.group_auditor"
    )
    cobranza_lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language of the text",
        compute="_compute_cobranza_shown",
        readonly=False,
        help="Each language has its own text; a customer reads the one in his language.",
        groups="cobranza_dunning.group_auditor",
    )
    cobranza_subject = fields.Char(
        "Subject in this language",
        compute="_compute_cobranza_subject",
        inverse="_inverse_cobranza_subject",
        groups="cobranza_dunning.group_auditor",
    )
    cobranza_body = fields.Html(
        "Message",
        compute="_compute_cobranza_body",
        inverse="_inverse_cobranza_body",
        sanitize="email_outgoing",
        groups="cobranza_dunning.group_auditor",
    )
    cobranza_preview_debtor_id = fields.Many2one(
        "cobranza.debtor",
        "As this customer reads it",
        compute="_compute_cobranza_shown",
        readonly=False,
        groups="cobranza_dunning.group_auditor",
    )
    cobranza_preview_subject = fields.Char(
        "Subject in the preview",
        compute="_compute_cobranza_preview",
        groups="cobranza_dunning.group_auditor",
    )
    cobranza_preview_to = fields.Char(
        "Goes to",
        compute="_compute_cobranza_preview",
        help="Who would get it, and the rule that chooses him.",
        groups="cobranza_dunning.group_auditor",
    )
    cobranza_preview_body = fields.Html(
        "Preview",
        compute="_compute_cobranza_preview",
        sanitize=False,
        groups="cobranza_dunning.group_auditor",
    )

    @api.depends_context("lang")
    def _compute_cobranza_blocks(self):
        blocks = [[expression, self.env._(label)] for expression, label in BLOCKS.items()]
        for template in self:
            template.cobranza_blocks = blocks

    @api.depends_context("lang", "company")
    def _compute_cobranza_shown(self):
        owing = self.env["cobranza.debtor"].search(
            [("company_id", "=", self.env.company.id), ("overdue_amount", ">", 0)],
            order="overdue_amount DESC",
            limit=FIRST,
        )
        # nothing is asked of who has agreed on all of it
        asked = owing.filtered(
            lambda one: one.overdue_amount
            > one.promised_amount + one.disputed_amount + one.planned_amount
        )
        for template in self:
            template.cobranza_preview_debtor_id = (asked or owing)[:1]
            template.cobranza_lang = self.env.lang or "en_US"

    # each by itself: while one of them is written what computes it is not to be read

    @api.depends("subject", "cobranza_lang")
    def _compute_cobranza_subject(self):
        for template in self:
            template.cobranza_subject = template._cobranza_in(template.cobranza_lang).subject

    @api.depends("body_html", "cobranza_lang")
    def _compute_cobranza_body(self):
        for template in self:
            template.cobranza_body = template._cobranza_in(template.cobranza_lang).body_html

    def _inverse_cobranza_subject(self):
        for template in self:
            text = template._cobranza_in(template.cobranza_lang)
            # a language that has no text of its own keeps following the original
            if text.subject != template.cobranza_subject:
                text.subject = template.cobranza_subject

    def _inverse_cobranza_body(self):
        for template in self:
            text = template._cobranza_in(template.cobranza_lang)
            if text.body_html != template.cobranza_body:
                text.body_html = template.cobranza_body

    def _cobranza_in(self, lang):
        """The saved template, read and written in a language."""
        return self._origin.with_context(lang=lang)

    @api.depends("cobranza_subject", "cobranza_body", "cobranza_preview_debtor_id")
    @api.depends_context("lang", "company")
    def _compute_cobranza_preview(self):
        for template in self:
            try:
                recipient, subject, body = template._cobranza_preview()
            except AccessError:
                recipient, subject, body = False, False, escape(template._cobranza_only_blocks())
            except UserError as error:
                recipient, subject, body = False, False, escape(str(error))
            template.cobranza_preview_to = recipient
            template.cobranza_preview_subject, template.cobranza_preview_body = subject, body

    def _cobranza_preview(self):
        """Return (recipient, subject, body) of what stands on the screen for the chosen customer.

        The recipient comes with the rule that chooses him, in the user's language. Raises
        UserError if there is nothing to show, or if the text can't be rendered.
        """
        self.ensure_one()
        subject, body = self.cobranza_subject, self.cobranza_body
        with self._cobranza_sample(self.cobranza_lang) as reminder:
            # not the template's own rendering: an unsaved text is trusted no more than its author
            render = reminder.env["mail.render.mixin"]._render_template
            options = {"options": {"post_process": False}}
            subjects = render(subject, reminder._name, reminder.ids)
            bodies = render(body, reminder._name, reminder.ids, engine="qweb", **options)
            why = explain_rule(self.env, reminder.recipient_rule)
            recipient = " · ".join(filter(None, (reminder.recipient_id.display_name, why)))
            return recipient, subjects[reminder.id], bodies[reminder.id]

    @contextmanager
    def _cobranza_sample(self, lang):
        """Give a reminder to the chosen customer that exists only inside the block.

        Raises UserError if there is no customer or he owes nothing.
        """
        debtor = self.cobranza_preview_debtor_id
        if not debtor:
            raise UserError(
                self.env._("Choose a customer who owes something, to see what he would read.")
            )
        debtor.check_access("read")
        with self.env.registry.cursor() as cr:
            env = self.env(cr=cr, context={**clean_context(self.env.context), "lang": lang})
            try:
                debtor = debtor._origin.with_env(env)
                level = self._origin.with_env(env)._cobranza_level_for(debtor)
                # the sample is the system's and never kept; what is shown of it is read as the user
                sample_sudo = env["cobranza.reminder"].sudo()._sample(debtor.sudo(), level, lang)
                yield sample_sudo.with_env(env)
            finally:
                cr.rollback()

    def _cobranza_level_for(self, debtor):
        """The level at which a debtor would get this text; any level of his if there is none."""
        policy = debtor.effective_policy_id
        company = debtor.company_id
        levels = self.cobranza_level_ids.filtered(lambda level: level.company_id == company)
        own = levels.filtered(lambda level: level.policy_id == policy)
        level = (own or levels or policy.level_ids)[:1]
        if not level:
            raise UserError(
                self.env._("The customer's policy has no levels: add one to see a preview.")
            )
        return level

    @api.constrains("model_id")
    def _check_cobranza_model(self):
        """The text of a level is never rendered with records that are no reminders."""
        for template in self.filtered(lambda one: one.model != "cobranza.reminder"):
            # which policies use it has to be known whoever changes it
            levels_sudo = self.env["cobranza.policy.level"].sudo().with_context(active_test=False)
            policies_sudo = self.env["cobranza.policy"].sudo().with_context(active_test=False)
            if levels_sudo.search_count(
                [("template_id", "=", template.id)], limit=1
            ) or policies_sudo.search_count([("thanks_template_id", "=", template.id)], limit=1):
                raise ValidationError(
                    self.env._(
                        "“%(template)s” is the text of a policy: it stays a text for reminders.",
                        template=template.name,
                    )
                )

    def _check_is_for_reminders(self):
        """Raise ValidationError if one of these templates isn't for reminders."""
        for template in self:
            if template.model != "cobranza.reminder":
                raise ValidationError(
                    self.env._(
                        "“%(template)s” is not a text for reminders: choose a template that "
                        "applies to reminders.",
                        template=template.name,
                    )
                )

    def _check_access_right_dynamic_template(self):
        """Say what a reminder's text may hold if its author wrote more than that."""
        try:
            return super()._check_access_right_dynamic_template()
        except AccessError as error:
            if self.filtered(lambda template: template.model == "cobranza.reminder"):
                raise AccessError(self._cobranza_only_blocks()) from error
            raise
        finally:
            # Odoo looks for code as the system and in every field of a template: the levels of
            # other companies would stay in the cache, and be refused to who reads them next
            self.invalidate_recordset(["cobranza_level_ids"], flush=False)

    def _cobranza_only_blocks(self):
        return self.env._(
            "A text may name the blocks of the bar above it and nothing else: take out what you "
            "wrote between {{ }}, or what was pasted from another template."
        )

    def action_cobranza_text(self):
        """Open this text on the screen for reminders' texts."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.mail_template_action_texts"
        )
        form = self.env.ref("cobranza_dunning.mail_template_view_form_text")
        return {**action, "view_mode": "form", "views": [(form.id, "form")], "res_id": self.id}
