"""Amounts of money in words, as letters and receipts write them (es, en, pt).

`num2words` knows the numbers up to 999; how they are put together, and how they agree with the
currency's name, is written here: the library says "veintiuno mil", "un millón euros", and reads
an integer as cents.
"""

from decimal import ROUND_HALF_UP, Decimal

from num2words import num2words

from . import currency_names

#: The greatest amount that is written in words (exclusive): a million of Spanish billones.
LIMIT = 10**18

#: (a million of it, several) for each power of a million, the lowest first.
SPANISH = (("millón", "millones"), ("billón", "billones"))
PORTUGUESE = (("milhão", "milhões"), ("bilião", "biliões"))
#: Brazil has a word of its own for each power of a thousand.
BRAZILIAN = (("milhão", "milhões"), ("bilhão", "bilhões"), ("trilhão", "trilhões"),
             ("quatrilhão", "quatrilhões"))  # fmt: skip


def amount_in_words(amount, currency_code, lang, places=2):
    """Return an amount in words: "veintiún euros con cincuenta céntimos".

    amount: Decimal, not negative, below LIMIT; it is rounded half up to the currency's decimals.
    currency_code: ISO 4217.  One that has no name here is written as its code.
    lang: a language code ("es", "es_MX", "pt_BR"); any other than Spanish and Portuguese is
    written in English.
    places: decimals of a currency that has no name here.
    Mexican pesos in Spanish end as Mexican law and habit have it: "pesos 56/100 M.N.".
    Raises ValueError for a negative amount and for one that is too great.
    """
    language = _language(lang)
    places = currency_names.decimals(currency_code, places)
    if not 0 <= amount < LIMIT:
        raise ValueError("only amounts from zero to a million of millions of millions have words")
    amount = Decimal(amount).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    whole = int(amount)
    parts = int((amount - whole).scaleb(places))
    names = currency_names.names(currency_code, language)
    if names is None:
        return f"{currency_code} {number_in_words(whole, lang)}{_as_fraction(parts, places)}"
    text = _counted(whole, names.unit, lang)
    if currency_code == "MXN" and language == "es":
        return f"{text} {parts:02d}/100 M.N."
    return f"{text} {AND[language]} {_counted(parts, names.part, lang)}" if parts else text


#: What stands between the units and their parts.
AND = {"es": "con", "en": "and", "pt": "e"}


def number_in_words(number, lang, gender="m", before_noun=False):
    """Return a whole number in words.

    number: int from 0 to LIMIT.
    gender: of what is counted, "m" or "f".
    before_noun: whether the noun follows at once ("veintiún", not "veintiuno").
    """
    language = _language(lang)
    if language == "es":
        return _spanish(number, gender, before_noun)
    if language == "pt":
        return _portuguese(number, gender, brazil=lang[:5].lower().replace("-", "_") == "pt_br")
    return num2words(number, lang="en").replace(",", "")


def _language(lang):
    """The language of CURRENCIES to write a language code in."""
    prefix = (lang or "")[:2].lower()
    return prefix if prefix in currency_names.LANGUAGES else "en"


def _as_fraction(parts, places):
    """The decimals of a currency without names: " 56/100"; nothing if there are none."""
    return f" {parts:0{places}d}/{10**places}" if parts else ""


def _counted(number, noun, lang):
    """A number of something: "un euro", "dos euros", "un millón de euros"."""
    words = number_in_words(number, lang, noun.gender, before_noun=True)
    # millón and milhão are nouns: what is counted follows with "de"
    linked = _language(lang) != "en" and number and number % 10**6 == 0
    return f"{words} {'de ' if linked else ''}{noun.one if number == 1 else noun.many}"


# --- Spanish --------------------------------------------------------------------------------


def _spanish(number, gender, before_noun):
    """A number below LIMIT."""
    if number == 0:
        return "cero"
    words = []
    # by millions: below a million the noun's gender counts, above "millón" is masculine
    for power in range(len(SPANISH), 0, -1):
        count, number = divmod(number, 10 ** (6 * power))
        if count:
            one, many = SPANISH[power - 1]
            words += [_spanish_thousands(count, "m", True), one if count == 1 else many]
    if number:
        words.append(_spanish_thousands(number, gender, before_noun))
    return " ".join(words)


def _spanish_thousands(number, gender, before_noun):
    """1 to 999 999.  "Uno" is shortened before a masculine noun, and always before "mil"."""
    thousands, rest = divmod(number, 1000)
    words = []
    if thousands:
        words += [_spanish_hundreds(thousands, gender, "short")] if thousands > 1 else []
        words.append("mil")
    if rest:
        ending = "f" if gender == "f" else "short" if before_noun else "long"
        words.append(_spanish_hundreds(rest, gender, ending))
    return " ".join(words)


def _spanish_hundreds(number, gender, ending):
    """1 to 999; ending: how a final "uno" is written: "f", "short" or "long"."""
    words = num2words(number, lang="es")
    if gender == "f":
        words = words.replace("cientos", "cientas").replace("quinientos", "quinientas")
    if not words.endswith("uno") or ending == "long":
        return words
    if ending == "f":
        return words[:-1] + "a"
    return words[:-3] + ("ún" if words.endswith("veintiuno") else "un")


# --- Portuguese -----------------------------------------------------------------------------


def _portuguese(number, gender, brazil):
    """A number below LIMIT, as Portugal or Brazil says it."""
    if number == 0:
        return "zero"
    # [(value, words)], the greatest first
    groups = []
    scale, step = (BRAZILIAN, 3) if brazil else (PORTUGUESE, 6)
    for power in range(len(scale), 0, -1):
        count, number = divmod(number, 10 ** (6 + step * (power - 1)))
        if count:
            one, many = scale[power - 1]
            inner = _portuguese_joined(_portuguese_thousands(count, "m", brazil))
            groups.append((count, f"{inner} {one if count == 1 else many}"))
    groups += _portuguese_thousands(number, gender, brazil)
    return _portuguese_joined(groups)


def _portuguese_thousands(number, gender, brazil):
    """0 to 999 999 as groups."""
    thousands, rest = divmod(number, 1000)
    groups = []
    if thousands == 1:
        groups.append((1, "mil"))
    elif thousands:
        groups.append((thousands, f"{_portuguese_hundreds(thousands, gender, brazil)} mil"))
    if rest:
        groups.append((rest, _portuguese_hundreds(rest, gender, brazil)))
    return groups


def _portuguese_joined(groups):
    """Join groups; "e" stands before the last if it is below 100 or whole hundreds."""
    *first, (value, last) = groups
    if not first:
        return last
    link = " e " if value < 100 or value % 100 == 0 else " "
    return " ".join(words for _value, words in first) + link + last


def _portuguese_hundreds(number, gender, brazil):
    """1 to 999."""
    words = num2words(number, lang="pt_BR" if brazil else "pt")
    if gender == "m":
        return words
    words = words.replace("entos", "entas")
    for masculine, feminine in (("um", "uma"), ("dois", "duas")):
        if words == masculine or words.endswith(f" {masculine}"):
            words = words.removesuffix(masculine) + feminine
    return words
