"""What happens in the demo company beside its story, so that every screen has something to show.

Run inside `odoo shell` by devenv.story, after `demo_story.run_story`: customers answer, a letter,
a call and a chat wait for a person, a mail comes back, and a large reminder needs two people.
"""
from datetime import timedelta
from email.message import EmailMessage

from odoo import Command
from odoo.tools import mute_logger

COMPANY = "Suministros Atlántico"
MANAGER = "carmen"
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
#: What customers see in links, instead of this machine.
ADDRESS = "https://atlantico.example.com"
#: The mail server refuses this address for good.
REFUSED = "pagos@reject.test"


def run_more(env):
    """Tell it with `env` of the demo database, as the manager; commits at the end."""
    company = env["res.company"].search([("name", "like", COMPANY)], limit=1)
    manager = env["res.users"].search([("login", "=", MANAGER)])
    env = env(user=manager, context={**env.context, "lang": "es_ES", "tz": "Europe/Madrid",
                                     "allowed_company_ids": company.ids})
    company = company.with_env(env)
    env["ir.config_parameter"].sudo().set_param("web.base.url", ADDRESS)
    _customers_answer(company)
    _by_hand(company)
    _two_people(company)
    env.cr.commit()


def _reminders(company, state, **options):
    domain = [("state", "=", state), ("company_id", "=", company.id)]
    return company.env["cobranza.reminder"].search(domain, **options)


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
         ("partner_id.country_id", "=", company.country_id.id)], limit=len(WAYS))
    for debtor, (channel, product, price) in zip(debtors, WAYS, strict=True):
        # without a contact rule: the hour of the pictures must not matter
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


def _two_people(company):
    """The largest amount needs two people; the manager, who leaves it, isn't the second."""
    largest = max(_reminders(company, "proposed").mapped("amount_company"))
    settings = company.env["cobranza.settings"]
    settings.create({"cobranza_limit_two": largest - 1}).action_save()
