"""A model in several files: which of its methods comes first depends on the order of imports."""

import inspect

from odoo.tests import TransactionCase, tagged

OURS = "odoo.addons.cobranza_dunning."


@tagged("post_install", "-at_install")
class TestExtensions(TransactionCase):
    def test_no_method_hides_another_one_of_ours(self):
        """Whatever overrides a method of another file calls it; else the order is wrong.

        What a mixin leaves to its models is theirs.
        """
        hidden, overrides = [], 0
        for name in self.registry:
            parts = [
                one
                for one in self.registry[name].__mro__
                if one.__module__.startswith(OURS) and getattr(one, "_name", None) == name
            ]
            for method in {method for part in parts for method in vars(part)}:
                stack = [vars(part)[method] for part in parts if method in vars(part)]
                for over in filter(inspect.isfunction, stack[:-1]):
                    overrides += 1
                    if "super" not in inspect.getsource(over):
                        hidden.append(f"{name}.{method} in {over.__module__}")
        self.assertGreater(overrides, 20)
        self.assertFalse(hidden)
