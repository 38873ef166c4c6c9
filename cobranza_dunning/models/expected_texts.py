"""When money is expected, in an accountant's words.

The codes are those of `engine.expected`; a test checks that each has its words here.
"""

from odoo.tools import format_date
from odoo.tools.translate import LazyTranslate

from .amounts import format_money

_lt = LazyTranslate(__name__)

BASIS_SELECTION = [
    ("payment", "Payment in process"),
    ("promise", "Promised"),
    ("installment", "Installment"),
    ("habit", "As late as usual"),
    ("average", "As late as others"),
    ("due_date", "Due date"),
    ("dispute", "Disputed"),
    ("claim", "With the insurer"),
]

SENTENCES = {
    "payment": _lt("%(amount)s is being paid."),
    "promise": _lt("%(amount)s promised for %(day)s."),
    "installment": _lt("%(amount)s on %(day)s by the payment plan."),
    "habit": _lt("%(amount)s about %(day)s, as late as he usually pays."),
    "average": _lt("%(amount)s about %(day)s, as late as customers pay on average."),
    "due_date": _lt("%(amount)s on %(day)s; nothing is known yet of how late he pays."),
    "dispute": _lt("%(amount)s is disputed: no day can be named."),
    "claim": _lt("%(amount)s is with the insurer: nothing is expected of the customer."),
}
#: What has passed its day; what isn't here is said as above.
LATE_SENTENCES = {
    "promise": _lt("%(amount)s was promised and isn't there: %(day)s at the earliest."),
    "installment": _lt("%(amount)s of the payment plan is late: %(day)s at the earliest."),
    "habit": _lt("%(amount)s should be here, as he usually pays: perhaps about %(day)s."),
    "average": _lt("%(amount)s should be here, as customers usually pay: perhaps about %(day)s."),
    "due_date": _lt("%(amount)s is late: perhaps about %(day)s."),
}


def explain_expected(env, part, currency, own):
    """Return the sentence on a part of a due line, in the language of `env`.

    part: engine.expected.Expected.  currency: of its amount; own: the company's.
    """
    texts = LATE_SENTENCES if part.late else SENTENCES
    sentence = env._(texts[part.basis])
    day = format_date(env, part.day) if part.day else ""
    return sentence % {"amount": format_money(env, part.amount, currency, own), "day": day}
