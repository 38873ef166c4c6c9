from decimal import Decimal


def to_decimal(amount, currency):
    """Return a stored float amount as the exact Decimal of its currency."""
    return Decimal(f"{amount:.{currency.decimal_places}f}")


def to_rate(percentage):
    """Return a stored float percentage as the exact Decimal that was entered."""
    return Decimal(str(percentage or 0))
