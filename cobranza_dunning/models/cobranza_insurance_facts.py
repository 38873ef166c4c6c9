from bisect import bisect_right
from collections import defaultdict
from datetime import date as calendar_date
from decimal import Decimal
from typing import Any, NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..engine import cover, insurance
from ..engine.due import ZERO, to_places
from ..engine.insurance_choice import choose


class Terms(NamedTuple):
    """A company's policies as the engine takes them.

    policies: {policy id: engine Policy}, the preferred ones first.
    currencies: {policy id: (currency id, decimals)}.
    limits: {(policy id, debtor id): [engine Limit]}.
    """

    policies: dict
    currencies: dict
    limits: dict


class Fact(NamedTuple):
    """A due line as the statement reads it: amounts as text, in its own currency.

    tax_settled: None unless credit notes for tax alone took something off, see `_open_tax_share`.
    """

    line_id: int
    debtor_id: int
    move_id: int
    currency_id: int
    places: int
    residual: str
    company_residual: str
    amount: str
    company_amount: str
    tax_share: str
    tax_settled: dict | None
    invoiced: Any
    due: Any
    date_due: Any
    delivered: Any
    flagged: bool
    cash: bool
    chosen: int | None
    settled_on: Any
    disputed: str
    extended_to: Any
    done: dict | None


class Decided(NamedTuple):
    """What was decided about a due line.

    fact: the Fact.  line: the engine Line, in the policy's currency.  cover: its engine Cover.
    """

    fact: Fact
    line: Any
    cover: Any


class Position(NamedTuple):
    """A debtor's position under one policy.

    decided: [Decided] of the lines that fall under it.  exposure: engine.cover.Exposure.
    renewed: ids of the policies that this one renews.
    """

    policy_id: int
    decided: list
    exposure: Any
    renewed: tuple


class CobranzaInsuranceFacts(models.AbstractModel):
    """Reads what the engine has to know about cover, and asks it.

    The one place where the ledger is read for insurance: the stored covers, the warning on a
    draft, the question what may be agreed on all come through here.  One SQL statement reads
    every line of all debtors concerned.
    """

    _name = "cobranza.insurance.facts"
    _description = "Facts about credit insurance"

    @api.model
    def _positions(self, company, date, debtor_ids=None, drafts=None):
        """Decide on a company's insured debtors.

        date: the day to decide for; the ledger is read as it is now.
        debtor_ids: only these debtors; None = all with something to be insured, or a limit.
        drafts: {debtor id: [Fact]} of invoices that aren't posted yet.
        Returns {debtor id: [Position]}; debtors who fall under no policy are missing.
        """
        terms = self._terms(company, debtor_ids)
        if not terms.policies:
            return {}
        self.env.flush_all()
        buyers = self._buyers(company, debtor_ids)
        # whoever owes nothing has a limit all the same
        limited = {debtor_id for _policy_id, debtor_id in terms.limits}
        wanted = limited if debtor_ids is None else debtor_ids
        facts = defaultdict(list, {debtor_id: [] for debtor_id in wanted})
        for debtor_id, rows in (drafts or {}).items():
            facts[debtor_id] += rows
        for fact in self._read(company, date, debtor_ids, terms):
            facts[fact.debtor_id].append(fact)
        convert = self._converter(company, terms)
        found = {}
        for debtor_id, rows in facts.items():
            if debtor_id in buyers:
                positions = _decide(terms, rows, date, debtor_id, *buyers[debtor_id], convert)
                if positions:
                    found[debtor_id] = positions
        return found

    @api.model
    def _strangers_positions(self, company, drafts):
        """Decide on customers without a collections account: they owe nothing yet.

        drafts: {commercial partner: [Fact]} of their first invoices.
        Returns {commercial partner: [Position]}.
        """
        terms = self._terms(company, [])
        if not drafts or not terms.policies:
            return {}
        ids = [one.id for one in drafts]
        related = self.env["res.company"].search([("partner_id", "in", ids)]).partner_id
        convert, today = self._converter(company, terms), company._cobranza_today()
        found = {}
        for partner, facts in drafts.items():
            kind = insurance.RELATED if partner in related else "company"
            buyer = insurance.Buyer(partner.id, kind, partner.country_id.code or None)
            found[partner] = _decide(terms, facts, today, 0, buyer, None, convert)
        return found

    # --- what is known -----------------------------------------------------------------

    def _terms(self, company, debtor_ids, asked=()):
        """Return the Terms of a company: its policies, and the limits of these debtors.

        asked: a policy that counts too, after the others, though it is archived.
        """
        policies = self.env["cobranza.insurance.policy"]._of_company(company)
        policies |= policies.browse(asked and asked.ids)
        domain = [("policy_id", "in", policies.ids)]
        if debtor_ids is not None:
            domain.append(("debtor_id", "in", debtor_ids))
        # what the insurer has decided counts, whoever may read it
        limits = self.env["cobranza.insurance.limit"].sudo().search(domain) if policies else ()
        today = company._cobranza_today()
        return Terms(
            {one.id: one._for_engine() for one in policies},
            {one.id: (one.currency_id.id, one.currency_id.decimal_places) for one in policies},
            {
                (policy.id, debtor.id): ours._for_engine(today)
                for (policy, debtor), ours in limits.grouped(
                    lambda one: (one.policy_id, one.debtor_id)
                ).items()
            }
            if limits
            else {},
        )

    def _buyers(self, company, debtor_ids):
        """Return {debtor id: (engine Buyer, the policy chosen for him or None)}."""
        only = SQL() if debtor_ids is None else SQL("AND d.id IN %s", tuple(debtor_ids) or (0,))
        rows = self.env.execute_query(
            SQL(
                """
                SELECT d.id, d.partner_id, %s,
                       k.code, d.insolvent_on, d.insurance_stop_from, d.insurance_stop_until,
                       f.claims, d.insurance_policy_id
                  FROM cobranza_debtor d
                  JOIN res_partner p ON p.id = d.partner_id
             LEFT JOIN res_country k ON k.id = p.country_id
             LEFT JOIN (%s) f ON f.debtor_id = d.id
                 WHERE d.company_id = %s %s
                """,
                self._buyer_kind(),
                self._query_claim_days(company),
                company.id,
                only,
            )
        )
        return {
            debtor_id: (
                insurance.Buyer(
                    partner_id,
                    kind,
                    country,
                    insolvent_on,
                    stops=((first, last),) if first else (),
                    claims=tuple((key, _day(day)) for key, day in claims or ()),
                ),
                chosen,
            )
            for (
                debtor_id, partner_id, kind, country, insolvent_on, first, last, claims, chosen,
            ) in rows
        }  # fmt: skip

    def _buyer_kind(self):
        """SQL: the kind of debtor of the account `d`, if there is one, and the customer `p`."""
        return SQL(
            """
            COALESCE(d.insurance_kind,
                     CASE WHEN EXISTS (SELECT 1 FROM res_company c WHERE c.partner_id = p.id)
                          THEN 'related_company' ELSE 'company' END)
            """
        )

    def _converter(self, company, terms):
        """Return the function that turns an amount of a line into the policy's currency.

        It takes a currency id, the amount in it, the amount in company currency, a day and a
        policy id.  What isn't in one of the two counts at the policy currency's rate of the day,
        from the amount that was booked.
        """
        own = company.currency_id.id
        foreign = {currency for currency, _places in terms.currencies.values()} - {own}
        rate = self._rates(company, foreign | {own}) if foreign else None

        def convert(currency_id, amount, company_amount, day, policy_id):
            target, places = terms.currencies[policy_id]
            if target == currency_id:
                return amount
            if target == own:
                return to_places(company_amount, places)
            return to_places(company_amount * rate(target, day) / rate(own, day), places)

        return convert

    def _rates(self, company, currency_ids):
        """Return the function of a currency and a day that gives its rate, as Odoo reads it."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT currency_id, name, rate::text FROM res_currency_rate
                 WHERE currency_id IN %s AND (company_id IS NULL OR company_id = %s)
              ORDER BY currency_id, name, company_id NULLS FIRST
                """,
                tuple(currency_ids),
                company.root_id.id,
            )
        )
        days, rates = defaultdict(list), defaultdict(list)
        for currency_id, day, rate in rows:
            days[currency_id].append(day)
            rates[currency_id].append(Decimal(rate))

        def find(currency_id, day):
            if not days[currency_id]:
                return Decimal(1)
            return rates[currency_id][max(bisect_right(days[currency_id], day) - 1, 0)]

        return find

    def _read(self, company, date, debtor_ids, terms):
        """Read the Facts about all that these debtors owe, and what they paid very late."""
        extensions = [one.mep for one in terms.policies.values() if one.mep is not None]
        rows = self.env.execute_query(self._query(company, date, debtor_ids, extensions))
        return [Fact._make(row) for row in rows]


# --- asking the engine ---------------------------------------------------------------------------


def _decide(terms, facts, date, debtor_id, buyer, chosen, convert):
    """Return the Positions of one debtor under every policy that something of his falls under.

    That under which a sale of the day would fall comes first.  What uses the limit under a policy
    uses that of its renewals as well: an insurer counts all that a debtor owes.
    """
    keyed = [
        (fact, choose(terms.policies, fact, buyer, fact.chosen or chosen)) for fact in facts
    ]
    now = choose(terms.policies, insurance.Line(0, ZERO, date, date), buyer, chosen)
    wanted = {now, *(key for fact, key in keyed if fact.flagged)}
    renewed = {one: insurance.renewed(terms.policies, one) for one in wanted - {None}}
    found = {}
    for policy_id in sorted(renewed, key=lambda one: len(renewed[one])):
        policy, limits = terms.policies[policy_id], terms.limits.get((policy_id, debtor_id), [])
        # of those renewed the last one has what is used under all of them
        used = (found[one].exposure.used for one in renewed[policy_id] if one in found)
        before = next(used, ZERO)
        insured = buyer.under(policy_id, *renewed[policy_id])
        lines = {
            fact.line_id: _line(fact, policy_id, fact.flagged and key == policy_id, convert)
            for fact, key in keyed
        }
        by_id = {fact.line_id: fact for fact, key in keyed if key == policy_id}
        covers = cover.decide(policy, limits, lines.values(), date, insured, before)
        ours = [
            Decided(by_id[one.line_id], lines[one.line_id], one)
            for one in covers
            if one.line_id in by_id
        ]
        exposure = cover.exposure(policy, limits, covers, date, insured, lines.values(), before)
        found[policy_id] = Position(policy_id, ours, exposure, renewed[policy_id])
    ordered = sorted(terms.policies, key=lambda one: one != now)
    return [found[one] for one in ordered if one in found]


def _line(fact, policy_id, flagged, convert):
    """Return the engine Line of a Fact, in a policy's currency."""
    residual, amount, disputed = map(Decimal, (fact.residual, fact.amount, fact.disputed))
    company_residual, company_amount = map(Decimal, (fact.company_residual, fact.company_amount))

    def money(one, company_one):
        return convert(fact.currency_id, one, company_one, fact.invoiced, policy_id)

    total = money(amount, company_amount)
    done = fact.done or {}
    return insurance.Line(
        fact.line_id,
        money(residual, company_residual),
        fact.invoiced,
        fact.due,
        fact.delivered,
        total,
        total * _open_tax_share(fact),
        # a part of the residual, at the rate of the residual
        money(disputed, company_residual * disputed / residual) if disputed and residual else ZERO,
        flagged,
        fact.cash,
        fact.settled_on,
        _day(done.get("activated")),
        _day(done.get("declared")),
        _day(done.get("notified")),
        _day(done.get("claimed")),
        fact.extended_to,
        _day(done.get("approved")),
        frozenset(kind.partition(":")[2] for kind in done if kind.startswith("excused:")),
    )


def _open_tax_share(fact):
    """Return which part of what is open of a Fact's document is tax.

    A re-booked debt begins with what was open of its invoices when it was re-booked.
    """
    settled = fact.tax_settled or {}
    parts = [
        (Decimal(amount), _share_left(Decimal(share), before))
        for amount, share, before in settled.get("before", ())
    ]
    whole = sum((amount for amount, _share in parts), ZERO)
    begun = sum((amount * share for amount, share in parts), ZERO) / whole if whole else None
    return _share_left(Decimal(fact.tax_share) if begun is None else begun, settled.get("own"))


def _share_left(share, document):
    """Which part of what is open of a document is tax; document: None, or what it was and came."""
    if not document:
        return share
    settled = [(Decimal(amount), is_tax) for amount, is_tax in document["settled"]]
    return cover.open_tax_share(share, Decimal(document["total"]), settled)


def _day(text):
    """A day that came as text, or None."""
    return calendar_date.fromisoformat(text) if text else None
