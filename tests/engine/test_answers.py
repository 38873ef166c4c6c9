"""Automatic answers, and what looks like one and isn't."""

import pytest
from engine.answers import AUTO_REPLY, REPLY, classify


@pytest.mark.parametrize(
    "name, value, expected",
    [
        ("Auto-Submitted", "auto-replied", AUTO_REPLY),
        ("Auto-Submitted", "auto-generated", AUTO_REPLY),
        ("auto-submitted", "Auto-Replied; owner-email=ana@example.com", AUTO_REPLY),
        ("Auto-Submitted", "auto-notified", AUTO_REPLY),
        ("Auto-Submitted", "no", REPLY),
        ("Auto-Submitted", " No ; comment", REPLY),
        ("Auto-Submitted", "", REPLY),
        ("X-Autoreply", "yes", AUTO_REPLY),
        ("X-AutoReply", "", AUTO_REPLY),
        ("X-Autoreply", "no", REPLY),
        ("X-Auto-Reply", "true", AUTO_REPLY),
        ("X-Autoreply-From", "ana@example.com", AUTO_REPLY),
        ("X-Autorespond", "Vacaciones", AUTO_REPLY),
        ("X-Autoresponder", "1", AUTO_REPLY),
        ("X-Autoresponder", "0", REPLY),
        ("X-Mail-Autoreply", "1", AUTO_REPLY),
        ("X-Vacation", "on", AUTO_REPLY),
        ("X-MS-Exchange-Inbox-Rules-Loop", "ana@example.com", AUTO_REPLY),
        ("Precedence", "bulk", AUTO_REPLY),
        ("Precedence", "Bulk", AUTO_REPLY),
        ("Precedence", "auto_reply", AUTO_REPLY),
        ("Precedence", "junk", AUTO_REPLY),
        ("Precedence", "list", REPLY),  # a person answering from a shared address
        ("Precedence", "normal", REPLY),
        ("Return-Path", "<>", AUTO_REPLY),
        ("Return-Path", "<ana@example.com>", REPLY),
        ("Content-Type", "multipart/report; report-type=disposition-notification", AUTO_REPLY),
        ("Content-Type", "multipart/mixed", REPLY),
        ("References", "<1-loop-detection-bounce-email@host>", AUTO_REPLY),
        ("In-Reply-To", "<a> <1-loop-detection-bounce-email@host>", AUTO_REPLY),
        ("References", "<bounce-email@host>", REPLY),
        ("Subject", "<1-loop-detection-bounce-email@host>", REPLY),
        # asks others for silence, says nothing about who wrote
        ("X-Auto-Response-Suppress", "All", REPLY),
        ("X-Odoo-Objects", "cobranza.reminder-7", REPLY),
        ("List-Id", "<cuentas.example.com>", REPLY),
    ],
)
def test_headers(name, value, expected):
    headers = [("From", "ana@example.com"), (name, value), ("Date", "Tue, 3 Mar 2026 10:00:00")]
    assert classify(headers, "Re: Facturas abiertas") == expected


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: your open invoices",
        "AUTOMATIC REPLY",
        "Automated response: invoices",
        "Autoreply: invoices",
        "Auto-Reply: invoices",
        "Auto Response",
        "Out of Office: invoices",
        "Out of the office until Monday",
        "Out-of-Office AutoReply: invoices",
        "[Out of office] invoices",
        "OOO: invoices",
        "Respuesta automática: sus facturas",
        "RESPUESTA AUTOMATICA: Sus facturas",
        "Contestación automática",
        "Mensaje automático: hemos recibido su correo",
        "Fuera de la oficina: sus facturas",
        "Fuera de oficina hasta el lunes",
        "Ausente de la oficina",
        "Aviso de ausencia",
        "Notificación de ausencia",
        "Ausencia temporal",
        "Resposta automática: as suas faturas",
        "Resposta automática",
        "Mensagem automática",
        "Fora do escritório: faturas",
        "Ausente do escritório até segunda-feira",
        "Ausência temporária",
    ],
)
def test_subjects_of_automatic_answers(subject):
    assert classify([], subject) == AUTO_REPLY


@pytest.mark.parametrize(
    "subject",
    [
        "",
        None,
        "Re: Automatic payment of your invoices",
        "Automatic payment failed",
        "Automatically paid on Friday",
        "Pago automático domiciliado",
        "Re: Respuesta automática: sus facturas",  # a person who answers to our absence
        "RE: Automatic reply: your open invoices",
        "RV: Fuera de la oficina",
        "Our automatic reply to customers is wrong",
        "Factura por sistema de respuesta automática",
        "Oficina: cambio de dirección",
        "Estamos fuera, pero pagamos el lunes",
        "Vacaciones de nuestro contable: pagamos el lunes",
        "Out of stock: we can't accept the invoice",
        "Office rent",
        "Ooops, I forgot",
        "OOOdles of thanks",
        "Ausencia de factura",
        "Mensaje para cobranza",
        "Mensagem do financeiro",
        "Autoresponsables S.A.: facturas",
        "Autoreplying to everybody is easy",
        "Fora do prazo, peço desculpa",
    ],
)
def test_what_only_looks_like_one(subject):
    assert classify([("Auto-Submitted", "no")], subject) == REPLY
