"""What nobody may write past the actions."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .cases import ReminderCase
from .common import TODAY


@tagged("post_install", "-at_install")
class TestGate(ReminderCase):
    """What nobody may write past the actions."""

    #: what a collector may write on a reminder; every other stored field is out of reach
    FREE = {"user_id", "cancel_reason"}

    def guarded_values(self, record, free):
        """A value for each stored field that the record's model must guard."""
        values = {}
        for name, field in record._fields.items():
            if not field.store or name in free or name in models_own(record):
                continue
            value = record[name]
            values[name] = value.id if field.type == "many2one" else value
            if field.type in ("one2many", "many2many"):
                values[name] = [Command.clear()]
        return values

    def test_no_guarded_field_can_be_written(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        collector = self.new_collector()
        for record, free in ((reminder, self.FREE), (reminder.line_ids, set())):
            record = record.with_user(collector)
            values = self.guarded_values(record, free)
            self.assertGreater(len(values), 10)
            for name, value in values.items():
                for forged in ({}, {"cobranza_gate": True}, {"cobranza_gate": "OPEN"}):
                    refused = self.assertRaises(AccessError)
                    with self.subTest(field=name, model=record._name, **forged), refused:
                        record.with_context(**forged).write({name: value})

    def test_lines_are_out_of_reach_through_the_reminder(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        line = reminder.line_ids
        owners = (reminder, "line_ids"), (reminder.debtor_id, "reminder_ids")
        commands = {
            "line_ids": [
                Command.update(line.id, {"amount": 1}),
                Command.create({"name": "X", "amount": 1}),
                Command.delete(line.id),
                Command.unlink(line.id),
                Command.clear(),
            ],
            "reminder_ids": [
                Command.update(reminder.id, {"state": "approved"}),
                Command.create({"state": "approved"}),
                Command.unlink(reminder.id),
                Command.clear(),
            ],
        }
        collector = self.new_collector()
        for owner, field in owners:
            for command in commands[field]:
                with self.subTest(field=field, command=command), self.assertRaises(AccessError):
                    owner.with_user(collector).write({field: [command]})

    def test_nobody_makes_a_reminder_or_a_line_by_hand(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        collector = self.new_collector()
        values = {
            "debtor_id": self.debtor().id, "recipient_id": self.partner.id, "state": "approved",
            "level_id": self.r5.id, "date": TODAY, "text_body": "<p>Pay me</p>",
            "text_subject": "Pay",
        }  # fmt: skip
        reminder.action_cancel("Out of the way")
        reminders = self.env["cobranza.reminder"].with_user(collector)
        defaults = {f"default_{name}": value for name, value in values.items()}
        line = {"reminder_id": reminder.id, "level_id": self.r5.id, "name": "X", "amount": 1}
        line |= {"date_due": TODAY, "currency_id": self.company.currency_id.id}
        lines = self.env["cobranza.reminder.line"].with_user(collector)
        line_defaults = {f"default_{name}": value for name, value in line.items()}
        for model, vals in (
            (reminders, values),
            (reminders.with_context(cobranza_gate=True), values),
            (reminders.with_context(**defaults), {}),
            (reminders.with_context(**defaults), {"user_id": collector.id}),
            (lines, line),
            (lines.with_context(cobranza_gate=True), line),
            (lines.with_context(**line_defaults), {}),
        ):
            with self.subTest(vals=vals, context=model.env.context), self.assertRaises(AccessError):
                model.create(vals)
        for record in (reminder, reminder.line_ids):
            with self.assertRaises(AccessError):
                record.with_user(collector).copy()

    def test_a_users_own_default_does_not_get_past_the_gate(self):
        collector = self.new_collector()
        runs = self.env["cobranza.run"].with_user(collector)
        self.env["ir.default"].with_user(collector).set(
            "cobranza.run", "state", "done", user_id=collector.id
        )
        self.assertEqual(runs.create({"mode": "preview"}).state, "draft")
        run = runs.with_context(default_state="failed", default_error="x").create({})
        self.assertEqual((run.state, run.error), ("draft", False))

    def test_lines_cannot_be_deleted(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        with self.assertRaisesRegex(AccessError, "cancel the reminder instead"):
            reminder.line_ids.with_user(self.new_collector()).unlink()

    def test_what_was_sent_stays(self):
        self.invoice(self.partner, 100)
        reminder = self.approved()
        reminder.action_send()
        reminder = reminder.with_user(self.new_collector())
        for vals in (
            {"user_id": False}, {"cancel_reason": "x"}, {"subject": "x"}, {"body": "x"},
            {"state": "cancelled"}, {"text_body": "x"}, {"line_ids": [Command.clear()]},
        ):  # fmt: skip
            with self.subTest(vals), self.assertRaises(UserError):  # or its AccessError
                reminder.write(vals)
        with self.assertRaisesRegex(UserError, "can't be deleted"):
            reminder.unlink()
        with self.assertRaises(AccessError):
            reminder.line_ids.unlink()
        with self.assertRaises(AccessError):
            reminder.line_ids.write({"amount": 1})
        self.assertEqual(reminder.line_ids.amount, 100)

    def test_what_was_not_sent_can_be_deleted(self):
        self.invoice(self.partner, 100)
        self.invoice(self.other, 100)
        proposed, cancelled = self.propose()
        cancelled.action_cancel("Wrong")
        (proposed | cancelled).with_user(self.new_collector()).unlink()
        self.assertFalse((proposed | cancelled).exists())


def models_own(record):
    """Fields that Odoo gives every model or mixes in; they are not what a reminder tells."""
    mixed_in = ("activity_", "message_", "website_message", "my_activity", "rating_")
    return {"id", "create_uid", "create_date", "write_uid", "write_date"} | {
        name for name in record._fields if name.startswith(mixed_in)
    }
