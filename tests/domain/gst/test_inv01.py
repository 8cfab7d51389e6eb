"""Is a document told to the registrar whole, exactly, and only when it belongs there?"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.gst.inv01 import NotForRegistration, inv01
from domain.gst.paper import Against, Paper, Party
from domain.gst.place import Recipient, taxes_on
from domain.invoice_terms import DocType, InvoiceLine
from domain.price_terms import LineKind

SAC = "996744"
SUPPLIER = Party("Vaahan Sahay Private Limited", "29AAGCB7383J1Z4", "12, MG Road", "Bengaluru", "560001", "29")
RECIPIENT = Party('Muster "Fleet"', "27AAPFU0939F1ZV", "4\\2 Link Road", "Mumbai", "400053", "27")


def paper(base: int, rate_bp: int = 1_800, buyer: Party = RECIPIENT, rounding: int = 0, discount: int = 0) -> Paper:
    place = buyer.state_code
    taxes = taxes_on(base - discount, rate_bp, "29", Recipient.REGISTERED, place)
    told = [(LineKind.BASE, base), (LineKind.DISCOUNT, -discount), (LineKind.ROUNDING, rounding)]
    charged = [
        (LineKind.TAX_CGST, taxes.cgst_minor),
        (LineKind.TAX_SGST, taxes.state_minor),
        (LineKind.TAX_IGST, taxes.igst_minor),
    ]
    return Paper(
        doc_type=DocType.INVOICE,
        number="VA/26-27/0000001",
        issued_on=date(2026, 11, 23),
        supplier=SUPPLIER,
        recipient=buyer,
        lines=tuple(InvoiceLine(kind, SAC, amount) for kind, amount in told if amount),
        tax_lines=tuple(InvoiceLine(kind, SAC, amount) for kind, amount in charged if amount),
        total_minor=base - discount + taxes.total_minor + rounding,
        currency="INR",
        place_of_supply=place,
        sac=SAC,
    )


def test_the_form_says_who_what_where_and_how_much() -> None:
    form = inv01(paper(150_000, rounding=50, discount=10_000))
    assert form["Version"] == "1.1"
    assert form["DocDtls"] == {"Typ": "INV", "No": "VA/26-27/0000001", "Dt": "23/11/2026"}
    assert form["BuyerDtls"] == {
        "Gstin": "27AAPFU0939F1ZV",
        "LglNm": "Muster  Fleet ",
        "Addr1": "4 2 Link Road",
        "Loc": "Mumbai",
        "Pin": 400053,
        "Stcd": "27",
        "Pos": "27",
    }
    assert form["ItemList"] == [
        {
            "SlNo": "1",
            "IsServc": "Y",
            "HsnCd": SAC,
            "UnitPrice": Decimal("1500.00"),
            "TotAmt": Decimal("1500.00"),
            "Discount": Decimal("100.00"),
            "AssAmt": Decimal("1400.00"),
            "GstRt": Decimal("18.00"),
            "IgstAmt": Decimal("252.00"),
            "CgstAmt": Decimal("0.00"),
            "SgstAmt": Decimal("0.00"),
            "TotItemVal": Decimal("1652.00"),
        }
    ]
    assert form["ValDtls"] == {
        "AssVal": Decimal("1400.00"),
        "IgstVal": Decimal("252.00"),
        "CgstVal": Decimal("0.00"),
        "SgstVal": Decimal("0.00"),
        "RndOffAmt": Decimal("0.50"),
        "TotInvVal": Decimal("1652.50"),
    }


def test_a_credit_note_names_what_it_corrects() -> None:
    note = replace(
        paper(100), doc_type=DocType.CREDIT_NOTE, against=Against("VA/26-27/0000007", date(2026, 4, 1)), number="VC/1"
    )
    assert inv01(note)["RefDtls"] == {"PrecDocDtls": [{"InvNo": "VA/26-27/0000007", "InvDt": "01/04/2026"}]}


@given(st.integers(100, 10**9), st.sampled_from([500, 1_200, 1_800, 2_800]), st.sampled_from(["27", "29"]))
def test_the_rate_is_found_in_the_amounts(net: int, rate_bp: int, state: str) -> None:
    assert paper(net, rate_bp, replace(RECIPIENT, state_code=state)).rate_bp == rate_bp


def test_only_what_belongs_there_is_told() -> None:
    for other in (
        replace(paper(100), supplier=replace(SUPPLIER, gstin="")),
        replace(paper(100), recipient=replace(RECIPIENT, gstin="")),
        replace(paper(100), currency="USD"),
    ):
        with pytest.raises(NotForRegistration):
            inv01(other)
    assert inv01(paper(100), Recipient.SPECIAL_ZONE)["TranDtls"] == {
        "TaxSch": "GST",
        "SupTyp": "SEZWP",
        "RegRev": "N",
        "IgstOnIntra": "N",
    }
