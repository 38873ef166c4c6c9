"""What a score is made of, in words: the components of engine.scoring."""

from markupsafe import Markup
from odoo.tools import format_date, formatLang
from odoo.tools.translate import LazyTranslate

from ..engine.scoring import LEAST_DAYS, LEAST_LINES

_lt = LazyTranslate(__name__)

#: Component -> (what is said where nothing speaks against him, and otherwise).
SENTENCES = {
    "delay": (
        _lt("pays on time on average"),
        _lt("pays %(delay)s days late on average, weighted by amount"),
    ),
    "late_share": (
        _lt("nothing was paid late"),
        _lt("%(share)s of what he pays comes late"),
    ),
    "promises": (
        _lt("no promise broken in 12 months"),
        _lt("promises broken in 12 months: %(broken)s, kept only in part: %(partly)s"),
    ),
    "plans": (
        _lt("no payment plan broken in 12 months"),
        _lt("payment plans broken in 12 months: %(plans)s"),
    ),
    "known": (_lt("customer since %(since)s"), _lt("customer since %(since)s")),
    "purchases": (
        _lt("no invoice in 12 months"),
        _lt("invoices a month: %(purchases)s"),
    ),
    "limit": (
        _lt("within his credit limit, or without one"),
        _lt("uses %(use)s of his credit limit"),
    ),
}


def explain_points(debtor):
    """Return what a debtor's score is made of as safe HTML, in the language of his env.

    Without a score it says what lacks.
    """
    if not debtor.has_score:
        return Markup("<p>%s</p>") % _lacking(debtor)
    rows = [
        Markup("<tr><th class='text-end text-nowrap pe-2'>+%s</th>"
               "<td class='text-muted text-nowrap pe-3'>%s</td><td>%s</td></tr>")
        % (
            one["points"],
            debtor.env._("of %s", one["most"]),
            _sentence(debtor, one["code"], one["figures"]),
        )
        for one in debtor.score_explanation or ()
    ]
    return Markup("<table>%s</table>") % Markup("").join(rows)


def _lacking(debtor):
    """What lacks for a score, and what there is."""
    needed = debtor.env._(
        "Not enough history for a score: it takes %(lines)s due lines that were paid in the last "
        "12 months or are overdue, and %(days)s days since the first invoice.",
        lines=LEAST_LINES,
        days=LEAST_DAYS,
    )
    if not debtor.customer_since:
        return needed
    found = debtor.env._(
        "So far: %(lines)s due lines, the first invoice on %(day)s.",
        lines=debtor.history_count,
        day=format_date(debtor.env, debtor.customer_since),
    )
    return f"{needed} {found}"


def _sentence(debtor, code, figures):
    """What one component of the score says, with the figures that it was given for."""
    good, other = SENTENCES[code]
    return debtor.env._(other if any(figures) else good) % _values(debtor, code, figures)


def _values(debtor, code, figures):
    env, first = debtor.env, figures[0] or 0
    if code == "known":
        since = debtor.customer_since
        return {"since": format_date(env, since, date_format="LLLL y") if since else ""}
    if code == "promises":
        broken, partly_kept = map(int, figures)
        return {"broken": broken, "partly": partly_kept}
    return {
        "delay": {"delay": formatLang(env, first, digits=1)},
        "late_share": {"share": percent(env, first)},
        "plans": {"plans": int(first)},
        "purchases": {"purchases": formatLang(env, first, digits=1)},
        "limit": {"use": percent(env, first)},
    }[code]


def percent(env, share):
    """Return a share of one as people read it, such as “12 %”."""
    return f"{formatLang(env, 100 * share, digits=0)} %"
