from decimal import Decimal


def to_decimal(amount, currency):
    """Return a stored float amount as the exact Decimal of its currency."""
    return Decimal(f"{amount:.{currency.decimal_places}f}")
