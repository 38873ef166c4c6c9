from typing import Any, NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.insurance import REQUESTED
from .amounts import LARGEST
from .arguments import to_date, to_line, to_record, to_text
from .insurance_texts import DECISION_SELECTION

#: What a row may say; see `upsert`.
KEYS = {
    "policy", "partner_id", "insurer_number", "vat", "ref", "decision", "amount", "currency",
    "effective", "until", "kind", "reference", "note",
}  # fmt: skip
#: What is compared with the decision that has the same reference.
COMPARED = ("debtor_id", "kind", "decision", "amount", "effective", "until")
#: How a row names its customer, the surest way first.
NAMES = ("partner_id", "insurer_number", "vat", "ref")


class Known(NamedTuple):
    """What is read once for all rows.

    policies: the company's, archived ones too: their insurers go on deciding.
    partners: {(name of NAMES, folded value): res.partner of all that fit}.
    by_reference: {(policy id, reference): decisions, the earliest first, corrected ones too}.
    by_content: {values of COMPARED with the policy: decision} of those without a reference.
    holding: {(policy id, partner id, kind): decisions that hold today, the last one last}.
    standing: {(policy id, partner id, kind): the decision that counts today}.
    seen: what rows before this one have said, so that none counts twice.
    """

    policies: Any
    partners: dict
    by_reference: dict
    by_content: dict
    holding: dict
    standing: dict
    seen: set


class CobranzaInsuranceLimit(models.Model):
    """Recording many decisions at once: over RPC, and from an insurer's list."""

    # a file for each part
    _inherit = "cobranza.insurance.limit"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def upsert(self, rows, dry_run=False):
        """Record decisions of the insurer; the same rows once more change nothing.

        rows: dicts with
          `policy` id, number or name (needed if the company has several in use);
          the customer by `partner_id`, `insurer_number` (his number at the insurer), `vat` (that
          of the books' own country with or without its code) or `ref`;
          `decision` a code of DECISION_SELECTION ("granted" if left out), `amount` in the
          policy's currency, `currency` its code, only to be sure;
          `effective` the first day (today if left out), `until` the last one of a temporary limit;
          `kind` "named" (the insurer's, if left out) or "discretionary" (one's own);
          `reference` of the insurer: a row whose reference is known adds nothing if it says the
          same.  From a later day on it is his next decision about the same customer, since what
          was delivered before stays insured; otherwise it corrects the one that is known.  Rows
          without one are known if all is equal; without `effective` either, if that holds today;
          `note`.
        dry_run: say what would happen and write nothing.
        Returns for each row a dict: `status` "created", "corrected", "unchanged" or "error",
        `id` of the decision (False in a dry run and for errors), `partner_id`, `customer`,
        `before` and `after` (the limit today, and as the row says; 0 = none), `differences`
        {field: [recorded, new]} of a correction, `message` what is wrong with it.
        A row that is wrong leaves the others alone.
        Raises AccessError without the rights on limits, UserError if `rows` are none.
        """
        self.check_access("create")
        if not isinstance(rows, (list, tuple)) or not all(isinstance(row, dict) for row in rows):
            raise UserError(self.env._("Give the limits as a list of dictionaries."))
        known = self._read_known(rows)
        answers, to_create = [], []
        for row in rows:
            try:
                answer, vals = self._row(row, known)
            except UserError as error:
                answers.append({**_EMPTY, "status": "error", "message": str(error)})
                continue
            answers.append(answer)
            if vals and not dry_run:
                to_create.append((answer, vals))
        made = self.create([vals for _answer, vals in to_create])
        for (answer, _vals), limit in zip(to_create, made, strict=True):
            answer["id"] = limit.id
        return answers

    # --- what is known -----------------------------------------------------------------

    def _read_known(self, rows):
        """Read, once, all that rows may be about."""
        recorded = self.search([("company_id", "=", self.env.company.id)], order="recorded, id")
        in_use = recorded.filtered(lambda one: not one.corrected_by_ids)
        standing = self._standing(in_use.debtor_id) if in_use else self
        today = self.env.company._cobranza_today()
        policies = self.env["cobranza.insurance.policy"].with_context(active_test=False)
        return Known(
            policies.search([("company_id", "=", self.env.company.id)]),
            self._read_partners(rows),
            recorded.filtered("reference")
            .sorted("effective")
            .grouped(lambda one: (one.policy_id.id, one.reference)),
            {_content(one.policy_id.id, one._compared()): one for one in in_use},
            in_use.filtered(
                lambda one: one.effective <= today and (not one.until or today <= one.until)
            )
            .sorted("effective")
            .grouped(lambda one: (one.policy_id.id, one.partner_id.id, one.kind)),
            {(one.policy_id.id, one.partner_id.id, one.kind): one for one in standing},
            set(),
        )

    def _read_partners(self, rows):
        """Return {(name, value): customers} for every way in which rows name customers."""
        partners, found = self.env["res.partner"], {}
        for name in ("vat", "ref"):
            spelled = {way for row in rows for way in self._spellings(name, row.get(name))}
            if spelled:
                # of the customers of other companies one never means any
                own = partners._check_company_domain(self.env.company)
                for one in partners.search([*own, (name, "in", list(spelled))]):
                    key = self._partner_key(name, one[name])
                    found[key] = found.get(key, partners) | one.commercial_partner_id
        numbers = {_fold(row["insurer_number"]) for row in rows if row.get("insurer_number")}
        if numbers:
            debtors = self.env["cobranza.debtor"].search(
                [("company_id", "=", self.env.company.id), ("insurer_number", "!=", False)]
            )
            for one in debtors.filtered(lambda debtor: _fold(debtor.insurer_number) in numbers):
                key = ("insurer_number", _fold(one.insurer_number))
                found[key] = found.get(key, partners) | one.partner_id
        everybody = partners.union(*found.values())
        return {key: ours.with_prefetch(everybody.ids) for key, ours in found.items()}

    def _partner_key(self, name, value):
        """The key of `Known.partners`; a tax number is the same without the books' country."""
        folded = _fold(value)
        return name, folded.removeprefix(self._own_prefix()) if name == "vat" else folded

    def _spellings(self, name, value):
        """How a customer's record may spell what a row says."""
        if not value:
            return set()
        _name, key = self._partner_key(name, value)
        ways = {to_line(value), _fold(value), key}
        return ways | {self._own_prefix() + key} if name == "vat" else ways

    def _own_prefix(self):
        return self.env.company.account_fiscal_country_id.code or ""

    def _compared(self):
        """This decision's values of COMPARED; the customer stands for his account."""
        self.ensure_one()
        return {
            "debtor_id": self.partner_id.id,
            "kind": self.kind,
            "decision": self.decision,
            "amount": self.amount,
            "effective": self.effective,
            "until": self.until or False,
        }

    # --- one row -----------------------------------------------------------------------

    def _row(self, row, known):
        """Return (answer, values to create or None) for a row. Raises UserError if it is wrong."""
        strange = set(row) - KEYS
        if strange:
            raise UserError(
                self.env._("Unknown: %(names)s.", names=", ".join(sorted(map(str, strange))))
            )
        policy = self._row_policy(row.get("policy"), known.policies)
        partner = self._row_partner(row, known)
        said = self._row_values(row, policy, partner)
        reference = to_line(row.get("reference")) or False
        same = self._row_known(row, said, policy, known)
        if same and not row.get("effective"):
            said["effective"] = same.effective
        new = (policy.id, reference, said["effective"]) if reference else _content(policy.id, said)
        key = same.id or new
        if key in known.seen:
            raise UserError(self.env._("The same decision comes twice in the list."))
        known.seen.add(key)
        before = known.standing.get((policy.id, partner.id, said["kind"]))
        answer = {
            **_EMPTY,
            "partner_id": partner.id,
            "customer": partner.display_name,
            "before": before.amount if before else 0,
            "after": said["amount"],
        }
        if same:
            was = same._compared()
            differences = {name: [was[name], said[name]] for name in COMPARED
                           if was[name] != said[name]}  # fmt: skip
            if not differences:
                return {**answer, "status": "unchanged", "id": same.id}, None
            answer = {**answer, "status": "corrected", "differences": _plain(differences)}
        else:
            answer = {**answer, "status": "created"}
        vals = {name: value for name, value in said.items() if name != "debtor_id"}
        vals |= {
            "policy_id": policy.id,
            "partner_id": partner.id,
            "reference": reference,
            "note": to_text(row.get("note")),
            "corrects_id": same.id,
        }
        return answer, vals

    def _row_known(self, row, said, policy, known):
        """The decision that a row says once more, or corrects; empty if it is a new one.

        Of a reference that is known, what the same customer has from a later day on is new.
        """
        reference = to_line(row.get("reference"))
        if not reference and not row.get("effective"):
            key = (policy.id, said["debtor_id"], said["kind"])
            return self._row_holding(said, known.holding.get(key, self.browse()))
        if not reference:
            return known.by_content.get(_content(policy.id, said), self.browse())
        recorded = known.by_reference.get((policy.id, reference), self.browse())
        in_use = recorded.filtered(lambda one: not one.corrected_by_ids)
        last = in_use[-1:]
        if not last:
            return last
        was = last._compared()
        if not row.get("effective") and was == {**said, "effective": was["effective"]}:
            return last
        is_his = all(was[name] == said[name] for name in ("debtor_id", "kind"))
        if is_his and said["effective"] > recorded[-1].effective:
            return self.browse()
        return next((one for one in in_use if one.effective >= said["effective"]), last)

    def _row_holding(self, said, holding):
        """Which of the decisions that hold today a row without a day says once more.

        That is the last one; of a limit for good the last one for good, as a temporary one stands
        above it.  What was asked for is known until the insurer answers.
        """
        last = holding[-1:]
        if said["decision"] != REQUESTED:
            words = holding.filtered(lambda one: one.decision != REQUESTED)
            for_good = words.filtered(lambda one: not one.until)
            last = words[-1:] | (self.browse() if said["until"] else for_good[-1:])
        return last.filtered(lambda one: one._compared() == {**said, "effective": one.effective})

    def _row_policy(self, value, policies):
        """The policy that a row names. Raises UserError if it isn't one of the company's."""
        in_use = policies.filtered("active")
        if not value:
            if len(in_use) == 1:
                return in_use
            raise UserError(self.env._("Say which policy it is: the company has several, or none."))
        found = to_record(policies, value) & policies or policies.filtered(
            lambda one: _fold(value) in (_fold(one.number), _fold(one.name))
        )
        # an archived one may be called as its successor is
        found = found & in_use or found
        if len(found) != 1:
            raise UserError(self.env._("There is no policy “%s”, or several.", value))
        return found

    def _row_partner(self, row, known):
        """The customer of a row. Raises UserError if there is none, or several fit."""
        name = next((name for name in NAMES if row.get(name)), None)
        if name is None:
            raise UserError(self.env._("Say which customer it is."))
        value = row[name]
        if name == "partner_id":
            found = to_record(self.env["res.partner"], value).commercial_partner_id
        else:
            found = known.partners.get(
                self._partner_key(name, value), self.env["res.partner"]
            )
        if not found:
            raise UserError(self.env._("There is no customer “%s”.", value))
        if len(found) > 1:
            raise UserError(
                self.env._(
                    "“%(value)s” is several customers: %(names)s.",
                    value=value,
                    names=", ".join(found.mapped("display_name")),
                )
            )
        return found

    def _row_values(self, row, policy, partner):
        """The values of COMPARED that a row says. Raises UserError if they are none."""
        currency = to_line(row.get("currency"))
        if currency and currency != policy.currency_id.name:
            raise UserError(
                self.env._(
                    "The policy's limits are in %(own)s, not in %(other)s.",
                    own=policy.currency_id.name,
                    other=currency,
                )
            )
        decision = row.get("decision") or "granted"
        kind = row.get("kind") or "named"
        for value, selection in ((decision, DECISION_SELECTION),
                                 (kind, self._fields["kind"].selection)):  # fmt: skip
            codes = [code for code, _label in selection]
            if value not in codes:
                raise UserError(
                    self.env._(
                        "“%(value)s” isn't one of %(codes)s.", value=value, codes=", ".join(codes)
                    )
                )
        effective = to_date(self.env, row.get("effective")) or policy.company_id._cobranza_today()
        until = to_date(self.env, row.get("until")) or False
        if until and until < effective:
            raise UserError(self.env._("A limit ends after it begins."))
        return {
            "debtor_id": partner.id,
            "kind": kind,
            "decision": decision,
            "amount": self._row_amount(row.get("amount"), decision, policy.currency_id),
            "effective": effective,
            "until": until,
        }

    def _row_amount(self, value, decision, currency):
        """The amount of a row, rounded. Raises UserError for what is none."""
        try:
            amount = currency.round(float(value or 0))
        except (OverflowError, TypeError, ValueError) as error:
            raise UserError(
                self.env._("“%s” isn't an amount: write it as 1234.50.", value)
            ) from error
        positive = decision in ("granted", "reduced")
        if not 0 <= amount < LARGEST or (positive and not amount):
            raise UserError(
                self.env._("A limit that is granted or reduced has an amount above zero.")
            )
        return amount


#: The answer about a row of which nothing is known.
_EMPTY: dict[str, Any] = {
    "status": "error", "id": False, "partner_id": False, "customer": "", "before": 0, "after": 0,
    "differences": {}, "message": "",
}  # fmt: skip


def _fold(value):
    """A name, number or code without what people write differently."""
    return "".join(to_line(value).split()).upper()


def _content(policy_id, said):
    """What identifies a decision without a reference."""
    return policy_id, *(said[name] for name in COMPARED)


def _plain(differences):
    """Differences as plain values that can go over RPC."""
    return {
        name: [
            fields.Date.to_string(one) if hasattr(one, "isoformat") else one for one in values
        ]
        for name, values in differences.items()
    }
