"""Who gets a reminder, from the roles of contacts to the message that leaves."""

from odoo.addons.cobranza_dunning.engine import routing
from odoo.addons.cobranza_dunning.models import routing_texts
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .cases import IN_A_WEEK, ReminderCase
from .common import days_ago


class RecipientCase(ReminderCase):
    """Short ways to give contacts roles."""

    def give(self, contact, role, priority=1, debtor=None):
        """Give a contact a role at his customer (who has a debt already)."""
        return self.env["cobranza.contact.role"].create(
            {
                "debtor_id": (debtor or self.debtor(contact)).id,
                "partner_id": contact.id,
                "role": role,
                "priority": priority,
            }
        )

    def route(self, kind, *roles):
        """Make this the policy's row for a kind of message."""
        self.policy.route_ids.filtered(lambda one: one.kind == kind).unlink()
        names = ("first_role", "second_role", "third_role", "fourth_role", "fifth_role")
        return self.env["cobranza.route"].create(
            {
                "policy_id": self.policy.id,
                "kind": kind,
                **dict(zip(names, roles, strict=False)),
            }
        )


@tagged("post_install", "-at_install")
class TestRecipient(RecipientCase):
    def test_roles_and_rules_have_their_words(self):
        contact_roles = dict(routing_texts.CONTACT_ROLE_SELECTION)
        self.assertEqual(set(contact_roles), set(routing.CONTACT_ROLES))
        self.assertEqual(set(dict(routing_texts.RULE_SELECTION)), set(routing.RULES))
        self.assertEqual(set(routing_texts.WHY), set(routing.RULES))
        self.assertEqual(routing_texts.explain_rule(self.env, False), "")

    def test_the_recipient_follows_the_kind_of_the_level(self):
        """The clerk pays; the demand is for the superior (peers: always the same contact)."""
        clerk, superior = self.child("Clara Clerk"), self.child("Saul Superior")
        self.policy.progression = "by_age"
        reminded = self.invoice(self.partner, 100, due=days_ago(10))
        self.give(clerk, "payments_clerk")
        self.give(superior, "superior")
        one = self.assertDecision(reminded, "remind", "level_reached")
        self.assertEqual((one.recipient_id, one.recipient_rule), (clerk, "payments_clerk"))
        reminder = self.propose()
        self.assertEqual(reminder.recipient_id, clerk)
        self.assertEqual(reminder.recipient_rule, "payments_clerk")
        self.assertEqual(reminder.recipient_why, "The customer's payments clerk.")
        reminder.action_approve()
        reminder.action_send()
        self.assertEqual(reminder.mail_ids.recipient_ids, clerk)
        with self.at(days_ago(-60)):
            [explained] = reminded.cobranza_explain()
        self.assertEqual(explained["level_id"], self.d60.id)
        self.assertEqual(
            (explained["recipient_id"], explained["recipient"], explained["recipient_rule"]),
            (superior.id, superior.display_name, "superior"),
        )

    def test_an_opening_balance_goes_along_with_the_invoices(self):
        """It was a second letter, to the company, about what the contact was told already."""
        self.invoice(self.child("Ines Invoices"), 100)
        self.journal_debt(self.partner, 40)
        reminder = self.propose()
        self.assertEqual(len(reminder), 1)
        self.assertEqual(reminder.recipient_id.name, "Ines Invoices")
        self.assertEqual(sorted(reminder.line_ids.mapped("amount")), [40, 100])

    def test_who_left_or_changed_company_gets_nothing(self):
        """A contact archived, or at another company by now, hears nothing of the old one's debt."""
        for change in ({"active": False}, {"parent_id": self.other.id}):
            with self.subTest(change):
                gone = self.child("Gone Contact")
                invoice = self.invoice(gone, 100)
                gone.write(change)
                one = self.decide(invoice)
                self.assertEqual((one.recipient_id, one.recipient_rule), (self.partner, "customer"))

    def test_several_with_one_role_are_work_for_a_person(self):
        invoice = self.invoice(self.partner, 100)
        first, second = self.child("First Clerk"), self.child("Second Clerk")
        self.give(first, "payments_clerk")
        doubt = self.give(second, "payments_clerk")
        one = self.assertDecision(
            invoice, "skip", "ambiguous_recipient", recipient_rule="payments_clerk"
        )
        self.assertFalse(one.recipient_id)
        self.assertIn("have the role “payments clerk”: give one of them", one.sentence)
        self.assertFalse(self.propose())
        debtor = self.debtor()
        self.assertIn("Nobody: several contacts have the role “payments clerk”", debtor.reminder_to)
        doubt.priority = 2
        self.assertEqual(self.decide(invoice).recipient_id, first)

    def test_nobody_is_work_for_a_person(self):
        """Never to all contacts instead."""
        invoice = self.invoice(self.child("Ines Invoices"), 100)
        self.route("reminder", "superior")
        one = self.assertDecision(invoice, "skip", "no_recipient")
        self.assertIn("Nobody to write to", one.sentence)
        self.assertIn("Nobody: no contact has a role", self.debtor().reminder_to)

    def test_a_level_may_go_to_a_superior_first(self):
        invoice = self.invoice(self.partner, 100, due=days_ago(10))
        superior = self.child("Saul Superior")
        self.give(superior, "superior")
        self.r5.recipient_role = "superior"
        self.assertEqual(self.decide(invoice).recipient_id, superior)

    def test_roles_belong_to_one_company(self):
        other = self.new_company()
        ours, theirs = self.invoice(self.partner, 100), self.invoice(self.partner, 5, company=other)
        clerk = self.child("Clara Clerk")
        self.give(clerk, "payments_clerk")
        self.assertEqual(self.decide(ours).recipient_id, clerk)
        run = self.run_dunning("preview", company=other)
        self.assertEqual(self.decision(run, theirs).recipient_id, self.partner)

    def test_the_debtor_says_who_would_get_what(self):
        self.invoice(self.partner, 100)
        self.assertEqual(self.debtor().reminder_to, "Ana Customer (customer)")
        self.give(self.child("Saul Superior"), "superior")
        debtor = self.debtor()
        self.assertEqual(debtor.follow_up_to, "Ana Customer (customer)")
        self.assertEqual(debtor.demand_to, "Saul Superior (superior)")
        self.partner.email = False
        debtor.invalidate_recordset()
        self.assertEqual(debtor.reminder_to, "Ana Customer (customer): can't be reached")
        self.pay(debtor.due_line_ids.move_id)
        debtor.invalidate_recordset()
        self.assertEqual(debtor.reminder_to, "Nobody: nothing is open to chase.")

    def test_a_deleted_contact_leaves_the_decision_readable(self):
        clerk = self.child("Clara Clerk")
        invoice = self.invoice(self.partner, 100)
        self.give(clerk, "payments_clerk")
        one = self.decide(invoice)
        self.assertEqual(one.recipient_id, clerk)
        clerk.unlink()
        one.invalidate_recordset()
        self.assertFalse(one.recipient_id)
        self.assertEqual(one.recipient_rule, "payments_clerk")


@tagged("post_install", "-at_install")
class TestChosenByHand(RecipientCase):
    def setUpBooks(self):
        super().setUpBooks()
        self.clerk = self.child("Clara Clerk")
        self.boss = self.new_partner("Bob Boss", parent_id=self.partner.id)
        self.debt = self.invoice(self.partner, 100)
        self.give(self.clerk, "payments_clerk")
        self.reminder = self.propose()

    def choose(self, partner, reminder=None):
        """Choose another recipient in the dialog."""
        reminder = reminder or self.reminder
        action = reminder.action_open_recipient()
        wizard = self.env[action["res_model"]].with_context(**action["context"]).create(
            {"recipient_id": partner.id}
        )
        self.assertEqual(wizard.partner_id, self.partner)
        self.assertEqual(wizard.current_id, reminder.recipient_id)
        wizard.action_choose()

    def test_a_person_sends_it_to_another_contact(self):
        self.choose(self.boss)
        self.assertEqual((self.reminder.recipient_id, self.reminder.recipient_rule),
                         (self.boss, "person"))  # fmt: skip
        self.assertEqual(self.reminder.recipient_why, "Chosen by hand for this reminder.")
        self.assertIn("Bob Boss instead of Ana Customer, Clara Clerk", self.log(self.reminder))
        self.assertIn("Bob Boss", self.reminder.body)
        [explained] = self.debt.cobranza_explain()
        self.assertEqual((explained["recipient_id"], explained["recipient_rule"]),
                         (self.boss.id, "person"))  # fmt: skip
        self.reminder.action_approve()
        self.reminder.action_send()
        self.assertEqual(self.reminder.mail_ids.recipient_ids, self.boss)
        # it was for this reminder; the next one follows the table
        self.assertEqual(self.decide(self.debt, IN_A_WEEK).recipient_id, self.clerk)

    def test_the_next_run_keeps_the_choice(self):
        self.choose(self.boss)
        self.invoice(self.partner, 50)
        self.assertEqual(self.propose(IN_A_WEEK), self.reminder)
        self.assertEqual(self.reminder.recipient_id, self.boss)
        self.assertEqual(sorted(self.reminder.line_ids.mapped("amount")), [50, 100])
        # chosen again: what the table would send to the clerk goes to the third one
        self.choose(self.partner)
        self.assertEqual(self.propose(), self.reminder)
        self.assertEqual(self.reminder.recipient_id, self.partner)
        # approved: a run takes nothing away that is told here
        self.reminder.action_approve()
        self.assertEqual(self.propose(), self.reminder)
        self.assertEqual(self.reminder.line_count, 2)

    def test_a_choice_that_meets_another_letter_makes_one(self):
        """What the table sends to the chosen one joins his reminder: one per recipient."""
        self.choose(self.boss)
        superiors = self.new_policy([{"delay_days": 5, "recipient_role": "superior"}])
        self.give(self.boss, "superior")
        self.invoice(self.partner, 30, cobranza_policy_id=superiors.id)
        self.assertEqual(self.propose(), self.reminder)
        self.assertEqual(sorted(self.reminder.line_ids.mapped("amount")), [30, 100])

    def test_whoever_gets_another_one_already_is_refused(self):
        superiors = self.new_policy([{"delay_days": 5, "recipient_role": "superior"}])
        self.give(self.boss, "superior")
        self.invoice(self.partner, 30, cobranza_policy_id=superiors.id)
        self.assertEqual(len(self.propose()), 2)
        with self.assertRefused("gets another open reminder about the same customer"):
            self.choose(self.boss)

    def test_an_edited_text_is_looked_at_again(self):
        self.reminder.body = "<p>Dear Clara</p>"
        self.choose(self.boss)
        self.assertTrue(self.reminder.text_outdated)

    def test_nobody_outside_the_customer(self):
        for stranger in (self.other, self.new_partner("Stranger", parent_id=self.other.id)):
            with self.assertRefused("Choose one of the contacts of Ana Customer"):
                self.reminder.action_set_recipient(stranger.id)
        self.clerk.active = False
        with self.assertRefused("Choose one of the contacts of Ana Customer"):
            self.reminder.action_set_recipient(self.clerk.id)

    def test_only_while_it_waits(self):
        self.reminder.action_approve()
        with self.assertRefused("Only a reminder that waits for approval"):
            self.reminder.action_set_recipient(self.boss.id)

    def test_somebody_without_an_address_is_refused(self):
        self.boss.email = False
        with self.assertRefused("can't be reached by this reminder"):
            self.choose(self.boss)

    def test_a_person_of_influence_never_gets_a_demand(self):
        self.give(self.boss, "influencer")
        self.choose(self.boss)  # a reminder: a person decides
        self.assertEqual(self.reminder.recipient_id, self.boss)
        self.reminder.action_approve()
        self.reminder.action_send()
        self.policy.progression = "by_age"
        demand = self.propose(days_ago(-60))
        self.assertEqual((demand.kind, demand.recipient_id), ("demand", self.clerk))
        with self.assertRefused("a person of influence, who never gets a demand"):
            self.choose(self.boss, demand)

    def test_an_auditor_and_a_forged_write_are_refused(self):
        auditor = self.new_user("cobranza_dunning.group_auditor")
        with self.assertRaises(AccessError):
            self.reminder.with_user(auditor).action_set_recipient(self.boss.id)
        for name, value in (("recipient_rule", "person"), ("routed_recipient_id", self.boss.id)):
            with self.assertRaises(AccessError):
                self.reminder.write({name: value})

    def test_a_collector_may(self):
        collector = self.new_collector()
        self.reminder.with_user(collector).action_set_recipient(self.boss.id)
        self.assertEqual(self.reminder.recipient_id, self.boss)


@tagged("post_install", "-at_install")
class TestNoStrangersLines(RecipientCase):
    """A message never tells one customer what another owes."""

    def test_two_customers_with_one_address(self):
        """The same accountant's office pays for both: two messages all the same."""
        for customer in (self.partner, self.other):
            customer.email = "office@example.com"
            self.invoice(customer, 100)
        reminders = self.propose()
        self.assertEqual(len(reminders), 2)
        for one in reminders:
            self.assertEqual(one.line_ids.move_id.commercial_partner_id, one.partner_id)

    def test_a_child_company_is_a_customer_of_its_own(self):
        self.partner.is_company = True
        branch = self.child("Branch Ltd", is_company=True)
        mother, daughter = self.invoice(self.partner, 100), self.invoice(branch, 50)
        reminders = self.propose().grouped("partner_id")
        self.assertEqual(reminders[self.partner].line_ids.move_id, mother)
        self.assertEqual(reminders[branch].line_ids.move_id, daughter)
        with self.assertRefused("Branch Ltd is no contact of Ana Customer", ValidationError):
            self.give(branch, "payments_clerk", debtor=self.debtor())

    def test_merged_customers_become_one_with_their_roles(self):
        self.invoice(self.partner, 100)
        self.invoice(self.other, 50)
        ours, theirs = self.child("Our Clerk"), self.new_partner("Their", parent_id=self.other.id)
        self.give(theirs, "payments_clerk")
        merge = self.env["base.partner.merge.automatic.wizard"].sudo()
        merge._merge((self.partner | self.other).ids, self.partner)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(theirs.commercial_partner_id, self.partner)
        reminder = self.propose()
        self.assertEqual((reminder.recipient_id, reminder.line_count), (theirs, 2))
        self.assertNotEqual(reminder.recipient_id, ours)

    def test_a_contact_who_changed_company_after_approval_gets_nothing(self):
        contact = self.child("Mobile Contact")
        self.invoice(contact, 100)
        reminder = self.approved()
        contact.parent_id = self.other
        reminder.action_send()
        self.assertEqual((reminder.state, bool(reminder.mail_ids)), ("approved", False))
        self.assertIn("is no contact of Ana Customer any more", reminder.problem)

    def test_a_strangers_line_never_leaves(self):
        """Whatever put it there: it is taken away at hand-over, or keeps the reminder back."""
        self.invoice(self.partner, 100)
        reminder = self.approved()
        theirs = self.due(self.invoice(self.other, 999))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE cobranza_reminder_line SET move_line_id = %s WHERE reminder_id = %s",
            [theirs.id, reminder.id],
        )
        self.env.invalidate_all()
        [obstacle] = reminder._stranger_obstacles().values()
        self.assertIn("belongs to another customer by now: cancel this reminder", obstacle.text)
        reminder.action_send()
        self.assertEqual((reminder.state, bool(reminder.mail_ids)), ("cancelled", False))


@tagged("post_install", "-at_install")
class TestNobodyToWriteTo(RecipientCase):
    """A customer whom a run can write to nobody of is work for a person, once."""

    def work(self, partner=None):
        """What there is to do about a customer who can't be written to."""
        kind = self.env.ref("cobranza_dunning.activity_type_recipient")
        return self.env["mail.activity"].sudo().search(
            [
                ("activity_type_id", "=", kind.id),
                ("res_model", "=", "cobranza.debtor"),
                ("res_id", "in", self.debtor(partner).ids),
            ]
        )

    def test_it_is_made_once_and_ends_when_there_is_somebody(self):
        collector = self.new_collector(name="Cora")
        self.invoice(self.partner, 100)
        self.invoice(self.partner, 50)
        self.invoice(self.other, 50)
        self.debtor().user_id = collector
        self.partner.email = False
        self.run_dunning("preview")
        self.assertFalse(self.work(), "a preview changes nothing")
        self.run_dunning("propose")
        activity = self.work()
        self.assertEqual((activity.user_id, len(activity)), (collector, 1))
        self.assertEqual(
            activity.summary,
            "No reminder can be made. The recipient has no e-mail address: add one to the contact.",
        )
        self.run_dunning("propose")
        self.assertEqual(self.work(), activity)
        self.partner.email = "ana@right.example.com"
        self.run_dunning("propose", debtors=self.debtor(self.other))
        self.assertEqual(self.work(), activity, "that run didn't look at this customer")
        self.run_dunning("propose")
        self.assertFalse(self.work())

    def test_automatic_runs_and_each_reason(self):
        self.invoice(self.partner, 100)
        for name in ("First Clerk", "Second Clerk"):
            self.give(self.child(name), "payments_clerk")
        self.invoice(self.other, 100)
        self.other.email = False
        self.run_dunning("auto")
        self.assertIn("Several contacts have the role", self.work().summary)
        self.assertIn("no e-mail address", self.work(self.other).summary)
        self.pay(self.debtor().due_line_ids.move_id)
        self.run_dunning("auto")
        self.assertFalse(self.work(), "nothing is owed any more")
        self.assertTrue(self.work(self.other))

    def test_what_is_done_without_effect_comes_again(self):
        self.invoice(self.partner, 100)
        self.partner.email = False
        self.run_dunning("propose")
        self.work().action_feedback()
        self.assertFalse(self.work())
        self.run_dunning("propose")
        self.assertEqual(len(self.work()), 1)

    def test_an_address_that_comes_back_is_work_already(self):
        self.invoice(self.partner, 100)
        self.partner._cobranza_pause_email(self.partner.email, "550 No such mailbox")
        self.debtor().activity_schedule("cobranza_dunning.activity_type_undelivered")
        self.run_dunning("propose")
        self.assertFalse(self.work())

    def test_many_at_once_cost_the_same_queries(self):
        debtors, counts = self.env["cobranza.debtor"], []
        for each in range(12):
            partner = self.new_partner(f"Many {each}")
            self.invoice(partner, 100)
            partner.email = False
            debtors += self.debtor(partner)
        # the first one warms what is read once only
        for part in (debtors[:1], debtors[1:3], debtors[3:]):
            run = self.run_dunning("preview", debtors=part)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            debtors._follow_unreachable(run)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            works = self.env["mail.activity"].search(
                [("res_model", "=", "cobranza.debtor"), ("res_id", "in", part.ids)]
            )
            self.assertEqual(len(works), len(part))
        self.assertLessEqual(counts[2], counts[1], counts)
