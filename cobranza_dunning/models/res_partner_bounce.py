from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, email_normalize

from .gate import KEY, OPEN

#: What is written by the program only.
GUARDED = {"cobranza_bounced_email", "cobranza_bounced_at", "cobranza_bounced_reason"}


class ResPartner(models.Model):
    """An address to which mail doesn't arrive: nothing is sent there until it is another one."""

    # a file for each part
    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    cobranza_bounced_email = fields.Char(
        "Address that failed", readonly=True, copy=False, groups="cobranza_dunning.group_auditor"
    )
    cobranza_bounced_at = fields.Datetime(
        "Failed on", readonly=True, copy=False, groups="cobranza_dunning.group_auditor"
    )
    cobranza_bounced_reason = fields.Char(
        "Why it failed", readonly=True, copy=False, groups="cobranza_dunning.group_auditor"
    )
    cobranza_email_paused = fields.Boolean(
        "E-mail paused",
        compute="_compute_cobranza_email_paused",
        groups="cobranza_dunning.group_auditor",
        help="Mail to this address came back: reminders don't go there until it is changed.",
    )

    @api.depends("email_normalized", "cobranza_bounced_email")
    def _compute_cobranza_email_paused(self):
        for partner in self:
            bounced = partner.cobranza_bounced_email
            partner.cobranza_email_paused = bounced and bounced == partner.email_normalized

    @api.model
    def default_get(self, fields):
        """Leave out what the program knows of an address: no context sets it."""
        return super().default_get([name for name in fields if name not in GUARDED])

    @api.model_create_multi
    def create(self, vals_list):
        """Create contacts; what the program knows of an address isn't set by hand."""
        for vals in vals_list:
            self._cobranza_check_guarded(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Write values; what the program knows of an address isn't set by hand."""
        self._cobranza_check_guarded(vals)
        return super().write(vals)

    def _cobranza_check_guarded(self, vals):
        if GUARDED & set(vals) and self.env.context.get(KEY) is not OPEN:
            raise AccessError(
                self.env._("That mail came back can't be set by hand: use the button.")
            )

    def _cobranza_has_email(self):
        """Whether a message can go to this contact: it has an address, and mail arrives there."""
        return super()._cobranza_has_email() and not self.sudo().cobranza_email_paused

    def _cobranza_lack(self, way):
        """Say what is wrong; an address that mail comes back from is not none."""
        if way == "email" and self.sudo().cobranza_email_paused:
            return self.env._(
                "Mail to %s comes back: write the right address on the contact and send again.",
                self.display_name,
            )
        return super()._cobranza_lack(way)

    def _cobranza_pause_email(self, address, reason):
        """Send no e-mail to an address any more: to these contacts and all others who have it.

        address: the one that failed. reason: what the mail server said.
        """
        address = email_normalize(address or "", strict=False)
        if not address:
            return
        # an address fails for everybody who has it, whoever may see them
        partners_sudo = self.env["res.partner"].sudo().with_context(active_test=False)
        partners_sudo = partners_sudo.search([("email_normalized", "=", address)])
        partners_sudo.with_context(**{KEY: OPEN}).write(
            {
                "cobranza_bounced_email": address,
                "cobranza_bounced_at": fields.Datetime.now(),
                "cobranza_bounced_reason": " ".join((reason or "").split())[:500],
            }
        )

    def action_cobranza_resume_email(self):
        """Use the address again. Raises AccessError for others than collections managers."""
        if not self.env.user.has_group("cobranza_dunning.group_manager"):
            raise AccessError(
                self.env._("Only collections managers may use an address again that failed.")
            )
        self.check_access("read")
        # managers of collections need not be allowed to change contacts
        self.sudo().with_context(**{KEY: OPEN}).write(dict.fromkeys(GUARDED, False))
        return True

    @api.model
    def _cobranza_sql_way(self, way, alias):
        """SQL condition: reachable this way; by e-mail only if no mail there has come back."""
        condition = super()._cobranza_sql_way(way, alias)
        if way != "email":
            return condition
        bounced = SQL.identifier(alias, "cobranza_bounced_email")
        address = SQL.identifier(alias, "email_normalized")
        works = SQL("(%s IS NULL OR %s IS DISTINCT FROM %s)", bounced, bounced, address)
        return SQL("(%s AND %s)", condition, works)
