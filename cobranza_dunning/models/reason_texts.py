"""Reason codes of the engine in an accountant's words.

The codes are in `engine.reasons`; a test checks that each has its label and sentence here.
"""

from odoo.tools import format_date
from odoo.tools.translate import LazyTranslate

from ..engine import channels
from .amounts import format_money
from .routing_texts import role_label

_lt = LazyTranslate(__name__)

REASON_SELECTION = [
    ("level_reached", "Level reached"),
    ("repeat", "Last level repeated"),
    ("level_not_reached", "Level not reached yet"),
    ("gap", "Reminded recently"),
    ("cadence", "Customer contacted recently"),
    ("paused_until", "Paused until a date"),
    ("pay_day", "Pay day to come"),
    ("invoice_resent", "Invoice sent again"),
    ("no_partner", "No customer"),
    ("no_policy", "No policy"),
    ("no_levels", "Policy without levels"),
    ("no_followup", "Excluded from follow-up"),
    ("wrong_partner", "Booked to another customer"),
    ("general_journal", "Not an invoice"),
    ("not_sent", "Invoice never sent"),
    ("credit", "Credit"),
    ("payment_in_process", "Payment in process"),
    ("nothing_to_chase", "Nothing to chase"),
    ("paused", "Paused"),
    ("covered_by_credit", "Covered by credits"),
    ("demand_first", "Demand can't be first"),
    ("final_level_done", "Last level done"),
    ("no_template", "Level without text"),
    ("no_email", "No e-mail address"),
    ("no_phone", "No phone number"),
    ("no_address", "No postal address"),
    ("below_minimum", "Below the minimum"),
    ("no_recipient", "Nobody to write to"),
    ("ambiguous_recipient", "Several recipients"),
    ("no_level_left", "Too late for what is left"),
    ("answer_waiting", "Customer's answer waits"),
]

SENTENCES = {
    "level_reached": _lt("Ready for “%(level)s”: its day has come."),
    "repeat": _lt("Ready to repeat “%(level)s”, the last level."),
    "level_not_reached": _lt("“%(level)s” follows on %(date)s."),
    "gap": _lt("Reminded recently; “%(level)s” follows on %(date)s at the earliest."),
    "cadence": _lt(
        "The customer had a message recently; “%(level)s” may follow from %(date)s."
    ),
    "paused_until": _lt("Paused; reminders may leave again on %(date)s."),
    "pay_day": _lt(
        "The customer's pay day is still to come; “%(level)s” may follow from %(date)s."
    ),
    "invoice_resent": _lt(
        "The invoice was sent again; “%(level)s” may follow from %(date)s."
    ),
    "no_partner": _lt("The journal item has no customer: set one, so that it can be chased."),
    "no_policy": _lt("There is no policy: choose one in the settings or for the customer."),
    "no_levels": _lt("The policy has no levels: add one, or choose another policy."),
    "no_followup": _lt("The invoice is excluded from follow-up by its own checkbox."),
    "wrong_partner": _lt(
        "The invoice is another customer's than the one it is booked to: correct one of them."
    ),
    "general_journal": _lt("Not an invoice, and the policy chases invoices only."),
    "not_sent": _lt("The invoice was never sent: send it first, the policy asks for it."),
    "credit": _lt("A credit of the customer: it reduces what he is asked for."),
    "payment_in_process": _lt("Payments on their way cover it."),
    "nothing_to_chase": _lt("Nothing of it may be chased today."),
    "paused": _lt("Paused until somebody ends the pause."),
    "covered_by_credit": _lt("The customer's open credits cover it: reconcile them."),
    "demand_first": _lt(
        "Only a demand is left, and a demand is never the first message: add a reminder level."
    ),
    "final_level_done": _lt("The last level was sent; a person decides what comes next."),
    "no_template": _lt("“%(level)s” has no active text: choose one in the policy."),
    "no_email": _lt("The recipient has no e-mail address: add one to the contact."),
    "no_phone": _lt(
        "The recipient has no valid phone number: add one with its country code to the contact."
    ),
    "no_address": _lt(
        "The recipient has no complete postal address: add street and city to the contact."
    ),
    "below_minimum": _lt("What he would be asked for is below the policy's minimum."),
    "no_recipient": _lt(
        "Nobody to write to: give a contact a role, or add the customer to the policy's recipients."
    ),
    "ambiguous_recipient": _lt(
        "Several contacts have the role “%(role)s”: give one of them a lower number."
    ),
    "no_level_left": _lt("The levels left are for before the due date, and that has passed."),
    "answer_waiting": _lt(
        "The customer wrote: reminders stop until somebody has handled his answer."
    ),
}

PARTS = {
    "in_process": _lt("%(amount)s in process"),
    "block": _lt("%(amount)s paused"),
    "dispute": _lt("%(amount)s disputed"),
    "plan": _lt("%(amount)s in a plan"),
    "promise": _lt("%(amount)s promised"),
    "credit": _lt("%(amount)s covered by credits"),
}


#: A message leaves by another channel than its level's: how, and what the recipient lacks.
INSTEAD = {
    "email": _lt("It leaves by e-mail, because %(lack)s."),
    "sms": _lt("It leaves as an SMS, because %(lack)s."),
    "letter": _lt("It leaves as a letter, because %(lack)s."),
    "whatsapp": _lt("It leaves by WhatsApp, because %(lack)s."),
    "phone": _lt("It is told by phone, because %(lack)s."),
}

LACKS = {
    "email": _lt("no e-mail address of the recipient works"),
    "phone": _lt("the recipient has no valid phone number"),
    "address": _lt("the recipient has no complete postal address"),
}


def explain_channel(env, channel, wanted):
    """Say why a message leaves by `channel` though its level wants another; "" if it doesn't."""
    if not channel or not wanted or channel == wanted:
        return ""
    sentence, lack = env._(INSTEAD[channel]), env._(LACKS[channels.NEEDS[wanted]])
    return sentence % {"lack": lack}


def explain(env, reason, level_name, next_date, parts, channel=None, wanted=None, rule=None):
    """Return the sentence for a decision in the language of `env`.

    channel, wanted: the channel decided for, and the one its level prefers.
    rule: what chose the recipient, or could not (engine.routing.RULES).
    parts: {"currency": res.currency, "own": the company's, "in_process" | kind of pause |
    "credit": amount in `currency`}; what is not zero is named, so that the amount to chase can be
    followed.
    """
    if reason not in SENTENCES:
        return ""
    sentence = env._(SENTENCES[reason])
    sentence %= {
        "level": level_name or "",
        "date": format_date(env, next_date) if next_date else "",
        "role": role_label(env, rule),
    }
    named = []
    for part, text in PARTS.items():
        if parts[part]:
            text = env._(text)
            amount = format_money(env, parts[part], parts["currency"], parts["own"])
            named.append(text % {"amount": amount})
    sentence = f"{sentence} ({', '.join(named)})" if named else sentence
    return " ".join(filter(None, (sentence, explain_channel(env, channel, wanted))))
