"""Is this text a tax registration number (GSTIN)? Its form, its state, and the check digit at its end."""

import re

from domain.gst.states import STATES
from domain.refusal import BadInput

LENGTH = 15
"""Two digits of state, ten characters of PAN, one that counts registrations, a letter, a check digit."""

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""A character's value is its place in here; the check digit is reckoned in base 36."""

_FORM = re.compile(r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][0-9A-Z]{3}")


class BadGstin(BadInput):
    """This is not a tax registration number: fifteen characters, a state that there is, and a check digit that fits."""

    code = "bad_gstin"


def check_digit(first: str) -> str:
    """The last character for the first fourteen, each one of ``ALPHABET``.

    Values are taken once and twice in turn; of each product the two digits in base 36 are added. What is missing to
    the next multiple of 36 is the check digit. Raises ValueError for a character outside the alphabet.
    """
    total = 0
    for place, character in enumerate(first):
        product = ALPHABET.index(character) * (1 + place % 2)
        total += product // len(ALPHABET) + product % len(ALPHABET)
    return ALPHABET[-total % len(ALPHABET)]


def checked_gstin(text: str, *, sandbox: bool = False) -> str:
    """The same text, when it is a registration number; raises BadGstin.

    ``sandbox`` lets the check digit be anything: the numbers that the registrar's own test system gives out have none
    that fits.
    """
    if _FORM.fullmatch(text) is None or state_of(text) not in STATES:
        raise BadGstin
    if not sandbox and check_digit(text[:-1]) != text[-1]:
        raise BadGstin("the check digit does not fit")
    return text


def state_of(gstin: str) -> str:
    """The code of the state that a registration number is of."""
    return gstin[:2]
