"""Call scripts: the one that fits, the customer's data in it, and a tone that may be heard."""

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools.mail import html2plaintext

from .common import TODAY, days_ago
from .test_cobranza_outcome import OutcomeCase

LANGUAGES = ("en_US", "es_ES", "pt_PT")


class ScriptCase(OutcomeCase):
    """A customer with overdue invoices, and scripts."""

    def script(self, **vals):
        """A script of the test's own, before those that come with the program."""
        return self.env["cobranza.script"].create(
            {"name": "Own", "kind": "reminder", "opening": "Hello {name}.", "sequence": 1, **vals}
        )

    def said(self, script, **options):
        """A script as the caller of this customer reads it, as plain text."""
        return html2plaintext(self.debtor()._describe_script(script, **options))


@tagged("post_install", "-at_install")
class TestScript(ScriptCase):
    # --- which one

    def test_each_kind_of_level_has_its_script(self):
        for level, kind in ((self.r5, "reminder"), (False, "reminder")):
            self.debtor()._gated().level_id = level
            self.assertEqual(self.debtor()._call_script().kind, kind)
        levels = self.policy.level_ids
        for kind in ("follow_up", "demand"):
            level = levels.filtered(lambda one, kind=kind: one.kind == kind)[:1]
            self.debtor()._gated().level_id = level
            self.assertEqual(
                self.debtor()._call_script(), self.env.ref(f"cobranza_dunning.script_{kind}")
            )

    def test_over_rpc(self):
        self.invoice(self.partner, 100)
        clerk = self.new_partner("Clara Clerk", parent_id=self.partner.id)
        debtors = self.env["cobranza.debtor"].with_user(self.collector)
        self.debtor()
        said = debtors.call_script(self.partner.id, clerk.id)
        script = self.debtor()._call_script()
        self.assertEqual((said["script"], said["name"]), (script.id, script.name))
        self.assertIn("Clara Clerk", said["html"])
        with self.assertRaisesRegex(UserError, "belongs to another customer"):
            debtors.call_script(self.partner.id, self.other.id)
        self.env["cobranza.script"].search([]).active = False
        self.assertEqual(
            debtors.call_script(self.partner.id), {"script": False, "name": False, "html": ""}
        )

    def test_what_comes_with_the_program_is_archived_instead_of_deleted(self):
        manager = self.new_user("cobranza_dunning.group_manager")
        supplied = self.env.ref("cobranza_dunning.script_demand").with_user(manager)
        with self.assertRefused("comes with the program: archive it"):
            supplied.unlink()
        supplied.active = False
        own = supplied.copy()
        own.unlink()
        self.assertFalse(own.exists())

    def test_a_reminders_own_level_counts(self):
        demand = self.policy.level_ids.filtered(lambda one: one.kind == "demand")
        reminder = self.propose()
        self.debtor()._gated().level_id = demand
        self.assertEqual(self.debtor()._call_script(reminder).kind, "reminder")

    def test_situation_and_policy_come_first(self):
        first = self.script(situation="first_call")
        self.assertEqual(self.debtor()._call_script(), first)
        self.log("right_party")
        supplied = self.env.ref("cobranza_dunning.script_reminder")
        self.assertEqual(self.debtor()._call_script(), supplied)
        ours = self.script(policy_ids=[Command.set(self.policy.ids)], sequence=50)
        self.assertEqual(self.debtor()._call_script(), ours)
        ours.policy_ids = self.policy.copy({"name": "Another"})
        self.assertEqual(self.debtor()._call_script(), supplied)
        wrote = self.env.ref("cobranza_dunning.script_answer_waiting")
        self.debtor()._log_answer("Call me")
        self.assertEqual(self.debtor()._call_script(), wrote)

    def test_what_became_of_the_last_promise(self):
        script = self.script(opening="Hello.\nKept: {promises_kept}.")
        broken = self.env.ref("cobranza_dunning.script_promise_broken")
        promises = self.env["cobranza.promise"]
        promises.promise(self.partner.id, 40, TODAY)
        self.pay(self.move, 40)
        promises._evaluate(self.company)
        self.assertEqual(self.debtor().promise_ids.state, "kept")
        self.assertEqual(self.debtor()._call_script(), script)
        self.assertIn("Kept: 1.", self.said(script))
        promises.promise(self.partner.id, 60, TODAY)
        with self.at(days_ago(-30)):
            promises._evaluate(self.company)
            self.assertEqual(self.debtor()._call_script(), broken)

    def test_what_is_disputed(self):
        disputed = self.env.ref("cobranza_dunning.script_disputed")
        reason = self.env["cobranza.dispute.reason"].search([], limit=1)
        self.env["cobranza.dispute"].raise_dispute(
            self.due(self.move).id, 10, reason.code, "Broken"
        )
        self.assertFalse(disputed.kind)  # whatever level he has reached
        self.assertEqual(self.debtor()._call_script(), disputed)
        demand = self.policy.level_ids.filtered(lambda one: one.kind == "demand")
        self.debtor()._gated().level_id = demand
        self.assertEqual(self.debtor()._call_script(), disputed)
        own = self.script(situation="disputed", kind="demand")
        self.assertEqual(self.debtor()._call_script(), own)

    def test_another_companys_script_is_not_ours(self):
        self.script(company_id=self.new_company().id)
        self.assertTrue(self.debtor()._call_script().get_external_id())

    def test_without_any_script(self):
        self.env["cobranza.script"].search([]).active = False
        self.assertFalse(self.debtor()._call_script())

    # --- the customer's data

    def test_what_is_known_is_said(self):
        paid = self.invoice(self.partner, 300, days_ago(90), invoice_date=days_ago(400))
        self.pay(paid, payment_date=days_ago(80))
        script = self.script(
            opening="{name}, {company}, {caller}",
            listening="{amount} for {invoices}\n{days_late} days since {oldest_due}",
            arguments="Since {since}: {ticket}, paid {last_payments}\n{frequency} a month, {share}",
        )
        self.invoice(self.other, 300)
        text = self.said(script)
        for words in (
            "Ana Customer, Cobranza test company",
            self.env.user.name,
            f"$ 100.00 for {self.move.name}",
            "30 days since 02/08/2026",
            # an invoice on average, of the last 12 months
            "Since February 2025: $ 100.00, paid $ 300.00 (12/20/2025)",
            # one in twelve months, and 100 of 400
            "0.1 a month, 25 %",
        ):
            self.assertIn(words, text)

    def test_what_was_written_by_hand_in_a_bank_journal_is_a_payment(self):
        """As it is in how he pays; a credit in the general journal is none."""
        self.journal_debt(self.partner, -30)
        paid = self.journal_debt(self.partner, -40, due=days_ago(20))
        paid.button_draft()
        paid.name = False
        paid.journal_id = self.accounts["journals"]["bank"]
        paid.action_post()
        debtor = self.debtor().with_user(self.collector)
        text = html2plaintext(debtor._describe_script(self.script(arguments="{last_payments}")))
        self.assertIn("$ 40.00 (02/18/2026)", text)
        self.assertNotIn("$ 30.00", text)

    def test_a_customer_who_buys_hardly_anything(self):
        """Nothing is said of a share that isn't even one in a hundred."""
        self.invoice(self.other, 10000)
        text = self.said(self.script(arguments="{share} of our sales\nIt is {frequency} a month"))
        self.assertNotIn("of our sales", text)
        self.assertIn("a month", text)

    def test_an_opening_balance_is_called_by_its_own_words(self):
        """As in the mail, not by the number of the entry."""
        move = self.journal_debt(self.partner, 70, days_ago(40))
        line = self.due(move)
        line.name = "Balance of 2025"
        text = self.said(self.script(opening="{invoices}"))
        self.assertIn("Balance of 2025", text)
        self.assertNotIn(move.name, text)

    def test_each_currency_has_its_sum(self):
        euro = self.new_currency("EUR", 2)
        self.invoice(self.partner, 50, currency=euro)
        self.invoice(self.partner, 7, currency=euro)
        self.assertEqual(self.said(self.script(opening="{amount}")).split(", ")[-1], "57.00 EUR")

    def test_what_is_not_known_leaves_no_gap(self):
        self.pay(self.move)
        self.debtor()._refresh_now()
        script = self.script(
            opening="Hello {name}.\nYou owe {amount}.\n{days_late} days.",
            arguments="Thank you for {last_payments}.",
        )
        text = self.said(script)
        self.assertIn("Hello Ana Customer.", text)
        self.assertNotIn("You owe", text)
        self.assertNotIn("days", text)
        self.assertIn("Thank you for $ 100.00", text)

    def test_a_reminder_says_what_it_tells(self):
        reminder = self.propose()
        self.invoice(self.partner, 999)
        text = self.said(self.script(opening="{amount} ({invoices})"), reminder=reminder)
        self.assertIn(f"$ 100.00 ({self.move.name})", text)

    def test_names_are_no_html(self):
        self.partner.name = "<b>Ana</b>"
        html = self.debtor()._describe_script(self.script())
        self.assertIn("&lt;b&gt;Ana", html)

    def test_where_the_reason_may_not_be_asked_the_script_doesnt(self):
        script = self.script(reason_questions="Why?")
        self.assertIn("Why?", self.said(script))
        self.debtor().contact_rule_id = self.env.ref("cobranza_dunning.contact_rule_co")
        self.assertNotIn("Why?", self.said(script))

    def test_a_panel_takes_few_queries_however_much_was_bought(self):
        script = self.env.ref("cobranza_dunning.script_follow_up")
        debtor = self.debtor()

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            debtor._describe_script(script)
            return self.env.cr.sql_log_count - before

        queries()
        few = queries()
        for number in range(10):
            self.invoice(self.partner, 10 + number)
        self.debtor()
        self.assertLessEqual(queries(), few)

    # --- placeholders and tone

    def test_unknown_placeholders_are_refused(self):
        for part in ("opening", "listening", "reason_questions", "arguments"):
            with self.subTest(part), self.assertRaisesRegex(ValidationError, "can't be named here"):
                self.script(**{part: "Hello {nombre}"})
        with self.assertRaisesRegex(ValidationError, "Opening: a brace is left open"):
            self.script(opening="Hello {name")
        with self.assertRaisesRegex(ValidationError, "We answer: .* can't be named here"):
            self.script(
                objection_ids=[Command.create({"objection": "No", "answer": "{x.__class__}"})]
            )

    def test_a_script_is_linted_and_not_shown_if_it_must_not_be_said(self):
        script = self.script(arguments="We will take legal action.")
        self.assertEqual(script.tone, "error")
        self.assertIn("legal action", script.tone_html)
        text = self.said(script)
        self.assertIn("can't be used as it is", text)
        self.assertIn("threatens", text)
        script.arguments = "We would like to help."
        self.assertEqual(script.tone, "none")
        self.assertIn("We would like to help.", self.said(script))

    def test_answers_are_linted_objections_arent(self):
        objection = {"objection": "You threaten me with legal action", "answer": "Not at all."}
        script = self.script(objection_ids=[Command.create(objection)])
        self.assertEqual(script.tone, "none")
        script.objection_ids.answer = "Yes, legal action."
        self.assertEqual(script.tone, "error")

    def test_those_that_come_with_the_program_may_be_said_in_every_language(self):
        module = self.env.ref("base.module_cobranza_dunning").sudo()
        for lang in LANGUAGES:
            self.env["res.lang"]._activate_lang(lang)
        module._update_translations([*LANGUAGES])
        for kind in ("reminder", "follow_up", "demand"):
            script = self.env.ref(f"cobranza_dunning.script_{kind}")
            english = script.with_context(lang="en_US")
            for lang in LANGUAGES:
                with self.subTest(kind=kind, lang=lang):
                    _text, findings = script._example_findings(lang)
                    self.assertEqual(findings, [])
                    spoken = script.with_context(lang=lang)
                    if lang != "en_US":
                        self.assertNotEqual(spoken.opening, english.opening)
                        for one, source in zip(
                            spoken.objection_ids, english.objection_ids, strict=True
                        ):
                            self.assertNotEqual(one.answer, source.answer)

    def test_the_customer_hears_his_own_language(self):
        self.env["res.lang"]._activate_lang("es_ES")
        script = self.script()
        script.with_context(lang="es_ES").opening = "Hola, {name}."
        self.partner.lang = "es_ES"
        text = self.said(script)
        self.assertIn("Hola, Ana Customer.", text)
        self.assertIn("Opening", text)

    def test_scripts_are_the_managers(self):
        with self.assertRaises(AccessError):
            self.script().with_user(self.collector).opening = "x"
        self.assertTrue(self.script().with_user(self.collector).opening)
