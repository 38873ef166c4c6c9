"""Every public method of ours, called by people who have no business there."""

import inspect
from base64 import b64encode

from odoo.exceptions import AccessError, UserError
from odoo.models import BaseModel
from odoo.service.model import call_kw, get_public_method
from odoo.tests import tagged
from odoo.tools import SQL

from ..models.gate import KEY, OPEN
from .common import TODAY
from .test_answers import AnswerCase

MODULE = "cobranza_dunning"

#: What a required value of a record is, and a required argument, where its type says too little.
SAMPLES = {
    "char": "Because", "text": "Because", "html": "<p>Because</p>", "date": TODAY,
    "datetime": f"{TODAY} 12:00:00", "integer": 1, "float": 1.0, "monetary": 1.0,
    "binary": b64encode(b"partner_id;amount"),
}  # fmt: skip


@tagged("post_install", "-at_install")
class TestOutsiders(AnswerCase):
    """A new method is found by itself; whoever adds one with a new argument says what it takes."""

    #: What belongs to no record: a collector may do it in a company of his own.
    OF_ONES_OWN_COMPANY = {
        ("cobranza.run", "action_preview_next"),
        ("cobranza.stop", "action_state"),
        ("cobranza.expectation", "forecast"),
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        elsewhere = cls.new_company("Elsewhere")
        cls.collector_elsewhere = cls.new_user(
            f"{MODULE}.group_collector", name="Collector elsewhere", companies=elsewhere,
            company_id=elsewhere.id,
        )  # fmt: skip
        cls.outsiders = (
            cls.new_user("base.group_user", name="Plain"),
            cls.new_user("base.group_portal", name="Portal"),
            cls.collector_elsewhere,
        )

    def setUp(self):
        super().setUp()
        self.reminder = self.sent()
        self.answer = self.reminder._log_answer("It never arrived", kind="not_received")
        self.known = {
            "cobranza.debtor": self.reminder.debtor_id,
            "cobranza.interaction": self.answer,
            "cobranza.reminder": self.reminder,
            "cobranza.policy": self.policy,
            "cobranza.policy.level": self.reminder.level_id,
            "account.move": self.reminder.line_ids.move_id,
            "account.move.line": self.reminder.line_ids.move_line_id,
            "mail.template": self.reminder.level_id.template_id,
            "res.company": self.company,
            "res.currency": self.company.currency_id,
            "res.partner": self.partner,
            "res.users": self.collector,
        }
        self.arguments = {
            "recipient_id": self.partner.id, "partner_id": self.partner.id,
            "move_line_id": self.reminder.line_ids.move_line_id.id,
            "cancel_reason": "Because", "reason": "Because", "channel": "phone",
            "amount": 10.0, "date": str(TODAY), "offer": {}, "number": 1,
            "segment_id": self.env["cobranza.segment"].search([], limit=1).id,
            "payment_line_id": self.reminder.line_ids.move_line_id.id, "decision": "Because",
            "policy": 1, "rows": [{"partner_id": self.partner.id, "amount": 10.0}],
        }  # fmt: skip

    # --- what there is -------------------------------------------------------------------

    def methods(self, model):
        """The names of the public methods that a model has from us alone.

        What overrides a method of Odoo's is as open as that.
        """
        for name in dir(type(model)):
            if name.startswith("_") or hasattr(BaseModel, name):
                continue
            places = [one.__module__ for one in type(model).mro() if name in vars(one)]
            function = getattr(type(model), name)
            if not inspect.isfunction(function) or not all(
                place.startswith(f"odoo.addons.{MODULE}.") for place in places
            ):
                continue
            try:
                get_public_method(model, name)
            except AccessError:
                continue
            yield name, function

    def record(self, name):
        """A record of a model that belongs to the company; made if there is none."""
        if name not in self.known:
            model = self.env[name].sudo()
            self.known[name] = model.search([], limit=1, order="id desc") or self.make(model)
        return self.known[name]

    def make(self, model):
        """Make a record that has no more than it must."""
        given = model.default_get(list(model._fields))
        return model.with_context(**{KEY: OPEN}).create(
            {
                name: self.value(field)
                for name, field in model._fields.items()
                if field.required and field.store and not given.get(name)
                and not (field.compute and field.readonly)
            }
        )

    def value(self, field):
        """Something for a required field."""
        if field.type == "many2one":
            return self.record(field.comodel_name).id
        if field.type in ("many2many", "one2many"):
            return self.record(field.comodel_name).ids
        if field.type == "selection":
            return field.get_values(self.env)[0]
        return SAMPLES[field.type]

    # --- what they get ---------------------------------------------------------------------

    def call(self, user, name, method, function):
        """Call one method as a user, as over RPC; return its answer. What it did is undone."""
        record = self.record(name).with_user(user)
        parameters = list(inspect.signature(function).parameters.values())[1:]
        arguments = [
            self.arguments[one.name]
            for one in parameters
            if one.default is one.empty and one.kind == one.POSITIONAL_OR_KEYWORD
        ]
        if not hasattr(function, "_api_model"):
            arguments = [record.ids, *arguments]
        undo = self.env.cr.savepoint()
        try:
            written = self.written()
            answer = call_kw(record.browse(), method, arguments, {})
            self.env.flush_all()
            self.assertEqual(self.written(), written, "It has written")
            return answer
        finally:
            self.env.clear()
            undo.close(rollback=True)

    def written(self):
        """How many rows this transaction has written so far."""
        query = SQL(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
            " WHERE relname LIKE %s", "cobranza%"
        )  # fmt: skip
        return self.env.execute_query(query)

    def test_they_are_refused_or_see_an_empty_form(self):
        """An action that opens a form tells nothing: who opens it reads it by his own rights."""
        tried = 0
        for name in sorted(self.env.registry):
            model = self.env[name]
            found = [] if model._abstract else list(self.methods(model))
            for method, function in found:
                for user in self.outsiders:
                    if user == self.collector_elsewhere and (
                        (name, method) in self.OF_ONES_OWN_COMPANY
                    ):
                        continue
                    tried += 1
                    with self.subTest(model=name, method=method, user=user.name):
                        try:
                            answer = self.call(user, name, method, function)
                        except UserError:
                            continue
                        self.assertIn("ir.actions.", str(answer and answer["type"]))
                        for secret in (self.partner.name, self.reminder.access_token):
                            self.assertNotIn(secret, str(answer))
        self.assertGreater(tried, 200)
