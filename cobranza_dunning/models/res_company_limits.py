from datetime import datetime, time, timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_date
from pytz import UTC, timezone

from ..engine import approval, preflight
from .amounts import to_decimal

#: Hour of the company's day from which what waited for the next day may leave.
OPENING = time(8)

#: Key of the database lock under which what leaves in a day is counted.
LOCK_CLASS = 0xC0B7B

#: A bank account moves regularly if it has so many entries within so many days.
REGULAR_ENTRIES, REGULAR_DAYS = 6, 90


class ResCompany(models.Model):
    """The company's limits: who approves what, and how much leaves in a day."""

    # a file for each part
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    cobranza_limit_one = fields.Monetary(
        "Somebody approves above",
        help="Above it one person approves, though the level asks for nobody. 0: no limit.",
    )
    cobranza_limit_two = fields.Monetary(
        "Two people approve above",
        help="Above it two different people approve, whatever the level asks for. 0: no limit.",
    )
    cobranza_limit_own = fields.Monetary(
        "Not the proposer above",
        help="Above it nobody approves what he proposed himself. 0: no limit.",
    )
    cobranza_cap_number = fields.Integer(
        "Automatic reminders a day", help="What doesn't fit leaves the next day. 0: no limit."
    )
    cobranza_cap_amount = fields.Monetary(
        "Amount of automatic reminders a day",
        help="What doesn't fit leaves the next day. 0: no limit.",
    )
    cobranza_cap_debtor = fields.Integer(
        "Messages a day to one customer",
        help="Automatic or not; what doesn't fit leaves the next day. 0: no limit.",
    )

    @api.constrains(
        "cobranza_limit_one", "cobranza_limit_two", "cobranza_limit_own",
        "cobranza_cap_number", "cobranza_cap_amount", "cobranza_cap_debtor",
    )  # fmt: skip
    def _check_cobranza_limits(self):
        prefixes = ("cobranza_limit_", "cobranza_cap_")
        names = [name for name in self._fields if name.startswith(prefixes)]
        for company in self:
            negative = next((name for name in names if company[name] < 0), None)
            if negative:
                raise ValidationError(
                    self.env._(
                        "“%(limit)s” can't be negative: 0 means that there is no limit.",
                        limit=self._fields[negative]._description_string(self.env),
                    )
                )

    def _cobranza_limits(self):
        """Return the engine.approval.Limits of this company."""
        self.ensure_one()
        return approval.Limits(
            *(
                to_decimal(self[f"cobranza_limit_{name}"], self.currency_id)
                for name in approval.Limits._fields
            )
        )

    # --- how much leaves in a day --------------------------------------------------------

    def _cobranza_caps(self):
        """Return the engine.approval.Caps of this company."""
        self.ensure_one()
        return approval.Caps(
            self.cobranza_cap_number,
            to_decimal(self.cobranza_cap_amount, self.currency_id),
            self.cobranza_cap_debtor,
        )

    def _cobranza_over_cap(self, reminders):
        """Return {reminder id: cap} of those that don't fit into today; see engine.approval.within.

        What left today is counted under a lock that is held until this transaction ends, and
        read as others have committed it: two workers at once can't exceed a cap together.
        """
        self.ensure_one()
        caps = self._cobranza_caps()
        if not any(caps):
            return {}
        self.env.flush_all()
        self.env.cr.execute(SQL("SELECT pg_advisory_xact_lock(%s, %s)", LOCK_CLASS, self.id))
        number, amount, by_debtor = self._cobranza_left_today(reminders.debtor_id.ids)
        waiting = [
            (one.id, one.debtor_id.id, one._decimal_total(), one.automatic)
            for one in reminders.sorted("id")
        ]
        return approval.within(waiting, caps, number, amount, by_debtor)

    def _cobranza_debtors_full_today(self, debtors):
        """Return those of these debtors who had all messages today that one may have in a day."""
        self.ensure_one()
        most = self.cobranza_cap_debtor
        if not most:
            return debtors.browse()
        self.env.flush_all()
        _number, _amount, by_debtor = self._cobranza_left_today(debtors.ids)
        return debtors.filtered(lambda one: by_debtor.get(one.id, 0) >= most)

    def _cobranza_left_today(self, debtor_ids):
        """Count what left today: (automatic reminders, their amount, {debtor id: messages}).

        Own work is in this transaction, that of others in a later snapshot than this one's:
        rows of both are united by id.
        """
        query = SQL(
            """
            SELECT r.id, r.debtor_id, r.automatic, COALESCE(r.amount_company, 0)::text
              FROM cobranza_reminder r
             WHERE r.company_id = %(company)s AND r.state = 'sent' AND r.sent_date = %(today)s
               AND (r.automatic OR r.debtor_id IN %(debtors)s) AND %(delivered)s
            """,
            company=self.id,
            today=self._cobranza_today(),
            debtors=tuple(debtor_ids) or (0,),
            delivered=self.env["cobranza.reminder"]._sql_delivered("r"),
        )
        with self.env.registry.cursor() as fresh:
            fresh.execute(query)
            rows = set(fresh.fetchall())
        rows |= set(self.env.execute_query(query))
        automatic = [Decimal(amount) for _id, _debtor, is_automatic, amount in rows if is_automatic]
        by_debtor = {}
        for _id, debtor_id, _automatic, _amount in rows:
            by_debtor[debtor_id] = by_debtor.get(debtor_id, 0) + 1
        return len(automatic), sum(automatic, Decimal(0)), by_debtor

    def _cobranza_opening_tomorrow(self):
        """Return the moment (UTC, without zone) at which the company opens tomorrow."""
        tomorrow = self._cobranza_today() + timedelta(days=1)
        zone = timezone(self._cobranza_zone())
        opening = zone.localize(datetime.combine(tomorrow, OPENING))
        return opening.astimezone(UTC).replace(tzinfo=None)

    # --- how old the bank's data is ------------------------------------------------------

    def _cobranza_last_bank_date(self):
        """Return the date up to which the bank's data is there, or None.

        Of bank accounts that move regularly the one whose newest entry is oldest counts: what
        customers paid into it since isn't known.  Where none does, the newest entry of all.
        An entry is a statement line, or one of a bank journal on the bank's own account; a
        payment that somebody registered and the bank hasn't confirmed is on another account.
        What is dated in the future says nothing about what the bank has told.
        A branch may use the bank accounts of its parents.
        """
        self.ensure_one()
        self.env.flush_all()
        # whoever may send a reminder may know how old the bank's data is
        companies = self.sudo().parent_ids.ids or self.ids
        today = self._cobranza_today()
        [[last]] = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(min(t.last) FILTER (WHERE t.entries >= %(entries)s), max(t.last))
                  FROM (SELECT max(l.date) AS last,
                               count(*) FILTER (WHERE l.date > %(since)s) AS entries
                          FROM account_move_line l
                          JOIN account_journal j ON j.id = l.journal_id AND j.type = 'bank'
                           AND j.default_account_id = l.account_id
                         WHERE l.parent_state = 'posted' AND j.company_id IN %(companies)s
                           AND l.date <= %(today)s
                      GROUP BY j.id) t
                """,
                entries=REGULAR_ENTRIES,
                since=today - timedelta(days=REGULAR_DAYS),
                companies=tuple(companies),
                today=today,
            )
        )
        return last

    def _cobranza_stale_bank(self, days):
        """Return the sentence that says how old the bank's data is; False if it is fresh.

        days: the oldest it may be.
        """
        last = self._cobranza_last_bank_date()
        if not preflight.is_stale(last, self._cobranza_today(), days):
            return False
        return self._cobranza_bank_sentence(last, days)

    @api.model
    def _cobranza_bank_sentence(self, last, days):
        """What is wrong with bank data that ends on `last` (a date or False), and what to do."""
        if not last:
            return self.env._(
                "There is no bank entry at all, so nobody knows who has paid: import the bank's "
                "movements."
            )
        return self.env._(
            "The last bank entry is of %(date)s, more than %(days)s day(s) ago: import the bank's "
            "movements, so that nobody is reminded of what he has paid.",
            date=format_date(self.env, last),
            days=days,
        )
