"""Mail as an attack: headers smuggled in by names, answers of any size, programs that answer."""
import time
from email.message import EmailMessage

import pytest

from support.waiting import wait_until

QUEUE = "mail.ir_cron_mail_scheduler_action"
WORK = "cobranza_dunning.ir_cron_work"
MEGABYTE = 1024 * 1024
SPY = "spy@evil.test"

#: What somebody writes into the field of a name or subject to have headers of his own.
NAMES = (
    f"Ana\r\nBcc: {SPY}", f"Ana\nBcc: {SPY}\n\nPay elsewhere", f"Ana\rCc: {SPY}",
    f"=?utf-8?q?Ana=0D=0ABcc:_{SPY}?=", f'Ana" <{SPY}>, "', f"Ana <{SPY}>", f"Ana\u2028Bcc: {SPY}",
    f"Ana\x0bBcc: {SPY}\x0c", "=?utf-8?b?QW5hDQpCY2M6IHNweUBldmlsLnRlc3Q=?=",
)

#: The same in the field of an address; what can't be an address gets no mail at all.
ADDRESSES = (
    "{address}\r\nBcc: " + SPY, "{address}\nRCPT TO:<" + SPY + ">", "<{address}>\r\nTo: " + SPY,
    "=?utf-8?q?" + SPY.replace("@", "=40") + "?= <{address}>",
)


def test_names_make_no_headers(ledger, server):
    """Of customers: the mail goes to the customer alone, and says nothing more in its head."""
    partner_ids, _moves, reminder_ids = ledger.propose(len(NAMES))
    for partner_id, name in zip(partner_ids, NAMES, strict=True):
        ledger.env["res.partner"].write([partner_id], {"name": name})
    send(ledger, *reminder_ids)
    wait_until(lambda: len(server.sink) == len(NAMES))
    for address in addresses(ledger, partner_ids):
        (mail,) = server.sink.to(address)
        assert_only_to(mail, address)


@pytest.mark.parametrize("model", ["res.company", "res.users"])
def test_our_own_names_make_no_headers(ledger, server, model):
    """Of the company, which stands in the subject, and of the sender."""
    record_id = ledger.company_id if model == "res.company" else ledger.env.uid
    before = ledger.read(model, record_id, "name")
    partner_ids, _moves, reminder_ids = ledger.propose(len(NAMES))
    try:
        for name, reminder_id in zip(NAMES, reminder_ids, strict=True):
            ledger.env[model].write([record_id], {"name": name})
            send(ledger, reminder_id)
            server.wait_for_jobs()
    finally:
        ledger.env[model].write([record_id], {"name": before})
    wait_until(lambda: len(server.sink) == len(NAMES))
    for address in addresses(ledger, partner_ids):
        (mail,) = server.sink.to(address)
        assert_only_to(mail, address)


def test_subjects_make_no_headers(ledger, server):
    """Of a text that a person has edited."""
    partner_ids, _moves, reminder_ids = ledger.propose(len(NAMES))
    for reminder_id, subject in zip(reminder_ids, NAMES, strict=True):
        ledger.env["cobranza.reminder"].write([reminder_id], {"subject": subject})
        assert "\n" not in ledger.read("cobranza.reminder", reminder_id, "subject")
    send(ledger, *reminder_ids)
    wait_until(lambda: len(server.sink) == len(NAMES))
    for address in addresses(ledger, partner_ids):
        (mail,) = server.sink.to(address)
        assert_only_to(mail, address)


def test_addresses_make_no_headers(ledger, server):
    """Odoo reads several addresses in one field; more than these the field can't do."""
    partner_ids, _moves, reminder_ids = ledger.propose(len(ADDRESSES))
    wanted = addresses(ledger, partner_ids)
    for partner_id, pattern, address in zip(partner_ids, ADDRESSES, wanted, strict=True):
        ledger.env["res.partner"].write([partner_id], {"email": pattern.format(address=address)})
    send(ledger, *reminder_ids)
    ours = ", ".join(map(str, reminder_ids))
    wait_until(lambda: not server.psql("SELECT 1 FROM cobranza_attempt WHERE result = 'pending'"
                                       f" AND reminder_id IN ({ours})").strip())
    server.wait_for_jobs()
    states = [row["state"] for row in ledger.env["cobranza.reminder"].read(reminder_ids, ["state"])]
    assert 0 < states.count("sent") == len(server.sink)
    for mail in server.sink:
        named = set(mail["X-Sink-Recipients"].split(", "))
        assert len(named & {*wanted}) == 1 and named - {*wanted} <= {SPY}, named
        assert mail["Bcc"] is None and mail["Cc"] is None and len(mail.get_all("To")) == 1
    for row in ledger.env["cobranza.reminder"].read(reminder_ids, ["state", "problem"]):
        assert row["state"] == "sent" or row["problem"], row


@pytest.mark.parametrize("size", ["text", "attachment", "subject", "references", "parts"])
def test_answers_of_any_size(ledger, server, size):
    """As large as mail servers let in: one answer that waits, within a few seconds."""
    (partner_id,), _moves, (reminder_id,) = ledger.propose()
    mail = sent_mail(ledger, server, reminder_id)
    answer = answer_to(mail)
    if size == "text":
        answer.set_content("We pay on Friday. " * (10 * MEGABYTE // 18))
    if size == "attachment":
        answer.add_attachment(b"%PDF" + b"x" * 10 * MEGABYTE, maintype="application",
                              subtype="pdf", filename="proof.pdf")
    if size == "subject":
        answer.replace_header("Subject", "Re: " + "x" * 90_000)    # mail servers cut more
    if size == "references":
        others = " ".join(f"<{n}@them.test>" for n in range(2_000))
        answer.replace_header("References", f"{others} {mail['Message-Id']}")
    if size == "parts":
        for number in range(300):
            answer.add_attachment(b"x", maintype="image", subtype="png", filename=f"{number}.png")
    begin = time.monotonic()
    assert receive(ledger, answer) == reminder_id
    assert time.monotonic() - begin < 60
    (found,) = answers(ledger, partner_id)
    assert found["waiting"] and found["kind"] == "reply"
    files = ledger.read("cobranza.interaction", found["id"], "attachment_ids")
    assert len(files) == {"attachment": 1, "parts": 300}.get(size, 0)
    # and it can be looked at
    ledger.env["cobranza.interaction"].read([found["id"]], ["summary", "message_body"])
    (debtor_id,) = ledger.debtors([partner_id])
    assert ledger.read("cobranza.debtor", debtor_id, "answer_text")


def test_programs_that_answer_each_other(ledger, server):
    """His program answers each of our messages, and each answer to it: we never answer one."""
    (policy_id, _name) = ledger.read("res.company", ledger.company_id, "cobranza_policy_id")
    ledger.env["cobranza.policy"].write([policy_id], {"thanks_days": 10})
    try:
        (partner_id,), (move_id,), (reminder_id,) = ledger.propose()
        mail = sent_mail(ledger, server, reminder_id)
        (interaction,) = away(ledger, mail, 1, partner_id)
        address = mail["X-Sink-Recipients"]
        ledger.pay(move_id)
        server.make_due(WORK)
        wait_until(lambda: len(server.sink.to(address)) == 2)
        thanks = server.sink.to(address)[-1]
        assert "thank you" in thanks["Subject"]
        away(ledger, thanks, 10, partner_id)
        ledger.env["account.move"].cobranza_resend([move_id])
        wait_until(lambda: len(server.sink.to(address)) == 3)
        away(ledger, server.sink.to(address)[-1], 3, partner_id)
        for name in (WORK, QUEUE):
            server.make_due(name)
            server.wait_for_jobs()
        assert len(server.sink.to(address)) == 3
        assert interaction["kind"] == "auto_reply"
        assert not any(one["waiting"] for one in answers(ledger, partner_id))
    finally:
        ledger.env["cobranza.policy"].write([policy_id], {"thanks_days": 0})


def test_a_program_that_does_not_say_what_it_is(ledger, server):
    """Without a header its answers count as the customer's: reminders stop, and nothing leaves."""
    (partner_id,), _moves, (reminder_id,) = ledger.propose()
    mail = sent_mail(ledger, server, reminder_id)
    for number in range(30):
        receive(ledger, answer_to(mail, number))
    server.wait_for_jobs()
    server.make_due(QUEUE)
    server.wait_for_jobs()
    # Odoo takes no more than some of them in an hour; it says so in mails that end a loop
    address = mail["X-Sink-Recipients"]
    told = server.sink.to(address)[1:]
    for one in told:
        assert "-loop-detection-bounce-email@" in one["References"], one["Subject"]
        receive(ledger, answer_to(one))
    server.make_due(QUEUE)
    server.wait_for_jobs()
    assert len(server.sink.to(address)) == len(told) + 1
    found = answers(ledger, partner_id)
    assert 0 < len(found) <= 30 and all(one["waiting"] for one in found)


# --- what they share -----------------------------------------------------------------------


def send(ledger, *reminder_ids):
    ledger.env["cobranza.reminder"].action_approve(list(reminder_ids))
    ledger.env["cobranza.reminder"].action_send(list(reminder_ids))


def sent_mail(ledger, server, reminder_id):
    """Send a reminder and return its mail as the customer got it."""
    address = ledger.read("cobranza.reminder", reminder_id, "recipient_email")
    send(ledger, reminder_id)
    # our own people are told of answers, also of those of other tests
    wait_until(lambda: server.sink.to(address))
    server.wait_for_jobs()
    return server.sink.to(address)[0]


def answer_to(mail, number=0):
    """An answer to a mail; number: one of several."""
    answer = EmailMessage()
    answer["From"], answer["To"] = mail["To"], mail["Reply-To"]
    answer["Subject"] = f"Re: {mail['Subject']}"
    answer["Message-Id"] = mail["Message-Id"].replace("<", f"<answer-{number}-", 1)
    answer["In-Reply-To"] = mail["Message-Id"]
    answer["References"] = " ".join(filter(None, (mail["References"], mail["Message-Id"])))
    answer.set_content("We pay on Friday.")
    return answer


def away(ledger, mail, times, partner_id):
    """His program answers a mail so many times that he is away; return what was noted of it."""
    for number in range(times):
        answer = answer_to(mail, number)
        answer["Auto-Submitted"] = "auto-replied"
        receive(ledger, answer)
    return answers(ledger, partner_id)


def receive(ledger, message):
    """Hand a mail to Odoo's gateway; return the id of the record it was for."""
    return ledger.env["mail.thread"].message_process(False, message.as_string())


def answers(ledger, partner_id):
    """What a customer said."""
    return ledger.env["cobranza.interaction"].search_read(
        [("partner_id", "=", partner_id), ("direction", "=", "in")], ["kind", "waiting"])


def addresses(ledger, partner_ids):
    rows = ledger.env["res.partner"].read(partner_ids, ["email"])
    return [row["email"] for row in rows]


def assert_only_to(mail, address):
    """Its head and its envelope name the customer and nobody else."""
    assert mail["X-Sink-Recipients"] == address
    assert mail["Bcc"] is None and mail["Cc"] is None
    for name, count in (("To", 1), ("From", 1), ("Reply-To", 1), ("Subject", 1)):
        assert len(mail.get_all(name)) == count, name
    (to,) = mail["To"].addresses
    assert to.addr_spec == address
    for name in ("From", "Reply-To"):
        assert SPY not in [one.addr_spec for one in mail[name].addresses], name
    assert "Pay elsewhere" not in mail.get_body(("plain",)).get_content()[:40]
