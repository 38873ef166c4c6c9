"""Who gets a message, in an accountant's words; the codes are in `engine.routing`.

A test checks that each of them is here.
"""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

CONTACT_ROLE_SELECTION = [
    ("collections_address", "Collections address"),
    ("payments_clerk", "Payments clerk"),
    ("invoice_contact", "Invoice contact"),
    ("superior", "Superior"),
    ("influencer", "Person of influence"),
]
ROLE_SELECTION = [*CONTACT_ROLE_SELECTION, ("customer", "Customer")]
RULE_SELECTION = [*ROLE_SELECTION, ("person", "Chosen by hand")]

WHY = {
    "collections_address": _lt("The customer's address for collections."),
    "payments_clerk": _lt("The customer's payments clerk."),
    "invoice_contact": _lt("The contact for the invoices."),
    "superior": _lt("The superior of who pays at the customer."),
    "influencer": _lt("A person of influence: the policy's table names this role."),
    "customer": _lt("The customer's own address: no contact comes before it."),
    "person": _lt("Chosen by hand for this reminder."),
}


def explain_rule(env, rule):
    """Return the sentence that says why somebody is the recipient, in the language of `env`."""
    return env._(WHY[rule]) if rule in WHY else ""


def role_label(env, rule):
    """Return the name of what chose a recipient, within a sentence; empty without one."""
    labels = env["cobranza.reminder"]._fields["recipient_rule"]._description_selection(env)
    return dict(labels).get(rule, "").lower()
