"""`make screenshots`: the pictures of docs/img, taken in the demo company as `make demo` makes it.

The story is told in a database of its own; the pictures are made small enough for a repository.
"""
import shutil
import sys
from functools import partial

import odoorpc
from demo import ADDONS, STORY
from PIL import Image
from playwright.sync_api import sync_playwright

from devenv import live, paths, templates
from devenv.ui import SetupError, step
from smtpsink import Sink

sys.path.insert(0, str(paths.ROOT / "tests"))
from support.browser import FLAGS, WebClient, executable, only_loopback, screenshot

#: What else happens, so that each screen has something to show.
MORE = """
import sys
sys.path.insert(0, {dev!r})
from screenshots_story import run_more
run_more(env)
"""
DATABASE = "cobranza_screenshots"
WORK = paths.STATE / "docs-img"
TARGET = paths.ROOT / "docs" / "img"
LARGEST = 150_000    # bytes of a picture
DESK = {"viewport": {"width": 1366, "height": 850}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True,
         "device_scale_factor": 2}
USER = "carmen"      # the story's manager


def main():
    """Tell the story, take the pictures, store them; returns the exit code."""
    shutil.rmtree(WORK, ignore_errors=True)
    sink = Sink(WORK / "mail").start()
    step(f"Making the database {DATABASE} ...")
    templates.new_database(DATABASE, ADDONS, assets=True)
    server = live.OdooServer(DATABASE, smtp_port=sink.port)
    try:
        server.wire()
        step("Running the story of the demo company (about a minute) ...")
        server.shell(STORY.format(dev=str(paths.DEV)))
        server.shell(MORE.format(dev=str(paths.DEV)))
        server.launch()
        for picture in _take(server):
            print(f"{picture.relative_to(paths.ROOT)}  {picture.stat().st_size // 1024} KB")
    finally:
        server.stop()
        sink.stop()
        templates.drop_database(DATABASE)
    return 0


def _take(server):
    """Take all pictures; yields the path of each."""
    env = _client(server, USER).env
    users = _client(server, "admin").env["res.users"]
    users.write([env.uid], {"odoobot_state": "disabled"})    # no chat windows in the pictures
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        try:
            users.write([env.uid], {"lang": "en_US"})
            yield from _desk(_web(chromium, server, DESK), env)
            yield from _phone(_web(chromium, server, PHONE), env)
            users.write([env.uid], {"lang": "es_ES"})
            yield from _in_spanish(_web(chromium, server, DESK), env)
            yield from _phone_in_spanish(_web(chromium, server, PHONE), env, server)
        finally:
            chromium.close()


def _client(server, user):
    client = odoorpc.ODOO("127.0.0.1", port=server.port, timeout=300)
    client.login(server.db, user, user)
    return client


def _web(chromium, server, device):
    context = chromium.new_context(locale="en-US", **device)
    context.set_default_timeout(60_000)
    context.route("**/*", only_loopback)
    return WebClient(context.new_page(), server).login(USER, USER)


# --- the pictures ----------------------------------------------------------------------------

def _desk(web, env):
    web.open("debtors")
    web.page.wait_for_selector(".o_data_row")
    yield _store(web, "debtors")

    debtor_id = _telling_debtor(env)
    web.open(f"debtors/{debtor_id}")
    web.page.wait_for_selector(".o_field_widget[name=due_line_ids] .o_data_row")
    yield _store(web, "debtor")

    run_id = env["cobranza.run"].search([("mode", "=", "propose")], limit=1, order="id desc")[0]
    web.open(f"dunning-runs/{run_id}")
    web.page.wait_for_selector(".o_field_widget[name=reason_rows] td")
    yield _store(web, "run")

    web.open("reminders-to-approve")
    web.page.wait_for_selector(".o_kanban_record .o_cobranza_letter")
    yield _store(web, "to-approve")

    web.open(f"reminders/{_proposed(env)}")
    web.page.wait_for_selector(".o_field_widget[name=body] table")
    yield _store(web, "reminder")

    move_id = env["cobranza.reminder.line"].search_read(
        [("reminder_id", "=", _proposed(env))], ["move_id"], limit=1)[0]["move_id"][0]
    web.open(f"customer-invoices/{move_id}")
    web.tab("Collections")
    yield _store(web, "invoice")

    default_id = env.user.company_id.cobranza_policy_id.id
    web.open(f"action-cobranza_dunning.cobranza_policy_action/{default_id}")
    web.page.wait_for_selector(".o_field_widget[name=level_ids] .o_data_row")
    yield _store(web, "policy")


def _phone(web, env):
    web.open(f"debtors/{_telling_debtor(env)}")
    web.page.wait_for_selector(".o_field_widget[name=due_line_ids] .o_kanban_record")
    yield _store(web, "phone")


def _in_spanish(web, env):
    web.open("collections-today")
    web.page.wait_for_selector(".o_data_row")
    yield _store(web, "cobranza")

    web.page.locator(".o_data_row button[name=action_open_call]").first.click()
    web.page.wait_for_selector(".modal .o_cobranza_call_script details")
    yield _store(web, "call")

    web.open(f"debtors/{_agreed(env)}")
    web.tab("Acuerdos")
    yield _store(web, "agreements")

    web.open("action-cobranza_dunning.mail_template_action_texts")
    web.open_row("Cobranza: recordatorio")
    web.page.wait_for_selector(".o_cobranza_preview table")
    yield _store(web, "text")

    web.open("collections-answers")
    web.page.wait_for_selector(".o_data_row")
    yield _store(web, "answers")

    refused = env["cobranza.reminder"].search(
        [("state", "=", "sent"), ("delivery", "in", ("failed", "bounced"))], limit=1)[0]
    web.open(f"reminders/{refused}")
    web.page.click(".o_notebook .nav-link[name=delivery]")
    web.page.wait_for_selector(".o_field_widget[name=attempt_ids] .o_data_row")
    yield _store(web, "delivery")

    yield from _stopped(web, env)


def _stopped(web, env):
    """The bar while automatic contact is stopped; released afterwards."""
    web.page.click(".o_cobranza_stop_button button")
    web.page.fill(".modal [name=reason] input", "El fichero del banco de esta mañana estaba mal")
    web.page.click(".modal footer button.btn-danger")
    web.page.wait_for_selector(".o_cobranza_stopped")
    web.open("debtors")
    web.page.wait_for_selector(".o_data_row")
    yield _store(web, "stopped")
    stops = env["cobranza.stop"]
    stops.action_release(stops.search([("released_at", "=", False)]))


def _phone_in_spanish(web, env, server):
    web.open("reminders-by-hand")
    web.page.wait_for_selector(".o_cobranza_thumb .btn")
    yield _store(web, "by-hand")

    (reminder,) = env["cobranza.reminder"].search_read(
        [("state", "=", "sent"), ("access_token", "!=", False), ("lang", "=", "es_ES")],
        ["access_url", "access_token"], order="line_count desc", limit=1)
    visitor = web.page.context.browser.new_context(locale="es-ES", **PHONE)
    visitor.route("**/*", only_loopback)
    page = WebClient(visitor.new_page(), server)
    page.page.goto(
        f"{server.url}{reminder['access_url']}?access_token={reminder['access_token']}")
    page.page.wait_for_selector(".o_cobranza_page")
    yield _store(page, "portal-phone")
    visitor.close()


def _telling_debtor(env):
    """The debtor whose due lines have the most different reasons."""
    best = (0, 0, None)
    for debtor in env["cobranza.debtor"].search_read(
            [("overdue_amount", ">", 0)], ["due_line_ids"], limit=40):
        explained = env["account.move.line"].cobranza_explain(debtor["due_line_ids"])
        reasons = len({one["reason"] for one in explained})
        best = max(best, (reasons, len(explained), debtor["id"]))
    return best[2]


def _agreed(env):
    """The debtor with whom the most different things were agreed."""
    names = ("disputed_amount", "planned_amount", "promised_amount")
    debtors = env["cobranza.debtor"].search_read([("overdue_amount", ">", 0)], list(names))
    return max(debtors, key=lambda one: sum(bool(one[name]) for name in names))["id"]


def _proposed(env):
    """The proposed reminder with the most lines."""
    return env["cobranza.reminder"].search(
        [("state", "=", "proposed")], limit=1, order="line_count desc, id")[0]


# --- files -----------------------------------------------------------------------------------

def _store(web, name):
    """Take the picture and store it with a palette, small enough; returns its path."""
    if web.errors:
        raise SetupError(f"{name}: the browser complains of {web.errors}")
    TARGET.mkdir(parents=True, exist_ok=True)
    target = TARGET / f"{name}.png"
    take = web.shot if web.page.locator(".o_web_client").count() else partial(screenshot, web.page)
    picture = Image.open(take(f"docs-{name}")).convert("RGB")
    for colours in (256, 128, 64, 32):
        small = picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        small.save(target, optimize=True)
        if target.stat().st_size < LARGEST:
            return target
    raise SetupError(f"{target} is too large.")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SetupError as error:
        sys.exit(f"ERROR: {error}")
