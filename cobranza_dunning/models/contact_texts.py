"""Reason codes of contact checks in the words of whoever wants to call or write.

The codes are in `engine.contact`; a test checks that each has its label and sentence here.
"""

from odoo.tools import format_datetime
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

REASON_SELECTION = [
    ("no_limits", "No rule applies"),
    ("within_rule", "The rule allows it"),
    ("outside_hours", "Outside the hours"),
    ("closed_day", "Day without contacts"),
    ("holiday", "Public holiday"),
    ("avoided", "Avoided time"),
    ("cap", "Enough contacts"),
    ("gap", "Too soon after the last"),
    ("quiet", "Quiet days after a conversation"),
    ("other_channel", "Another channel was used"),
    ("forbidden_channel", "Channel forbidden"),
    ("no_moment", "No moment within a year"),
]

SENTENCES = {
    "no_limits": _lt("No contact rule applies to the customer: he may be contacted at any time."),
    "within_rule": _lt("“%(rule)s” allows it: it is %(local)s where the customer is."),
    "outside_hours": _lt(
        "It is %(local)s where the customer is, outside the hours of “%(rule)s”. Allowed from "
        "%(until)s."
    ),
    "closed_day": _lt(
        "It is %(local)s where the customer is, a day without contacts by “%(rule)s”. Allowed "
        "from %(until)s."
    ),
    "holiday": _lt(
        "It is a public holiday where the customer is. “%(rule)s” allows it from %(until)s."
    ),
    "avoided": _lt(
        "It is %(local)s where the customer is, a time that “%(rule)s” avoids. Allowed from "
        "%(until)s."
    ),
    "cap": _lt(
        "The customer has had as many contacts as “%(rule)s” allows. The next one is allowed "
        "from %(until)s."
    ),
    "gap": _lt(
        "It is too soon after the last contact by “%(rule)s”. The next one is allowed from "
        "%(until)s."
    ),
    "quiet": _lt(
        "The customer was spoken with recently: “%(rule)s” asks for quiet days until %(until)s."
    ),
    "other_channel": _lt(
        "The customer was contacted through another channel these days. “%(rule)s” allows this "
        "one from %(until)s."
    ),
    "forbidden_channel": _lt("“%(rule)s” forbids this: %(channel)s. Use another channel."),
    "no_moment": _lt("“%(rule)s” leaves no moment within a year: correct its hours and limits."),
}


def explain(env, answer, rule_name, channel_label, moment, zone):
    """Return the sentence for an engine.contact.Answer in the language of `env`.

    moment: the one asked for (UTC without zone); zone: the name of the customer's time zone.
    """
    sentence = env._(SENTENCES[answer.reason])
    values = {"rule": rule_name or "", "channel": channel_label, "local": "", "until": ""}
    if answer.until:
        values["until"] = format_datetime(env, answer.until, dt_format="short")
    if "%(local)s" in sentence:
        # half of the time of an answer, and most of them don't name it
        values["local"] = format_datetime(env, moment, tz=zone, dt_format="EEEE HH:mm")
    return sentence % values
