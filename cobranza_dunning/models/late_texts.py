"""How long ago or ahead a day is, in a customer's words: it reminds, and judges nobody."""


def describe_late(env, date_due, today):
    """Return “12 days ago” in the language of `env`; False for what isn't overdue on `today`."""
    days = (today - date_due).days
    if days < 1:
        return False
    if days == 1:
        return env._("1 day ago")
    return env._("%s days ago", days)


def describe_days(env, day, today):
    """Return “12 days ago”, “today” or “in 3 days” in the language of `env`; False for no day."""
    if not day:
        return False
    days = (day - today).days
    if days < 0:
        return describe_late(env, day, today)
    if not days:
        return env._("today")
    return env._("in %s days", days) if days > 1 else env._("tomorrow")
