from contextlib import closing
from datetime import date as calendar_date
from decimal import Decimal
from functools import lru_cache
from itertools import count

from odoo import api, models
from odoo.tools import SQL, groupby
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from ..engine import due, dunning, escalation, pauses, routing
from .sql import only

#: Due lines read, decided and written together; whole debtors, so a chunk may be larger.
CHUNK = 20_000

_cursor_numbers = count(1)

#: How somebody can be reached: a number made of these parts, and what it means to the engine.
WAYS = {1: "email", 2: "phone", 4: "address"}
REACH = tuple(
    frozenset(way for part, way in WAYS.items() if number & part) for number in range(8)
)


class CobranzaFacts(models.AbstractModel):
    """Reads what the engine has to know about due lines, and asks it.

    The one place where the ledger is read for decisions: the nightly run, the preview, the
    explanation on a form and the check at hand-over all come through here.  One SQL statement
    reads everything through a server-side cursor; memory is bounded by the chunk.
    """

    _name = "cobranza.facts"
    _description = "Facts about due lines"

    @api.model
    def _assess_in_chunks(
        self, company, date, debtor_ids=None, after=None, hold=False, only_orphans=False
    ):
        """Decide on a company's open receivable lines on a date.

        company: res.company record; lines of exactly this company are read.
        date: the day to decide for; the ledger is read as it is now.
        debtor_ids: only these debtors; None = all, and lines without a partner too.
        after: leave out what a run has done already: everything up to this debtor id.
        hold: keep the statement open across commits (a run in the background).
        only_orphans: only lines without a partner.
        Yields dicts {debtor id or None: list of engine.dunning.Assessed} with whole debtors.
        Whoever may stop halfway closes the generator (contextlib.closing).
        """
        chunks = self._items_in_chunks(company, date, debtor_ids, after, hold, only_orphans)
        with closing(chunks):
            for chunk in chunks:
                yield {
                    debtor_id: dunning.assess(items, date) for debtor_id, items in chunk.items()
                }

    @api.model
    def _items_in_chunks(
        self, company, date, debtor_ids=None, after=None, hold=False, only_orphans=False
    ):
        """Read a company's open receivable lines; arguments as of `_assess_in_chunks`.

        Yields dicts {debtor id or None: list of engine.due.DueItem} with whole debtors.
        """
        conditions = self._scope(debtor_ids, after, only_orphans)
        query = self._query(company, date, debtor_ids, conditions)
        make = self._item_maker(self._policies(company))
        # a few debtors fit into memory, and the planner does better without a cursor
        few = debtor_ids is not None and not hold
        for rows in self._read_at_once(query) if few else self._read_in_chunks(query, hold):
            yield {
                debtor_id: [make(row) for row in lines]
                for debtor_id, lines in groupby(rows, key=lambda row: row[1])
            }

    def _policies(self, company):
        """Return {policy id: engine policy} for every policy a line of `company` may have."""
        domain = [("company_id", "=", company.id)]
        found = self.env["cobranza.policy"].sudo().with_context(active_test=False).search(domain)
        # levels stay filtered: an archived level is not part of the policy any more
        return found.with_context(active_test=True)._for_engine()

    # --- rows to items -----------------------------------------------------------------

    def _item_maker(self, policies):
        """Return the function that turns a row of `_query` into a due.DueItem."""

        # one debtor's rows follow each other, and share his people
        known = (None, None)

        def make(row):
            nonlocal known
            (line_id, debtor_id, currency, residual, day, company_residual, places, move_id,
             customer, customer_reach, contact, contact_reach, contacts, kind, sent,
             no_followup, payment_blocked, payments, blocks, agreed,
             level_id, level_delay, told_policy, told_on, contacted, pay_days, policy_id,
             rule, answer_waiting, resent, right_partner) = row
            policy = policies.get(policy_id)
            if debtor_id != known[0]:
                people = _directory(customer, customer_reach, contacts) if debtor_id else None
                known = (debtor_id, people)
            last = None
            if told_on:
                last = escalation.Contact(level_id, level_delay, told_on, told_policy == policy_id)
            return due.DueItem(
                line_id, debtor_id, currency, Decimal(residual), day, Decimal(company_residual),
                places, move_id, kind, sent, no_followup,
                _payments(payments) if payments else (),
                _pauses(blocks, payment_blocked, agreed, move_id, line_id, day)
                if blocks or payment_blocked or agreed
                else (),
                last, contacted, _pay_days(pay_days) if pay_days else (),
                policy, rule if policy else None,
                routing.Addressee(contact, REACH[contact_reach]) if contact else None, known[1],
                answer_waiting, resent, right_partner,
            )  # fmt: skip

        return make

    # --- SQL ---------------------------------------------------------------------------

    def _scope(self, debtor_ids, after, only_orphans):
        """Return the SQL conditions that narrow down which lines are read."""
        conditions = [only("d.id", debtor_ids)]
        if after is not None:
            conditions.append(SQL("d.id > %s", after))
        if only_orphans:
            conditions.append(SQL("l.partner_id IS NULL"))
        return conditions

    def _read_at_once(self, query):
        """Yield one list with all rows of `_query`."""
        self.env.flush_all()
        self.env.cr.execute(query)
        yield self.env.cr.fetchall()

    def _read_in_chunks(self, query, hold):
        """Yield lists of rows of `_query`; a debtor's rows are always in the same list."""
        self.env.flush_all()
        cr = self.env.cr
        keep = SQL("WITH HOLD") if hold else SQL()
        # a name of its own: an explanation may be asked for in the middle of a run
        name = SQL.identifier(f"cobranza_facts_{next(_cursor_numbers)}")
        # all rows will be fetched: plan for that, not for the first tenth
        cr.execute("SET LOCAL cursor_tuple_fraction = 1")
        cr.execute(SQL("DECLARE %s NO SCROLL CURSOR %s FOR %s", name, keep, query))
        try:
            rest = []
            while True:
                cr.execute(SQL("FETCH %s FROM %s", CHUNK, name))
                rows = cr.fetchall()
                if len(rows) < CHUNK:
                    yield rest + rows
                    break
                whole, rest = _split_last_debtor(rest + rows)
                if whole:
                    yield whole
        finally:
            # after an error the transaction is gone and the cursor with it
            if not cr.closed and not _is_broken(cr):
                cr.execute(SQL("CLOSE %s", name))

#: debtors share a few texts
_pay_days = lru_cache(maxsize=1024)(due.parse_pay_days)


def _directory(customer, reach, rows):
    """The people of a debtor; rows: as `_query_contacts` lists them, or None."""
    contacts, chosen = {}, {}
    for partner_id, number, role, priority, instead_of in rows or ():
        if role == routing.PERSON:
            chosen[instead_of] = partner_id
        one = contacts.setdefault(partner_id, routing.Addressee(partner_id, REACH[number], {}))
        one.roles[role] = priority
    people = {customer: routing.Addressee(customer, REACH[reach]), **contacts}
    return routing.Directory(
        people[customer],
        tuple(contacts.values()),
        {instead_of: people[partner_id] for instead_of, partner_id in chosen.items()},
    )


def _payments(rows):
    return tuple(
        due.Payment(payment_id, currency, Decimal(amount), Decimal(company_amount))
        for payment_id, currency, amount, company_amount in rows
    )


def _pauses(blocks, payment_blocked, agreed, move_id, line_id, day):
    """The pauses that concern one line; `payment_blocked` is Odoo's own block of an invoice.

    agreed: as `_query_pauses` lists them, or None.
    """
    found = [
        pauses.Pause("block", None, _day(until), reason)
        for block_move, block_line, block_due, until, reason in blocks or ()
        if block_move in (None, move_id)
        and block_line in (None, line_id)
        and (block_line or block_due in (None, day.isoformat()))
    ]
    if payment_blocked:
        found.append(pauses.Pause("block", None, None, "payment_blocked"))
    found += [
        pauses.Pause(kind, Decimal(amount), _day(until), label or "")
        for kind, amount, until, label in agreed or ()
    ]
    return tuple(found)


def _day(text):
    return calendar_date.fromisoformat(text) if text else None


def _split_last_debtor(rows):
    """Split sorted rows before the last debtor's: the rest of his may not be read yet."""
    last, cut = rows[-1][1], len(rows) - 1
    while cut and rows[cut - 1][1] == last:
        cut -= 1
    return rows[:cut], rows[cut:]


def _is_broken(cr):
    """Whether the transaction has failed and takes no further statement."""
    return cr.connection.get_transaction_status() == TRANSACTION_STATUS_INERROR
