from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date, formatLang

from ..engine import agenda
from ..engine.insurance_dates import declaration_period
from .insurance_texts import AGENDA_ADVICE, AGENDA_SELECTION, MISSED_ADVICE
from .late_texts import describe_days

ACTIVITY = "cobranza_dunning.activity_type_insurance"
#: What of a duty makes new work of it for somebody: whoever ticked off the old one is asked again.
ASKING = ("deadline", "state", "user_id")
#: What is done once for all customers is no activity on the account of each.
SHARED = ("declaration",)


class CobranzaInsuranceDuty(models.Model):
    """What must be done for an insurer, or comes by itself, about one customer by a day.

    It follows the covers, and is gone once it is done, paid or excused.  Those that were missed
    are rows of their own.  In the last days before its deadline it is an activity of somebody.
    """

    _name = "cobranza.insurance.duty"
    _description = "Insurance deadline"
    _inherit = ["cobranza.gated.mixin"]
    _order = "deadline, id"
    _rec_name = "duty"
    _gated_fields = None
    _gated_create = True
    # they come and go with the covers, whose history is kept
    _log_access = False

    debtor_id = fields.Many2one(
        "cobranza.debtor", "Customer's account", required=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        related="debtor_id.partner_id", store=True, index=True, string="Customer"
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    policy_id = fields.Many2one(
        "cobranza.insurance.policy", "Insurance policy", required=True, index=True,
        ondelete="cascade",
    )  # fmt: skip
    currency_id = fields.Many2one(related="policy_id.currency_id")
    duty = fields.Selection(AGENDA_SELECTION, "What", required=True)
    missed = fields.Boolean()
    state = fields.Selection(
        [("missed", "Missed"), ("due", "Now"), ("pending", "Later")],
        "When",
        required=True,
        help="Now: the days before the deadline in which the policy warns.",
    )
    deadline = fields.Date(
        "By", required=True, index=True, help="The last day in time for the first of these lines."
    )
    days_text = fields.Char("Days", compute="_compute_days_text")
    line_count = fields.Integer("Due lines")
    amount = fields.Monetary("At stake", help="Covered, or was before it was lost.")
    user_id = fields.Many2one("res.users", "Responsible", index="btree_not_null")
    activity_id = fields.Many2one(
        "mail.activity", index="btree_not_null", ondelete="set null", bypass_search_access=True
    )
    advice = fields.Char("What to do", compute="_compute_advice")

    _duty_unique = models.UniqueIndex(
        "(debtor_id, policy_id, duty, missed)",
        "Somebody else has just decided about this customer: try once more.",
    )

    @api.depends("deadline")
    @api.depends_context("lang")
    def _compute_days_text(self):
        for one in self:
            today = one.company_id._cobranza_today()
            one.days_text = describe_days(self.env, one.deadline, today)

    @api.depends("duty", "missed")
    @api.depends_context("lang")
    def _compute_advice(self):
        for one in self:
            missed = one.missed and MISSED_ADVICE.get(f"{one.duty}_missed")
            one.advice = self.env._(missed or AGENDA_ADVICE[one.duty])

    @api.depends("partner_id", "duty", "deadline")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["duty"]._description_selection(self.env))
        for one in self:
            # the customer first: a calendar shows no more than the beginning
            one.display_name = f"{one.partner_id.display_name or ''} · {labels.get(one.duty, '')}"

    # --- following the covers --------------------------------------------------------------

    @api.model
    def _follow(self, company, debtors, positions):
        """Bring what is to be done up to date with what was decided about covers.

        debtors: only theirs; None = of the whole company.
        positions: {debtor id: [cobranza_insurance_facts.Position]} of today.
        Nothing is written where nothing changes; the number of queries doesn't depend on the
        number of lines.
        """
        fresh = self._fresh(company, positions)
        domain = [("company_id", "=", company.id)]
        if debtors is not None:
            domain.append(("debtor_id", "in", debtors.ids))
        known = {
            (one.debtor_id.id, one.policy_id.id, one.duty, one.missed): one
            for one in self.search(domain)
        }
        over = self.union(*(one for key, one in known.items() if key not in fresh))
        asking = self.browse()
        for key, one in known.items():
            if key in fresh:
                asking |= one._update(fresh[key])
        added = [values for key, values in fresh.items() if key not in known]
        asking |= self._gated().create(added).with_env(self.env)
        (over | asking)._drop_activities()
        over.unlink()
        asking._ask()

    def _fresh(self, company, positions):
        """Return {(debtor id, policy id, code, missed): values} of what is to be done."""
        today = company._cobranza_today()
        debtors = self.env["cobranza.debtor"].browse(positions)
        policies = self.env["cobranza.insurance.policy"]
        found = {}
        for debtor, ours in zip(debtors, positions.values(), strict=True):
            for position in ours:
                policy = policies.browse(position.policy_id)
                items = agenda.collect(
                    [(one.cover, one.line) for one in position.decided if one.fact.flagged], today
                )
                for key, item in items.items():
                    found[(debtor.id, policy.id, *key)] = {
                        "debtor_id": debtor.id,
                        "company_id": company.id,
                        "policy_id": policy.id,
                        "duty": item.code,
                        "missed": item.missed,
                        "state": item.state,
                        "deadline": item.deadline,
                        "line_count": item.lines,
                        "amount": float(item.amount),
                        "user_id": policy._person_in_charge(debtor).id,
                    }
        return found

    def _update(self, values):
        """Write what has changed; return this duty if somebody is to be asked anew."""
        changed = self._write_changed(values)
        return self if changed.keys() & {*ASKING} else self.browse()

    # --- work for somebody -----------------------------------------------------------------

    def _drop_activities(self):
        """Take back what somebody was asked to do about these."""
        self.activity_id.filtered("active").unlink()

    def _ask(self):
        """Give whoever is responsible an activity for those whose time has come.

        All at once, without a mail for each: the digest says it together.
        """
        asking = self.filtered(lambda one: one.state != "pending" and one.duty not in SHARED)
        if not asking:
            return
        activities = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
        kind = self.env.ref(ACTIVITY)
        made = activities.create(
            [
                {
                    "activity_type_id": kind.id,
                    "res_model_id": self.env["ir.model"]._get_id("cobranza.debtor"),
                    "res_id": one.debtor_id.id,
                    "automated": True,
                    "date_deadline": one.deadline,
                    "summary": one._describe_for(one.user_id),
                    "user_id": one.user_id.id,
                }
                for one in asking
            ]
        )
        for one, activity in zip(asking, made, strict=True):
            one._gated().activity_id = activity

    def _describe_for(self, user):
        """What is to be done, in one line, in the language of whoever is asked."""
        lang = user.lang or self.company_id._cobranza_lang()
        env = self.with_context(lang=lang).env
        label = dict(self._fields["duty"]._description_selection(env))[self.duty]
        text = f"{label} · {self.policy_id.name}"
        return env._("Missed: %s", text) if self.missed else text

    def _describe(self):
        """What is to be done, about how much and by when, in one line, in the user's language."""
        self.ensure_one()
        label = dict(self._fields["duty"]._description_selection(self.env))[self.duty]
        return self.env._(
            "%(what)s by %(day)s: %(count)s due lines, %(amount)s",
            what=label,
            day=format_date(self.env, self.deadline),
            count=self.line_count,
            amount=formatLang(self.env, self.amount, currency_obj=self.currency_id),
        )

    # --- screens -----------------------------------------------------------------------

    def action_next(self):
        """Open what is to be done next about this duty; the covers for whoever may not do it."""
        self.ensure_one()
        if not self.env["cobranza.insurance.notice"].has_access("create"):
            return self.action_view_covers()
        return getattr(self, f"_next_{self.duty}", self.action_view_covers)()

    def _next_notice(self):
        """Draw up the notice of all that can be notified under the policy."""
        notices = self.env["cobranza.insurance.notice"]
        return notices._of_debtor(self.debtor_id, policy=self.policy_id)._open()

    def _next_extension(self):
        """Record what the insurer has approved."""
        covers = self._covers().filtered(lambda one: "extension_missed" in (one.reasons or ()))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Insurer's approval"),
            "res_model": "cobranza.insurance.approval",
            "view_mode": "form",
            "context": {
                "default_move_ids": covers.move_id._cobranza_rebooked_from().ids,
                "default_company_id": self.company_id.id,
            },
        }

    def _next_claim(self):
        """Open the draft of a claim under the policy; make it if need be."""
        return self.debtor_id._claim_under(self.policy_id)

    def _next_declaration(self):
        """Open the draft of the period that the first of these sales belong to.

        It is made if need be.  Of a period that was declared without them: the declarations.
        """
        calendar = self.policy_id._declaration_calendar()
        first, _last = declaration_period(calendar, self.deadline - timedelta(days=calendar.days))
        declarations = self.env["cobranza.insurance.declaration"]
        known = declarations.search(
            [("policy_id", "=", self.policy_id.id), ("date_from", "=", first),
             ("state", "in", ("draft", "declared"))]
        )  # fmt: skip
        if not known:
            known = declarations.create([{"policy_id": self.policy_id.id, "date_from": first}])
        draft = known.filtered(lambda one: one.state == "draft")
        return draft._get_records_action() if draft else self.policy_id.action_view_declarations()

    def _covers(self):
        """The covers as of today that this is about, and the customer's others under the policy."""
        return self.env["cobranza.insurance.cover"].search(
            [("debtor_id", "in", self.debtor_id.ids), ("policy_id", "in", self.policy_id.ids),
             ("date_to", "=", False)]
        )  # fmt: skip

    def action_view_covers(self):
        """Open what is insured of the customer under this policy."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_insurance_cover_action"
        )
        return {**action, "domain": [("id", "in", self._covers().ids)]}

    def action_view_debtor(self):
        """Open the customer's collections account."""
        return self.debtor_id._get_records_action()
