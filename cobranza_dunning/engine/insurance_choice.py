"""Which of a company's policies a sale falls under."""

from .insurance import (
    PLAIN_BUYER,
    SINGLE_DEBTOR,
    SINGLE_INVOICE,
    attachment_day,
    renewed,
)


def choose(policies, line, buyer=PLAIN_BUYER, chosen=None):
    """Return the key of the policy that a line falls under; None if there is none.

    policies: {key: insurance.Policy}, the preferred ones first.
    chosen: key of the policy that somebody chose for this invoice or debtor; it counts whatever
    it says, as long as it is among the policies.  Where it isn't in force on the day of the sale
    and one that renews it, or that it renews, is, that one counts.
    Nobody falls under a policy for single invoices by himself.  One that is in force on the day of
    the sale comes first; of several one for this debtor alone, then the first; so if none is.  One
    that has ended counts only for sales from when it was in force.
    """
    chosen = _in_force_of(policies, chosen, line)
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


def _in_force_of(policies, chosen, line):
    """The policy that was chosen; or, if it isn't in force, the one of its renewals that is."""
    if chosen not in policies or _is_in_force(policies[chosen], line):
        return chosen
    related = (
        key
        for key in policies
        if chosen in renewed(policies, key) or key in renewed(policies, chosen)
    )
    return next((key for key in related if _is_in_force(policies[key], line)), chosen)


def _is_in_force(policy, line):
    """Whether the policy is in force on the day the line falls under it."""
    day = attachment_day(policy, line)
    return any(first <= day <= last for first, last in policy.periods)
