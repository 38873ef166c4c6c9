from odoo import fields, models

from ..engine import declarations, insurance, premium

#: What of the sales a policy wants declared.
SCOPE_SELECTION = [
    ("insured", "Those marked as to be insured"),
    ("insurable", "All that the policy can insure"),
    ("all", "All of them"),
]


class CobranzaInsurancePolicy(models.Model):
    """How sales are declared to the insurer, and how his premium is booked."""

    # a file for each part
    _inherit = "cobranza.insurance.policy"  # pylint: disable=consider-merging-classes-inherited

    declaration_scope = fields.Selection(
        SCOPE_SELECTION, "Sales to declare", required=True, default="insured", tracking=True,
        help="A sale that the policy can't insure is one outside its periods, or to a kind of "
        "customer or a country that it leaves out.",
    )  # fmt: skip
    declaration_with_tax = fields.Boolean("Declared with tax", tracking=True)
    declaration_credit_notes = fields.Boolean(
        "Less credit notes", default=True, tracking=True,
        help="In the period of their own date. Off: credit notes change nothing.",
    )  # fmt: skip
    declaration_group = fields.Selection(
        [("debtor", "By customer"), ("country", "By country"), ("total", "One total")],
        "Added up", required=True, default="debtor", tracking=True,
    )  # fmt: skip
    declaration_places = fields.Integer(
        "Decimals declared", default=2, tracking=True, help="0: whole units."
    )
    declaration_from = fields.Date(
        "Declared here from", tracking=True,
        help="Earlier sales were declared in another way. Empty: from the first day in force.",
    )  # fmt: skip
    premium_journal_id = fields.Many2one(
        "account.journal", "Journal of its bills", check_company=True,
        domain="[('type', '=', 'purchase')]", tracking=True,
        help="Empty: the first one for purchases.",
    )  # fmt: skip
    premium_account_id = fields.Many2one(
        "account.account", "Premium account", check_company=True, tracking=True,
        help="Empty: the journal's.",
    )  # fmt: skip
    premium_tax_id = fields.Many2one(
        "account.tax", "Tax on its bills", check_company=True,
        domain="[('type_tax_use', '=', 'purchase')]", tracking=True,
        help="For a premium tax that is a tax of its own in the books. Empty: the premium tax "
        "(%) above is a line of the bill, an expense as the premium is.",
    )  # fmt: skip
    premium_tax_account_id = fields.Many2one(
        "account.account", "Premium tax account", check_company=True, tracking=True,
        help="Empty: that of the premium.",
    )  # fmt: skip
    declaration_ids = fields.One2many(
        "cobranza.insurance.declaration", "policy_id", "Declarations", copy=False
    )

    _places_possible = models.Constraint(
        "CHECK (declaration_places BETWEEN 0 AND 6)", "Declare with 0 to 6 decimals."
    )

    def _rules(self):
        """Return what it wants declared, as engine.declarations.Rules."""
        self.ensure_one()
        return declarations.Rules(
            self.declaration_with_tax,
            self.declaration_credit_notes,
            self.declaration_scope == "all",
            self.declaration_group,
            self.declaration_places,
        )

    def _declares_balances(self):
        """Whether balances are declared instead of sales."""
        return self.premium_basis == premium.BALANCES

    def _declaration_calendar(self):
        """Its periods; each month where nothing has to be declared but the premium is reckoned."""
        return self._calendar() or insurance.MONTHLY

    def _declaration_start(self):
        """The first day whose sales are declared here."""
        return self.declaration_from or min(self.period_ids.mapped("date_from"))

    def _is_in_force(self, first, last):
        """Whether it is in force on one of some days at least."""
        return any(begin <= last and first <= end for begin, end in self._periods_in_force())

    def _runs_off(self, day):
        """Whether what is declared from a day on can only be about what was sold before.

        Balances are nobody's sale; and a policy that wants every sale declared has each that
        falls under no other one, until it is archived.
        """
        over = all(end < day for _begin, end in self._periods_in_force())
        is_asked = self.active and self.declaration_scope == "all"
        return over and not is_asked and not self._declares_balances()

    def action_view_declarations(self):
        """Open what was declared under this policy."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_insurance_declaration_action"
        )
        return {
            **action,
            "domain": [("policy_id", "in", self.ids)],
            "context": {"default_policy_id": self[:1].id},
        }
