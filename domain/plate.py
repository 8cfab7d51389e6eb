"""Which text is an Indian number plate, and how is each written in one way only?"""

import re
from typing import Final

from domain.refusal import BadInput

STATES: Final = (
    "A[NPRS]|B[HR]|C[GH]|D[DLN]|G[AJ]|H[PR]|J[HK]|K[AL]|L[AD]|M[HLNPZ]|NL|O[DR]|P[BY]|RJ|SK|T[GNRS]|U[AKP]|WB"
)
"""Codes of states and territories, those before a change of name included: their plates still drive."""
OF_A_STATE: Final = re.compile(rf"({STATES})([0-9]{{1,2}})([A-Z]{{0,3}})([0-9]{{1,4}})")
BHARAT: Final = re.compile(r"([0-9]{2})BH([0-9]{1,4})([A-HJ-NP-Z]{1,2})")
"""Of no state: year of the first registration, BH, four digits, one or two letters without I and O."""
BETWEEN: Final = re.compile(r"[\s.·-]+")


class BadPlate(BadInput):
    """No number plate of India: state, district, letters and digits, or the BH series."""

    code = "bad_plate"


def plate_of(text: str) -> str:
    """The plate as we keep it: ``ka-1 ab 123`` is ``KA01AB0123``, ``22 bh 1234 aa`` is ``22BH1234AA``.

    Raises BadPlate, without repeating what was said.
    """
    plain = BETWEEN.sub("", text).upper()
    if found := BHARAT.fullmatch(plain):
        year, number, letters = found.groups()
        if int(number):
            return f"{year}BH{int(number):04d}{letters}"
    if found := OF_A_STATE.fullmatch(plain):
        state, district, letters, number = found.groups()
        if int(district) and int(number):
            return f"{state}{int(district):02d}{letters}{int(number):04d}"
    raise BadPlate("a plate is like KA01AB1234, or 22BH1234AA")
