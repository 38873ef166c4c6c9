"""A model in several files: which of its methods comes first depends on the order of imports."""

import inspect

from odoo.tests import TransactionCase, tagged

OURS = "odoo.addons.cobranza_dunning."

#: A mixin says what it needs, and these models have it.
REQUIRED = ("cobranza.debtor._contact ", "cobranza.reminder._contact ")


@tagged("post_install", "-at_install")
class TestExtensions(TransactionCase):
    def test_no_method_hides_another_one_of_ours(self):
        """Whatever overrides a method of another file calls it; else the order is wrong."""
        hidden = []
        for name in self.registry:
            parts = [one for one in self.registry[name].__mro__ if one.__module__.startswith(OURS)]
            for method in {method for part in parts for method in vars(part)}:
                stack = [vars(part)[method] for part in parts if method in vars(part)]
                for over in stack[:-1]:
                    if inspect.isfunction(over) and "super" not in inspect.getsource(over):
                        hidden.append(f"{name}.{method} in {over.__module__}")
        self.assertFalse([one for one in hidden if not one.startswith(REQUIRED)])
