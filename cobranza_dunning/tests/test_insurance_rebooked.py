"""Re-booked plans and credit insurance: everything else behaves the same."""

from datetime import date

from odoo.tests import tagged

from .rebooked import RebookedCase

SOLD, DUE = date(2026, 1, 10), date(2026, 1, 31)
NOTIFIED, BROKEN = date(2026, 4, 20), date(2026, 6, 10)


@tagged("post_install", "-at_install")
class TestRebookedNotice(RebookedCase):
    """The insurer was told on the day he was, whether of invoices or of their installments.

    He wants to know within 120 days.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.insurance.deadline_ids = [cls.deadline("notice", "due", 120)]

    def setUp(self):
        super().setUp()
        self.one = self.sale(300, SOLD, DUE)
        self.line = self.due(self.one)

    def notify(self, lines=None, reference="AFP-1"):
        """Tell the insurer; return the notice."""
        self.commit()
        notices = self.env["cobranza.insurance.notice"]
        return notices.browse(
            notices.notify(self.partner.id, lines and lines.ids, reference)["id"]
        )

    def assertNotified(self, lines, day):
        """Check that the cover of due lines stands because of a notice of a day."""
        self.assertEqual(set(self.covers(lines).mapped("state")), {"covered"})
        found = self.claim(notice_id=False).line_ids
        self.assertEqual(found.move_line_id, lines)
        self.assertEqual(set(found.mapped("notified_on")), {day})
        self.assertFalse(any(found.mapped("notice_missing")))

    def test_of_installments_and_then_the_plan_breaks(self):
        plan = self.plan_of(self.one)
        with self.at(NOTIFIED):
            notice = self.notify()
            self.assertEqual(notice.line_ids.move_line_id, self.items(plan))
        with self.at(BROKEN):
            self.breaks(plan)
            self.assertNotified(self.line, NOTIFIED)
            duties = self.env["cobranza.insurance.duty"].search(
                [("partner_id", "=", self.partner.id)]
            )
            self.assertNotIn("notice", duties.mapped("duty"))
            claim = self.claim(notice_id=notice.id)
            self.assertEqual(claim.line_ids.move_line_id, self.line)
            claim.action_file()
            self.assertEqual((claim.notified_on, claim.loss_amount), (NOTIFIED, 300))

    def test_it_was_given_later_than_the_day(self):
        """Before that day nobody had been told, and a notice withdrawn tells nobody."""
        plan = self.plan_of(self.one)
        with self.at(NOTIFIED):
            notice = self.notify()
        with self.at(date(2026, 5, 25)):
            self.breaks(plan)
            (before,) = self.one.cobranza_cover("2026-06-10")
            self.assertEqual(before["state"], "covered")
            notice.action_withdraw("By mistake")
            (after,) = self.one.cobranza_cover("2026-06-10")
            self.assertEqual((after["state"], after["reason"]), ("lost", "notice_missed"))

    def test_of_what_was_still_open_of_the_plan(self):
        """What was paid before needs no notice; what is open needs one of all of it."""
        plan = self.plan_of(self.one)
        first, second = self.items(plan)
        with self.at(NOTIFIED):
            self.pay_items(first, 150)
            self.notify(second)
        with self.at(BROKEN):
            self.breaks(plan)
            self.assertNotified(self.line, NOTIFIED)

    def test_of_a_part_of_what_is_open(self):
        plan = self.plan_of(self.one)
        with self.at(NOTIFIED):
            self.notify(self.items(plan)[1])
        with self.at(BROKEN):
            self.breaks(plan)
            self.assertEqual(self.covers(self.line).reason, "notice_missed")

    def test_in_two_notices(self):
        """The last of them counts."""
        plan = self.plan_of(self.one)
        first, second = self.items(plan)
        with self.at(date(2026, 4, 11)):
            self.notify(second)
        with self.at(NOTIFIED):
            self.notify(first, "AFP-2")
        with self.at(BROKEN):
            self.breaks(plan)
            self.assertNotified(self.line, NOTIFIED)

    def test_of_installments_and_then_a_plan_is_made_again(self):
        plan = self.plan_of(self.one)
        with self.at(NOTIFIED):
            self.notify()
        with self.at(BROKEN):
            self.breaks(plan)
            again = self.plan_of(self.one, first="2026-06-20")
            self.assertNotified(self.items(again), NOTIFIED)

    def test_of_the_invoice_and_then_it_is_re_booked(self):
        """A claim made from that notice is about the installments, or the invoice again."""
        notice = self.notify()
        told = self.company._cobranza_today()
        plan = self.plan_of(self.one)
        self.assertNotified(self.items(plan), told)
        claim = self.claim(notice_id=notice.id)
        self.assertEqual(claim.line_ids.move_line_id, self.items(plan))
        self.assertEqual(claim.loss_amount, 300)
        with self.at(BROKEN):
            self.breaks(plan)
            self.assertNotified(self.line, told)
            self.assertEqual(self.claim(notice_id=notice.id).line_ids.move_line_id, self.line)

    def test_a_notice_that_waits_while_it_is_re_booked(self):
        """Given at last, it is about what is owed then."""
        notice = self.notify(reference=None)
        self.assertEqual((notice.state, notice.line_ids.move_line_id), ("draft", self.line))
        plan = self.plan_of(self.one)
        notice.reference = "AFP-1"
        notice.action_notify()
        self.assertEqual(notice.line_ids.move_line_id, self.items(plan))
        self.assertEqual(notice.amount, 300)

    def test_a_claim_is_only_about_what_the_notice_named(self):
        """Of a plan about two invoices: the installments that took over something of it."""
        two = self.sale(100, date(2026, 1, 20), date(2026, 2, 20))
        notice = self.notify(self.due(two))
        items = self.items(self.plan_of(self.one, two, count=4))
        claim = self.claim(notice_id=notice.id)
        self.assertEqual(claim.line_ids.move_line_id, items[3])
