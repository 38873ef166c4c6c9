"""The scripts of docs/examples as a newcomer runs them: other process, real server, real mail."""
import datetime
import os
import re
import subprocess
import sys

import pytest

from devenv import paths
from support import insured

EXAMPLES = paths.ROOT / "docs" / "examples"
LAST_MONTH = datetime.date.today().replace(day=1) - datetime.timedelta(days=1)


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
    addresses = [_name_and_address(books, partner_id)[1] for partner_id in partner_ids]
    assert [sink.to(address) for address in addresses] == [[], [], []]


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
    done = run("negotiate_plan.py", live, *port, customer, "--count", "6", "--each", "10")
    assert (done.returncode, "not allowed with argument" in done.stderr) == (2, True)
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
    code, said = decide("revisit-dispute", dispute, soon)
    assert code == 1 and "decided" in said
    code, said = decide("accept-dispute", dispute, "R/0")
    assert code == 1 and "no such credit note" in said

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


# --- credit insurance


@pytest.fixture
def policy_id(books):
    """A policy that wants notice; its claims are booked on accounts of its own."""
    def account(code, kind):
        return books.env["account.account"].create(
            {"name": f"Examples {code}", "code": code, "account_type": kind,
             "reconcile": kind in ("asset_receivable", "liability_payable")})
    number = books.env["cobranza.insurance.policy"].search_count([("active", "in", (True, False))])
    code = f"{number:03d}"
    made = insured.policy(
        books, name=f"Examples {code}", number=f"EX-{code}", law=False, sequence=1,
        insurer_id=books.customer(name="Aseguradora Ejemplo"),
        insurer_account_id=account(f"4407{code}", "asset_receivable"),
        claim_account_id=account(f"4387{code}", "asset_current"),
        insurer_share_account_id=account(f"4107{code}", "liability_payable"),
        loss_account_id=account(f"6507{code}", "expense"),
        premium_rate=2.5)
    yield made
    insured.retire(books, made)


def test_record_limits(live, books, policy_id, tmp_path):
    """Shown first, then recorded, then known; a wrong row is named and leaves the other alone."""
    names = {}
    for ref in ("EX-LIMIT-1", "EX-LIMIT-2"):
        names[ref] = books.read("res.partner", books.customer(ref=f"{ref}-{policy_id}"), "name")
    file = tmp_path / "limits.csv"
    file.write_text(
        "ref,decision,amount,effective,reference\n"
        f"EX-LIMIT-1-{policy_id},granted,1500,2026-01-01,CL-1\n"
        f"EX-LIMIT-2-{policy_id},refused,,2026-01-01,CL-2\n", encoding="utf-8")
    command = ("record_limits.py", live, "--port", str(live.port), str(file),
               "--policy", books.read("cobranza.insurance.policy", policy_id, "number"))
    limits = books.env["cobranza.insurance.limit"]
    for options, said, recorded in (((), "created", 0), (("--yes",), "created", 2),
                                    (("--yes",), "unchanged", 2)):
        done = run(*command, *options)
        assert done.returncode == 0, done.stdout + done.stderr
        # what stands before is none, and then the limit itself
        before = "1,500.00" if said == "unchanged" else "0.00"
        assert f"line 2: {said}  {names['EX-LIMIT-1']}: {before} -> 1,500.00" in done.stdout
        assert f"line 3: {said}  {names['EX-LIMIT-2']}: 0.00 -> 0.00" in done.stdout
        assert ("Nothing was recorded" in done.stdout) is not options
        assert limits.search_count([("policy_id", "=", policy_id)]) == recorded
    file.write_text(file.read_text("utf-8").replace("1500", "many"), encoding="utf-8")
    done = run(*command)
    assert done.returncode == 1
    assert "line 2: error" in done.stdout and "isn't an amount" in done.stdout
    assert "line 3: unchanged" in done.stdout


def test_explain_cover(live, books, policy_id):
    """Today, on a later day, before it was known, and of one that isn't to be insured."""
    _partner, move_id, _line = insured.debt(books, policy_id)
    number = books.read("account.move", move_id, "name")
    other = books.read("account.move", books.invoice(), "name")
    port = ("--port", str(live.port))
    done = run("explain_cover.py", live, *port, number, other, "INV/0/0")
    assert done.returncode == 1
    assert "600.00 of 600.00 USD covered at " in done.stdout
    assert "at_risk (within_limit, notice_due): " in done.stdout
    assert f"notice by {insured.last_day()}" in done.stdout
    assert f"{other}: nothing of it is to be insured" in done.stdout
    assert "INV/0/0: there is no such invoice" in done.stdout
    missed = datetime.date.fromisoformat(insured.last_day()) + datetime.timedelta(days=1)
    done = run("explain_cover.py", live, *port, number, "--date", str(missed))
    assert done.returncode == 0, done.stderr
    assert "0.00 of 600.00 USD covered" in done.stdout
    assert "lost (within_limit, notice_missed): " in done.stdout
    done = run("explain_cover.py", live, *port, number, "--date", "2020-01-01")
    assert "nothing of it is to be insured" in done.stdout


def test_notify_and_claim(live, books, policy_id):
    """A claim is refused while the notice is missing; both are printed, and the notice once."""
    partner_id, move_id, _line = insured.debt(books, policy_id)
    customer = books.read("res.partner", partner_id, "name")
    number = books.read("account.move", move_id, "name")
    script = ("notify_and_claim.py", live, "--port", str(live.port))
    refused = run(*script, "claim", customer)
    assert refused.returncode == 1
    assert "notice" in refused.stdout.lower(), refused.stdout + refused.stderr
    for _again in range(2):
        done = run(*script, "notify", customer, f"AFP-EX-{partner_id}")
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"600.00 USD notified on {datetime.date.today()}, in time" in done.stdout
        assert f"deadline {insured.last_day()}" in done.stdout and number in done.stdout
    notices = books.env["cobranza.insurance.notice"]
    assert notices.search_count([("partner_id", "=", partner_id)]) == 1

    done = run(*script, "claim", customer, "--costs", "100", "--reference", "S-EX")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r" is filed: loss 600\.00 USD, covered 600\.00, the insurer owes \d",
                     done.stdout), done.stdout
    assert f"{number}, due " in done.stdout
    nobody = run(*script, "claim", "Nobody at all")
    assert (nobody.returncode, "no such customer" in nobody.stdout) == (1, True)


def test_declare_sales(live, books, policy_id, tmp_path):
    """The figures are printed, the file is saved, and marked as declared only if one says so."""
    # of single invoices: what other tests have sold isn't its own
    books.env["cobranza.insurance.policy"].write(
        [policy_id], {"kind": "single_invoice", "declares": True,
                      "declaration_from": str(LAST_MONTH.replace(day=1))})
    overdue = (datetime.date.today() - LAST_MONTH).days - 30
    partner_id = books.customer()
    books.invoice(partner_id, overdue=overdue, amount=10000.0, insured=True,
                  insurance_policy_id=policy_id)
    number = books.read("cobranza.insurance.policy", policy_id, "number")
    script = ("declare_sales.py", live, "--port", str(live.port), number, "--folder", str(tmp_path))
    declarations = books.env["cobranza.insurance.declaration"]
    for options, kind, state in (((), "xlsx", "draft"),
                                 (("--format", "csv", "--declare", "R-EX"), "csv", "declared")):
        done = run(*script, *options)
        assert done.returncode == 0, done.stdout + done.stderr
        assert f" to {LAST_MONTH}, by " in done.stdout
        assert "10,000.00 USD in 1 documents, 0.00 of it late; premium 25.00" in done.stdout
        assert f"{books.read('res.partner', partner_id, 'name')}: 10,000.00" in done.stdout
        (saved,) = tmp_path.glob(f"*.{kind}")
        assert f"saved as {saved}" in done.stdout and saved.stat().st_size > 100
        (made,) = declarations.search_read(
            [("policy_id", "=", policy_id), ("date_to", "=", str(LAST_MONTH))],
            ["state", "reference"])
        assert made["state"] == state
    assert made["reference"] == "R-EX"
    none = run("declare_sales.py", live, "--port", str(live.port), "EX-none")
    assert (none.returncode, "0 policies" in none.stdout) == (1, True)


def test_suggest_insurance(live, books, policy_id):
    """A limit is suggested, and asked for if one says so; then it isn't suggested again."""
    partner_id = books.customer()
    customer = books.read("res.partner", partner_id, "name")
    move_id = books.invoice(partner_id, overdue=5, amount=8000.0)
    script = ("suggest_insurance.py", live, "--port", str(live.port), "--customer", customer)
    limits = books.env["cobranza.insurance.limit"]
    mine = [("partner_id", "=", partner_id)]
    done = run(*script)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"ask_limit: {customer}" in done.stdout and "done" not in done.stdout
    assert not limits.search_count(mine)
    assert "  done" in run(*script, "--follow").stdout
    assert [one["decision"] for one in limits.search_read(mine, ["decision"])] == ["requested"]
    assert run(*script).stdout == ""
    limits.create({"policy_id": policy_id, "partner_id": partner_id, "amount": 9000,
                   "effective": str(LAST_MONTH.replace(day=1).replace(month=1))})
    done = run(*script, "--follow")
    assert f"insure: {customer} {books.read('account.move', move_id, 'name')}" in done.stdout
    assert books.read("account.move", move_id, "insured") is True


def _name_and_address(books, partner_id):
    values = books.read("res.partner", partner_id, "name", "email")
    return values["name"], values["email"]


def test_forecast(live, books, three):
    """By week, with what may be lost; and of one invoice, with the reason of its day."""
    _partner_ids, move_ids = three
    done = run("forecast.py", live, "--url", live.url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^all +open +[\d,.]+  may be lost [\d,.]+ USD$", done.stdout, re.MULTILINE)

    [move] = books.env["account.move"].read(move_ids[:1], ["name"])
    done = run("forecast.py", live, "--url", live.url, "--invoice", move["name"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.match(r"\d{4}-\d\d-\d\d +1,234\.50 USD  \$.1,234\.50 ", done.stdout)

    done = run("forecast.py", live, "--url", live.url, "--invoice", "INV/1999/1")
    assert (done.returncode, "there is no such invoice" in done.stdout) == (1, True)
