"""How is a document told to the registrar? The e-invoice form INV-01, version 1.1."""

from collections.abc import Mapping
from decimal import Decimal

from domain.gst.paper import Paper, Party
from domain.gst.place import Recipient
from domain.invoice_terms import DocType
from domain.price_terms import LineKind
from domain.refusal import Refusal

VERSION = "1.1"

SUPPLY_TYPES = {Recipient.SPECIAL_ZONE: "SEZWP"}
"""How a supply is called where the recipient is not simply another business."""

UNREGISTERED = "URP"
"""What stands in the place of a registration number."""

FORBIDDEN = str.maketrans({'"': " ", "\\": " "})
"""Signs that the form's texts may not hold."""

REGISTERED_KINDS = frozenset({DocType.INVOICE, DocType.CREDIT_NOTE})
"""What the registrar takes at all; vouchers it does not."""

Json = Mapping[str, "Json"] | list["Json"] | str | int | Decimal | None


class NotForRegistration(Refusal):
    """Only invoices and credit notes to a registered recipient, from a registered supplier, are registered."""

    code = "not_for_registration"


def check_registrable(paper: Paper) -> None:
    """Raises NotForRegistration."""
    both = bool(paper.supplier.gstin and paper.recipient.gstin)
    if paper.doc_type not in REGISTERED_KINDS or not both or paper.currency != "INR":
        raise NotForRegistration


def inv01(paper: Paper, recipient: Recipient = Recipient.REGISTERED) -> dict[str, Json]:
    """The form for the registrar. Raises NotForRegistration."""
    check_registrable(paper)
    return form_of(paper, recipient)


def form_of(paper: Paper, recipient: Recipient = Recipient.REGISTERED) -> dict[str, Json]:
    """The form, filled in for any document; amounts are rupees as exact decimals with two places."""
    told: dict[str, Json] = {
        "Version": VERSION,
        "TranDtls": {"TaxSch": "GST", "SupTyp": SUPPLY_TYPES.get(recipient, "B2B"), "RegRev": "N", "IgstOnIntra": "N"},
        "DocDtls": {"Typ": paper.doc_type.value, "No": paper.number, "Dt": f"{paper.issued_on:%d/%m/%Y}"},
        "SellerDtls": _party(paper.supplier),
        "BuyerDtls": {**_party(paper.recipient), "Pos": paper.place_of_supply or paper.recipient.state_code},
        "ItemList": [_item(paper)],
        "ValDtls": _values(paper),
    }
    if paper.against is not None:
        told["RefDtls"] = {
            "PrecDocDtls": [{"InvNo": paper.against.number, "InvDt": f"{paper.against.issued_on:%d/%m/%Y}"}]
        }
    return told


def rupees(amount_minor: int) -> Decimal:
    """Minor units as rupees with two places, exactly."""
    return Decimal(amount_minor).scaleb(-2)


def _party(party: Party) -> dict[str, Json]:
    return {
        "Gstin": party.gstin or UNREGISTERED,
        "LglNm": party.name.translate(FORBIDDEN),
        "Addr1": party.street.translate(FORBIDDEN),
        "Loc": party.town.translate(FORBIDDEN),
        **({"Pin": int(party.pin)} if party.pin.isascii() and party.pin.isdigit() else {}),
        "Stcd": party.state_code,
    }


def _item(paper: Paper) -> dict[str, Json]:
    """The one service that a job is: what was added, taken off, and taxed."""
    whole = paper.taxable_minor + paper.discount_minor
    return {
        "SlNo": "1",
        "IsServc": "Y",
        "HsnCd": paper.sac,
        "UnitPrice": rupees(whole),
        "TotAmt": rupees(whole),
        "Discount": rupees(paper.discount_minor),
        "AssAmt": rupees(paper.taxable_minor),
        "GstRt": rupees(paper.rate_bp),
        "IgstAmt": rupees(paper.sum_of(LineKind.TAX_IGST)),
        "CgstAmt": rupees(paper.sum_of(LineKind.TAX_CGST)),
        "SgstAmt": rupees(paper.sum_of(LineKind.TAX_SGST)),
        "TotItemVal": rupees(paper.taxable_minor + paper.tax_minor),
    }


def _values(paper: Paper) -> dict[str, Json]:
    return {
        "AssVal": rupees(paper.taxable_minor),
        "IgstVal": rupees(paper.sum_of(LineKind.TAX_IGST)),
        "CgstVal": rupees(paper.sum_of(LineKind.TAX_CGST)),
        "SgstVal": rupees(paper.sum_of(LineKind.TAX_SGST)),
        "RndOffAmt": rupees(paper.rounding_minor),
        "TotInvVal": rupees(paper.total_minor),
    }
