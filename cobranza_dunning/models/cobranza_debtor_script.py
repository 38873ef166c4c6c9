from markupsafe import Markup
from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date, formatLang

from ..engine import call_script
from ..engine.short_text import first_of
from .amounts import format_money
from .cobranza_tone_term import ERROR
from .score_texts import percent

#: So many invoices are named, and so many payments.
NAMED, PAYMENTS = 3, 3


class CobranzaDebtor(models.Model):
    """What to say in a call to a customer: the script that fits, with what is known of him."""

    # a file for each part of its life
    _inherit = "cobranza.debtor"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def call_script(self, partner_id, contact_id=None):
        """Tell a script what to say in a call to a customer, with what is known of him.

        partner_id: id of the customer, or of one of his contacts.  contact_id: who is called; the
        customer himself if left out.
        Returns `script` (id, False where none fits), `name`, and `html` in the customer's
        language; a text that must not be said says why instead.
        Raises UserError for somebody who has never owed anything, or another customer's contact.
        """
        debtor = self._of_partner(partner_id, self.env.company)
        debtor.check_access("read")
        contact = debtor._own_record("res.partner", contact_id)
        script = debtor._call_script()
        html = debtor._describe_script(script, contact or None) if script else ""
        return {"script": script.id, "name": script.name, "html": str(html)}

    def _call_script(self, reminder=None):
        """Return the cobranza.script that fits a call to this customer best; may be none.

        reminder: what the call is about; else the level that the customer has reached counts.
        """
        self.ensure_one()
        kind = (reminder or self).level_id.kind or "reminder"
        scripts = self.env["cobranza.script"].search(
            [("company_id", "in", (False, self.company_id.id))]
        )
        chosen = call_script.choose(
            scripts._to_engine(),
            kind,
            self._call_situations(),
            self.effective_policy_id.id,
            self.segment_id.id or None,
        )
        return scripts.browse(chosen.id if chosen else ())

    def _call_situations(self):
        """What is particular about a call to this customer; see engine.call_script."""
        spoken = self.env["cobranza.interaction"].search_count(
            [("debtor_id", "=", self.id), ("right_party", "=", True)], limit=1
        )
        return call_script.situations(
            answer_waiting=self.answer_waiting,
            disputed=bool(self.disputed_amount),
            promise_broken=self._decided_promises()[:1].state in ("partial", "broken"),
            spoken_with=bool(spoken),
        )

    def _decided_promises(self):
        """The promises of this customer that were kept or not, the last decided first."""
        decided = self.promise_ids.filtered(lambda one: one.state in ("kept", "partial", "broken"))
        return decided.sorted(lambda one: (one.decided_on, one.id), reverse=True)

    def _describe_script(self, script, contact=None, reminder=None):
        """Return a script as safe HTML with this customer's data, in his language.

        contact: the res.partner who is called; the customer himself if left out.
        A script that must not be said isn't shown: why not is.
        """
        self.ensure_one()
        lang = self.partner_id.lang or self.company_id._cobranza_lang()
        spoken = script.with_context(lang=lang)
        values = self.with_context(lang=lang)._script_values(contact or self.partner_id, reminder)
        text, findings = spoken._findings(values, lang, self.company_id)
        errors = [one for one in findings if one.severity == ERROR]
        if errors:
            heading = self.env._("This script can't be used as it is")
            return self.env["cobranza.tone.term"]._report(text, errors, heading=heading)
        return self._script_html(spoken, values)

    def _script_html(self, spoken, values):
        """The parts of a script under their headings, objections folded up."""
        headings = {
            "opening": self.env._("Opening"),
            "listening": self.env._("Ask and listen"),
            "reason_questions": self.env._("What it waits for"),
            "arguments": self.env._("In his interest"),
        }
        if not self.may_ask_reason:
            del headings["reason_questions"]
        parts = [
            (heading, _paragraphs(spoken[part], values)) for part, heading in headings.items()
        ]
        answers = [
            Markup("<details><summary>%s</summary>%s</details>")
            % (one.objection, _paragraphs(one.answer, values))
            for one in spoken.objection_ids
        ]
        parts.append((self.env._("If he says"), Markup("").join(answers)))
        return Markup("").join(
            Markup("<h5>%s</h5>%s") % (heading, html) for heading, html in parts if html
        )

    # --- what a script may name --------------------------------------------------------

    def _script_values(self, contact, reminder=None):
        """What the placeholders of a script stand for, in the env's language.

        What isn't known is empty.
        """
        self.ensure_one()
        first, ticket = self.customer_since, self.average_ticket
        often = self.purchase_frequency
        late = self.days_late and self.oldest_due_date
        kept = self._decided_promises().filtered(lambda one: one.state == "kept")
        return {
            "name": contact.name,
            "company": self.company_id.name,
            "caller": self.env.user.name,
            "days_late": str(self.days_late) if late else "",
            "oldest_due": format_date(self.env, self.oldest_due_date) if late else "",
            "since": format_date(self.env, first, date_format="LLLL y") if first else "",
            "frequency": formatLang(self.env, often, digits=1) if often else "",
            "ticket": self._money(ticket, self.currency_id) if ticket else "",
            # less than one in a hundred is nothing to thank for
            "share": percent(self.env, self.sales_share) if self.sales_share >= 0.01 else "",
            "last_payments": self._last_payments(),
            "promises_kept": str(len(kept)) if kept else "",
            **self._script_debt(reminder),
        }

    def _script_debt(self, reminder=None):
        """Amount and invoices that a call is about: a reminder's, or what is overdue."""
        if reminder:
            return {"amount": reminder.totals, "invoices": reminder._short_invoices()}
        amounts = [
            self._money(amount, currency)
            for currency, amount in self._overdue_by_currency().items()
        ]
        return {
            "amount": ", ".join(amounts),
            "invoices": first_of(
                [line._cobranza_name() for line in self._overdue_lines()], NAMED
            ),
        }

    def _money(self, amount, currency):
        """An amount as it is said, in the context's language."""
        return format_money(self.env, amount, currency, self.currency_id)

    def _last_payments(self):
        """The last payments that arrived, such as "100 € (3 May 2026)"; the latest first."""
        items = self.env["account.move.line"]
        lines = items.search(
            items._cobranza_money_domain()
            & Domain("partner_id.commercial_partner_id", "=", self.partner_id.id)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("account_type", "=", "asset_receivable")
            & Domain("parent_state", "=", "posted")
            & Domain("balance", "<", 0),
            order="date desc, id desc",
            limit=PAYMENTS,
        )
        return ", ".join(
            f"{self._money(-line.amount_currency, line.currency_id)} "
            f"({format_date(self.env, line.date)})"
            for line in lines
        )


def _paragraphs(text, values):
    """The lines of a script that can be said with these values, as safe HTML."""
    lines = call_script.fill(text, values)
    return Markup("").join(Markup("<p>%s</p>") % line for line in lines)
