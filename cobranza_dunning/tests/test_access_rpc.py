"""What can be called and written over RPC, and what only the program may."""

from odoo import Command
from odoo.addons.cobranza_dunning.models import gate
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw, get_public_method
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_access import MODULE, AccessCase


@tagged("post_install", "-at_install")
class TestAccessRpc(AccessCase):
    def test_private_methods_can_not_be_called(self):
        for name in [*self.our_models(transient=True), "cobranza.facts", "cobranza.gated.mixin"]:
            model = self.env[name]
            private = [
                method for method in dir(type(model))
                if method.startswith("_") and not method.startswith("__")
                and callable(getattr(type(model), method, None))
                and getattr(getattr(type(model), method), "__module__", "").startswith(
                    f"odoo.addons.{MODULE}"
                )
            ]  # fmt: skip
            for method in private:
                with self.subTest(model=name, method=method), self.assertRaises(AccessError):
                    get_public_method(model, method)

    def test_the_gate_can_not_be_forged(self):
        self.invoice(self.partner, 100)
        reminder = self.propose().with_user(self.collector)
        for value in (True, 1, "OPEN", repr(gate.OPEN), {"cobranza_gate": True}, [gate.KEY]):
            for method, args, kwargs in (
                ("write", [reminder.ids, {"state": "sent"}], {}),
                ("write", [reminder.ids, {"sent_date": "2026-01-01"}], {}),
                ("create", [{"state": "sent", "debtor_id": reminder.debtor_id.id}], {}),
                ("web_save", [reminder.ids, {"state": "approved"}], {"specification": {}}),
                ("copy", [reminder.ids], {}),
            ):
                kwargs = {**kwargs, "context": {gate.KEY: value}}
                with self.subTest(method, value=value), self.assertRaises(AccessError):
                    call_kw(reminder.browse(), method, args, kwargs)
        self.assertEqual(reminder.state, "proposed")
        for method in ("_gated", "with_context", "with_env", "with_user", "sudo", "_update_state"):
            with self.subTest(method), self.assertRaises(AccessError):
                call_kw(reminder.browse(), method, [reminder.ids], {})

    def test_public_methods_of_ours_are_meant_to_be(self):
        """Every method a script can call is an action, an explanation or one of Odoo's own."""
        allowed = {
            "write", "create", "unlink", "default_get", "copy_data", "cobranza_explain",
            "cobranza_may_contact", "call_script", "promise", "raise_dispute", "negotiate",
            "propose", "log_contact", "upsert", "prepare", "figures", "export", "suggest", "notify",
            "file_claim", "record_recovery", "register_payment", "as_dict", "set_segment",
            "cobranza_expected", "forecast", "cobranza_cover_preview",
            "cancel", "mark_outgoing", "message_route", "mail_allowed_qweb_expressions",
        }  # fmt: skip
        for name in self.our_models(transient=True):
            model = self.env[name]
            for method in dir(type(model)):
                function = getattr(type(model), method, None)
                module = getattr(function, "__module__", None) or ""
                if method.startswith("_") or not module.startswith(f"odoo.addons.{MODULE}"):
                    continue
                if callable(function) and not getattr(function, "_api_private", False):
                    with self.subTest(model=name, method=method):
                        self.assertTrue(method.startswith("action_") or method in allowed)

    @mute_logger("odoo.sql_db")
    def test_a_runs_result_is_not_written_by_hand(self):
        self.invoice(self.partner, 100)
        run = self.run_dunning("propose").with_user(self.collector)
        for name in run._gated_fields:
            with self.subTest(name), self.assertRaises(AccessError):
                run.write({name: run[name]})
        for command in (Command.clear(), Command.create({"outcome": "skip", "reason": "credit"})):
            with self.assertRaises(AccessError):
                run.write({"line_ids": [command]})

    def test_what_a_run_was_asked_does_not_change_afterwards(self):
        self.invoice(self.partner, 100)
        draft, done = self.new_run(), self.run_dunning("propose")
        for vals in ({"date": "2026-01-01"}, {"mode": "auto"}, {"debtor_ids": [Command.clear()]}):
            draft.with_user(self.collector).write(vals)
            with self.subTest(vals), self.assertRaisesRegex(UserError, "executed already"):
                done.with_user(self.collector).write(vals)

    def test_figures_are_not_written_by_hand(self):
        self.invoice(self.partner, 100)
        debtor = self.debtor().with_user(self.collector)
        debtor.user_id = self.collector
        for name in ("overdue_amount", "balance", "level_id", "last_contact_date", "paused"):
            with self.subTest(name), self.assertRaises(AccessError):
                debtor.write({name: False})
