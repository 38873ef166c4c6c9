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
    Nobody falls under a policy for single invoices by himself.  One that is in force on the day of
    the sale comes first; of several one for this debtor alone, then the first; so if none is.  One
    that has ended counts only for sales from when it was in force.
    """
    policies = {
        key: policy
        for key, policy in policies.items()
        if not policy.ended or _is_in_force(policy, line)
    }
    if chosen in policies:
        return chosen
    candidates = [
        (not _is_in_force(policy, line), policy.kind != SINGLE_DEBTOR, number, key)
        for number, (key, policy) in enumerate(policies.items())
        if policy.kind != SINGLE_INVOICE
        and (policy.kind != SINGLE_DEBTOR or policy.debtor_id == buyer.id)
    ]
    return min(candidates, key=lambda one: one[:3])[3] if candidates else None


def _is_in_force(policy, line):
    """Whether the policy is in force on the day the line falls under it."""
    day = attachment_day(policy, line)
    return any(first <= day <= last for first, last in policy.periods)
