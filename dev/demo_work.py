"""What waits for a person in the demo company; run by demo_story.py after the run of today.

Customers answer, a letter, a call and a chat are to be done by hand, a mail comes back, and last
month's sales are to be declared to the insurer.
"""
from datetime import timedelta
from email.message import EmailMessage

from dateutil.relativedelta import relativedelta
from odoo import Command
from odoo.tools import mute_logger

ANSWERS = (
    "Buenos días:\n\nLa transferencia sale el viernes con la remesa de fin de mes.\n\nUn saludo",
    "No encontramos esta factura. ¿Nos la pueden enviar otra vez, por favor?",
    "Tomamos nota, gracias.",
)
#: How the level of a customer's own policy reaches him, and what he buys.
WAYS = (
    ("whatsapp", "Taladro percutor", 139.90),
    ("phone", "Alquiler de andamio", 468.00),
    ("letter", "Pintura para exteriores", 215.50),
    ("email", "Guantes de trabajo", 96.75),
)
#: The mail server refuses this address for good.
REFUSED = "pagos@reject.test"


def leave_work(company, manager):
    """Have it happen, as the manager; commits where a mail leaves."""
    context = {"lang": "es_ES", "tz": "Europe/Madrid", "allowed_company_ids": company.ids}
    company = company.with_user(manager).with_context(**context)
    _office_hours(company)
    _customers_answer(company)
    _by_hand(company)
    _declare_sales(company)


def _reminders(company, state, **options):
    domain = [("state", "=", state), ("company_id", "=", company.id)]
    return company.env["cobranza.reminder"].search(domain, **options)


def _office_hours(company):
    """One customer, of those that wait for approval, is written to in office hours only."""
    waiting = _reminders(company, "proposed", order="amount_company desc, id", limit=1)
    waiting.debtor_id.contact_rule_id = company.env.ref("cobranza_dunning.contact_rule_b2b")


def _customers_answer(company):
    """The last reminders get answers, as mails that come in; the third was only a thank-you."""
    sent = _reminders(company, "sent", order="id desc", limit=len(ANSWERS))
    for reminder, text in zip(sent, ANSWERS, strict=True):
        mail = EmailMessage()
        mail["From"] = reminder.recipient_id.email_formatted
        mail["To"] = company.catchall_email
        mail["Subject"] = f"Re: {reminder.subject}"
        mail["Message-Id"] = f"<{reminder.id}@customers.example.com>"
        mail["In-Reply-To"] = reminder.mail_message_id.message_id
        mail.set_content(text)
        company.env["mail.thread"].sudo().message_process(False, mail.as_string())
    answers = company.env["cobranza.interaction"].search(
        [("waiting", "=", True), ("reminder_id", "=", sent[-1].id)])
    answers.action_handled()


def _by_hand(company):
    """Customers with a policy of their own: one is called, one gets a letter, one a message."""
    env = company.env
    template = env["cobranza.policy.level"].search(
        [("company_id", "=", company.id), ("kind", "=", "reminder"), ("delay_days", ">", 0)],
        limit=1).template_id
    debtors = env["cobranza.debtor"].search(
        [("company_id", "=", company.id), ("overdue_amount", "=", 0),
         ("credit_amount", "=", 0), ("partner_id.country_id", "=", company.country_id.id)],
        limit=len(WAYS))
    for debtor, (channel, product, price) in zip(debtors, WAYS, strict=True):
        # without a contact rule: the hour of the demo must not matter
        debtor.policy_id = env["cobranza.policy"].create({
            "name": f"{company.cobranza_policy_id.name} ({debtor.partner_id.name})",
            "company_id": company.id, "cadence_days": 0, "contact_rule_id": False,
            "level_ids": [Command.create({
                "name": "Recordatorio", "kind": "reminder", "delay_days": 3, "gap_days": 0,
                "channel": channel, "template_id": template.id})]})
        if channel == "email":
            debtor.partner_id.sudo().email = REFUSED
        else:
            debtor.partner_id.sudo().phone = f"+34 612 34 56 {debtor.id % 90 + 10}"
        _invoice(debtor, product, price)
        reminder = _propose(debtor)
        reminder.action_approve()
        if channel == "email":
            reminder.action_send()
            env.cr.commit()
            mails = reminder.sudo().mail_ids
            with mute_logger("odoo.addons.mail.models.mail_mail"):    # the refusal is wanted
                mails.process_email_queue(email_ids=mails.ids)


def _invoice(debtor, product, price):
    """An invoice that was sent and is twelve days late."""
    due = debtor.company_id._cobranza_today() - timedelta(days=12)
    move = debtor.env["account.move"].create({
        "move_type": "out_invoice", "company_id": debtor.company_id.id,
        "partner_id": debtor.partner_id.id, "invoice_date": due - timedelta(days=30),
        "invoice_payment_term_id": False, "invoice_date_due": due,
        "invoice_line_ids": [Command.create(
            {"name": product, "quantity": 3, "price_unit": price})]})
    move.action_post()
    move.is_move_sent = True


def _propose(debtor):
    run = debtor.env["cobranza.run"].create({
        "company_id": debtor.company_id.id, "mode": "propose",
        "debtor_ids": [Command.set(debtor.ids)]})
    run.action_execute()
    return run.reminder_ids


def _declare_sales(company):
    """Sales are declared each month; the last one waits, the two before it were sent in time."""
    env = company.env
    policy = env["cobranza.insurance.policy"].search([("company_id", "=", company.id)])
    month = company._cobranza_today().replace(day=1)
    months = [month - relativedelta(months=ago) for ago in (3, 2, 1)]
    policy.write({"declares": True, "declaration_days": 31, "declaration_from": months[0]})
    declarations = env["cobranza.insurance.declaration"]
    for first in months:
        declaration = declarations.browse(declarations.prepare(policy.id, first)["id"])
        if first != months[-1]:
            fifth = first + relativedelta(months=1, day=5)
            declaration.action_declare(f"DV-{first:%y%m}", fifth)
