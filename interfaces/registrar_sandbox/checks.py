"""What does the registrar find wrong with a document? Its own rules, written anew: it does not ask ours."""

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any, Final

NUMBER: Final = re.compile(r"[a-zA-Z1-9][a-zA-Z0-9/-]{0,15}")
GSTIN: Final = re.compile(r"[0-9]{2}[A-Z0-9]{10}[0-9A-Z]{3}")
TOLERANCE: Final = Decimal(1)
"""Rupees by which a sum may miss its parts, as the portal allows."""


class Wrong(Exception):
    """A document is refused: the portal's code and sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def reference_of(form: dict[str, Any]) -> str:
    """The reference number of a document that was checked."""
    number, day = form["DocDtls"]["No"], datetime.strptime(form["DocDtls"]["Dt"], "%d/%m/%Y")  # noqa: DTZ007  a day
    begins = day.year if day.month >= 4 else day.year - 1
    told = f"{form['SellerDtls']['Gstin']}{begins}-{(begins + 1) % 100:02}{form['DocDtls']['Typ']}{number}"
    return sha256(told.encode()).hexdigest()


def check(form: dict[str, Any], at: datetime) -> None:
    """Raises Wrong."""
    try:
        _check(form, at)
    except (KeyError, TypeError, IndexError, AttributeError, InvalidOperation) as error:
        raise Wrong("5002", f"a field is missing or malformed: {error}") from error


def _check(form: dict[str, Any], at: datetime) -> None:
    document, seller, buyer, values = form["DocDtls"], form["SellerDtls"], form["BuyerDtls"], form["ValDtls"]
    if form["Version"] != "1.1" or form["TranDtls"]["TaxSch"] != "GST" or document["Typ"] not in {"INV", "CRN", "DBN"}:
        raise Wrong("5002", "version, scheme or type of document")
    if NUMBER.fullmatch(document["No"]) is None:
        raise Wrong("5002", "the document number is not of the form")
    try:
        day = datetime.strptime(document["Dt"], "%d/%m/%Y").date()  # noqa: DTZ007  a day
    except ValueError as error:
        raise Wrong("5002", "the date is not of the form dd/mm/yyyy") from error
    if day > at.date():
        raise Wrong("2176", "Document date cannot be in the future")
    if GSTIN.fullmatch(seller["Gstin"]) is None:
        raise Wrong("3028", "GSTIN of the supplier is invalid")
    if GSTIN.fullmatch(buyer["Gstin"]) is None:
        raise Wrong("2211" if buyer["Gstin"] == seller["Gstin"] else "3028", "GSTIN of the recipient is invalid")
    for party in (seller, buyer):
        for name in ("LglNm", "Addr1", "Loc"):
            if not 3 <= len(party[name]) <= 100:
                raise Wrong("5002", f"{name} has 3 to 100 letters")
    _check_sums(form, values)
    _check_taxes(values, crosses=buyer["Pos"] != seller["Gstin"][:2] or form["TranDtls"]["SupTyp"] != "B2B")


def _check_sums(form: dict[str, Any], values: dict[str, Any]) -> None:
    items = form["ItemList"]
    if not items:
        raise Wrong("5002", "no item")
    for item in items:
        taxes = _sum(item, "IgstAmt", "CgstAmt", "SgstAmt")
        if abs(_sum(item, "AssAmt") + taxes - _sum(item, "TotItemVal")) > TOLERANCE:
            raise Wrong("2193", "Total item value is not the sum of its parts")
        if abs(_sum(item, "AssAmt") * _sum(item, "GstRt") / 100 - taxes) > TOLERANCE:
            raise Wrong("2194", "Taxes are not of the rate")
    if abs(sum(_sum(item, "AssAmt") for item in items) - _sum(values, "AssVal")) > TOLERANCE:
        raise Wrong("2182", "Taxable value is not the sum of the items")
    parts = _sum(values, "AssVal", "IgstVal", "CgstVal", "SgstVal", "RndOffAmt")
    if abs(parts - _sum(values, "TotInvVal")) > TOLERANCE:
        raise Wrong("2189", "Invalid total invoice value")


def _check_taxes(values: dict[str, Any], *, crosses: bool) -> None:
    if crosses and _sum(values, "CgstVal", "SgstVal"):
        raise Wrong("2173", "CGST and SGST cannot be applied between states")
    if not crosses and _sum(values, "IgstVal"):
        raise Wrong("2172", "IGST cannot be applied within a state")
    if _sum(values, "CgstVal") != _sum(values, "SgstVal"):
        raise Wrong("2227", "SGST and CGST have to be equal")


def _sum(told: dict[str, Any], *names: str) -> Decimal:
    return sum((Decimal(str(told[name])) for name in names), Decimal(0))
