"""Which of a company's policies a sale falls under."""

from .insurance import (
    PLAIN_BUYER,
    SINGLE_DEBTOR,
    SINGLE_INVOICE,
    attachment_day,
)


def choose(policies, line, buyer=PLAIN_BUYER, chosen=None):
    """Return the key of the policy that a line falls under; None if there is none.

    policies: {key: insurance.Policy}, the preferred ones first.
    chosen: key of the policy that somebody chose for this invoice or debtor; it counts whatever
    it says, as long as it is among the policies.
    Nobody falls under a policy for single invoices by himself.  A debtor's own policy comes before
    one for the whole turnover; of several, the first that is in force on the day of the sale, and
    if none is, the first.  One that has ended counts only for sales from when it was in force.
    """
    policies = {
        key: policy
        for key, policy in policies.items()
        if not policy.ended or _is_in_force(policy, line)
    }
    if chosen in policies:
        return chosen
    candidates = [
        (policy.kind != SINGLE_DEBTOR, not _is_in_force(policy, line), number, key)
        for number, (key, policy) in enumerate(policies.items())
        if policy.kind != SINGLE_INVOICE
        and (policy.kind != SINGLE_DEBTOR or policy.debtor_id == buyer.id)
    ]
    return min(candidates, key=lambda one: one[:3])[3] if candidates else None


def _is_in_force(policy, line):
    """Whether the policy is in force on the day the line falls under it."""
    day = attachment_day(policy, line)
    return any(first <= day <= last for first, last in policy.periods)
