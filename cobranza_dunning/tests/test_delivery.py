"""What became of a mail, read from Odoo's queue."""


from odoo.tests import tagged

from .cases import MailingCase


@tagged("post_install", "-at_install")
class TestDelivery(MailingCase):
    """What became of the mail is read from Odoo's own records of it."""

    def test_a_new_mail_waits(self):
        reminder = self.sent()
        self.assertEqual((reminder.delivery, reminder.delivery_error), ("queued", False))

    def test_an_administrator_works_the_queue_off(self):
        """Odoo writes the message's number, which nobody else may: it arrived, and is known so."""
        reminder = self.sent()
        with self.mock_mail_gateway():
            reminder.sudo().mail_ids.with_user(self.env.ref("base.user_admin")).send()
        self.env.invalidate_all()
        self.assertEqual(reminder.delivery, "delivered")
        self.assertEqual(reminder.attempt_ids.result, "accepted")

    def test_a_mail_that_left_is_delivered(self):
        reminder = self.sent()
        self.work_queue()
        self.assertEqual(self.mails().state, "sent")
        self.assertEqual((reminder.delivery, reminder.delivery_error), ("delivered", False))
        [letter] = self.emails
        self.assertEqual(letter["smtp_to_list"], ["ana.customer@example.com"])
        self.assertIn(reminder.line_ids.name, letter["message"])

    def test_a_mail_the_server_refused_failed(self):
        reminder = self.sent()
        self.refuse()
        self.assertEqual(self.mails().state, "exception")
        self.assertEqual(reminder.delivery, "failed")
        self.assertIn("No such user", reminder.delivery_error)

    def test_a_mail_that_came_back_bounced(self):
        reminder = self.sent()
        self.work_queue()
        self.bounce(reminder)
        self.assertEqual(reminder.delivery, "bounced")
        self.assertIn("No such user", reminder.delivery_error)

    def test_a_mail_taken_out_of_the_queue_failed(self):
        reminder = self.sent()
        self.mails().cancel()
        self.env.invalidate_all()
        self.assertEqual(reminder.delivery, "failed")
        self.assertIn("cancelled", reminder.delivery_error)

    def test_a_mail_deleted_from_the_queue_failed(self):
        reminder = self.sent()
        self.mails().unlink()
        self.env.invalidate_all()
        self.assertEqual(reminder.delivery, "failed")

    def test_a_mail_put_back_into_the_queue_is_sent(self):
        reminder = self.sent()
        self.mails().cancel()
        self.mails().mark_outgoing()
        self.env.invalidate_all()
        self.assertEqual((reminder.delivery, reminder.delivery_error), ("queued", False))
        self.work_queue()
        self.assertEqual(reminder.delivery, "delivered")

    def test_a_failed_mail_can_be_tried_again(self):
        reminder = self.sent()
        self.refuse()
        self.mails().mark_outgoing()
        self.work_queue()
        self.assertEqual((reminder.delivery, reminder.delivery_error), ("delivered", False))

    def test_what_was_never_sent_has_no_delivery(self):
        self.invoice(self.partner, 100)
        reminder = self.propose()
        self.assertFalse(reminder.delivery or reminder.delivery_error or reminder.mail_ids)

    def test_search_finds_what_the_field_says(self):
        happened = {
            "queued": lambda one: None,
            "delivered": lambda one: self.work_queue(),
            "failed": lambda one: self.refuse(),
            "bounced": lambda one: (self.work_queue(), self.bounce(one)),
        }
        mine = self.env["cobranza.reminder"]
        expected = {}
        # the queue is emptied by each but "queued": that one is last
        for name in ("failed", "bounced", "delivered", "queued"):
            reminder = self.sent(self.new_partner(f"{name} customer"))
            happened[name](reminder)
            expected[name] = reminder
            mine |= reminder
        mails = self.mails()
        cancelled = self.sent(self.other)
        (self.mails() - mails).cancel()
        self.invoice(self.partner, 10)
        unsent = self.propose(debtors=self.debtor())
        mine |= cancelled | unsent
        for user in (self.env.user, self.new_collector()):
            found = mine.with_user(user)
            self.env.invalidate_all()
            for name, reminder in expected.items():
                with self.subTest(name, user=user.name):
                    self.assertEqual(found.browse(reminder.id).delivery, name)
                    hits = found.search([("delivery", "=", name), ("id", "in", mine.ids)])
                    wanted = reminder | (cancelled if name == "failed" else mine.browse())
                    self.assertEqual(hits.sorted("id"), wanted.sorted("id"))
            none = found.search([("delivery", "=", False), ("id", "in", mine.ids)])
            self.assertEqual(none, unsent)
            some = found.search([("delivery", "!=", False), ("id", "in", mine.ids)])
            self.assertEqual(some.sorted("id"), (mine - unsent).sorted("id"))
            both = found.search([("delivery", "in", ["failed", "bounced"]), ("id", "in", mine.ids)])
            problems = expected["failed"] | expected["bounced"] | cancelled
            self.assertEqual(both.sorted("id"), problems.sorted("id"))
