"""Amounts in words: what a letter says, to the last cent."""

from decimal import Decimal

import pytest
from engine import currency_names
from engine.words import LIMIT, amount_in_words, number_in_words
from hypothesis import given
from hypothesis import strategies as st

EURO_ES = [
    ("0", "cero euros"),
    ("0.004", "cero euros"),
    ("0.005", "cero euros con un céntimo"),
    ("0.01", "cero euros con un céntimo"),
    ("0.56", "cero euros con cincuenta y seis céntimos"),
    ("0.994", "cero euros con noventa y nueve céntimos"),
    ("0.995", "un euro"),
    ("1", "un euro"),
    ("1.01", "un euro con un céntimo"),
    ("1.21", "un euro con veintiún céntimos"),
    ("2", "dos euros"),
    ("16", "dieciséis euros"),
    ("20", "veinte euros"),
    ("21", "veintiún euros"),
    ("22", "veintidós euros"),
    ("30", "treinta euros"),
    ("31", "treinta y un euros"),
    ("41.31", "cuarenta y un euros con treinta y un céntimos"),
    ("100", "cien euros"),
    ("101", "ciento un euros"),
    ("121", "ciento veintiún euros"),
    ("199.99", "ciento noventa y nueve euros con noventa y nueve céntimos"),
    ("199.995", "doscientos euros"),
    ("200", "doscientos euros"),
    ("500", "quinientos euros"),
    ("700", "setecientos euros"),
    ("999", "novecientos noventa y nueve euros"),
    ("1000", "mil euros"),
    ("1001", "mil un euros"),
    ("1100", "mil cien euros"),
    ("2000", "dos mil euros"),
    ("21000", "veintiún mil euros"),
    ("21021", "veintiún mil veintiún euros"),
    ("31000", "treinta y un mil euros"),
    ("100000", "cien mil euros"),
    ("101000", "ciento un mil euros"),
    ("999999.99", "novecientos noventa y nueve mil novecientos noventa y nueve euros con "
     "noventa y nueve céntimos"),
    ("999999.995", "un millón de euros"),
    ("1000000", "un millón de euros"),
    ("1000000.50", "un millón de euros con cincuenta céntimos"),
    ("1000001", "un millón un euros"),
    ("1001000", "un millón mil euros"),
    ("2000000", "dos millones de euros"),
    ("21000000", "veintiún millones de euros"),
    ("200000000", "doscientos millones de euros"),
    ("1000000000", "mil millones de euros"),
    ("1000000001", "mil millones un euros"),
    ("1001000000", "mil un millones de euros"),
    ("1000000000000", "un billón de euros"),
    ("1000001000000", "un billón un millón de euros"),
    ("2000000000001", "dos billones un euros"),
]  # fmt: skip

MEXICAN = [
    ("0", "cero pesos 00/100 M.N."),
    ("0.56", "cero pesos 56/100 M.N."),
    ("1", "un peso 00/100 M.N."),
    ("21", "veintiún pesos 00/100 M.N."),
    ("101.05", "ciento un pesos 05/100 M.N."),
    ("1234.56", "mil doscientos treinta y cuatro pesos 56/100 M.N."),
    ("21000", "veintiún mil pesos 00/100 M.N."),
    ("1000000", "un millón de pesos 00/100 M.N."),
    ("1000000.995", "un millón un pesos 00/100 M.N."),
    ("999.999", "mil pesos 00/100 M.N."),
]

POUND_ES = [
    ("1", "una libra esterlina"),
    ("21", "veintiuna libras esterlinas"),
    ("31", "treinta y una libras esterlinas"),
    ("101", "ciento una libras esterlinas"),
    ("200", "doscientas libras esterlinas"),
    ("500.21", "quinientas libras esterlinas con veintiún peniques"),
    ("1.01", "una libra esterlina con un penique"),
    ("1000", "mil libras esterlinas"),
    ("21000", "veintiún mil libras esterlinas"),
    ("200000", "doscientas mil libras esterlinas"),
    ("1000000", "un millón de libras esterlinas"),
    ("1000001", "un millón una libras esterlinas"),
    ("200000200", "doscientos millones doscientas libras esterlinas"),
]

REAL_BR = [
    ("0", "zero reais"),
    ("0.01", "zero reais e um centavo"),
    ("1", "um real"),
    ("2", "dois reais"),
    ("16", "dezesseis reais"),
    ("21", "vinte e um reais"),
    ("100", "cem reais"),
    ("101", "cento e um reais"),
    ("200.21", "duzentos reais e vinte e um centavos"),
    ("1000", "mil reais"),
    ("1001", "mil e um reais"),
    ("1100", "mil e cem reais"),
    ("1101", "mil cento e um reais"),
    ("1234.56", "mil duzentos e trinta e quatro reais e cinquenta e seis centavos"),
    ("2000", "dois mil reais"),
    ("21000", "vinte e um mil reais"),
    ("1000000", "um milhão de reais"),
    ("1000001", "um milhão e um reais"),
    ("1100000", "um milhão e cem mil reais"),
    ("2000000", "dois milhões de reais"),
    ("1000000000", "um bilhão de reais"),
    ("1000000000000", "um trilhão de reais"),
]

EURO_PT = [
    ("1", "um euro"),
    ("16.17", "dezasseis euros e dezassete cêntimos"),
    ("19", "dezanove euros"),
    ("101.01", "cento e um euros e um cêntimo"),
    ("1000000", "um milhão de euros"),
    ("1000000000", "mil milhões de euros"),
    ("1000000000000", "um bilião de euros"),
]

POUND_PT = [
    ("1", "uma libra esterlina"),
    ("2", "duas libras esterlinas"),
    ("21", "vinte e uma libras esterlinas"),
    ("200", "duzentas libras esterlinas"),
    ("2000", "duas mil libras esterlinas"),
    ("2000000", "dois milhões de libras esterlinas"),
    ("2.01", "duas libras esterlinas e um péni"),
]

DOLLAR_EN = [
    ("0", "zero US dollars"),
    ("0.01", "zero US dollars and one cent"),
    ("1", "one US dollar"),
    ("1.005", "one US dollar and one cent"),
    ("21", "twenty-one US dollars"),
    ("100", "one hundred US dollars"),
    ("101.56", "one hundred and one US dollars and fifty-six cents"),
    ("1000", "one thousand US dollars"),
    ("1001", "one thousand and one US dollars"),
    ("1234", "one thousand two hundred and thirty-four US dollars"),
    ("21000", "twenty-one thousand US dollars"),
    ("1000000", "one million US dollars"),
    ("1000001", "one million and one US dollars"),
    ("1000000000", "one billion US dollars"),
]

OTHERS = [
    # decimals: none, two, three
    ("CLP", "es_CL", "1", "un peso chileno"),
    ("CLP", "es_CL", "1234.4", "mil doscientos treinta y cuatro pesos chilenos"),
    ("CLP", "es_CL", "1234.5", "mil doscientos treinta y cinco pesos chilenos"),
    ("PYG", "es_PY", "2000000", "dos millones de guaraníes"),
    ("JPY", "es", "21", "veintiún yenes"),
    ("JPY", "en", "2", "two yen"),
    ("KWD", "es", "1.001", "un dinar kuwaití con un fils"),
    ("KWD", "en", "2.1", "two Kuwaiti dinars and one hundred fils"),
    ("KWD", "en", "2.0005", "two Kuwaiti dinars and one fils"),
    ("TND", "pt", "1.25", "um dinar tunisino e duzentos e cinquenta milésimos"),
    # Latin America
    ("USD", "es_EC", "21.50", "veintiún dólares estadounidenses con cincuenta centavos"),
    ("COP", "es_CO", "21000", "veintiún mil pesos colombianos"),
    ("ARS", "es_AR", "1.01", "un peso argentino con un centavo"),
    ("PEN", "es_PE", "101.10", "ciento un soles con diez céntimos"),
    ("UYU", "es_UY", "1.01", "un peso uruguayo con un centésimo"),
    ("BOB", "es_BO", "2", "dos bolivianos"),
    ("CRC", "es_CR", "1000000", "un millón de colones costarricenses"),
    ("GTQ", "es_GT", "31", "treinta y un quetzales"),
    ("HNL", "es_HN", "21", "veintiún lempiras"),
    ("NIO", "es_NI", "1", "un córdoba"),
    ("DOP", "es_DO", "500.25", "quinientos pesos dominicanos con veinticinco centavos"),
    ("PAB", "es_PA", "1.01", "un balboa con un centésimo"),
    ("VES", "es_VE", "2.5", "dos bolívares con cincuenta céntimos"),
    ("BRL", "es", "2.01", "dos reales con un centavo"),
    ("CAD", "es", "1", "un dólar canadiense"),
    ("CHF", "es", "200", "doscientos francos suizos"),
    # Mexican pesos elsewhere
    ("MXN", "en_US", "1.50", "one Mexican peso and fifty centavos"),
    ("MXN", "pt_BR", "2", "dois pesos mexicanos"),
    # feminine in both languages
    ("SEK", "es", "201", "doscientas una coronas suecas"),
    ("INR", "pt", "2.02", "duas rupias indianas e duas paisas"),
    # other languages are written in English; so is none
    ("EUR", "fr_FR", "21", "twenty-one euros"),
    ("EUR", "", "1", "one euro"),
    ("EUR", None, "1", "one euro"),
    # a currency without names
    ("XYZ", "es", "1234.56", "XYZ mil doscientos treinta y cuatro 56/100"),
    ("XYZ", "es", "21", "XYZ veintiuno"),
    ("XYZ", "en", "1.005", "XYZ one 01/100"),
    ("XYZ", "pt_BR", "101", "XYZ cento e um"),
]

ROWS = [
    *(("EUR", "es_ES", *row) for row in EURO_ES),
    *(("MXN", "es_MX", *row) for row in MEXICAN),
    *(("GBP", "es", *row) for row in POUND_ES),
    *(("BRL", "pt_BR", *row) for row in REAL_BR),
    *(("EUR", "pt_PT", *row) for row in EURO_PT),
    *(("GBP", "pt", *row) for row in POUND_PT),
    *(("USD", "en_US", *row) for row in DOLLAR_EN),
    *OTHERS,
]


@pytest.mark.parametrize("currency, lang, amount, words", ROWS)
def test_amounts_in_words(currency, lang, amount, words):
    assert amount_in_words(Decimal(amount), currency, lang) == words


@pytest.mark.parametrize(
    "places, words", [(0, "XYZ dos"), (2, "XYZ uno 56/100"), (3, "XYZ uno 560/1000")]
)
def test_decimals_of_a_currency_without_names(places, words):
    assert amount_in_words(Decimal("1.56"), "XYZ", "es", places=places) == words


@pytest.mark.parametrize("amount", ["-0.01", "-1", str(LIMIT), "1e30"])
def test_what_has_no_words_is_refused(amount):
    with pytest.raises(ValueError, match="have words"):
        amount_in_words(Decimal(amount), "EUR", "es")


@pytest.mark.parametrize("lang", ["es", "en", "pt_PT", "pt_BR"])
def test_the_greatest_amount_has_words(lang):
    assert amount_in_words(Decimal(LIMIT - 1), "EUR", lang).endswith("euros")


@pytest.mark.parametrize("code", currency_names.CURRENCIES)
@pytest.mark.parametrize("language", currency_names.LANGUAGES)
def test_every_currency_has_its_names(code, language):
    names = currency_names.names(code, language)
    assert names.unit.one and names.unit.many and names.unit.gender in ("m", "f")
    assert bool(names.part) == bool(currency_names.decimals(code))
    assert amount_in_words(Decimal(1), code, language).split(" ", 1)[1].startswith(names.unit.one)


# --- properties -----------------------------------------------------------------------------

amounts = st.integers(0, 10**14).map(lambda cents: Decimal(cents) / 100)
languages = st.sampled_from(["es", "es_MX", "en", "pt_PT", "pt_BR", "de"])
codes = st.sampled_from([*currency_names.CURRENCIES, "XYZ"])


@given(amounts, codes, languages)
def test_every_amount_up_to_a_billon_has_words(amount, code, lang):
    words = amount_in_words(amount, code, lang)
    assert words == " ".join(words.split()), "no gaps"


@given(st.integers(0, 10**12), st.integers(0, 99), languages)
def test_units_and_cents_are_said_apart(units, cents, lang):
    """What is said of the cents is what is said of so many cents alone."""
    whole = amount_in_words(Decimal(units), "EUR", lang)
    amount = units + Decimal(cents) / 100
    assert amount_in_words(amount, "EUR", lang).startswith(whole)
    tail = amount_in_words(amount, "EUR", lang).removeprefix(whole)
    alone = amount_in_words(Decimal(cents) / 100, "EUR", lang)
    assert alone.endswith(tail)
    assert bool(tail) == bool(cents)


@given(st.integers(0, 10**15), st.integers(0, 10**15), languages)
def test_different_numbers_have_different_words(one, other, lang):
    assert (one == other) == (number_in_words(one, lang) == number_in_words(other, lang))


@given(st.integers(0, 10**10), st.integers(0, 99))
def test_mexican_cents_are_the_right_ones(units, cents):
    words = amount_in_words(units + Decimal(cents) / 100, "MXN", "es_MX")
    assert words.endswith(f" {cents:02d}/100 M.N.")


TENS = {"cien": 100, "ciento": 100, "doscientos": 200, "trescientos": 300, "cuatrocientos": 400,
        "quinientos": 500, "seiscientos": 600, "setecientos": 700, "ochocientos": 800,
        "novecientos": 900, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60,
        "setenta": 70, "ochenta": 80, "noventa": 90}  # fmt: skip
SMALL = ["cero", "un", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez",
         "once", "doce", "trece", "catorce", "quince", "dieciséis", "diecisiete", "dieciocho",
         "diecinueve", "veinte", "veintiún", "veintidós", "veintitrés", "veinticuatro",
         "veinticinco", "veintiséis", "veintisiete", "veintiocho", "veintinueve"]  # fmt: skip


def read_spanish(words):
    """The number that Spanish words say: written for this test, from the words alone."""
    total = millions = group = 0
    for word in words.split():
        if word in TENS:
            group += TENS[word]
        elif word in SMALL:
            group += SMALL.index(word)
        elif word == "mil":
            total, group = total + 1000 * (group or 1), 0
        elif word in ("millón", "millones"):
            millions, total, group = millions + total + group, 0, 0
        else:
            assert word in ("y", "de", "euro", "euros"), word
    return millions * 10**6 + total + group


@given(st.integers(0, 10**12 - 1))
def test_spanish_words_say_the_number(number):
    assert read_spanish(amount_in_words(Decimal(number), "EUR", "es")) == number
