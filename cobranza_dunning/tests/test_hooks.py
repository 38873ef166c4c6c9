"""What happens when the addon is uninstalled."""

from odoo.tests import tagged

from ..hooks import uninstall_hook
from .common import CobranzaCase


@tagged("post_install", "-at_install")
class TestUninstall(CobranzaCase):
    def test_nothing_keeps_texts_and_rules_from_being_deleted(self):
        policy = self.env["cobranza.policy"]._create_standard(self.company)
        policy.level_ids[0].active = False
        texts = policy.with_context(active_test=False).level_ids.template_id
        texts += policy.thanks_template_id
        rules = policy.contact_rule_id
        self.assertTrue(texts and rules)
        uninstall_hook(self.env)
        # as Odoo itself does it then
        texts.sudo().unlink()
        rules.sudo().unlink()
        self.env.flush_all()
        self.assertFalse(texts.exists() or rules.exists())
