"""What is wrong with a text, in an accountant's words: families and rules of `engine.tone`."""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

FAMILIES = {
    "counter": _lt("Counting messages"),
    "reproach": _lt("Reproach"),
    "open_threat": _lt("Threat"),
    "veiled_threat": _lt("Veiled threat"),
    "shame": _lt("Shame and third parties"),
    "sham_authority": _lt("Sham authority"),
    "false_urgency": _lt("False urgency"),
    "guilt": _lt("Guilt"),
    "form": _lt("Form"),
}

#: Why a phrase of a family should not be there.
BECAUSE = {
    "counter": _lt("it counts messages. Say what is owed, not how often it was said"),
    "reproach": _lt("it judges the customer's conduct. Stay with the facts"),
    "open_threat": _lt("it threatens. Only a demand may announce the consequence of its level"),
    "veiled_threat": _lt("it threatens without saying with what. Leave it out"),
    "shame": _lt("it shames, or brings in people who have no part in the debt. Leave it out"),
    "sham_authority": _lt("it poses as a court or an authority. Leave it out"),
    "false_urgency": _lt("it hurries with a deadline nobody agreed on. Give the due date instead"),
    "guilt": _lt("it makes the customer feel guilty. Stay with the facts"),
    "exclamation": _lt("one exclamation mark in a text is enough"),
    "capitals": _lt("capitals shout. Write it in small letters"),
    "placeholder": _lt("this gap was never filled in. Fill it in or take it out"),
    "amount": _lt("this amount isn't one of the due lines. Write it as they have it"),
}

#: Items of the checklist that are not in a text.
MISSING = {
    "table": _lt("The due lines are missing: say which invoices, or put the table in."),
    "amounts": _lt(
        "An amount of the due lines is missing or was changed: write it as they have it, or put "
        "the table in."
    ),
    "pay": _lt("How to pay is missing: name the account, or put the ways to pay in."),
    "disregard": _lt("A sentence for who has already paid is missing: disregard it, and thanks."),
    "contact": _lt("A contact person is missing: say whom to ask, or put the block in."),
    "talk": _lt("An offer to talk is missing: ask for an answer if something is not right."),
}


def describe(env, finding):
    """Return what a Finding says, as a sentence in the user's language."""
    rule, _colon, item = finding.rule.partition(":")
    if rule == "missing" and finding.family == "form":
        return env._(MISSING[item])
    return env._(
        "“%(phrase)s”: %(because)s (rule: %(family)s).",
        phrase=" ".join(finding.phrase.split()),
        because=env._(BECAUSE[rule if finding.family == "form" else finding.family]),
        family=env._(FAMILIES[finding.family]),
    )
