"""What happens in the demo company; run inside `odoo shell` by demo.py, prints what it did.

Its books are made week by week, and the last weeks are collected as they would have been: a run,
approval, sending, the mail queue, with the clock put back. Then comes today.
"""
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from unittest.mock import patch

from demo_work import leave_work
from freezegun import freeze_time
from odoo import Command
from odoo.addons.cobranza_dunning.demo.company import create_company
from odoo.addons.cobranza_dunning.demo.ledger import Ledger
from odoo.addons.cobranza_dunning.demo.plan import DAYS
from odoo.sql_db import BaseCursor
from odoo.tools import formatLang

LANGUAGES = ("es_ES", "pt_PT", "en_GB")
MAIL_DOMAIN = "atlantico.example.com"
#: What everybody sees first.
START = "cobranza_dunning.cobranza_debtor_action_today"
#: login (and password), name, job, telephone, groups
PEOPLE = (
    ("carmen", "Carmen Vázquez Otero", "Responsable de cobros", "+34 986 000 111",
     ("account.group_account_manager", "account.group_account_user")),
    ("ivan", "Iván Souto Rial", "Gestor de cobros", "+34 986 000 112",
     ("account.group_account_readonly", "cobranza_dunning.group_collector")),
    ("marta", "Marta Lago Pereira", "Contable", "+34 986 000 113",
     ("account.group_account_user",)),
)
#: So many weeks ago the company reminded its customers.
WEEKS_WITH_REMINDERS = (10, 8, 6, 4, 2)
#: The manager leaves so many of today's reminders for whoever opens the browser.
LEFT_TO_APPROVE = 5


def run_story(env):
    """Tell the story with `env` of the demo database; commits as it goes, prints at the end."""
    _empty_the_queue(env)
    env = _speak_spanish(env)
    company = create_company(env)
    people = _hire(company)
    today = company._cobranza_today()
    ledger = Ledger(company, today)
    say(f"{company.name}: nueve meses de facturas, cobros y recordatorios ...")
    for ago in range(DAYS // 7, 0, -1):
        day = _workday(today - timedelta(weeks=ago))
        with clock(env, day):
            ledger.play(until=day)
            if ago in WEEKS_WITH_REMINDERS:
                _past_run(company, people, day)
            env.cr.commit()
    ledger.play()
    env.cr.commit()
    run, sent = _today(company, people)
    leave_work(company, people["carmen"])
    env.cr.commit()
    report(run, sent)


def say(text=""):
    """Print at once: somebody is waiting."""
    print(text, flush=True)


# --- the company -----------------------------------------------------------------------------

def _empty_the_queue(env):
    """Forget the mails that Odoo's own demo data left to be sent: they would fill the sink."""
    env["mail.mail"].search([("state", "=", "outgoing")]).unlink()


def _speak_spanish(env):
    """Install the languages of company and customers; return `env` in Spanish."""
    for code in LANGUAGES:
        env["res.lang"]._activate_and_install_lang(code)
    return env(context={**env.context, "lang": "es_ES", "tz": "Europe/Madrid"})


def _hire(company):
    """Return {login: user} of the people who work there; the administrator moves in as well."""
    env = company.env
    domains = env["mail.alias.domain"]
    company.alias_domain_id = domains.create({"name": MAIL_DOMAIN})
    # the server may send in the name of people, not only of "notifications"
    env["ir.mail_server"].search([]).from_filter = ",".join(domains.search([]).mapped("name"))
    users = {}
    for login, name, job, phone, groups in PEOPLE:
        first, last = name.lower().replace("á", "a").split()[:2]
        users[login] = env["res.users"].with_context(no_reset_password=True).create(
            {
                "login": login,
                "password": login,
                "name": name,
                "email": f"{first}.{last}@{MAIL_DOMAIN}".replace("í", "i"),
                "phone": phone,
                "lang": "es_ES",
                "tz": "Europe/Madrid",
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "action_id": env.ref(START).id,
                "group_ids": [Command.link(env.ref(group).id) for group in groups],
            }
        )
        users[login].partner_id.function = job
    env.ref("base.user_admin").write(
        {
            "name": "Administración",
            "lang": "es_ES",
            "tz": "Europe/Madrid",
            "company_id": company.id,
            "company_ids": [Command.set(company.ids)],
            "action_id": env.ref(START).id,
        }
    )
    company.cobranza_user_id = users["ivan"]
    return users


# --- the past --------------------------------------------------------------------------------

def _workday(day):
    """The day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(day.weekday() - 4, 0))


@contextmanager
def clock(env, day):
    """Have it be office hours here and in America on `day`: for Python, and for Odoo's dates."""
    frozen = freeze_time(datetime.combine(day, time(15, 30)))
    with frozen, patch.object(BaseCursor, "now", lambda cursor: datetime.now()):
        yield
        env.flush_all()


def _past_run(company, people, day):
    """Propose, approve and send as on that day; once the manager cancels a reminder."""
    _assign_collectors(company, people)
    reminders = _run(company, people["ivan"]).reminder_ids.with_user(people["carmen"])
    if not reminders:
        return
    if len(reminders) > 3 and not reminders.search_count([("state", "=", "cancelled")], limit=1):
        reminders[0].action_cancel("Ha llamado: paga este mes", day + timedelta(days=14))
    reminders = reminders.filtered(lambda one: one.state == "proposed")
    _approve_and_send(reminders)


def _assign_collectors(company, people):
    """Iván looks after the customers in Spain, Carmen after those abroad; no mail tells them."""
    quiet = company.env["cobranza.debtor"].with_context(mail_auto_subscribe_no_notify=True)
    debtors = quiet.search(
        [("company_id", "=", company.id), ("user_id", "=", False)]
    )
    at_home = debtors.filtered(lambda one: one.partner_id.country_id == company.country_id)
    at_home.user_id = people["ivan"]
    (debtors - at_home).user_id = people["carmen"]


# --- the work --------------------------------------------------------------------------------

def _run(company, user):
    """Propose as `user`, for the day that the clock shows; return the run."""
    run = company.env["cobranza.run"].with_user(user).create(
        {"company_id": company.id, "date": company._cobranza_today(), "mode": "propose"}
    )
    run.action_execute()
    return run


def _approve_and_send(reminders):
    """Approve and hand over, then work off the mail queue as the scheduled action does."""
    if reminders:
        reminders.action_approve()
        reminders.action_send()
        reminders.env.cr.commit()
        mails = reminders.sudo().mail_ids
        mails.process_email_queue(email_ids=mails.ids)


def _today(company, people):
    """Today's run; the questions to customers with the largest amounts are left to approve."""
    _assign_collectors(company, people)
    run = _run(company, people["ivan"])
    reminders = run.reminder_ids.with_user(people["carmen"])
    weighty = reminders.sorted(lambda one: (one.kind != "reminder", one.amount_company))
    ready = weighty[:-LEFT_TO_APPROVE]
    _approve_and_send(ready)
    return run, ready.filtered(lambda one: one.state == "sent")


# --- the report ------------------------------------------------------------------------------

OUTCOMES = (("remind", "Recordar"), ("wait", "En espera"), ("skip", "Omitidos"))


def report(run, sent):
    """Print what the run decided, by reason, and what became of its reminders."""
    env = run.env(context={**run.env.context, "lang": "es_ES"})
    run = run.with_env(env)
    reasons = dict(run.line_ids._fields["reason"]._description_selection(env))
    counted = run.line_ids._read_group(
        [("run_id", "=", run.id)], ["outcome", "reason"], ["__count"], order="__count DESC"
    )
    rows = [("Vencimientos evaluados", run.lines_count, "")]
    for outcome, label in OUTCOMES:
        mine = [(reasons[reason], count) for what, reason, count in counted if what == outcome]
        rows.append((label, sum(count for _, count in mine), ""))
        rows += [(f"   {reason}", count, "") for reason, count in mine]
    by_state = run.reminder_ids.grouped("state")
    none = run.reminder_ids.browse()
    rows += [
        (label, len(reminders), _total(reminders))
        for label, reminders in (
            ("Recordatorios propuestos", run.reminder_ids),
            ("   enviados", sent),
            ("   por aprobar, en el navegador", by_state.get("proposed", none)),
            ("   aprobados, esperan su hora", by_state.get("approved", none)),
        )
    ]
    say(f"\nEl proceso de hoy, {run.date:%d/%m/%Y}")
    for label, count, amount in rows:
        say(f"  {label:<44}{count:>5}  {amount:>16}")
    before = env["cobranza.reminder"].search_count(
        [("state", "=", "sent"), ("run_id.date", "<", run.date),
         ("company_id", "=", run.company_id.id)]
    )
    say(f"\nEn semanas anteriores se enviaron {before} recordatorios.")
    _report_insurance(run.company_id)


def _report_insurance(company):
    """How much of what is open is insured."""
    covered, not_covered, unmarked = company.env["cobranza.insurance.exposure"]._read_group(
        [("company_id", "=", company.id)], [],
        ["covered_amount:sum", "uncovered_amount:sum", "unflagged_amount:sum"])[0]
    say("\nSeguro de crédito: "
        f"{_euros(company, covered)} cubiertos, {_euros(company, not_covered)} sin cubrir, "
        f"{_euros(company, unmarked)} que no se aseguran.")


def _total(reminders):
    if not reminders:
        return ""
    return _euros(reminders.company_id, sum(reminders.mapped("amount_company")))


def _euros(company, amount):
    return formatLang(company.env, amount, currency_obj=company.currency_id)
