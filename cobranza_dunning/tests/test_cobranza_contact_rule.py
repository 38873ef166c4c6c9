"""Contact rules as data: the presets at each of their limits, and who may change what."""

from datetime import datetime, timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..engine import contact
from ..engine.places import Place
from ..models.contact_texts import REASON_SELECTION, SENTENCES
from .common import CobranzaCase

PLACES = {
    "b2b": Place("Europe/Madrid", "ES", "M"),
    "co": Place("America/Bogota", "CO"),
    "mx": Place("America/Mexico_City", "MX"),
    "cl": Place("America/Santiago", "CL"),
    "pe": Place("America/Lima", "PE"),
    "us": Place("America/New_York", "US", "NY"),
}
#: preset: (local time of a week in which nothing is a holiday, reason), at each limit of its hours
HOURS = {
    "b2b": [
        ("Mon 09:29", "avoided"), ("Mon 09:30", None), ("Tue 08:59", "outside_hours"),
        ("Tue 09:00", None), ("Tue 18:59", None), ("Tue 19:00", "outside_hours"),
        ("Fri 14:59", None), ("Fri 15:00", "avoided"), ("Sat 12:00", "closed_day"),
        ("Sun 12:00", "closed_day"),
    ],
    "co": [
        ("Mon 06:59", "outside_hours"), ("Mon 07:00", None), ("Fri 18:59", None),
        ("Fri 19:00", "outside_hours"), ("Sat 07:59", "outside_hours"), ("Sat 08:00", None),
        ("Sat 14:59", None), ("Sat 15:00", "outside_hours"), ("Sun 10:00", "closed_day"),
    ],
    "mx": [
        ("Mon 06:59", "outside_hours"), ("Mon 07:00", None), ("Fri 21:59", None),
        ("Fri 22:00", "outside_hours"), ("Sat 12:00", "closed_day"), ("Sun 12:00", "closed_day"),
    ],
    "cl": [
        ("Mon 07:59", "outside_hours"), ("Mon 08:00", None), ("Sat 19:59", None),
        ("Sat 20:00", "outside_hours"), ("Sun 12:00", "closed_day"),
    ],
    "pe": [
        ("Mon 06:59", "outside_hours"), ("Mon 07:00", None), ("Fri 19:59", None),
        ("Fri 20:00", "outside_hours"), ("Sat 12:00", "closed_day"), ("Sun 12:00", "closed_day"),
    ],
    "us": [
        ("Mon 07:59", "outside_hours"), ("Mon 08:00", None), ("Sun 08:00", None),
        ("Sun 20:59", None), ("Sun 21:00", "outside_hours"), ("Sat 07:59", "outside_hours"),
    ],
}  # fmt: skip
#: preset: (channel, days ago and channel of earlier contacts, reason), at each limit
CAPS = {
    "b2b": [
        ("email", [(6, "email")], "cap"), ("email", [(7, "email")], None),
        ("sms", [(6, "email")], "cap"), ("phone", [(0, "email")], None),
    ],
    "co": [
        ("email", [(0, "email")], "cap"), ("email", [(1, "email")], None),
        ("phone", [(1, "email")], "other_channel"), ("phone", [(6, "email")], "other_channel"),
        ("phone", [(7, "email")], None), ("visit", [], "forbidden_channel"),
    ],
    "mx": [("phone", [(0, "phone"), (0, "email")], None)],
    "cl": [
        ("phone", [(6, "phone")], "cap"), ("phone", [(7, "phone")], None),
        ("visit", [(6, "phone")], "cap"), ("email", [(0, "phone")], None),
        ("email", [(1, "email")], "gap"), ("email", [(2, "email")], None),
        ("email", [(6, "email"), (3, "email")], "cap"),
        ("email", [(7, "email"), (3, "email")], None),
    ],
    "pe": [("email", [(0, "email"), (0, "phone")], None)],
    "us": [
        ("phone", [(one, "phone") for one in (0, 1, 2, 3, 4, 5)], None),
        ("phone", [(one, "phone") for one in (0, 1, 2, 3, 4, 5, 6)], "cap"),
        ("phone", [(one, "phone") for one in (0, 1, 2, 3, 4, 5, 7)], None),
        ("phone", [(6, "talk")], "quiet"), ("phone", [(7, "talk")], None),
        ("email", [(0, "talk")], None),
    ],
}  # fmt: skip
#: a public holiday on a working day
HOLIDAYS = {"b2b": "2026-10-12", "co": "2026-07-20", "mx": "2026-09-16", "cl": "2026-09-18",
            "pe": "2026-07-28", "us": "2026-07-03"}  # fmt: skip
KEPT = {"b2b", "co", "cl", "pe"}
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@tagged("post_install", "-at_install")
class TestContactRule(CobranzaCase):
    def preset(self, code):
        return self.env.ref(f"cobranza_dunning.contact_rule_{code}")

    def reason(self, code, channel, moment, history=()):
        """The reason that stands against a local moment under a preset, or None."""
        place = PLACES[code]
        utc = place.utc(moment.date(), moment.hour * 60 + moment.minute)
        answer = contact.check(self.preset(code)._to_engine(), channel, utc, history, place)
        return None if answer.outcome == "allow" else answer.reason

    # --- presets

    def test_hours_of_the_presets(self):
        for code, rows in HOURS.items():
            for text, reason in rows:
                day, hour = text.split()
                monday = datetime.fromisoformat(f"2026-02-23 {hour}")
                moment = monday + timedelta(days=DAYS.index(day))
                with self.subTest(code, at=text):
                    self.assertEqual(self.reason(code, "email", moment), reason)

    def test_caps_of_the_presets(self):
        moment = datetime(2026, 2, 25, 12)
        for code, rows in CAPS.items():
            for channel, told, reason in rows:
                history = [
                    contact.Contact(
                        PLACES[code].utc(moment.date() - timedelta(days=ago), 11 * 60),
                        "phone" if how == "talk" else how,
                        conversation=how == "talk",
                    )
                    for ago, how in told
                ]
                with self.subTest(code, channel=channel, told=told):
                    self.assertEqual(self.reason(code, channel, moment, history), reason)

    def test_holidays_of_the_presets(self):
        for code, day in HOLIDAYS.items():
            moment = datetime.fromisoformat(f"{day} 12:00")
            self.assertTrue(PLACES[code].is_holiday(moment.date()), code)
            with self.subTest(code):
                self.assertEqual(
                    self.reason(code, "email", moment), "holiday" if code in KEPT else None
                )

    def test_presets_say_where_they_come_from(self):
        presets = self.env["cobranza.contact.rule"].search([("code", "!=", False)])
        self.assertEqual(set(presets.mapped("code")), set(HOURS))
        for rule in presets:
            self.assertTrue(rule.source and rule.source_kind and rule.source_date, rule.name)
            self.assertFalse(rule.company_id)
            self.assertEqual(bool(rule.country_id), rule.code != "b2b")
        asked = presets.filtered(lambda one: not one.may_ask_reason)
        self.assertEqual(asked.mapped("code"), ["co"])

    def test_in_words(self):
        self.assertEqual(
            self.preset("co").hours_text,
            "Monday–Friday 07:00–19:00, Saturday 08:00–15:00, not on holidays",
        )
        self.assertEqual(
            self.preset("cl").caps_text,
            "Calls and visits: 1 in 7 days, Messages: 2 in 7 days, 2 days apart",
        )
        self.assertIn("not Monday 09:00–09:30", self.preset("b2b").hours_text)
        self.assertIn("one channel in 7 days", self.preset("co").caps_text)
        self.assertIn("counting conversations", self.preset("us").caps_text)
        self.assertEqual(self.own(skip_holidays=False).hours_text, "At any hour")

    def test_every_reason_has_its_words(self):
        self.assertEqual(set(contact.REASONS), set(SENTENCES))
        self.assertEqual(set(contact.REASONS), {code for code, _label in REASON_SELECTION})

    # --- changing rules

    def own(self, **vals):
        return self.env["cobranza.contact.rule"].create(
            {"name": "Own", "company_id": self.company.id, **vals}
        )

    def test_presets_stay_as_they_are(self):
        preset, own = self.preset("co"), self.preset("co").copy()
        window, cap = own.window_ids[:1], own.cap_ids[:1]
        changes = {
            "name": lambda: preset.write({"name": "x"}),
            "hours": lambda: preset.write({"window_ids": [Command.clear()]}),
            "one window": lambda: preset.window_ids[:1].write({"hour_to": 20}),
            "window deleted": lambda: preset.window_ids[:1].unlink(),
            "window added": lambda: preset.window_ids.create({"rule_id": preset.id}),
            "one cap": lambda: preset.cap_ids.write({"max_contacts": 9}),
            "cap deleted": lambda: preset.cap_ids.unlink(),
            "cap added": lambda: preset.cap_ids.create({"rule_id": preset.id}),
            "deleted": lambda: preset.unlink(),
            "window moved in": lambda: window.write({"rule_id": preset.id}),
            "cap moved in": lambda: cap.write({"rule_id": preset.id}),
        }
        for name, change in changes.items():
            with self.subTest(name), self.assertRefused("copy it, and adapt the copy"):
                change()
        preset.active = False
        preset.active = True

    def test_a_copy_is_adapted(self):
        action = self.preset("co").action_adapt()
        copy = self.env["cobranza.contact.rule"].browse(action["res_id"])
        self.assertEqual((copy.company_id, copy.code), (self.env.company, False))
        self.assertEqual(copy.name, "Colombia: consumers (copy)")
        self.assertEqual(
            copy._to_engine()._replace(id=0), self.preset("co")._to_engine()._replace(id=0)
        )
        copy.window_ids[:1].hour_to = 20
        self.assertEqual(copy.copy().name, "Colombia: consumers (copy) (copy)")

    def test_only_a_preset_has_no_company(self):
        with self.assertRefused("only presets have none"):
            self.own(company_id=False)

    def test_nobody_makes_a_preset(self):
        """It would be every company's, and nobody could change it."""
        own = self.own()
        with self.assertRefused("comes with the program"):
            self.own(code="mine")
        with self.assertRefused("comes with the program"):
            own.code = "mine"
        with self.assertRefused("comes with the program"):
            self.env["cobranza.contact.rule"].with_context(default_code="mine").create(
                {"name": "x", "company_id": False}
            )

    def test_collectors_read_and_managers_change(self):
        collector, manager = self.new_collector(), self.new_user("cobranza_dunning.group_manager")
        rule = self.own()
        rule.with_user(manager).write({"single_channel_days": 3})
        self.assertTrue(self.preset("co").with_user(collector).hours_text)
        with self.assertRaises(AccessError):
            rule.with_user(collector).write({"single_channel_days": 4})

    def test_what_makes_no_sense_is_refused(self):
        wrong = {
            "comes after the beginning": {"window_ids": [{"hour_from": 19, "hour_to": 9}]},
            "from 0:00 to 24:00": {"window_ids": [{"hour_from": 9, "hour_to": 25}]},
            "weeks begin on Monday": {"window_ids": [{"day_from": "4", "day_to": "0"}]},
            "forbid the channel": {"cap_ids": [{"max_contacts": 0}]},
            "between 1 and 366": {"cap_ids": [{"days": 0}]},
            "between 0 and 366": {"single_channel_days": -1},
        }
        for fragment, vals in wrong.items():
            vals = {
                name: [Command.create(row) for row in value] if isinstance(value, list) else value
                for name, value in vals.items()
            }
            with self.subTest(fragment), self.assertRefused(fragment), self.env.cr.savepoint():
                self.own(**vals)

    def test_a_rule_in_use_is_archived(self):
        rule = self.own()
        self.policy.contact_rule_id = rule
        with self.assertRefused("archive it instead"):
            rule.unlink()
        self.policy.contact_rule_id = False
        rule.unlink()

    def test_a_rule_of_another_company_is_no_choice(self):
        other = self.new_company()
        with self.assertRaises(UserError):
            self.policy.contact_rule_id = self.own(company_id=other.id)

    # --- trying one out on its form

    def test_may_i_contact_a_customer_now(self):
        with Form(self.preset("co")) as form:
            self.assertEqual(form.try_country_id, self.env.ref("base.co"))
            form.try_moment = datetime(2026, 3, 10, 11, 59)
            self.assertIn("Tuesday 06:59", form.try_text)
            self.assertIn("outside the hours", form.try_text)
            form.try_moment = datetime(2026, 3, 10, 12)
            self.assertIn("allows it: it is Tuesday 07:00", form.try_text)
            form.try_channel = "visit"
            self.assertIn("forbids this: Visit", form.try_text)
            form.try_channel = "email"
            form.try_country_id = self.env.ref("base.es")
            self.assertIn("Tuesday 13:00", form.try_text)
