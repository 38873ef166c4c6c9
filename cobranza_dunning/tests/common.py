"""What the ORM tests share: a policy, and short ways to decide, propose and send.

The books it is about are `books`'.
"""

from contextlib import contextmanager

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .books import TODAY, BooksCase, days_ago

__all__ = ["TODAY", "CobranzaCase", "days_ago"]

#: What `cobranza_explain` tells: key -> the same from a run's decision.
EXPLAINED = {
    "line_id": lambda one: one.move_line_id.id,
    "move_id": lambda one: one.move_id.id,
    "outcome": lambda one: one.outcome,
    "reason": lambda one: one.reason,
    "sentence": lambda one: one.sentence,
    "level_id": lambda one: one.level_id.id,
    "channel": lambda one: one.channel,
    "next_date": lambda one: fields.Date.to_string(one.next_date) if one.next_date else False,
    "date_due": lambda one: fields.Date.to_string(one.date_due),
    "residual": lambda one: one.residual,
    "in_process": lambda one: one.in_process_amount,
    "paused": lambda one: one.paused_amount,
    "credit": lambda one: one.credit_amount,
    "amount": lambda one: one.amount,
    "currency": lambda one: one.currency_id.name,
    "policy_id": lambda one: one.policy_id.id,
    "policy_rule": lambda one: one.policy_rule,
    "recipient_id": lambda one: one.recipient_id.id,
    "recipient_rule": lambda one: one.recipient_rule,
}


class CobranzaCase(BooksCase):
    """A company's books, and the policy 5 and 20 reminder, 40 follow-up, 60 demand.

    The policy has neither cadence, gap nor minimum: a test that is about one of them sets it.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env.ref("cobranza_dunning.mail_template_reminder")
        cls.policy = cls.new_policy()
        cls.company.cobranza_policy_id = cls.policy
        cls.r5, cls.r20, cls.f40, cls.d60 = cls.policy.level_ids.sorted("delay_days")
        cls.partner = cls.new_partner("Ana Customer")
        cls.other = cls.new_partner("Berta Customer")

    # --- masters -----------------------------------------------------------------------

    @classmethod
    def new_policy(cls, levels=None, company=None, **vals):
        """Create a policy. levels: (delay, kind) or a dict of level values; None = 5 20 40 60."""
        if levels is None:
            levels = [(5, "reminder"), (20, "reminder"), (40, "follow_up"), (60, "demand")]
        return cls.env["cobranza.policy"].create(
            {
                "name": "Test policy",
                "company_id": (company or cls.env.company).id,
                "cadence_days": 0,
                "level_ids": [Command.create(cls.level_vals(level)) for level in levels],
                **vals,
            }
        )

    @classmethod
    def level_vals(cls, level):
        """Complete the values of a level: (delay, kind), or a dict with at least delay_days."""
        vals = level if isinstance(level, dict) else {"delay_days": level[0], "kind": level[1]}
        return {
            "name": f"{vals.get('kind', 'reminder')} {vals['delay_days']}",
            "gap_days": 0,
            "template_id": cls.template.id,
            **vals,
        }

    @classmethod
    def new_company(cls, name="Other company", currency=None, policy=True):
        """Create a second company that the user may work in, with books and a policy."""
        currency = currency or cls.company.currency_id
        company = cls._create_company(name=name, currency_id=currency.id)
        cls._keep_books(company)
        if policy:
            company.cobranza_policy_id = cls.new_policy(company=company)
        return company

    def debtor(self, partner=None, company=None):
        """Return the collections account of a customer (it exists once something is posted)."""
        self.env.cr.flush()  # as a commit does: accounts and figures follow there
        return self.env["cobranza.debtor"].search(
            [
                ("partner_id", "=", (partner or self.partner).commercial_partner_id.id),
                ("company_id", "=", (company or self.company).id),
            ]
        )

    def pause(self, partner=None, move=None, line=None, until=False, reason="Agreed by phone"):
        """Create a pause for a customer, an invoice or one due line."""
        owner = partner or (move or line.move_id).commercial_partner_id
        return self.env["cobranza.block"].create(
            {
                "debtor_id": self.debtor(owner).id,
                "move_id": move.id if move else False,
                "move_line_id": line.id if line else False,
                "until": until,
                "reason": reason,
            }
        )

    # --- runs --------------------------------------------------------------------------

    def new_run(self, mode="preview", date=None, debtors=None, company=None):
        """Create a run and leave it a draft; today if `date` is left out."""
        return self.env["cobranza.run"].create(
            {
                "company_id": (company or self.company).id,
                "date": date or fields.Date.today(),
                "mode": mode,
                "debtor_ids": debtors.ids if debtors else [],
            }
        )

    def run_dunning(self, mode="preview", date=None, debtors=None, company=None):
        """Create a run and execute it."""
        run = self.new_run(mode, date, debtors, company)
        run.action_execute()
        return run

    def decision(self, run, of):
        """Return what a run decided on a due line, or on a move with exactly one."""
        line = of if of._name == "account.move.line" else self.due(of)
        found = run.line_ids.filtered(lambda one: one.move_line_id == line)
        self.assertEqual(len(found), 1, f"decisions of {run.display_name} on {line}")
        return found

    def decide(self, of, date=None):
        """Return what a preview decides on a due line or move; see `decision`."""
        return self.decision(self.run_dunning("preview", date), of)

    def assertDecision(self, of, outcome, reason, level=None, amount=None, date=None, **fields_):
        """Check what a preview decides, and that the explanation on the line says the same.

        fields_: other fields of the decision.
        """
        one = self.decide(of, date)
        self.assertEqual((one.outcome, one.reason), (outcome, reason))
        self.assertExplains(one.move_line_id, one)
        if level is not None:
            self.assertEqual(one.level_id, level)
        if amount is not None:
            self.assertAlmostEqual(one.amount, amount, places=one.currency_id.decimal_places)
        for name, value in fields_.items():
            self.assertEqual(one[name], value, name)
        return one

    @contextmanager
    def assertRefused(self, fragment, error=UserError):
        """Check that the block is refused with a message, as a user would read it.

        error: the class expected; a constraint of the database counts as a ValidationError.
        """
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception) as caught:
            yield
            self.env.flush_all()
        refusal = caught.exception
        message = str(refusal)
        if not isinstance(refusal, IntegrityError):
            self.assertIsInstance(refusal, error, message)
        else:
            table = refusal.diag.table_name
            model = next(one for one in self.env.registry.values() if one._table == table)
            message = self.env[model._name]._sql_error_to_message(refusal)
        self.assertIn(fragment, message)

    def assertExplains(self, line, decided):
        """Check that `cobranza_explain` of a due line says what a run decided for its date."""
        explained = line.cobranza_explain(decided.run_id.date)
        self.assertEqual(len(explained), 1)
        one = explained[0]
        self.assertEqual(
            {name: one[name] for name in EXPLAINED},
            {name: value(decided) for name, value in EXPLAINED.items()},
        )
        return one

    def remind(self, on=None, debtors=None):
        """Propose, approve and send what is ready on a day (today); return the reminders."""
        with self.at(on or fields.Date.today()):
            run = self.run_dunning("propose", debtors=debtors)
            reminders = self.env["cobranza.reminder"].search(
                [("company_id", "=", run.company_id.id), ("state", "=", "proposed")]
            )
            if reminders:
                reminders.action_approve()
                reminders.action_send()
        return reminders

    # --- reminders and users -----------------------------------------------------------

    def propose(self, on=None, debtors=None, company=None):
        """Run in mode "propose" on a day (today); return the company's open reminders."""
        with self.at(on or fields.Date.today()):
            run = self.run_dunning("propose", debtors=debtors, company=company)
        return self.env["cobranza.reminder"].search(
            [("company_id", "=", run.company_id.id), ("state", "in", ("proposed", "approved"))],
            order="id",
        )

    def approved(self, on=None, debtors=None):
        """Propose what is ready on a day (today) and approve it; return those reminders."""
        reminders = self.propose(on, debtors)
        reminders.filtered(lambda one: one.state == "proposed").action_approve()
        return reminders

    @classmethod
    def new_user(cls, *groups, name=None, companies=None, **vals):
        """Create a user with exactly these groups (external ids) in companies; the first is his."""
        companies = companies or cls.env.company
        name = name or f"User {' '.join(groups)}"
        return cls.env["res.users"].sudo().with_context(no_reset_password=True).create(
            {
                "name": name,
                "login": f"{name} {cls.env['res.users'].sudo().search_count([])}",
                "email": "user@example.com",
                "group_ids": [Command.set([cls.env.ref(group).id for group in groups])],
                "company_id": companies[:1].id,
                "company_ids": [Command.set(companies.ids)],
                **vals,
            }
        )

    @classmethod
    def new_collector(cls, **vals):
        """Create a collector who is nothing else: no accountant, no manager."""
        return cls.new_user("cobranza_dunning.group_collector", **vals)
