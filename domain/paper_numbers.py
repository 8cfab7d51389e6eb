"""Is this the number of such a document? The forms in which each authority writes its own."""

import re
from typing import Final

from domain.gst.gstin import checked_gstin
from domain.provider_terms import DocumentKind
from domain.refusal import BadInput

PAN: Final = re.compile(r"[A-Z]{5}[0-9]{4}[A-Z]")
PAN_HOLDERS: Final = frozenset("ABCEFGHJLPT")
"""What the fourth letter may tell of the holder: association, body, company, partnership with limited liability, firm,
government, family, artificial person, local authority, person, trust."""

FORMS: Final = {
    # A state, an office, a year and seven digits; older licences have a letter between office and year.
    DocumentKind.LICENCE: re.compile(r"[A-Z]{2}[0-9]{2}[A-Z]?(19|20)[0-9]{2}[0-9]{7}"),
    # A state, an office, letters and four digits; or a year, BH, four digits and letters.
    DocumentKind.RC: re.compile(r"[A-Z]{2}[0-9]{1,2}[A-Z]{0,3}[0-9]{4}|[0-9]{2}BH[0-9]{4}[A-HJ-NP-Z]{1,2}"),
    DocumentKind.PUC: re.compile(r"[A-Z0-9]{6,25}"),
    DocumentKind.INSURANCE: re.compile(r"[A-Z0-9]{6,30}"),
    DocumentKind.PERMIT: re.compile(r"[A-Z0-9]{5,30}"),
    DocumentKind.BANK: re.compile(r"[0-9]{9,18}"),
}
IFSC: Final = re.compile(r"[A-Z]{4}0[A-Z0-9]{6}")
"""A bank's four letters, a nought, and its branch."""

_BETWEEN: Final = re.compile(r"[\s/.-]")


class BadPaperNumber(BadInput):
    """No authority gives such a number to a document of this kind."""

    code = "bad_paper_number"


def checked_number(kind: DocumentKind, text: str, *, of_crew: bool = False) -> str:
    """The number without what people write between its parts; raises BadPaperNumber, or BadGstin for a GSTIN.

    A licence that is no crew member's is a trade's, of which there are as many forms as towns.
    """
    number = _BETWEEN.sub("", text).upper()
    if kind is DocumentKind.GSTIN:
        return _with_pan(checked_gstin(number))
    if kind is DocumentKind.PAN:
        return checked_pan(number)
    form = FORMS[DocumentKind.PERMIT if kind is DocumentKind.LICENCE and not of_crew else kind]
    if form.fullmatch(number) is None:
        raise BadPaperNumber(kind=kind.value)
    return number


def checked_pan(text: str) -> str:
    """The same, when it is a permanent account number of somebody who can have one; raises BadPaperNumber."""
    if PAN.fullmatch(text) is None or text[3] not in PAN_HOLDERS:
        raise BadPaperNumber(kind=DocumentKind.PAN.value)
    return text


def checked_branch(text: str) -> str:
    """The same, when it is a bank branch's code (IFSC); raises BadPaperNumber."""
    if IFSC.fullmatch(text) is None:
        raise BadPaperNumber("a branch code (IFSC) is four letters, a nought and six more", kind="ifsc")
    return text


def pan_in(gstin: str) -> str:
    """Whose registration it is: the account number in the midst of it."""
    return gstin[2:12]


def _with_pan(gstin: str) -> str:
    checked_pan(pan_in(gstin))
    return gstin
