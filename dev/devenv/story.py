"""The demo company's story, told in a server's database by `odoo shell`."""
from . import paths

ADDONS = ["cobranza_dunning", "l10n_es"]

STORY = """
import sys
sys.path.insert(0, {dev!r})
from {module} import {function}
{function}(env)
"""


def tell(server, **options):
    """What happens in the company, until its run of today; about a minute."""
    _run(server, "demo_story", "run_story", **options)


def tell_more(server):
    """What happens beside it, so that every screen has something to show; after `tell`."""
    _run(server, "screenshots_story", "run_more")


def _run(server, module, function, **options):
    server.shell(STORY.format(dev=str(paths.DEV), module=module, function=function), **options)
