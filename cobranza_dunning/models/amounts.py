from decimal import Decimal

from odoo.tools import formatLang

from ..engine.words import amount_in_words

#: Amounts are below this: nobody owes more, and a float has no more digits.
LARGEST = 10**15


def to_decimal(amount, currency):
    """Return a stored float amount as the exact Decimal of its currency."""
    return Decimal(f"{amount:.{currency.decimal_places}f}")


def format_money(env, amount, currency, own):
    """Return an amount in the context's language.

    own: the company's currency, which has its sign; others have their code: many share a sign.
    """
    if currency == own:
        return formatLang(env, float(amount), currency_obj=currency)
    number = formatLang(env, float(amount), digits=currency.decimal_places)
    return f"{number}\N{NO-BREAK SPACE}{currency.name}"


def in_words(amount, currency, lang):
    """Return an amount in words with a capital at its beginning; the rest is left alone."""
    places = currency.decimal_places
    words = amount_in_words(to_decimal(amount, currency), currency.name, lang, places)
    return words[:1].upper() + words[1:]


def to_rate(percentage):
    """Return a stored float percentage as the exact Decimal that was entered."""
    return Decimal(str(percentage or 0))
