"""What becomes of a reminder's mail: refused, bounced, no address; and that it doesn't count."""
from datetime import date, timedelta
from email.message import EmailMessage, Message
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from support.waiting import wait_until

DELIVERY = ("state", "delivery", "delivery_error")


def test_mail_server_refuses(ledger, server):
    """550: shown as failed with the server's own words, and the line is to be told again."""
    (partner_id,), (move_id,), (reminder_id,) = ledger.propose()
    server.sink.mode = "reject=550"
    send(ledger, reminder_id)
    told = wait_for_delivery(ledger, reminder_id, "failed")
    assert told["state"] == "sent"
    assert "550" in told["delivery_error"] and "No such mailbox" in told["delivery_error"]
    assert server.sink.messages == []
    found = ledger.env["cobranza.reminder"].search(
        [("delivery", "=", "failed"), ("partner_id", "=", partner_id)])
    assert found == [reminder_id]

    assert counts_as_told(ledger, move_id) is False
    server.sink.mode = "normal"
    # nothing is proposed to that address; to another one it is told again
    ledger.run("propose", [partner_id])
    assert ledger.reminders([partner_id], "proposed") == []
    move_away(ledger, partner_id)
    ledger.run("propose", [partner_id])
    (again,) = ledger.reminders([partner_id], "proposed")
    assert level(ledger, again) == level(ledger, reminder_id)
    send(ledger, again)
    wait_for_delivery(ledger, again, "delivered")
    # the other mail tells the person in charge that there is something to do
    address = ledger.read("res.partner", partner_id, "email")
    assert len(server.sink.to(address)) == 1


def test_mail_server_refuses_one_of_several(ledger, server):
    """One bad address doesn't hold back the others of the same batch."""
    partner_ids, _moves, reminder_ids = ledger.propose(3)
    ledger.env["res.partner"].write(partner_ids[1:2], {"email": "nobody@reject.test"})
    send(ledger, *reminder_ids)
    for reminder_id, delivery in zip(reminder_ids, ("delivered", "failed", "delivered"),
                                     strict=True):
        wait_for_delivery(ledger, reminder_id, delivery)
    assert len(server.sink) == 2


def test_no_mail_server_at_all(ledger, server):
    """Nobody listens at the port: it waits and is tried again, told once."""
    (partner_id,), (move_id,), (reminder_id,) = ledger.propose()
    servers = ledger.env["ir.mail_server"].search([])
    port = ledger.read("ir.mail_server", servers[0], "smtp_port")
    ledger.env["ir.mail_server"].write(servers, {"smtp_port": 9})
    try:
        send(ledger, reminder_id)
        wait_until(lambda: server.psql(
            f"SELECT next_try FROM cobranza_attempt WHERE reminder_id = {reminder_id}").strip())
    finally:
        ledger.env["ir.mail_server"].write(servers, {"smtp_port": port})
    told = ledger.read("cobranza.reminder", reminder_id, *DELIVERY)
    assert told["delivery"] == "queued" and "tried again on" in told["delivery_error"]
    assert counts_as_told(ledger, move_id) is True
    # a quarter of an hour later
    server.psql("UPDATE cobranza_attempt SET next_try = now() AT TIME ZONE 'UTC'"
                " WHERE next_try IS NOT NULL")
    server.make_due("cobranza_dunning.ir_cron_work")
    wait_for_delivery(ledger, reminder_id, "delivered")
    address = ledger.read("res.partner", partner_id, "email")
    assert len(server.sink.to(address)) == 1


@pytest.mark.parametrize("sender", ["standard", "original headers only"])
def test_bounce_comes_back(ledger, server, sender):
    """A delivery report to the bounce address: bounced, and the next run tells the line again."""
    (partner_id,), (move_id,), (reminder_id,) = ledger.propose()
    send(ledger, reminder_id)
    wait_for_delivery(ledger, reminder_id, "delivered")
    (mail,) = server.sink.messages
    assert counts_as_told(ledger, move_id) is True

    report = delivery_report(mail, whole=sender == "standard")
    ledger.env["mail.thread"].message_process(False, report.as_string())
    told = wait_for_delivery(ledger, reminder_id, "bounced")
    assert told["state"] == "sent"
    assert told["delivery_error"]
    assert counts_as_told(ledger, move_id) is False
    assert ledger.read("res.partner", partner_id, "cobranza_email_paused")
    move_away(ledger, partner_id)
    ledger.run("propose", [partner_id])
    (again,) = ledger.reminders([partner_id], "proposed")
    assert level(ledger, again) == level(ledger, reminder_id)


def test_answer_arrives_at_the_reminder(ledger, server):
    """The customer answers the mail: it is on the reminder, and reminders to him stop."""
    (partner_id,), (move_id,), (reminder_id,) = ledger.propose()
    mail = sent_mail(ledger, server, reminder_id)
    assert receive(ledger, answer_to(mail, reference=True)) == reminder_id
    (message,) = ledger.env["mail.message"].search_read(
        [("model", "=", "cobranza.reminder"), ("res_id", "=", reminder_id),
         ("message_type", "=", "email")], ["body"])
    assert "We pay on Friday." in message["body"]

    (answer,) = answers(ledger, partner_id)
    assert answer["waiting"] and answer["kind"] == "reply"
    assert answer["reminder_id"][0] == reminder_id
    assert reason(ledger, move_id) == "answer_waiting"
    ledger.env["cobranza.interaction"].action_handled([answer["id"]])
    assert reason(ledger, move_id) != "answer_waiting"


def test_automatic_answer_stops_nothing(ledger, server):
    """His mail program says that he is away: noted, and reminders go on."""
    (partner_id,), (move_id,), (reminder_id,) = ledger.propose()
    away = answer_to(sent_mail(ledger, server, reminder_id), reference=True)
    away["Auto-Submitted"] = "auto-replied"
    assert receive(ledger, away) == reminder_id
    (answer,) = answers(ledger, partner_id)
    assert (answer["kind"], answer["waiting"]) == ("auto_reply", False)
    assert reason(ledger, move_id) != "answer_waiting"


def test_answer_without_its_reference_finds_the_reminder(ledger, server):
    """The customer's mail program dropped In-Reply-To: the address is the reminder's own."""
    company_id = ledger.company_id
    domain_id = ledger.read("res.company", company_id, "alias_domain_id")
    own = domain_id[0] if domain_id else ledger.env["mail.alias.domain"].create(
        {"name": "company.test"})
    ledger.env["res.company"].write(
        [company_id], {"alias_domain_id": own, "cobranza_reply_token": True})
    try:
        (partner_id,), (move_id,), (reminder_id,) = ledger.propose()
        mail = sent_mail(ledger, server, reminder_id)
        assert f"+cr{reminder_id}-" in mail["Reply-To"]
        assert receive(ledger, answer_to(mail, reference=False)) == reminder_id
        (answer,) = answers(ledger, partner_id)
        assert answer["waiting"]
        assert reason(ledger, move_id) == "answer_waiting"
    finally:
        ledger.env["res.company"].write([company_id], {"cobranza_reply_token": False})


def test_address_lost_between_approval_and_sending(ledger, server):
    """Not sent, said why, and sent after the address is back."""
    (partner_id,), _moves, (reminder_id,) = ledger.propose()
    ledger.env["cobranza.reminder"].action_approve([reminder_id])
    address = ledger.read("res.partner", partner_id, "email")
    ledger.env["res.partner"].write([partner_id], {"email": False})
    ledger.env["cobranza.reminder"].action_send([reminder_id])
    values = ledger.read("cobranza.reminder", reminder_id, "state", "problem")
    assert values["state"] == "approved"
    assert "has no e-mail address: add one" in values["problem"]
    ledger.env["res.partner"].write([partner_id], {"email": address})
    ledger.env["cobranza.reminder"].action_send([reminder_id])
    assert wait_for_delivery(ledger, reminder_id, "delivered")["state"] == "sent"
    assert len(server.sink.to(address)) == 1


# --- what they share -----------------------------------------------------------------------


def sent_mail(ledger, server, reminder_id):
    """Send a reminder and return its mail as the customer got it."""
    send(ledger, reminder_id)
    wait_for_delivery(ledger, reminder_id, "delivered")
    (mail,) = server.sink.messages
    return mail


def answer_to(mail, reference):
    """The customer's answer; `reference`: whether it says which mail it answers."""
    answer = EmailMessage()
    answer["From"], answer["To"] = mail["To"], mail["Reply-To"]
    answer["Subject"] = f"Re: {mail['Subject']}"
    answer["Message-Id"] = mail["Message-Id"].replace("<", "<answer-", 1)
    if reference:
        answer["In-Reply-To"] = answer["References"] = mail["Message-Id"]
    answer.set_content("We pay on Friday.")
    return answer


def receive(ledger, message):
    """Hand a mail to Odoo's gateway; return the id of the record it was for."""
    return ledger.env["mail.thread"].message_process(False, message.as_string())


def answers(ledger, partner_id):
    """What a customer said."""
    return ledger.env["cobranza.interaction"].search_read(
        [("partner_id", "=", partner_id), ("direction", "=", "in")],
        ["kind", "waiting", "reminder_id"])


def reason(ledger, move_id):
    """Why an invoice would, or wouldn't, be reminded in two months."""
    (line,) = ledger.env["account.move"].cobranza_explain(
        [move_id], str(date.today() + timedelta(days=60)))
    return line["reason"]


def send(ledger, *reminder_ids):
    ledger.env["cobranza.reminder"].action_approve(list(reminder_ids))
    ledger.env["cobranza.reminder"].action_send(list(reminder_ids))


def move_away(ledger, partner_id):
    """Give the customer another address."""
    address = ledger.read("res.partner", partner_id, "email")
    ledger.env["res.partner"].write([partner_id], {"email": f"new.{address}"})


def wait_for_delivery(ledger, reminder_id, delivery):
    """The reminder's values once its delivery is the expected one."""
    def values():
        """the mail got that far"""
        found = ledger.read("cobranza.reminder", reminder_id, *DELIVERY)
        return found if found["delivery"] == delivery else None

    return wait_until(values)


def counts_as_told(ledger, move_id):
    """Whether the line has been told: then it waits, else it is ready."""
    (explained,) = ledger.env["account.move"].cobranza_explain([move_id])
    return explained["outcome"] == "wait"


def level(ledger, reminder_id):
    return ledger.read("cobranza.reminder", reminder_id, "level_id")


def delivery_report(mail, whole):
    """A report as RFC 3464 says: what happened, for machines, and the message or its head."""
    report = MIMEMultipart("report", **{"report-type": "delivery-status"})
    report["From"] = "MAILER-DAEMON@mx.customers.test"
    report["To"] = mail["Return-Path"].strip("<>")
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report["Message-Id"] = f"<dsn-{mail['Message-Id'].strip('<>')}>"
    report["Auto-Submitted"] = "auto-replied"
    report.attach(MIMEText("I'm sorry to have to inform you that your message could not be "
                           "delivered: user unknown."))
    per_message, per_recipient, status = Message(), Message(), Message()
    per_message["Reporting-MTA"] = "dns; mx.customers.test"
    per_recipient["Final-Recipient"] = f"rfc822; {mail['X-Sink-Recipients']}"
    per_recipient["Action"], per_recipient["Status"] = "failed", "5.1.1"
    per_recipient["Diagnostic-Code"] = "smtp; 550 5.1.1 User unknown"
    status["Content-Type"] = "message/delivery-status"
    status.set_payload([per_message, per_recipient])
    report.attach(status)
    if whole:
        report.attach(MIMEMessage(mail, "rfc822"))
    else:
        head = "".join(f"{name}: {mail[name]}\n" for name in ("Message-Id", "To", "Subject"))
        report.attach(MIMEText(head, "rfc822-headers"))
    return report
