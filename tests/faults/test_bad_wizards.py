"""Wrong input in the dialogs, over RPC: each is refused with a sentence, and changes nothing."""
from datetime import datetime, timedelta

import pytest
from odoorpc.error import RPCError

NOWHERE = 999_999_999
LONG = "x" * 100_000


@pytest.fixture
def answer(ledger):
    """An answer that waits, of a customer with a sent reminder: its values."""
    (partner_id,), (move_id,), (reminder_id,) = ledger.propose()
    ledger.env["cobranza.reminder"].action_approve([reminder_id])
    ledger.env["cobranza.reminder"].action_send([reminder_id])
    (debtor_id,) = ledger.debtors([partner_id])
    interaction_id = ledger.env["cobranza.interaction"].create(
        {"debtor_id": debtor_id, "reminder_id": reminder_id, "summary": "Never got it",
         "kind": "not_received"})
    return {"id": interaction_id, "partner_id": partner_id, "move_id": move_id,
            "reminder_id": reminder_id, "debtor_id": debtor_id}


@pytest.fixture
def stranger(ledger):
    """Another customer with an invoice and a proposed reminder."""
    (partner_id,), (move_id,), (reminder_id,) = ledger.propose()
    return {"partner_id": partner_id, "move_id": move_id, "reminder_id": reminder_id,
            "debtor_id": ledger.debtors([partner_id])[0]}


def refused(function, *arguments):
    """Call, and return the sentence of the refusal; fails if it is none or no sentence."""
    with pytest.raises(RPCError) as caught:
        function(*arguments)
    message = str(caught.value)
    assert len(message.split()) > 3 and "Traceback" not in message, message
    return message


# --- stop everything -----------------------------------------------------------------------


def stops(ledger):
    return ledger.env["cobranza.stop"].search([("released_at", "=", False)])


@pytest.mark.parametrize("reason", [False, "", "   ", "\n\t"])
def test_a_stop_says_why(ledger, reason):
    wizard = ledger.env["cobranza.stop.wizard"]
    refused(lambda: wizard.action_stop([wizard.create({"reason": reason})]))
    assert stops(ledger) == []


def test_a_stop_of_no_company_is_none(ledger):
    """Whoever believes that everything stands still has to be right."""
    wizard = ledger.env["cobranza.stop.wizard"]
    foreign = ledger.env["res.company"].create({"name": "Not on screen"})
    ledger.env["res.users"].write([ledger.env.uid], {"company_ids": [(3, foreign)]})
    for company_ids in ([], [foreign]):
        wizard_id = wizard.create({"reason": "Wrong", "company_ids": [(6, 0, company_ids)]})
        assert "Choose the companies" in refused(wizard.action_stop, [wizard_id])
    assert stops(ledger) == []


def test_a_stop_with_a_very_long_reason(ledger):
    wizard = ledger.env["cobranza.stop.wizard"]
    wizard.action_stop([wizard.create({"reason": f"{LONG}\nsecond line"})])
    try:
        assert ledger.env["cobranza.stop"].action_state()["stops"]
    finally:
        ledger.env["cobranza.stop"].action_release(stops(ledger))
    assert stops(ledger) == []
    refused(wizard.action_stop, [NOWHERE])


# --- send invoices again ---------------------------------------------------------------------


def test_what_is_sent_again_is_the_customers(ledger, server, answer, stranger):
    """Neither another customer's invoice nor to another customer, nor what is no invoice."""
    wizard = ledger.env["cobranza.resend.wizard"]
    draft = ledger.env["account.move"].create(
        {"move_type": "out_invoice", "partner_id": answer["partner_id"]})
    for move_ids, recipient_id in (
        ([stranger["move_id"]], False), ([answer["move_id"], stranger["move_id"]], False),
        ([answer["move_id"]], stranger["partner_id"]), ([draft], False), ([], False),
    ):
        wizard_id = wizard.create({
            "interaction_id": answer["id"], "move_ids": [(6, 0, move_ids)],
            "recipient_id": recipient_id})
        refused(wizard.action_resend, [wizard_id])
    refused(wizard.create, {"interaction_id": NOWHERE, "move_ids": [(6, 0, [answer["move_id"]])]})
    refused(wizard.create, {"move_ids": [(6, 0, [answer["move_id"]])]})
    refused(wizard.action_resend, [NOWHERE])
    assert not ledger.read("account.move", answer["move_id"], "cobranza_resent_date")
    server.wait_for_jobs()
    address = ledger.read("res.partner", stranger["partner_id"], "email")
    assert server.sink.to(address) == []


# --- log by hand ---------------------------------------------------------------------------


def test_what_is_logged_belongs_together(ledger, answer, stranger):
    """Nobody finds another customer's reminder, invoice or person in an interaction."""
    log = ledger.env["cobranza.interaction"]
    for values in (
        {"reminder_id": stranger["reminder_id"]}, {"move_id": stranger["move_id"]},
    ):
        message = refused(log.create, {
            "debtor_id": answer["debtor_id"], "summary": "Called", **values})
        assert "another customer" in message
        assert "another customer" in refused(log.write, [answer["id"]], values)


@pytest.mark.parametrize("values", [
    {"summary": False}, {"summary": ""}, {"debtor_id": False}, {"debtor_id": NOWHERE},
    {"channel": "pigeon"}, {"kind": "nonsense"}, {"direction": "sideways"}, {"date": "yesterday"},
    {"date": False}, {"next_step_date": "31/12/2026"}, {"contact_id": NOWHERE},
    {"attachment_ids": [(6, 0, [NOWHERE])]},
])
def test_what_is_no_interaction(ledger, answer, values):
    refused(ledger.env["cobranza.interaction"].create, {
        "debtor_id": answer["debtor_id"], "summary": "Called", **values})


def test_nobody_has_called_tomorrow(ledger, answer):
    """Quiet days after a conversation would never end."""
    for day in ("9999-12-31 23:59:59", str(datetime.now() + timedelta(days=1))[:19]):
        message = refused(ledger.env["cobranza.interaction"].create, {
            "debtor_id": answer["debtor_id"], "summary": "Called", "date": day,
            "right_party": True})
        assert "in the future" in message


def test_words_of_any_kind_are_kept(ledger, answer):
    """Long ones, scripts and signs: they are noted, and do nothing."""
    log = ledger.env["cobranza.interaction"]
    interaction_id = log.create({
        "debtor_id": answer["debtor_id"], "summary": f"<script>alert(1)</script>{LONG}",
        "note": "<script>alert(1)</script><p onclick='x()'>He <b>pays</b></p>"})
    note = ledger.read("cobranza.interaction", interaction_id, "note")
    assert "script" not in note and "onclick" not in note and "<b>pays</b>" in note


# --- another recipient -----------------------------------------------------------------------


def test_who_gets_a_reminder_instead(ledger, answer, stranger):
    """A contact of the customer, while it waits for approval; nobody else, and never later."""
    wizard = ledger.env["cobranza.recipient.wizard"]
    archived = ledger.env["res.partner"].create(
        {"name": "Left", "parent_id": stranger["partner_id"], "email": "left@customers.test",
         "active": False})
    before = ledger.read("cobranza.reminder", stranger["reminder_id"], "recipient_id")
    for reminder_id, recipient_id in (
        (stranger["reminder_id"], answer["partner_id"]), (stranger["reminder_id"], archived),
        (answer["reminder_id"], answer["partner_id"]),
    ):
        wizard_id = wizard.create({"reminder_id": reminder_id, "recipient_id": recipient_id})
        refused(wizard.action_choose, [wizard_id])
    for values in (
        {"reminder_id": stranger["reminder_id"]}, {"recipient_id": answer["partner_id"]},
        {"reminder_id": NOWHERE, "recipient_id": answer["partner_id"]},
        {"reminder_id": stranger["reminder_id"], "recipient_id": NOWHERE},
    ):
        refused(wizard.create, values)
    refused(wizard.action_choose, [NOWHERE])
    assert ledger.read("cobranza.reminder", stranger["reminder_id"], "recipient_id") == before
