"""How long ago something fell due, in a customer's words: it reminds, and judges nobody."""


def describe_late(env, date_due, today):
    """Return “12 days ago” in the language of `env`; False for what isn't overdue on `today`."""
    days = (today - date_due).days
    if days < 1:
        return False
    if days == 1:
        return env._("1 day ago")
    return env._("%s days ago", days)
