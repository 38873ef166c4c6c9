"""The scripts of docs/examples as a newcomer runs them: other process, real server, real mail."""
import datetime
import os
import re
import subprocess
import sys

import pytest

from devenv import paths

EXAMPLES = paths.ROOT / "docs" / "examples"


def run(script, live, *arguments, password=None, answer=""):
    """Run an example; returns the CompletedProcess."""
    environment = {"PATH": os.environ["PATH"], "ODOO_PASSWORD": password or live.password}
    return subprocess.run(
        [sys.executable, str(EXAMPLES / script), "--db", live.db, "--login", live.login,
         *arguments], env=environment, input=answer, capture_output=True, text=True, timeout=120)


@pytest.fixture
def three(books):
    """Three new customers with an overdue invoice each: (partner ids, move ids)."""
    partner_ids = books.customers(3)
    return partner_ids, books.invoices(partner_ids, amount=1234.5)


def test_run_and_send(live, books, sink, three):
    """Decisions are printed, one mail per customer arrives with number and amount, states fit."""
    partner_ids, move_ids = three
    numbers = [row["name"] for row in books.env["account.move"].read(move_ids, ["name"])]
    done = run("run_and_send.py", live, "--url", live.url, "--yes")

    assert done.returncode == 0, done.stdout + done.stderr
    for partner_id, number in zip(partner_ids, numbers, strict=True):
        customer, address = _name_and_address(books, partner_id)
        decision = next(line for line in done.stdout.splitlines() if line.startswith(number))
        expected = rf"{customer} .* remind +level_reached +Reminder .* 1,234\.50 USD"
        assert re.search(expected, decision)
        last = next(line for line in done.stdout.splitlines() if address in line)
        assert re.match(rf"{customer} +{address} +sent +delivered ", last)

        (mail,) = sink.to(address)
        assert mail["Subject"] == "YourCompany: summary of your open invoices"
        assert mail["To"].endswith(f"<{address}>")
        text = mail.get_body(("plain",)).get_content()
        assert number in text and "1,234.50" in text and customer in text
    states = books.env["cobranza.reminder"].search_read(
        [("partner_id", "in", partner_ids)], ["state", "delivery", "amount_company"])
    assert [(one["state"], one["delivery"], one["amount_company"]) for one in states] == [
        ("sent", "delivered", 1234.5)] * 3


def test_nothing_leaves_without_a_yes(live, books, sink, three):
    """Whoever answers no has seen a preview and changed nothing."""
    partner_ids, _move_ids = three
    done = run("run_and_send.py", live, "--host", "127.0.0.1", "--port", str(live.port),
               answer="n\n")
    assert done.returncode == 0, done.stderr
    assert "Propose, approve and send? [y/N]" in done.stdout
    assert books.reminders(partner_ids) == []
    assert len(sink) == 0


def test_polls_a_large_run(live, books, sink, three):
    """A run in the background is waited for until the server's own thread has done it."""
    set_param = books.env["ir.config_parameter"].set_param
    set_param("cobranza_dunning.foreground_lines", "1")
    try:
        done = run("run_and_send.py", live, "--url", live.url, "--yes")
    finally:
        set_param("cobranza_dunning.foreground_lines", False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^Run \d+: \d+ %$", done.stdout, re.M), done.stdout
    addresses = [_name_and_address(books, partner_id)[1] for partner_id in three[0]]
    assert [len(sink.to(address)) for address in addresses] == [1, 1, 1]


def test_for_another_day(live, books, three):
    """--date decides for that day: the next level has not come, or has."""
    done = run("run_and_send.py", live, "--url", live.url, "--date", "2020-01-01")
    assert done.returncode == 0, done.stderr
    assert "There is nothing to remind of." in done.stdout


def test_api_key_as_password(live, three, api_keys):
    done = run("run_and_send.py", live, "--url", live.url, password=api_keys["admin"],
               answer="n\n")
    assert done.returncode == 0, done.stderr


def test_explain_invoice(live, books, three):
    """Why, why not, and a clear word about a number that doesn't exist."""
    number = books.read("account.move", three[1][0], "name")
    unsent = books.invoice(sent=False)
    other = books.read("account.move", unsent, "name")
    done = run("explain_invoice.py", live, "--port", str(live.port), number, other, "INV/0/0")
    assert done.returncode == 1
    assert f"{number}, due " in done.stdout and "to chase 1,234.50" in done.stdout
    assert "remind (level_reached): Ready for “Reminder”" in done.stdout
    assert "skip (not_sent): The invoice was never sent" in done.stdout
    assert "policy: Standard policy (rule: company)" in done.stdout
    assert "INV/0/0: there is no such invoice" in done.stdout


def test_negotiate_plan(live, books, three):
    """Too little is offered; what would be accepted is, and holds."""
    customer = books.read("res.partner", three[0][0], "name")
    port = ("--port", str(live.port))
    done = run("negotiate_plan.py", live, *port, customer, "--count", "60", "--agree")
    assert done.returncode == 1, done.stderr
    assert "1,234.50 USD: counter" in done.stdout
    assert "It takes too long until everything is paid." in done.stdout
    assert "acceptable: $" in done.stdout

    done = run("negotiate_plan.py", live, *port, customer, "--count", "3", "--agree")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("411.50") == 3
    assert "is active; it breaks on" in done.stdout
    done = run("negotiate_plan.py", live, *port, "Nobody at all", "--count", "3")
    assert (done.returncode, "no such customer" in done.stdout) == (1, True)


def test_log_call(live, books, three):
    """The rule's answer is printed first; a call is written down, a wrong outcome refused."""
    customer, _address = _name_and_address(books, three[0][0])
    asked = run("log_call.py", live, "--port", str(live.port), customer)
    assert asked.returncode == 0, asked.stderr
    assert asked.stdout.strip() and "Written down" not in asked.stdout
    done = run("log_call.py", live, "--port", str(live.port), customer, "right_party",
               "--reason", "cash_shortage", "--next-step", "Call", "--next-step-date", "2099-01-01")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Spoke with the right person, the right person" in done.stdout
    wrong = run("log_call.py", live, "--port", str(live.port), customer, "nobody")
    assert wrong.returncode == 1
    assert "use one of no_answer" in wrong.stdout
    (call,) = books.env["cobranza.interaction"].search_read(
        [("partner_id", "=", three[0][0])], ["right_party", "reason_id", "next_step_date"])
    assert (call["right_party"], call["reason_id"][1], call["next_step_date"]) == (
        True, "Short of cash", "2099-01-01")


def test_promise_and_dispute(live, books, three):
    """Both are written down and printed; what can't be taken is refused with the reason."""
    customer = books.read("res.partner", three[0][0], "name")
    number = books.read("account.move", three[1][0], "name")
    day = (datetime.date.today() + datetime.timedelta(days=5)).isoformat()
    port = ("--port", str(live.port))
    done = run("promise_and_dispute.py", live, *port, "promise", customer, "1000", day)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"1,000.00 USD by {day}; chased again from" in done.stdout
    assert f"{number}, due " in done.stdout

    done = run("promise_and_dispute.py", live, *port, "dispute", number, "34.50", "price",
               "--until", day)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "34.50 USD disputed (Price or discount isn't as agreed)" in done.stdout
    assert f"looked at again on {day}" in done.stdout

    done = run("promise_and_dispute.py", live, *port, "promise", customer, "9999", day)
    assert done.returncode == 1
    assert "is open there and not promised yet" in done.stdout


def test_decide(live, books, three):
    """Disputes, promises, plans and a segment are decided; what can't be is refused in words."""
    env, (first, second, third) = books.env, three[0]
    lines = env["account.move.line"].search(
        [("move_id", "in", three[1]), ("account_type", "=", "asset_receivable")], order="move_id")
    soon = (datetime.date.today() + datetime.timedelta(days=5)).isoformat()
    later = (datetime.date.today() + datetime.timedelta(days=9)).isoformat()

    def decide(*arguments):
        done = run("decide.py", live, "--port", str(live.port), *map(str, arguments))
        return done.returncode, done.stdout + done.stderr

    dispute = env["cobranza.dispute"].raise_dispute(lines[0], 34.5, "price", None, soon)["id"]
    assert decide("revisit-dispute", dispute, later)[0] == 0
    assert books.read("cobranza.dispute", dispute, "revisit_date") == later
    code, said = decide("reject-dispute", dispute, "Signed for on 3 May")
    assert code == 0 and said.strip().endswith(": rejected"), said
    code, said = decide("accept-dispute", dispute, "R/0")
    assert code == 1 and "decided" in said

    promise = env["cobranza.promise"].promise(second, 100, soon)["id"]
    assert decide("take-back-promise", promise)[1].strip().endswith(": cancelled")
    plan = env["cobranza.plan"].propose(third, {"count": 3})["plan_id"]
    assert decide("offer-plan", plan)[1].strip().endswith(": offered")
    assert decide("cancel-plan", plan, "Pays at once")[1].strip().endswith(": cancelled")

    segment = env["cobranza.segment"].create({"name": "Key accounts"})
    name = books.read("res.partner", first, "name")
    assert decide("segment", name, segment, "Agreed with sales")[0] == 0
    accounts = env["cobranza.debtor"].search_read([("partner_id", "=", first)], ["segment_id"])
    assert [one["segment_id"][0] for one in accounts] == [segment]


def _name_and_address(books, partner_id):
    values = books.read("res.partner", partner_id, "name", "email")
    return values["name"], values["email"]
