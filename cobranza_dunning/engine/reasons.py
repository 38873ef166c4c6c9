"""The stable list of reasons a decision can carry.

Codes are part of the public interface: scripts compare them, the interface translates them.
A code is never renamed; new ones are added at the end of their group.
"""

REMIND = "remind"
WAIT = "wait"
SKIP = "skip"

#: code -> (outcome it comes with, what it means)
REASONS = {
    # remind
    "level_reached": (REMIND, "the next level's delay and gap have passed"),
    "repeat": (REMIND, "the last level is repeated after its interval"),
    # wait: next_date says until when
    "level_not_reached": (WAIT, "the next level's delay has not passed yet"),
    "gap": (WAIT, "too soon after the last message about this line"),
    "cadence": (WAIT, "too soon after the last message to this debtor"),
    "paused_until": (WAIT, "paused; from the next date on at least a part may be chased"),
    "pay_day": (WAIT, "the debtor's first pay day since the due date has not passed yet"),
    "invoice_resent": (WAIT, "the invoice was sent again, and the customer has time to read it"),
    # skip: nothing changes by waiting
    "no_partner": (SKIP, "the journal item has no partner"),
    "no_policy": (SKIP, "neither invoice, debtor, segment nor company has a policy"),
    "no_levels": (SKIP, "the policy has no active level"),
    "no_followup": (SKIP, "the invoice is excluded from follow-up"),
    "wrong_partner": (SKIP, "the invoice is another customer's than the one it is booked to"),
    "general_journal": (SKIP, "the policy leaves out debts that are not invoices"),
    "not_sent": (SKIP, "the invoice was never sent and the policy requires it"),
    "credit": (SKIP, "the line is a credit of the debtor"),
    "payment_in_process": (SKIP, "payments in process cover the line"),
    "nothing_to_chase": (SKIP, "nothing of the line may be chased"),
    "paused": (SKIP, "paused until a person ends it"),
    "covered_by_credit": (SKIP, "unallocated credits of the debtor cover the line"),
    "demand_first": (SKIP, "only a demand is left, and a demand is never a first contact"),
    "final_level_done": (SKIP, "the last level was sent and does not repeat"),
    "no_template": (SKIP, "the level has no active template"),
    "no_email": (SKIP, "the recipient has no e-mail address, or mail to it comes back"),
    "no_phone": (SKIP, "the recipient has no valid phone number"),
    "no_address": (SKIP, "the recipient has no complete postal address"),
    "below_minimum": (SKIP, "what may be chased is below the policy's minimum"),
    "no_recipient": (SKIP, "no contact has a role that messages of this kind go to"),
    "ambiguous_recipient": (SKIP, "several contacts have the role with the same priority"),
    "no_level_left": (SKIP, "the levels left are for before the due date, which has passed"),
    "answer_waiting": (SKIP, "the customer wrote, and nobody has handled it yet"),
}
