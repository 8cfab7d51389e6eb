"""How is an amount of money written for people? Worked out without fractions."""

from domain.money import EXPONENTS


def written(minor: int, currency: str) -> str:
    """Whole units of the currency with its decimals, thousands apart; a currency that we do not know has two."""
    digits = EXPONENTS.get(currency, 2)
    text = f"{abs(minor):0{digits + 1}}"
    whole, rest = (text[:-digits], text[-digits:]) if digits else (text, "")
    return f"{'-' if minor < 0 else ''}{int(whole):,}{'.' + rest if rest else ''}"
