"""Credit insurance in an accountant's words.

The codes are the engine's (`engine.insurance`, `engine.cover_reasons`); a test checks that each
has its words here.
"""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

KIND_SELECTION = [
    ("whole_turnover", "Whole turnover"),
    ("single_debtor", "A single customer"),
    ("single_invoice", "Single invoices"),
]

LIMIT_KIND_SELECTION = [
    ("named", "Of the insurer"),
    ("discretionary", "Our own"),
    ("blind", "Blind"),
]

DECISION_SELECTION = [
    ("requested", "Requested"),
    ("granted", "Granted"),
    ("reduced", "Reduced"),
    ("refused", "Denied"),
    ("cancelled", "Revoked"),
]

DEADLINE_SELECTION = [
    ("activation", "Activate a single invoice"),
    ("notice", "Notify non-payment"),
    ("waiting", "End of the waiting period"),
    ("claim", "File the claim"),
]

BASE_SELECTION = [
    ("invoice", "Invoice date"),
    ("delivery", "Delivery of the goods"),
    ("due", "Original due date"),
    ("mep", "End of the maximum extension"),
    ("insolvency", "Insolvency"),
    ("notice", "Notice of non-payment"),
    ("loss", "Date of loss"),
]

DUTY_SELECTION = [
    ("declaration", "Declare the sale"),
    ("notice", "Notify non-payment"),
    ("claim", "File the claim"),
    ("extension", "Have the extension approved"),
]

#: Duties, and what comes by itself: everything that has a day in the insurer's calendar.
AGENDA_SELECTION = [
    *DUTY_SELECTION,
    ("mep", "End of the maximum extension"),
    ("waiting", "End of the waiting period"),
]

DEBTOR_KIND_SELECTION = [
    ("company", "Company"),
    ("public_body", "Public body"),
    ("consumer", "Consumer"),
    ("related_company", "Related company"),
]

STATE_SELECTION = [
    ("covered", "Covered"),
    ("partial", "Partly covered"),
    ("suspended", "Suspended"),
    ("at_risk", "At risk"),
    ("lost", "Lost"),
    ("not_covered", "Not covered"),
    ("settled", "Settled"),
]

REASON_SELECTION = [
    ("settled", "Nothing open"),
    ("not_flagged", "Not to be insured"),
    ("policy_not_in_force", "Policy not in force"),
    ("public_body", "Public body"),
    ("consumer", "Consumer"),
    ("related_company", "Related company"),
    ("cash_sale", "Cash sale"),
    ("country_excluded", "Country not insured"),
    ("other_debtor", "Another customer's policy"),
    ("invoiced_late", "Invoiced late"),
    ("term_too_long", "Credit term too long"),
    ("no_limit", "No limit"),
    ("limit_requested", "Limit requested"),
    ("limit_refused", "Limit refused"),
    ("limit_cancelled", "Limit cancelled"),
    ("limit_expired", "Limit ended"),
    ("stop_shipment", "Stop of deliveries"),
    ("claim_filed", "Claim filed before"),
    ("insolvent", "Insolvent before"),
    ("stopped_by_insurer", "Stopped by the insurer"),
    ("not_activated", "Not activated"),
    ("activated_late", "Activated late"),
    ("within_limit", "Within the limit"),
    ("limit_partly", "Limit covers only a part"),
    ("limit_full", "Limit used up"),
    ("tax_not_covered", "Tax not insured"),
    ("disputed", "Disputed"),
    ("declaration_due", "To be declared"),
    ("declaration_missed", "Not declared in time"),
    ("notice_due", "To be notified"),
    ("notice_missed", "Not notified in time"),
    ("claim_due", "Claim to be filed"),
    ("claim_missed", "Claim not filed in time"),
    ("extension_missed", "Extension not approved"),
]

SENTENCES = {
    "settled": _lt("Nothing of it is open."),
    "not_flagged": _lt("The invoice is not marked as to be insured."),
    "policy_not_in_force": _lt("The policy is not in force on the day of the sale."),
    "public_body": _lt("The policy doesn't insure public bodies."),
    "consumer": _lt("The policy doesn't insure consumers."),
    "related_company": _lt("The policy doesn't insure related companies."),
    "cash_sale": _lt("The policy doesn't insure cash sales."),
    "country_excluded": _lt("The policy doesn't insure customers of this country."),
    "other_debtor": _lt("The policy insures another customer only."),
    "invoiced_late": _lt("It was invoiced later after delivery than the policy allows."),
    "term_too_long": _lt("It is due later after the invoice date than the policy allows."),
    "no_limit": _lt("The customer has no limit."),
    "limit_requested": _lt("The insurer hasn't decided on the customer's limit yet."),
    "limit_refused": _lt("The insurer has refused a limit."),
    "limit_cancelled": _lt("The insurer had cancelled the limit before delivery."),
    "limit_expired": _lt("The temporary limit had ended."),
    "stop_shipment": _lt(
        "On delivery an unpaid debt of the customer had passed its maximum extension."
    ),
    "claim_filed": _lt("A claim about the customer had been filed before delivery."),
    "insolvent": _lt("The customer was insolvent on delivery."),
    "stopped_by_insurer": _lt("On delivery the insurer had asked for no more deliveries."),
    "not_activated": _lt("The cover of this invoice has not been activated."),
    "activated_late": _lt("The cover of this invoice was activated after its last day."),
    "within_limit": _lt("It is within the customer's limit."),
    "limit_partly": _lt("Older debts leave room in the limit for a part of it only."),
    "limit_full": _lt("Older debts use up the customer's limit."),
    "tax_not_covered": _lt("The tax isn't insured."),
    "disputed": _lt("Cover of the disputed part is suspended until the dispute is settled."),
    "declaration_due": _lt("The sale must be declared to the insurer soon."),
    "declaration_missed": _lt("The sale was not declared in time."),
    "notice_due": _lt("Non-payment must be notified to the insurer soon."),
    "notice_missed": _lt("Non-payment was not notified in time."),
    "claim_due": _lt("The claim must be filed soon."),
    "claim_missed": _lt("The claim was not filed in time."),
    "extension_missed": _lt(
        "More time was agreed than the policy allows, without the insurer's approval."
    ),
}

#: What would help before the invoice is posted; "" = nothing that a person could do now.
FIXES = {
    "policy_not_in_force": _lt("Add the period in which the policy was renewed."),
    "public_body": _lt("If it isn't one, correct the kind of customer on his account."),
    "consumer": _lt("If he isn't one, correct the kind of customer on his account."),
    "related_company": _lt("If it isn't one, correct the kind of customer on his account."),
    "cash_sale": _lt("Nothing to insure: take the mark off."),
    "country_excluded": _lt("Ask the insurer to include the country, or take the mark off."),
    "other_debtor": _lt("Choose another policy for this invoice."),
    "invoiced_late": _lt("Correct the delivery date if it is wrong, or ask the insurer."),
    "term_too_long": _lt("Make it due on %(latest)s or earlier."),
    "no_limit": _lt("Ask the insurer for a limit and record it."),
    "limit_requested": _lt("Wait for the insurer's decision before you deliver."),
    "limit_refused": _lt("Ask for payment in advance, or for a limit once more."),
    "limit_cancelled": _lt("Ask for payment in advance, or for a new limit."),
    "limit_expired": _lt("Ask the insurer to prolong the limit and record it."),
    "stop_shipment": _lt("Collect the oldest debt, or have the insurer approve its extension."),
    "claim_filed": _lt("Ask for payment in advance until the insurer grants a limit again."),
    "insolvent": _lt("Ask for payment in advance."),
    "stopped_by_insurer": _lt("Ask for payment in advance until the insurer allows deliveries."),
    "not_activated": _lt("Enter the day on which its cover was activated."),
    "activated_late": _lt("Ask the insurer to accept it all the same."),
    "limit_partly": _lt("%(missing)s more limit, or as much paid of older debts, would cover it."),
    "limit_full": _lt("%(missing)s more limit, or as much paid of older debts, would cover it."),
}

#: code of AGENDA_SELECTION -> what to do about it while there is time.
AGENDA_ADVICE = {
    "declaration": _lt("Declare the sales to the insurer."),
    "notice": _lt("Give the insurer notice of non-payment, and record his reference."),
    "claim": _lt("File the claim with the documents of the debt."),
    "extension": _lt("Have the insurer approve the later day in writing, and record it."),
    "mep": _lt("Collect it by then, or ask the insurer for more time: deliveries stop after it."),
    "waiting": _lt("From then on the loss is certain: ask for the indemnity."),
}

#: reason of a cover that a duty has cost -> what may still be done.
MISSED_ADVICE = {
    "declaration_missed": _lt("Declare it now, and ask the insurer to accept it late."),
    "notice_missed": _lt(
        "Notify it now, and ask the insurer to excuse the delay: his approval restores the cover."
    ),
    "claim_missed": _lt(
        "File the claim now, and ask the insurer to excuse the delay: his approval restores the "
        "cover."
    ),
    "extension_missed": _lt(
        "Ask the insurer to approve the day that was agreed: his approval restores the cover."
    ),
}

#: code of engine.notices.REFUSALS -> what to do instead.
NOTICE_REFUSALS = {
    "not_insured": _lt("%(document)s isn't insured, there is nothing to notify. %(why)s"),
    "notified": _lt("The insurer has been told about %(document)s already."),
    "not_due": _lt("%(document)s isn't overdue yet: notify it if it isn't paid by then."),
}

#: code of engine.insurance.check or engine.premium.check -> what to correct.
POLICY_MISTAKES = {
    "kind": _lt("Choose what kind of policy it is."),
    "attachment": _lt("Choose which day is that of the sale."),
    "period": _lt(
        "Say from when to when the policy is in force: each period ends after it begins, and no "
        "two share a day."
    ),
    "percentage": _lt(
        "Give each kind of limit that the policy has its insured percentage: above 0, at most 100, "
        "and not below what the law grants."
    ),
    "debtor": _lt("Choose the customer whom the policy insures."),
    "base": _lt("A deadline can't be counted from what comes after it: choose another event."),
    "consequence": _lt("Say what it means that a duty is missed."),
    "basis": _lt("Choose what the premium is reckoned from."),
    "unit": _lt("Choose the unit of the premium's rate."),
    "rate": _lt("The premium's rate can't be negative."),
    "minimum": _lt("The minimum premium can't be negative."),
    "tax": _lt("The premium's tax can't be negative."),
}


def sentences(env, reasons):
    """Return the sentences of reason codes in the language of `env`, in the same order."""
    return [env._(SENTENCES[code]) for code in reasons]


def fix(env, reason, **parts):
    """Return what would help against a reason, or "".

    parts: `latest` (a day) and `missing` (an amount), as they are written.
    """
    if reason not in FIXES:
        return ""
    text = env._(FIXES[reason])
    return text % parts
