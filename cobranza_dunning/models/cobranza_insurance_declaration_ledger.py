from collections import defaultdict
from decimal import Decimal

from odoo import fields, models

from ..engine import declarations, premium
from .amounts import to_decimal

KINDS = {"out_refund": "credit_note"}


class CobranzaInsuranceDeclaration(models.Model):
    """How a draft follows the ledger, and what premium it means."""

    # a file for each part
    _inherit = "cobranza.insurance.declaration"  # pylint: disable=consider-merging-classes-inherited

    premium_base = fields.Monetary("Premium is of")
    premium_net = fields.Monetary("Premium", help="Without its tax.")
    premium_late = fields.Monetary("Of it for late documents")
    premium_minimum = fields.Monetary(
        "Up to the minimum",
        help="What the premiums of the insurance year lack of its minimum; negative where late "
        "documents have made up for what was charged.",
    )
    premium_minimums = fields.Json(
        "Up to the minimum, by year",
        help="What of it is for each insurance year, by its first day.",
    )
    premium_tax = fields.Monetary("Premium tax")
    premium_total = fields.Monetary(compute="_compute_premium_total")

    def _compute_premium_total(self):
        for one in self:
            one.premium_total = one.premium_net + one.premium_minimum + one.premium_tax

    def _refresh(self):
        """Make one draft anew from the ledger as it is now: read once, decided by the engine."""
        self.ensure_one()
        policy = self.policy_id.sudo()
        pairs = self.env["cobranza.insurance.facts"].sudo()._sales(
            policy, self, self.date_from, self.date_to
        )
        rules = policy._rules()
        found = declarations.declare(
            rules, [item for item, _document in pairs], self.date_from,
            policy._declaration_calendar(),
        )  # fmt: skip
        documents = {item.id: (item, document) for item, document in pairs}
        late = set(found.late)
        chosen = [documents[key] for key in (*found.late, *found.regular)]
        sales = [
            premium.Sale(
                declarations.value(rules, item),
                _told(rules, item),
                item.id in late,
                _costs_nothing(rules, item, document),
            )
            for item, document in chosen
        ]
        due, parts = premium.of_sales(policy._tariff(), sales, found.amount, found.late_amount)
        self._keep_lines(rules, chosen, late, parts)
        self._keep_totals(rules, found, chosen)
        minimums = self._minimums(
            policy, [(item.day, net) for (item, _document), net in zip(chosen, parts, strict=True)]
        )
        self._gated().write(
            {
                "figures_date": fields.Datetime.now(),
                "downloaded_on": False,
                "count": len(chosen),
                "late_count": len(late),
                "amount": float(found.amount),
                "late_amount": float(found.late_amount),
                "premium_base": float(due.base),
                "premium_net": float(due.net),
                "premium_late": float(due.late),
                "premium_minimum": float(sum(one.net for one in minimums.values())),
                "premium_minimums": {
                    fields.Date.to_string(day): float(one.net) for day, one in minimums.items()
                },
                "premium_tax": float(due.tax + sum(one.tax for one in minimums.values())),
            }
        )

    def _keep_lines(self, rules, chosen, late, parts):
        """Write the documents of this draft instead of those it had."""
        existing = self.env["account.move"].sudo().browse(
            [document.id for _item, document in chosen]
        ).exists().ids  # fmt: skip
        self._keep_rows(
            "line_ids",
            [
                {
                    "declaration_id": self.id,
                    "document_id": document.id,
                    "move_id": document.id if document.id in existing else False,
                    "name": document.name,
                    "kind": self._kind(item, document),
                    "partner_id": item.debtor_id,
                    "country_id": document.country_id,
                    "day": item.day,
                    "late": item.id in late,
                    "amount": float(item.change[0]),
                    "tax_amount": float(item.change[1]),
                    "declared_amount": float(declarations.value(rules, item)),
                    "premium_amount": float(part),
                    "document_currency_id": document.currency_id,
                    "document_amount": float(document.amount) - float(document.told_document),
                    "document_tax": float(document.tax) - float(document.told_document_tax),
                }
                for (item, document), part in zip(chosen, parts, strict=True)
            ],
        )

    def _kind(self, item, document):
        """What a line tells of its document."""
        if self.balances:
            return "balance"
        if item.told is not None:
            return "change"
        return KINDS.get(document.move_type, "invoice")

    def _keep_totals(self, rules, found, chosen):
        """Write the totals of this draft instead of those it had."""
        countries = {document.country: document.country_id for _item, document in chosen}
        self._keep_rows(
            "total_ids",
            [
                {
                    "declaration_id": self.id,
                    "partner_id": group.key if rules.group == "debtor" else False,
                    "country_id": countries[group.key] if rules.group == "country" else False,
                    "count": group.count,
                    "amount": float(group.amount),
                    "late_amount": float(group.late),
                }
                for group in found.groups
            ],
        )

    def _keep_rows(self, name, vals_list):
        """Write the rows of a field anew, unless those that there are say just the same."""
        # rows are written by the declaration alone
        rows_sudo = self.sudo()[name].sorted("id")
        if len(rows_sudo) == len(vals_list) and not any(
            one._changed(vals) for one, vals in zip(rows_sudo, vals_list, strict=True)
        ):
            return
        rows_sudo.unlink()
        rows_sudo._gated().create(vals_list)

    def _minimums(self, policy, sales):
        """Return {first day of an insurance year: the Premium that this adds to its minimum}.

        sales: (day, net premium) of each that it tells.
        """
        others = self.search(
            [("policy_id", "=", policy.id), ("id", "not in", (self | self.corrects_id).ids),
             "|", ("state", "=", "declared"),
             "&", ("state", "=", "draft"), ("date_from", "<", self.date_from)]
        )  # fmt: skip
        others -= others.corrects_id
        charged = defaultdict(Decimal)
        for one in others:
            for day, amount in (one.premium_minimums or {}).items():
                charged[fields.Date.to_date(day)] += to_decimal(amount, one.currency_id)
        # what was told counts, whoever may read it
        told = self.env["cobranza.insurance.declaration.line"].sudo()._read_group(
            [("declaration_id", "in", others.ids)], ["day:day"], ["premium_amount:sum"]
        )
        theirs = [(day, to_decimal(amount, policy.currency_id)) for day, amount in told]
        years, period = policy._periods_in_force(), (self.date_from, self.date_to)
        return premium.minimums(policy._tariff(), years, period, sales, theirs, charged)


def _told(rules, item):
    """What was declared of an item before."""
    amount, tax = item.told or (declarations.ZERO, declarations.ZERO)
    return amount if rules.with_tax else amount - tax


def _costs_nothing(rules, item, document):
    """Whether no premium by invoice is owed: of credit notes, and of what nobody insures.

    What was declared before stays as it was then.
    """
    told = _told(rules, item)
    costs = Decimal(document.told_premium) if told else document.flagged
    return document.move_type == "out_refund" or not costs
