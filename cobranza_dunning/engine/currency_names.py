"""What currencies are called in words: names, gender and decimals as data.

Decimals are those of ISO 4217.  Gender is that of the noun in the language, "m" or "f": numbers
agree with it in Spanish and Portuguese.
"""

from typing import NamedTuple


class Noun(NamedTuple):
    """What something is called: one of it, several, and its gender."""

    one: str
    many: str
    gender: str = "m"


class Names(NamedTuple):
    """A currency in one language: its unit, and the parts of it (None where there are none)."""

    unit: Noun
    part: Noun | None


#: Parts of a unit that many currencies share: per language (es, en, pt).
CENT = ("céntimo céntimos", "cent cents", "cêntimo cêntimos")
CENTAVO = ("centavo centavos", "centavo centavos", "centavo centavos")
CENT_LATIN = ("centavo centavos", "cent cents", "centavo centavos")
CENTIMO = ("céntimo céntimos", "céntimo céntimos", "cêntimo cêntimos")
ORE = ("öre öre", "öre öre", "öre öre")
OERE = ("øre øre", "øre øre", "øre øre")
FILS = ("fils fils", "fils fils", "fils fils")

LANGUAGES = ("es", "en", "pt")

#: code: (decimals, es, en, pt, parts).  A name is "one|many", and "|f" where it is feminine.
CURRENCIES = {
    # Europe
    "EUR": (2, "euro|euros", "euro|euros", "euro|euros", CENT),
    "GBP": (2, "libra esterlina|libras esterlinas|f", "pound sterling|pounds sterling",
            "libra esterlina|libras esterlinas|f",
            ("penique peniques", "penny pence", "péni pence")),
    "CHF": (2, "franco suizo|francos suizos", "Swiss franc|Swiss francs",
            "franco suíço|francos suíços", CENT),
    "SEK": (2, "corona sueca|coronas suecas|f", "Swedish krona|Swedish kronor",
            "coroa sueca|coroas suecas|f", ORE),
    "NOK": (2, "corona noruega|coronas noruegas|f", "Norwegian krone|Norwegian kroner",
            "coroa norueguesa|coroas norueguesas|f", OERE),
    "DKK": (2, "corona danesa|coronas danesas|f", "Danish krone|Danish kroner",
            "coroa dinamarquesa|coroas dinamarquesas|f", OERE),
    "CZK": (2, "corona checa|coronas checas|f", "Czech koruna|Czech korunas",
            "coroa checa|coroas checas|f", ("haléř haléře", "haléř haléře", "haléř haléře")),
    "PLN": (2, "esloti|eslotis", "zloty|zlotys", "zloti|zlotis",
            ("grosz groszy", "grosz groszy", "grosz groszy")),
    "HUF": (2, "forinto|forintos", "forint|forints", "forint|forints",
            ("fillér fillér", "fillér fillér", "fillér fillér")),
    "RON": (2, "leu rumano|leus rumanos", "Romanian leu|Romanian lei",
            "leu romeno|leus romenos", ("ban bani", "ban bani", "ban bani")),
    "TRY": (2, "lira turca|liras turcas|f", "Turkish lira|Turkish liras",
            "lira turca|liras turcas|f", ("kurus kurus", "kurus kurus", "kurus kurus")),
    # North America
    "USD": (2, "dólar estadounidense|dólares estadounidenses", "US dollar|US dollars",
            "dólar americano|dólares americanos", CENT_LATIN),
    "CAD": (2, "dólar canadiense|dólares canadienses", "Canadian dollar|Canadian dollars",
            "dólar canadiano|dólares canadianos", CENT_LATIN),
    # Latin America
    "MXN": (2, "peso|pesos", "Mexican peso|Mexican pesos", "peso mexicano|pesos mexicanos",
            CENTAVO),
    "COP": (2, "peso colombiano|pesos colombianos", "Colombian peso|Colombian pesos",
            "peso colombiano|pesos colombianos", CENTAVO),
    "CLP": (0, "peso chileno|pesos chilenos", "Chilean peso|Chilean pesos",
            "peso chileno|pesos chilenos", None),
    "PEN": (2, "sol|soles", "Peruvian sol|Peruvian soles", "sol peruano|sóis peruanos", CENTIMO),
    "ARS": (2, "peso argentino|pesos argentinos", "Argentine peso|Argentine pesos",
            "peso argentino|pesos argentinos", CENTAVO),
    "BRL": (2, "real|reales", "Brazilian real|Brazilian reais", "real|reais", CENTAVO),
    "UYU": (2, "peso uruguayo|pesos uruguayos", "Uruguayan peso|Uruguayan pesos",
            "peso uruguaio|pesos uruguaios", ("centésimo centésimos", "centésimo centésimos",
                                              "centésimo centésimos")),
    "BOB": (2, "boliviano|bolivianos", "boliviano|bolivianos", "boliviano|bolivianos", CENTAVO),
    "PYG": (0, "guaraní|guaraníes", "guarani|guaranis", "guarani|guaranis", None),
    "CRC": (2, "colón costarricense|colones costarricenses",
            "Costa Rican colón|Costa Rican colones", "colón costa-riquenho|colones costa-riquenhos",
            CENTIMO),
    "GTQ": (2, "quetzal|quetzales", "quetzal|quetzales", "quetzal|quetzais", CENTAVO),
    "HNL": (2, "lempira|lempiras", "lempira|lempiras", "lempira|lempiras|f", CENTAVO),
    "NIO": (2, "córdoba|córdobas", "córdoba|córdobas", "córdoba|córdobas", CENTAVO),
    "DOP": (2, "peso dominicano|pesos dominicanos", "Dominican peso|Dominican pesos",
            "peso dominicano|pesos dominicanos", CENTAVO),
    "CUP": (2, "peso cubano|pesos cubanos", "Cuban peso|Cuban pesos",
            "peso cubano|pesos cubanos", CENTAVO),
    "PAB": (2, "balboa|balboas", "balboa|balboas", "balboa|balboas",
            ("centésimo centésimos", "centésimo centésimos", "centésimo centésimos")),
    "VES": (2, "bolívar|bolívares", "bolívar|bolívares", "bolívar|bolívares", CENTIMO),
    # elsewhere
    "AUD": (2, "dólar australiano|dólares australianos", "Australian dollar|Australian dollars",
            "dólar australiano|dólares australianos", CENT_LATIN),
    "JPY": (0, "yen|yenes", "yen|yen", "iene|ienes", None),
    "CNY": (2, "yuan|yuanes", "yuan|yuan", "yuan|yuans", ("fen fen", "fen fen", "fen fen")),
    "INR": (2, "rupia india|rupias indias|f", "Indian rupee|Indian rupees",
            "rupia indiana|rupias indianas|f", ("paisa paisas f", "paisa paise", "paisa paisas f")),
    "KRW": (0, "won|wones", "won|won", "won|wons", None),
    "ZAR": (2, "rand|rands", "rand|rand", "rand|rands", CENT_LATIN),
    "MAD": (2, "dírham marroquí|dírhams marroquíes", "Moroccan dirham|Moroccan dirhams",
            "dirham marroquino|dirhams marroquinos", CENT),
    "AED": (2, "dírham de los EAU|dírhams de los EAU", "UAE dirham|UAE dirhams",
            "dirham dos EAU|dirhams dos EAU", FILS),
    "KWD": (3, "dinar kuwaití|dinares kuwaitíes", "Kuwaiti dinar|Kuwaiti dinars",
            "dinar kuwaitiano|dinares kuwaitianos", FILS),
    "BHD": (3, "dinar bareiní|dinares bareiníes", "Bahraini dinar|Bahraini dinars",
            "dinar baremita|dinares baremitas", FILS),
    "TND": (3, "dinar tunecino|dinares tunecinos", "Tunisian dinar|Tunisian dinars",
            "dinar tunisino|dinares tunisinos",
            ("milésimo milésimos", "millime millimes", "milésimo milésimos")),
}  # fmt: skip


def decimals(code, unknown=2):
    """Return a currency's number of decimals; `unknown` for one that isn't in the table."""
    return CURRENCIES[code][0] if code in CURRENCIES else unknown


def names(code, language):
    """Return the Names of a currency in one of LANGUAGES; None for an unknown currency."""
    if code not in CURRENCIES:
        return None
    _decimals, *units, parts = CURRENCIES[code]
    index = LANGUAGES.index(language)
    part = Noun(*parts[index].split()) if parts else None
    return Names(Noun(*units[index].split("|")), part)
