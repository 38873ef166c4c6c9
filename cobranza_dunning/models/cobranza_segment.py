from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import mute_logger
from odoo.tools.translate import LazyTranslate
from psycopg2 import DataError

from ..engine import scoring
from .cobranza_policy_standard import translate_names

_lt = LazyTranslate(__name__)

#: The segments a company begins with, in their order: name, which scores, from, to.  None has a
#: policy of its own, so that nothing changes until somebody chooses one.
STANDARD = (
    (_lt("Risky"), scoring.RANGE, 0, 39),
    (_lt("Slow payer"), scoring.RANGE, 40, 69),
    (_lt("Good payer"), scoring.RANGE, 70, 100),
    (_lt("New or little known"), scoring.NONE, 0, 100),
)

#: What of a segment decides about who is in it.
DECIDING = {"active", "sequence", "scores", "lowest", "highest", "domain", "company_id"}


class CobranzaSegment(models.Model):
    """Customers of one company that are treated alike: by their score, a condition, or both.

    A customer is in the first segment of the list that fits him, or where a person put him.
    """

    _name = "cobranza.segment"
    _description = "Segment of customers"
    _inherit = ["cobranza.owned.mixin", "mail.thread"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    scores = fields.Selection(
        [
            (scoring.ANY, "With any score, or none"),
            (scoring.RANGE, "With a score from … to …"),
            (scoring.NONE, "Without a score"),
        ],
        "Customers",
        required=True,
        default=scoring.RANGE,
        tracking=True,
        help="A customer of whom too little is known has no score.",
    )
    lowest = fields.Integer("From", default=0, tracking=True, help="Included. 0 pays worst.")
    highest = fields.Integer("Up to", default=100, tracking=True, help="Included. 100 pays best.")
    domain = fields.Char(
        "And for whom",
        tracking=True,
        help="What else has to hold for the customer's account. Empty: nothing else.",
    )
    problem = fields.Char(compute="_compute_problem")
    policy_id = fields.Many2one(
        "cobranza.policy",
        check_company=True,
        tracking=True,
        ondelete="restrict",
        index="btree_not_null",
        help="For these customers, unless one is chosen for the customer or the invoice. Empty: "
        "the company's policy.",
    )
    debtor_ids = fields.One2many("cobranza.debtor", "segment_id", "Accounts")
    debtor_count = fields.Integer("Number of customers", compute="_compute_debtor_count")

    _range_in_order = models.Constraint(
        "CHECK (0 <= lowest AND lowest <= highest AND highest <= 100)",
        "Scores go from 0 to 100, and the lower one comes first.",
    )

    @api.depends("debtor_ids")
    def _compute_debtor_count(self):
        counts = dict(
            self.env["cobranza.debtor"]._read_group(
                [("segment_id", "in", self.ids)], ["segment_id"], ["__count"]
            )
        )
        for segment in self:
            segment.debtor_count = counts.get(segment, 0)

    @api.depends("domain")
    def _compute_problem(self):
        for segment in self:
            lost = segment.domain and segment._condition() is None
            segment.problem = lost and self.env._(
                "The condition doesn't hold together any more, and nobody is in this segment: "
                "choose it anew."
            )

    @api.constrains("domain")
    def _check_domain(self):
        for segment in self.filtered("domain"):
            if not segment._may_search():
                raise ValidationError(
                    self.env._(
                        "“%(segment)s”: the condition isn't one that customers can be searched "
                        "by. Choose its fields and values anew.",
                        segment=segment.name,
                    )
                )

    def _may_search(self):
        """Whether debtors can be searched by the condition, by whoever writes it.

        Raises AccessError if it asks for what he may not read: it is the system that searches
        later.
        """
        condition = self._condition()
        if condition is None:
            return False
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                # constraints are checked as the system; this one is about the person
                self.env["cobranza.debtor"].sudo(False).search_count(condition, limit=1)
        except (DataError, ValueError):
            return False
        return True

    @api.constrains("company_id")
    def _check_company_id(self):
        for segment in self:
            if segment.debtor_ids.company_id - segment.company_id:
                raise ValidationError(
                    self.env._(
                        "Customers of another company are in “%(segment)s”: make a segment of its "
                        "own for each company.",
                        segment=segment.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Create segments; customers are put into them when the transaction commits."""
        segments = super().create(vals_list)
        segments.company_id._cobranza_classify_later()
        return segments

    def write(self, vals):
        """Write values; customers change places when the transaction commits."""
        before = self.company_id
        result = super().write(vals)
        if DECIDING & set(vals):
            (before | self.company_id)._cobranza_classify_later()
        return result

    def unlink(self):
        """Delete segments; who was in them goes to the next one that fits."""
        companies = self.company_id
        self.debtor_ids._gated().write({"segment_id": False, "segment_by_hand": False})
        result = super().unlink()
        companies._cobranza_classify_later()
        return result

    def action_view_debtors(self):
        """Open the customers of these segments."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cobranza_dunning.cobranza_debtor_action"
        )
        return {**action, "domain": [("segment_id", "in", self.ids)], "context": {}}

    # --- who is in it ------------------------------------------------------------------

    def _condition(self):
        """The condition as a Domain on debtors; TRUE without one, None if it is none."""
        self.ensure_one()
        try:
            condition = Domain(literal_eval(self.domain or "[]"))
            condition.validate(self.env["cobranza.debtor"].sudo())
        except (KeyError, RecursionError, SyntaxError, TypeError, ValueError):
            return None
        return condition

    def _fitting(self, debtor_ids):
        """Return {debtor id: set of the segments whose condition holds for him}.

        debtor_ids: only these; None = all of the company.  One search for each condition.
        """
        found = {}
        for segment in self.filtered("domain"):
            condition = segment._condition()
            if condition is None:
                continue
            scope = Domain("company_id", "=", segment.company_id.id)
            if debtor_ids is not None:
                scope &= Domain("id", "in", debtor_ids)
            for debtor_id in self.env["cobranza.debtor"].search(scope & condition).ids:
                found.setdefault(debtor_id, set()).add(segment.id)
        return found

    def _to_engine(self):
        """Return the engine.scoring.Segment of each, in their order."""
        return [
            scoring.Segment(one.id, one.scores, one.lowest, one.highest, bool(one.domain))
            for one in self
        ]

    # --- what a company begins with ----------------------------------------------------

    @api.model
    def _create_standard(self, company):
        """Create the segments a company begins with, unless it has some."""
        segments = self.with_context(lang="en_US", active_test=False, mail_create_nolog=True)
        if segments.search_count([("company_id", "=", company.id)], limit=1):
            return
        made = segments.create(
            [
                {
                    "name": segments.env._(name),
                    "company_id": company.id,
                    "sequence": 10 * place,
                    "scores": scores,
                    "lowest": lowest,
                    "highest": highest,
                }
                for place, (name, scores, lowest, highest) in enumerate(STANDARD, start=1)
            ]
        )
        made._translate_standard([code for code, _name in self.env["res.lang"].get_installed()])

    def _translate_standard(self, langs):
        """Put the names that `_create_standard` gave into other languages."""
        translate_names(self, [name for name, *_which in STANDARD], langs)
