"""No reminder leaves with words that must not leave: texts, edits, approval, hand-over."""

from time import process_time

from lxml import html
from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools.mail import html2plaintext

from .cases import ReminderCase
from .common import days_ago

LANGS = ("en_US", "es_ES", "pt_BR", "pt_PT")
BODY = "<p>Dear Ana, {words}</p>"


@tagged("post_install", "-at_install")
class TestReminderTone(ReminderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terms = cls.env["cobranza.tone.term"]
        cls.template = cls.template.copy({"name": "Own text"})
        cls.policy.level_ids.template_id = cls.template

    def say(self, words, lang="en_US", **vals):
        """Change the text of all levels."""
        text = self.template.sudo().with_context(lang=lang)
        text.write({"body_html": BODY.format(words=words), **vals})

    def proposed(self, words="", due=30, partner=None):
        """A proposed reminder that says something more than "Dear Ana"."""
        self.say(words)
        self.invoice(partner or self.partner, 100, days_ago(due))
        return self.propose()

    # --- approval and hand-over

    def test_an_error_is_refused_with_phrase_and_rule(self):
        reminder = self.proposed("you have ignored our letters.")
        with self.assertRefused("can't leave as it is. “you have ignored our letters”: it "):
            reminder.action_approve()
        with self.assertRefused("(rule: Reproach)"):
            reminder.action_approve()

    def test_several_are_refused_by_name(self):
        self.invoice(self.other, 50)
        reminders = self.proposed("this is a court order.")
        with self.assertRefused("Customer: The text can't leave"):
            reminders.action_approve()

    def test_a_warning_refuses_nothing(self):
        reminder = self.proposed("this is urgent.")
        self.assertEqual(reminder.tone, "warning")
        reminder.action_approve()
        reminder.action_send()
        self.assertEqual(reminder.state, "sent")

    def test_the_subject_counts(self):
        reminder = self.proposed()
        self.template.sudo().subject = "Final notice"
        self.env.invalidate_all()
        with self.assertRefused("“Final notice”: it counts messages"):
            reminder.action_approve()

    def test_automatic_approval_leaves_it_waiting_with_its_problem(self):
        self.company.cobranza_run_mode = "auto"
        self.policy.level_ids.approval = "auto"
        reminder = self.proposed("you will end up on the blacklist.")
        reminder._approve_automatically()
        self.assertEqual(reminder.state, "proposed")
        self.assertIn("“blacklist”: it shames", reminder.problem)
        self.assertEqual(reminder.problem_text, reminder.problem)

    def test_what_was_approved_is_read_again_at_hand_over(self):
        reminder = self.proposed("think of our cats.")
        reminder.action_approve()
        term = self.terms.create({"phrase": "our cats", "family": "shame", "lang": "en"})
        reminder.action_send()
        self.assertEqual(reminder.state, "approved")
        self.assertIn("“our cats”", reminder.problem)
        term.unlink()
        reminder.action_send()
        self.assertEqual((reminder.state, reminder.problem), ("sent", False))

    def test_a_short_text_is_judged_instead_of_the_long_one(self):
        self.partner.phone = "+34600000000"
        self.policy.level_ids.write({"channel": "whatsapp", "short_text": "{name}, last warning."})
        reminder = self.proposed("final notice.")
        with self.assertRefused("“last warning”"):
            reminder.action_approve()
        self.policy.level_ids.short_text = "{name}: {amount} {link}"
        self.env.invalidate_all()
        self.assertEqual(reminder.tone, "none")
        reminder.action_approve()

    def test_a_gap_is_no_text(self):
        with self.assertRefused("“[name]”: this gap was never filled in"):
            self.proposed("see you, [name].").action_approve()

    # --- what a person writes

    def test_an_edited_text_is_judged_while_it_is_written(self):
        reminder = self.proposed()
        with Form(reminder) as form:
            self.assertNotEqual(form.tone, "error")
            form.body = "<p>This is our last warning!</p>"
            self.assertEqual(form.tone, "error")
            self.assertIn(">This is our last warning</mark>", form.tone_html)
            form.body = "<p>This is urgent.</p>"
            self.assertEqual(form.tone, "warning")
            form.body = "<p>Deadbeat</p>"
        self.assertEqual(reminder.tone, "error")  # saved all the same
        with self.assertRefused("“Deadbeat”"):
            reminder.action_approve()

    def test_what_is_missing_from_an_edited_text(self):
        reminder = self.proposed()
        reminder.body = "<p>Hello</p>"
        self.assertIn("The due lines are missing", reminder.tone_html)
        self.assertIn("A contact person is missing", reminder.tone_html)
        line, contact = reminder.line_ids.name, reminder.user_id.name
        reminder.body = f"<p>{line}, {contact}</p>"
        self.assertNotIn("The due lines are missing", reminder.tone_html)
        self.assertNotIn("A contact person is missing", reminder.tone_html)

    # --- amounts

    def with_table(self):
        """A proposed reminder with the table of its one line of 100.00."""
        return self.proposed("this is what is open. <t t-out='object.lines_table'/>")

    def test_the_editor_keeps_out_of_what_code_has_made(self):
        """Odoo's editor leaves elements of this class alone; saving the text keeps it."""
        reminder = self.proposed(
            "look. <t t-out='object.lines_table'/><t t-out='object.payment_block'/>"
            "<t t-out='object.portal_block'/><t t-out='object.contact_block'/>"
        )
        reminder.body = reminder.body.replace("look.", "have a look.")
        root = html.fromstring(str(reminder.text_body))
        kept = root.find_class("o-contenteditable-false")
        self.assertEqual(len(kept), 4)
        for part in ("100.00", "bank details", "View details", "contact person"):
            self.assertTrue([one for one in kept if part in one.text_content()], part)
        self.assertIn("have a look", reminder.text_body)

    def test_an_amount_that_was_changed_is_pointed_at(self):
        reminder = self.with_table().with_user(self.new_collector(name="Collector"))
        reminder.write({"body": reminder.body.replace("100.00", "50.00")})
        self.assertEqual(reminder.tone, "warning")
        self.assertIn("one of the due lines", reminder.tone_html)
        self.assertIn("50.00</mark>", reminder.tone_html)
        self.assertIn("An amount of the due lines is missing", reminder.tone_html)

    def test_a_table_that_was_taken_out_is_missed(self):
        reminder = self.with_table()
        reminder.body = f"<p>Dear Ana, {reminder.line_ids.name} is open.</p>"
        self.assertNotIn("The due lines are missing", reminder.tone_html)
        self.assertIn("An amount of the due lines is missing", reminder.tone_html)

    def test_it_is_said_while_the_text_is_written(self):
        with Form(self.with_table()) as form:
            form.body = form.body.replace("this is", "here is")
            self.assertNotIn("due lines", form.tone_html or "")
            form.body = form.body.replace("100.00", "90.00")
            self.assertIn("90.00</mark>", form.tone_html)

    def test_amounts_that_anybody_may_say(self):
        """Totals, the original amount, and what the policy's text says by itself."""
        self.say("a fee of $ 40.00 may come. <t t-out='object.lines_table'/>")
        move = self.invoice(self.partner, 100)
        self.pay(move, 30)
        self.invoice(self.partner, 50)
        reminder = self.propose()
        self.assertNotIn("of the due lines", reminder.tone_html)
        reminder.body = reminder.body.replace("may come", "comes")
        self.assertNotIn("of the due lines", reminder.tone_html)
        names = " ".join(reminder.line_ids.mapped("name"))
        reminder.body = f"<p>{names}: $ 70.00 of $ 100.00, $ 50.00, in all $ 120.00</p>"
        self.assertNotIn("of the due lines", reminder.tone_html)

    # --- names

    def test_names_are_no_prose(self):
        self.partner.name = "Blacklist & Deadbeat Ltd"
        self.company.name = "COURT ORDER FILMS"
        blocks = "<t t-out='object.addressee'/><t t-out='object.lines_table'/>"
        reminder = self.proposed(f"you have a pleasant day. {blocks}")
        reminder.line_ids._gated().concept = "FINAL NOTICE printing, {{ object.id }}"
        self.env.invalidate_all()
        self.assertIn("FINAL NOTICE printing", html2plaintext(reminder.body))
        self.assertIn("Blacklist & Deadbeat Ltd", html2plaintext(reminder.body))
        reminder.action_approve()

    # --- the consequence of a demand

    def demand(self, words):
        level = self.d60
        level.consequence = "From 1 April on we charge statutory interest."
        reminder = self.proposed(words)
        reminder._gated().level_id = level
        self.env.invalidate_all()
        return reminder

    def test_a_demand_says_its_consequence(self):
        reminder = self.demand("<t t-out='object.consequence_text'/>")
        self.assertIn("<p>From 1 April on we charge", reminder.body)
        reminder.action_approve()

    def test_a_demand_says_nothing_else(self):
        reminder = self.demand("we will charge interest. <t t-out='object.consequence_text'/>")
        with self.assertRefused("“charge interest”: it threatens. Only a demand may announce"):
            reminder.action_approve()

    def test_no_other_kind_has_a_consequence(self):
        reminder = self.demand("<t t-out='object.consequence_text'/>")
        self.d60.kind = "follow_up"
        self.assertFalse(reminder.consequence_text)
        self.assertNotIn("interest", reminder.body)

    def test_the_consequence_is_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("es_ES")
        reminder = self.demand("<t t-out='object.consequence_text'/>")
        spanish = "Desde el 1 de abril aplicaremos intereses de demora."
        self.d60.with_context(lang="es_ES").consequence = spanish
        self.say("<t t-out='object.consequence_text'/>", "es_ES")
        reminder._gated().lang = "es_ES"
        self.env.invalidate_all()
        self.assertIn(spanish, reminder.body)
        reminder.action_approve()

    # --- templates

    def test_a_text_is_judged_in_every_language_it_is_written_in(self):
        self.env["res.lang"]._activate_lang("es_ES")
        self.say("final notice.", subject="Hello")
        self.say("usted es un moroso.", "es_ES")
        self.assertEqual(self.template.cobranza_tone, "error")
        html = self.template.cobranza_tone_html
        for part in (">final notice</mark>", ">moroso</mark>", "English (US)", "Spanish"):
            self.assertIn(part, html)
        self.assertNotIn("{{", html)
        self.say("final notice. <t t-out='object.lines_table'/>")
        self.assertIn("[Table of due lines]", self.template.cobranza_tone_html)

    def test_a_text_is_judged_as_the_strictest_kind_of_its_levels(self):
        self.say("second notice.")
        for kinds, worst in (("demand",) * 4, "warning"), (("reminder", *("demand",) * 3), "error"):
            for level, kind in zip(self.policy.level_ids.sorted("delay_days"), kinds, strict=True):
                self.env.cr.execute(
                    "UPDATE cobranza_policy_level SET kind = %s WHERE id = %s", (kind, level.id)
                )
            self.env.invalidate_all()
            self.assertEqual(self.template.cobranza_tone, worst)

    def test_a_text_nobody_uses_is_judged_as_a_reminder(self):
        unused = self.template.copy({"body_html": "<p>Second notice</p>"})
        self.assertEqual(unused.cobranza_tone, "error")

    def test_other_texts_are_none_of_our_business(self):
        other = self.env["mail.template"].sudo().create(
            {
                "name": "Other",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "body_html": "<p>Final notice</p>",
            }
        )
        self.assertEqual((other.cobranza_tone, other.cobranza_tone_html), ("none", False))

    def test_a_text_is_judged_while_it_is_written(self):
        view = "cobranza_dunning.mail_template_view_form_text"
        with Form(self.template.sudo(), view) as form:
            form.cobranza_subject = "Court order"
            self.assertEqual(form.cobranza_tone, "error")
            self.assertIn(">Court order</mark>", form.cobranza_tone_html)
        self.assertEqual(self.template.subject, "Court order")  # saving is not refused

    def test_only_a_reminder_has_to_be_complete(self):
        thanks = self.template.copy({"body_html": "<p>Thank you, Ana.</p>"})
        self.assertEqual(thanks.cobranza_tone, "none")
        self.assertEqual(self.template.cobranza_tone, "none")
        self.say("thank you.")
        self.assertIn("The due lines are missing", self.template.cobranza_tone_html)

    # --- what we ship

    def test_our_texts_pass_in_every_language(self):
        for lang in LANGS:
            self.env["res.lang"]._activate_lang(lang)
        self.env.ref("base.module_cobranza_dunning").sudo()._update_translations(LANGS)
        names = ("before_due", "reminder", "follow_up", "demand", "thanks")
        reminder = self.proposed()
        self.env["res.partner.bank"].create(
            {"acc_number": "ES9121000418450200051332", "partner_id": self.company.partner_id.id}
        )
        self.company.email = "us@example.com"
        self.policy.level_ids.consequence = False
        for name in names:
            template = self.env.ref(f"cobranza_dunning.mail_template_{name}")
            self.policy.level_ids.template_id = template
            for lang in LANGS:
                reminder._gated().lang = lang
                self.env.invalidate_all()
                with self.subTest(name, lang=lang):
                    if name != "thanks":
                        words = reminder._words()[reminder.id]
                        self.assertEqual(reminder._tone_findings(*words)[1], [])
                        self.assertEqual((reminder.tone, reminder.tone_html), ("none", False))
                    else:  # no level's text: nothing is missing from it
                        self.policy.level_ids.template_id = self.template
                    self.assertEqual(template._cobranza_findings(lang)[1], [])

    # --- speed

    def test_a_batch_takes_the_same_queries_whatever_its_size(self):
        self.invoices([(self.new_partner(f"Customer {number}"), 100) for number in range(12)])
        self.say("thank you.")
        reminders = self.propose()
        self.assertEqual(len(reminders), 12)
        reminders.action_approve()
        counts = []
        for some in (reminders[:1], reminders[:3], reminders[3:]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(some._tone_obstacles(), {})
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_a_text_takes_about_a_millisecond(self):
        """Aim 1 ms; 5 leaves room for a busy machine."""
        self.policy.level_ids.template_id = self.env.ref("cobranza_dunning.mail_template_demand")
        self.invoice(self.partner, 100)
        reminder = self.propose()
        reminder.action_approve()
        reminder._tone_errors()
        before = process_time()
        for _time in range(50):
            reminder._tone_errors()
        self.assertLess((process_time() - before) / 50, 0.005)

    def test_a_collector_reads_the_objections(self):
        reminder = self.proposed("final notice.")
        collector = self.new_collector(name="Collector")
        self.env.invalidate_all()
        self.assertIn("final notice", reminder.with_user(collector).tone_html)
        with self.assertRaises(UserError):
            reminder.with_user(collector).action_approve()
