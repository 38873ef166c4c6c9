"""What is wrong with an offer to pay later, in words that a customer may read."""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

#: Codes of engine.negotiation.REASONS -> sentence.
SENTENCES = {
    "acceptable": _lt("This can be agreed on."),
    "nothing_owed": _lt("There is nothing to pay later."),
    "not_reversed": _lt(
        "This is owed by a plan that is over: reverse the re-booking of that plan first."
    ),
    "in_preparation": _lt("We are preparing an agreement about this: you will hear from us."),
    "incomplete": _lt("Say in how many installments it is paid, of what amount, or on which day."),
    "down_payment_too_large": _lt("The down payment has to be less than the debt."),
    "down_payment_too_small": _lt("A larger part has to be paid at once."),
    "installment_too_small": _lt("The installments are too small."),
    "too_long": _lt("It takes too long until everything is paid."),
    "extension_too_long": _lt("The new day is too late."),
    "starts_too_late": _lt("The first installment is too late."),
    "extension_first": _lt("More time comes first: a plan can be agreed on after it."),
    "plan_broken_recently": _lt(
        "The last plan was not kept, not long ago: a collections manager decides on another one."
    ),
    "beyond_insurance": _lt("The credit insurer has to agree to a day that late."),
    "unsuitable_day": _lt("A day is no working day, or none on which the customer pays."),
}

#: Codes of ValueErrors of the engine -> what is to be corrected.
MISTAKES = {
    "amount": _lt("Nothing is left to be paid in a plan."),
    "count": _lt("Choose a number of installments of which each is something, up to %(most)s."),
    "each": _lt(
        "An installment has to be more than zero and no more than the debt, and there may be "
        "%(most)s of them at most."
    ),
    "down_payment_on": _lt("The first installment comes after the day of the down payment."),
    "day": _lt("Nothing can be due before today: choose later days."),
}

#: How far apart installments are -> (the word for one, how a number of them is said).
PERIODS = {
    "week": _lt("%(count)s weekly installments of %(amount)s"),
    "fortnight": _lt("%(count)s installments of %(amount)s, one every two weeks"),
    "month": _lt("%(count)s monthly installments of %(amount)s"),
}


#: What isn't the customer's to know -> what he reads instead.
DISCREET = {
    "beyond_insurance": SENTENCES["too_long"],
    "not_reversed": _lt(
        "We have to put the last agreement in order first: please contact us, and we agree on "
        "another one."
    ),
}


def sentences(env, reasons, discreet=False):
    """Return what codes of reasons mean, as a list of sentences in the context's language.

    discreet: for the customer himself, who isn't told of our insurance.
    """
    said = {**SENTENCES, **DISCREET} if discreet else SENTENCES
    return list(dict.fromkeys(env._(said[code]) for code in reasons))
