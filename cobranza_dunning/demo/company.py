"""The demo company: its books, its bank, its policy, its customers and products."""

from odoo import Command

from .plan import TERMS, table

COMPANY = {
    "name": "Suministros Atlántico, S.L.",
    "vat": "ESB00153841",
    "street": "Rúa do Areal, 218",
    "zip": "36201",
    "city": "Vigo",
    "phone": "+34 986 000 100",
    "email": "administracion@atlantico.example.com",
    "website": "https://atlantico.example.com",
}
BANK = {"name": "Banco de Ejemplo, S.A.", "bic": "EJEMESMMXXX"}
OTHER_WAYS = (
    "Si prefiere domiciliar sus recibos, respóndanos y le enviaremos el mandato SEPA para firmar."
)
IBAN = "ES60 9999 0001 4100 0012 3456"  # the check digits are right, the bank doesn't exist
DIRECT_DEBITS = "REC"
TERM_NAMES = {
    "15": "15 días",
    "30": "30 días",
    "60": "60 días",
    "30-60": "30 y 60 días",
    "30-60-90": "30, 60 y 90 días",
}
#: Customers that are persons: the contact rule of their country holds for them.
PERSONS = ("ana-quintero", "marcela-rozas")
#: Below this, in euros, the manager has nobody written to.
MINIMUM = 20.0


def create_company(env, name=COMPANY["name"]):
    """Return a new company that keeps its books in Spain, with a bank account and a policy.

    name: companies can't share one; tests on a database with demo data choose their own.
    Its chart is the Spanish one where `l10n_es` is installed, Odoo's generic one elsewhere.
    """
    country = env.ref("base.es")
    state = env["res.country.state"].search([("code", "=", "PO"), ("country_id", "=", country.id)])
    # the context keeps Odoo from installing the country's chart by itself; mail and web address
    # come afterwards, or Odoo asks an outside service about the company
    company = (
        env["res.company"]
        .with_context(chart_template_load=True)
        .create(
            {
                "name": name,
                "country_id": country.id,
                "currency_id": env.ref("base.EUR").id,
            }
        )
    )
    company.write({**COMPANY, "name": name, "state_id": state.id})
    company = company.with_context(allowed_company_ids=company.ids)
    company.partner_id.write({"tz": "Europe/Madrid", "lang": installed_lang(env, "es_ES")})
    _load_chart(company)
    _set_up_journals(company)
    company.cobranza_policy_id = _create_policy(company)
    company.with_context(lang=company.partner_id.lang).cobranza_other_ways = OTHER_WAYS
    return company


def _load_chart(company):
    charts = company.env["account.chart.template"]
    spanish = company.env["ir.module.module"].search_count(
        [("name", "=", "l10n_es"), ("state", "=", "installed")]
    )
    charts._load("es_pymes" if spanish else "generic_coa", company, install_demo=False)
    if not spanish:
        _move_to_spain(company)


def _move_to_spain(company):
    """Make a generic chart's currency and taxes the country's; it takes that to be the US."""
    company.currency_id = company.env.ref("base.EUR")
    own = [("company_id", "=", company.id)]
    for model in ("account.tax.group", "account.tax", "account.fiscal.position"):
        records = company.env[model].search([*own, ("country_id", "!=", False)])
        records.country_id = company.country_id
    company.account_fiscal_country_id = company.country_id
    name = "IVA 21 %"
    company.account_sale_tax_id.write({"amount": 21, "name": name, "invoice_label": name})


def _set_up_journals(company):
    """Name sales by their Spanish initials, give the bank its account, and add direct debits."""
    journals = company.env["account.journal"]
    sales = journals.search([("type", "=", "sale"), ("company_id", "=", company.id)], limit=1)
    sales.write({"name": "Facturas emitidas", "code": "FV"})
    account = company.env["res.partner.bank"].create(
        {
            "acc_number": IBAN,
            "bank_id": company.env["res.bank"].create(BANK).id,
            "partner_id": company.partner_id.id,
            "company_id": company.id,
        }
    )
    bank = bank_journal(company)
    bank.write({"name": "Banco", "bank_account_id": account.id})
    # payments are entered when the statement shows them: straight to the bank's account
    bank.inbound_payment_method_line_ids.payment_account_id = bank.default_account_id
    journals.create(
        {
            "name": "Recibos domiciliados",
            "code": DIRECT_DEBITS,
            "type": "bank",
            "company_id": company.id,
        }
    )


def bank_journal(company, direct_debits=False):
    """Return the journal of the company's bank, or the one of its direct debits."""
    return company.env["account.journal"].search(
        [
            ("type", "=", "bank"),
            ("code", "=" if direct_debits else "!=", DIRECT_DEBITS),
            ("company_id", "=", company.id),
        ],
        limit=1,
    )


def _create_policy(company):
    """Return the standard policy with the manager's minimum.

    Business customers may be written to at any hour, so that a demo at night shows everything;
    consumers only as their country allows.
    """
    policy = company.env["cobranza.policy"]._create_standard(company)
    # its chatter begins with what people decide
    untracked = policy.with_context(tracking_disable=True)
    untracked.write({"minimum_amount": MINIMUM, "contact_rule_id": False})
    return policy


def create_terms(company):
    """Return {name in the plan: payment term}."""
    return {
        key: company.env["account.payment.term"].create(
            {
                "name": TERM_NAMES[key],
                "company_id": company.id,
                "line_ids": [Command.create(values) for values in _equal_parts(days)],
            }
        )
        for key, days in TERMS.items()
    }


def _equal_parts(days):
    """Lines of a payment term; the last part takes what rounding leaves."""
    part = round(100 / len(days), 2)
    parts = [part] * (len(days) - 1) + [100 - part * (len(days) - 1)]
    return [
        {"value": "percent", "value_amount": amount, "nb_days": day}
        for amount, day in zip(parts, days, strict=True)
    ]


def create_products(company):
    """Return {key: product}; each is taxed as goods or services are."""
    charts = company.env["account.chart.template"]
    services = charts.ref("account_tax_template_s_iva21s", raise_if_not_found=False)
    taxes = {
        "consu": company.account_sale_tax_id,
        "service": services or company.account_sale_tax_id,
    }
    rows = table("products")
    products = company.env["product.product"].create(
        [
            {
                "name": row["name"],
                "list_price": float(row["price"]),
                "type": row["type"],
                "taxes_id": [Command.set(taxes[row["type"]].ids)],
                "company_id": company.id,
            }
            for row in rows.values()
        ]
    )
    return dict(zip(rows, products, strict=True))


def create_customers(company, terms, rows):
    """Return {key: contact that invoices are addressed to}; its parent is the customer.

    rows: of the table of customers. Each belongs to the company alone.
    """
    found = {}
    for row in rows:
        customer = company.env["res.partner"].create(_customer_vals(company, row, terms))
        contact = customer
        if row["contact"]:
            contact = customer.create(
                {
                    **_address(company, row),
                    "name": row["contact"],
                    "type": "invoice",
                    "parent_id": customer.id,
                    "email": _email(row, "contact_email"),
                }
            )
        found[row["key"]] = contact
    return found


def give_roles(company, people, customers, rows):
    """Give people at the customers their roles in collections.

    people: of the table of people. customers: {key: a contact}, as `create_customers` returns
    them; each has a collections account already.
    rows: {key: customer's row} of the table of customers.
    """
    env = company.env
    debtors = env["cobranza.debtor"].search([("company_id", "=", company.id)])
    debtors = debtors.grouped("partner_id")
    for person in people:
        row = rows[person["customer"]]
        customer = customers[person["customer"]].commercial_partner_id
        contact = customer.create(
            {
                **_address(company, row),
                **{name: person[name] for name in ("name", "function")},
                "parent_id": customer.id,
                "email": _email({**row, **person, "key": row["key"]}, "email"),
            }
        )
        env["cobranza.contact.role"].create(
            {
                "debtor_id": debtors[customer].id,
                "partner_id": contact.id,
                "role": person["role"],
                "priority": int(person["priority"]),
            }
        )


def _customer_vals(company, row, terms):
    return {
        **_address(company, row),
        "name": row["name"],
        "vat": row["vat"],
        "phone": row["phone"],
        "is_company": row["key"] not in PERSONS,
        "customer_rank": 1,
        "email": _email(row, "email"),
        "property_payment_term_id": terms[row["term"]].id,
    }


def _address(company, row):
    """Values that a customer and the contact for its invoices share."""
    env = company.env
    country = env["res.country"].search([("code", "=", row["country"])])
    state = env["res.country.state"].search(
        [("code", "=", row["state"]), ("country_id", "=", country.id)]
    )
    return {
        **{name: row[name] for name in ("street", "zip", "city")},
        "company_id": company.id,
        "country_id": country.id,
        "state_id": state.id,
        "lang": installed_lang(env, row["lang"]),
    }


def _email(row, column):
    return f"{row[column]}@{row['key']}.example.com" if row[column] else False


def installed_lang(env, code):
    """The language if it is installed, else the user's."""
    installed = dict(env["res.lang"].get_installed())
    return code if code in installed else env.lang or "en_US"
