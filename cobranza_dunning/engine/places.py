"""Where a customer is: his clock and his public holidays."""

from datetime import datetime, timedelta, timezone
from functools import cached_property, lru_cache

import holidays
from dateutil import tz

#: Saturday and Sunday, where nothing else is known.
USUAL_WEEKEND = frozenset({5, 6})

#: Country -> zone where most people live, if it isn't the first that the zone table names.
MAIN_ZONES = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
}

#: (country, code of the state) -> zone, where it isn't the country's main one.
STATE_ZONES = {
    (country, state): zone
    for country, zone, states in (
        ("AU", "Australia/Adelaide", "SA"),
        ("AU", "Australia/Brisbane", "QLD"),
        ("AU", "Australia/Darwin", "NT"),
        ("AU", "Australia/Perth", "WA"),
        ("BR", "America/Cuiaba", "MT MS"),
        ("BR", "America/Manaus", "AM RO RR"),
        ("BR", "America/Rio_Branco", "AC"),
        ("CA", "America/Edmonton", "AB"),
        ("CA", "America/Halifax", "NB NS PE"),
        ("CA", "America/Regina", "SK"),
        ("CA", "America/St_Johns", "NL"),
        ("CA", "America/Vancouver", "BC"),
        ("CA", "America/Winnipeg", "MB"),
        ("CL", "America/Punta_Arenas", "MA"),
        ("EC", "Pacific/Galapagos", "W"),
        ("ES", "Atlantic/Canary", "GC TF"),
        ("MX", "America/Cancun", "ROO"),
        ("MX", "America/Hermosillo", "SON"),
        ("MX", "America/Mazatlan", "BCS NAY SIN"),
        ("MX", "America/Tijuana", "BCN"),
        ("US", "America/Anchorage", "AK"),
        ("US", "America/Chicago", "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI"),
        ("US", "America/Denver", "CO ID MT NM UT WY"),
        ("US", "America/Los_Angeles", "CA NV OR WA"),
        ("US", "America/Phoenix", "AZ"),
        ("US", "America/Puerto_Rico", "PR"),
        ("US", "Pacific/Honolulu", "HI"),
    )
    for state in states.split()
}

#: Spain: holidays are the autonomous communities', addresses name the province.
_PROVINCES = {
    "AN": "AL CA CO GR H J MA SE",
    "AR": "HU TE Z",
    "AS": "O",
    "CB": "S",
    "CE": "CE",
    "CL": "AV BU LE P SA SG SO VA ZA",
    "CM": "AB CR CU GU TO",
    "CN": "GC TF",
    "CT": "B GI L T",
    "EX": "BA CC",
    "GA": "C LU OR PO",
    "IB": "PM",
    "MC": "MU",
    "MD": "M",
    "ML": "ME",
    "NC": "NA",
    "PV": "BI SS VI",
    "RI": "LO",
    "VC": "A CS V",
}
#: (country, code of the state in addresses) -> code of the area whose holidays are kept there.
SUBDIVISIONS = {
    ("ES", province): area for area, codes in _PROVINCES.items() for province in codes.split()
}


class Place:
    """A clock and a calendar."""

    def __init__(self, zone="UTC", country=None, state=None):
        """Make the place of a customer.

        zone: name of the time zone; an unknown one counts as UTC.
        country, state: codes as in addresses (ISO 3166); without a country nothing is a holiday.
        """
        self.zone, self.country, self.state = zone, country, plain_code(country, state)

    @cached_property
    def _tz(self):
        """The zone's rules."""
        return tz.gettz(self.zone) or timezone.utc

    def local(self, moment):
        """Return a moment (UTC without zone) on the clock here."""
        return moment.replace(tzinfo=timezone.utc).astimezone(self._tz)

    def utc(self, day, minute, fold=0):
        """Return the moment (UTC without zone) of so many minutes after midnight of a day here.

        fold: 1 for the second time where a clock change repeats the hour. A time that it skips
        is moved on by what was skipped.
        """
        wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
        local = tz.resolve_imaginary(wall.replace(tzinfo=self._tz, fold=fold))
        return local.astimezone(timezone.utc).replace(tzinfo=None)

    def day_start(self, day):
        """Return the first moment of a day here; where clocks skip midnight it is after that."""
        return self.utc(day, 0)

    def is_holiday(self, day):
        """Tell whether a day is a public holiday here."""
        return bool(self.country) and day in public_holidays(self.country, self.state, day.year)

    def next_working_day(self, day):
        """Return the first day on or after `day` that is no public holiday and no weekend here.

        Without a country the weekend is Saturday and Sunday.
        """
        weekend = weekend_days(self.country)
        while day.weekday() in weekend or self.is_holiday(day):
            day += timedelta(days=1)
        return day


@lru_cache(maxsize=1024)
def public_holidays(country, state, year):
    """Return the public holidays of a year as a frozenset of dates.

    country: ISO code.  state: its code in addresses, or None.  Where the state has no calendar
    of its own the country's counts; a country without a known calendar has none.
    """
    area = SUBDIVISIONS.get((country, state), state)
    for subdivision in dict.fromkeys((area, None)):
        try:
            return frozenset(holidays.country_holidays(country, subdivision, years=year))
        except NotImplementedError:
            continue
    return frozenset()


@lru_cache(maxsize=256)
def weekend_days(country):
    """Return the weekdays of a country's weekend (code or None) as a frozenset; 0 = Monday."""
    try:
        return frozenset(holidays.country_holidays(country).weekend) if country else USUAL_WEEKEND
    except NotImplementedError:
        return USUAL_WEEKEND


def main_zone(country, state=None):
    """Return the name of the zone of a state or country that has several, or None."""
    return STATE_ZONES.get((country, plain_code(country, state))) or MAIN_ZONES.get(country)


def plain_code(country, state):
    """Return the code of a state without its country: "TA" for "CL-TA"."""
    return state.removeprefix(f"{country}-") if state else None
