"""A copy of a database writes to nobody."""

from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged

from ..models.smtp_answer import Verdict
from .cases import MailingCase


@tagged("post_install", "-at_install")
class TestNeutralize(MailingCase):
    def neutralize(self):
        self.env.flush_all()
        queries = list(get_neutralization_queries(["cobranza_dunning"]))
        self.assertTrue(queries, "the addon's statements were not found")
        for query in queries:
            self.env.cr.execute(query)
        self.env.invalidate_all()

    def test_nothing_leaves_a_copy(self):
        self.company.cobranza_run_mode = "auto"
        queued = self.sent(self.new_partner("Carla Customer"))
        delivered = self.sent(self.new_partner("Dora Customer"))
        delivered.mail_ids.sudo().state = "sent"
        self.invoice(self.partner, 100)
        self.invoice(self.other, 100)
        proposed, approved = self.propose()
        approved.action_approve()
        running = self.new_run("propose")
        running._gated().state = "running"
        foreign = self.env["mail.mail"].sudo().create({"subject": "Not ours", "email_to": "x@y.z"})
        self.neutralize()

        self.assertEqual(self.company.cobranza_run_mode, "off")
        self.assertEqual((proposed | approved).mapped("state"), ["cancelled"] * 2)
        self.assertEqual((proposed | approved).mapped("cancel_reason"), ["copy of a database"] * 2)
        self.assertEqual((running.state, running.error), ("failed", "copy of a database"))
        self.assertEqual((queued | delivered).mapped("state"), ["sent"] * 2, "history stays")
        self.assertEqual(queued.mail_ids.sudo().state, "cancel")
        self.assertEqual(queued.delivery, "failed", "what never leaves was never told")
        self.assertEqual(delivered.mail_ids.sudo().state, "sent")
        self.assertEqual(foreign.state, "outgoing")

        self.work_queue()
        self.assertFalse(self.emails)

    def test_what_is_tried_again_is_not_in_a_copy(self):
        reminder = self.sent()
        mail_sudo = reminder.mail_ids.sudo()
        mail_sudo.state = "exception"
        mail_sudo._cobranza_settle(Verdict("refused_temporary", "450 later"))
        self.assertEqual(reminder.delivery, "queued")
        self.neutralize()
        self.assertEqual((mail_sudo.state, reminder.delivery), ("cancel", "failed"))
        self.assertFalse(any(reminder.attempt_ids.mapped("next_try")))

    def test_the_daily_run_makes_nothing_in_a_copy(self):
        self.company.cobranza_run_mode = "auto"
        self.neutralize()
        wanted = [("cobranza_run_mode", "in", ("propose", "auto"))]
        companies = self.env["res.company"].sudo().search(wanted)
        self.assertFalse(companies)
        before = self.env["cobranza.run"].search_count([])
        self.env["cobranza.run"].sudo()._cron_daily()
        self.assertEqual(self.env["cobranza.run"].search_count([]), before)
