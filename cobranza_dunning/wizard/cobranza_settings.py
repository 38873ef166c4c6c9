from odoo import api, fields, models


class CobranzaSettings(models.TransientModel):
    """A company's settings of collections, for its collections manager.

    Odoo's own settings need the administrator's rights; these are the manager's. Whatever field
    has the name of a field of the company is read from it and written to it, and nothing else.
    Saving the form is all that it takes, however it is saved: Odoo does so by itself whenever
    somebody goes elsewhere.
    """

    _name = "cobranza.settings"
    _description = "Collections settings"
    _rec_name = "company_id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    cobranza_policy_id = fields.Many2one(
        "cobranza.policy", "Collections policy", domain="[('company_id', '=', company_id)]"
    )
    cobranza_run_mode = fields.Selection(
        selection=lambda self: self.env["res.company"]._fields[
            "cobranza_run_mode"
        ]._description_selection(self.env),
        string="Daily run",
    )
    cobranza_user_id = fields.Many2one("res.users", "Contact for customers")
    cobranza_other_ways = fields.Text("Other ways to pay")
    text_lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="In this language",
        default=lambda self: self.env.lang or "en_US",
        required=True,
        help="The language of what customers read; each has its own words.",
    )
    several_langs = fields.Boolean(compute="_compute_several_langs")
    cobranza_reply_token = fields.Boolean("Answer address of its own for each reminder")
    has_reply_domain = fields.Boolean(compute="_compute_has_reply_domain")
    cobranza_keep_days = fields.Integer("Keep decisions")
    cobranza_contact_days = fields.Integer("Keep contact checks")
    cobranza_limit_one = fields.Monetary("Somebody approves above")
    cobranza_limit_two = fields.Monetary("Two people approve above")
    cobranza_limit_own = fields.Monetary("Not the proposer above")
    cobranza_cap_number = fields.Integer("Automatic reminders a day")
    cobranza_cap_amount = fields.Monetary("Amount of automatic reminders a day")
    cobranza_cap_debtor = fields.Integer("Messages a day to one customer")
    cobranza_plan_rebook = fields.Boolean("Re-book accepted plans")
    cobranza_plan_journal_id = fields.Many2one(
        "account.journal",
        "Journal for re-booking",
        domain="[('type', '=', 'general'), ('company_id', '=', company_id)]",
    )
    cobranza_plan_product_id = fields.Many2one(
        "product.product", "Product for financing interest"
    )

    cobranza_invoice_cover = fields.Boolean("State the cover on invoices")
    cobranza_insurance_digest = fields.Selection(
        selection=lambda self: self.env["res.company"]._fields[
            "cobranza_insurance_digest"
        ]._description_selection(self.env),
        string="Insurance deadlines by mail",
    )
    cobranza_insurance_digest_days = fields.Integer("Deadlines of so many days")

    cobranza_provision_journal_id = fields.Many2one(
        "account.journal",
        "Journal of provisions",
        domain="[('type', '=', 'general'), ('company_id', '=', company_id)]",
    )
    cobranza_provision_account_id = fields.Many2one(
        "account.account", "Provision",
        domain="[('account_type', 'in', ('asset_current', 'liability_current')), "
        "('company_ids', 'parent_of', company_id)]",
    )  # fmt: skip
    cobranza_provision_expense_id = fields.Many2one(
        "account.account", "Cost of provisions",
        domain="[('internal_group', '=', 'expense'), ('company_ids', 'parent_of', company_id)]",
    )  # fmt: skip
    cobranza_provision_income_id = fields.Many2one(
        "account.account", "Provisions released",
        domain="[('internal_group', 'in', ('income', 'expense')), "
        "('company_ids', 'parent_of', company_id)]",
    )  # fmt: skip

    @api.depends("company_id")
    def _compute_has_reply_domain(self):
        for settings in self:
            # whether there is one, not which: no more rights than that
            settings.has_reply_domain = bool(settings.company_id.sudo().alias_domain_id)

    def _compute_several_langs(self):
        self.several_langs = len(self.env["res.lang"].get_installed()) > 1

    @api.onchange("text_lang")
    def _onchange_text_lang(self):
        """Show what customers of the chosen language read."""
        self.cobranza_other_ways = self._company_in_lang_sudo().cobranza_other_ways

    def _company_in_lang_sudo(self):
        """The company whose settings these are, in the language that was chosen."""
        # the company record is the administrator's; these settings are the manager's
        return self.company_id.sudo().with_context(lang=self.text_lang)

    @api.model
    def _company_fields(self):
        """The names of the settings: what this model and the company have in common."""
        return [name for name in self._fields if name.startswith("cobranza_")]

    @api.model
    def default_get(self, fields):
        """Show the settings as they are, whatever a context says."""
        values = super().default_get(fields)
        company = self.env.company
        # who may change these settings may read them
        (current,) = company.sudo().read(self._company_fields(), load=None)
        return values | {"company_id": company.id} | {
            name: value for name, value in current.items() if name in fields and name != "id"
        }

    @api.model_create_multi
    def create(self, vals_list):
        """Make these the settings of the company: one the user works in, the current one."""
        company_id = self.env.company.id
        made = super().create([{**vals, "company_id": company_id} for vals in vals_list])
        # what isn't given is as it was
        for settings, vals in zip(made, vals_list, strict=True):
            settings._apply(vals)
        return made

    def write(self, vals):
        """Change settings of the company, and no others; never whose they are."""
        result = super().write({name: vals[name] for name in vals if name != "company_id"})
        for settings in self:
            settings._apply(vals)
        return result

    def _apply(self, given):
        """Write the given settings that differ to the company, texts in the chosen language.

        given: whatever contains their names.
        """
        company_sudo = self._company_in_lang_sudo()
        changed = {
            name: value
            for name in self._company_fields()
            if name in given
            and (value := self._fields[name].convert_to_write(self[name], self))
            != company_sudo._fields[name].convert_to_write(company_sudo[name], company_sudo)
        }
        if changed:
            company_sudo.write(changed)

    def action_save(self):
        """Show everything by the settings that were saved: the form has been, before this."""
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_create_policy(self):
        """Give the company the standard policy and open it."""
        self.ensure_one()
        policy = self.env["cobranza.policy"]._create_standard(self.company_id)
        policy.action_set_default()
        return policy._get_records_action()

    def action_provision_rates(self):
        """Open how much of what is so many days late a provision is made for."""
        return self.env["cobranza.provision.rate"].action_open_rates()
