"""The stable list of reasons a cover can carry.

Codes are part of the public interface: scripts compare them, the interface translates them.
A code is never renamed; new ones are added at the end of their step.
"""

#: code -> (step of the decision, what it means).  Of the steps 0 to 7 the first that fails is
#: the reason why nothing is covered; the others may come together.
COVER_REASONS = {
    "settled": (0, "nothing of the line is open"),
    "not_flagged": (0, "the invoice is not to be insured"),
    "policy_not_in_force": (1, "the policy was not in force on the day of the sale"),
    "public_body": (2, "the policy doesn't insure public bodies"),
    "consumer": (2, "the policy doesn't insure consumers"),
    "related_company": (2, "the policy doesn't insure related companies"),
    "cash_sale": (2, "the policy doesn't insure cash sales"),
    "country_excluded": (2, "the policy doesn't insure debtors of this country"),
    "other_debtor": (2, "the policy insures another debtor only"),
    "invoiced_late": (3, "more days from delivery to invoice than the policy allows"),
    "term_too_long": (4, "more days from invoice to due date than the policy allows"),
    "no_limit": (5, "the debtor has no limit"),
    "limit_requested": (5, "the insurer has not decided on the limit yet"),
    "limit_refused": (5, "the insurer has refused a limit"),
    "limit_cancelled": (5, "the insurer had cancelled the limit before delivery"),
    "limit_expired": (5, "the temporary limit had ended"),
    "stop_shipment": (6, "an unpaid invoice had passed its maximum extension before delivery"),
    "claim_filed": (
        6,
        "a claim about the debtor had been filed before delivery, and the insurer has granted no "
        "limit since",
    ),
    "insolvent": (6, "the debtor was insolvent on delivery"),
    "stopped_by_insurer": (6, "the insurer had asked for no deliveries"),
    "not_activated": (7, "the cover of this invoice has not been activated"),
    "activated_late": (7, "the cover of this invoice was activated after its last day"),
    "within_limit": (8, "all that is insured is within the limit"),
    "limit_partly": (8, "older debts leave room for a part only"),
    "limit_full": (8, "older debts use up the limit"),
    "tax_not_covered": (9, "the policy doesn't insure the tax"),
    "disputed": (9, "cover of the disputed part is suspended until the dispute is settled"),
    "declaration_due": (10, "the sale must be declared soon"),
    "declaration_missed": (10, "the sale was not declared in time"),
    "notice_due": (10, "non-payment must be notified soon"),
    "notice_missed": (10, "non-payment was not notified in time"),
    "claim_due": (10, "the claim must be filed soon"),
    "claim_missed": (10, "the claim was not filed in time"),
    "extension_missed": (10, "a day past the maximum extension was agreed without approval"),
}
