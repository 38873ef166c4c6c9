"""The roles of contacts, and a policy's table of who gets which message."""

from odoo.addons.cobranza_dunning.engine import routing
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .test_recipient import RecipientCase


@tagged("post_install", "-at_install")
class TestContactRole(RecipientCase):
    def test_a_contact_has_a_role_once_and_several_roles(self):
        self.invoice(self.partner, 100)
        clerk = self.child("Clara Clerk")
        self.give(clerk, "payments_clerk")
        self.give(clerk, "superior")
        self.assertEqual(len(clerk.cobranza_role_ids), 2)
        with self.assertRefused("This contact has that role already", ValidationError):
            self.give(clerk, "superior")

    def test_only_contacts_of_the_customer(self):
        self.invoice(self.partner, 100)
        with self.assertRefused("Berta Customer is no contact of Ana Customer", ValidationError):
            self.give(self.other, "superior", debtor=self.debtor())

    def test_who_changes_company_leaves_his_roles(self):
        self.invoice(self.partner, 100)
        clerk = self.child("Clara Clerk")
        self.give(clerk, "payments_clerk")
        clerk.parent_id = self.other
        self.assertFalse(clerk.cobranza_role_ids)

    def test_who_becomes_a_customer_of_its_own_leaves_its_roles(self):
        self.invoice(self.partner, 100)
        office = self.child("North Office")
        clerk = self.new_partner("Clara Clerk", parent_id=office.id)
        for contact in (office, clerk):
            self.give(contact, "payments_clerk")
        office.is_company = True
        self.assertFalse((office | clerk).cobranza_role_ids)


@tagged("post_install", "-at_install")
class TestRoute(RecipientCase):
    def test_a_policy_starts_with_the_usual_table(self):
        self.assertEqual(
            self.policy.route_ids._for_engine(),
            {kind: tuple(roles) for kind, roles in routing.DEFAULT_ROUTES.items()},
        )
        self.assertEqual(self.policy.route_ids.mapped("kind"), ["reminder", "follow_up", "demand"])
        self.assertEqual(
            self.policy.route_ids[0].order_text,
            "Collections address → Payments clerk → Invoice contact → Customer",
        )

    def test_a_kind_without_a_row_follows_the_usual_order(self):
        invoice = self.invoice(self.partner, 100)
        self.policy.route_ids.unlink()
        self.assertEqual(self.decide(invoice).recipient_id, self.partner)

    def test_a_copy_has_the_same_table(self):
        self.route("reminder", "superior", "customer")
        copy = self.policy.copy()
        self.assertEqual(copy.route_ids._for_engine(), self.policy.route_ids._for_engine())

    def test_one_row_for_each_kind(self):
        with self.assertRefused("has a row for this kind of message already", ValidationError):
            self.policy.route_ids[0].copy()

    def test_each_role_once(self):
        with self.assertRefused("A role is named twice in one row", ValidationError):
            self.route("reminder", "customer", "customer")

    def test_no_demand_to_a_person_of_influence(self):
        with self.assertRefused("A demand never goes to a person of influence", ValidationError):
            self.route("demand", "influencer", "customer")
        with self.assertRefused("A demand never goes to a person of influence", ValidationError):
            self.d60.recipient_role = "influencer"

    def test_a_person_of_influence_if_the_table_says_so(self):
        invoice = self.invoice(self.partner, 100)
        friend = self.child("Fran Friend")
        self.give(friend, "influencer")
        self.assertEqual(self.decide(invoice).recipient_id, self.partner)
        self.route("reminder", "influencer", "customer")
        self.assertEqual(self.decide(invoice).recipient_id, friend)
