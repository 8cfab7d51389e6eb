"""Which numbers can stand on which document?"""

import pytest

from domain.gst.gstin import BadGstin, check_digit
from domain.paper_numbers import PAN_HOLDERS, BadPaperNumber, checked_branch, checked_number, pan_in
from domain.provider_terms import DocumentKind

PAN = "AAPFU0939F"
FIRST = f"27{PAN}1Z"
GSTIN = FIRST + check_digit(FIRST)


@pytest.mark.parametrize(
    ("kind", "written", "number"),
    [
        (DocumentKind.PAN, "aapfu0939f", PAN),
        (DocumentKind.GSTIN, f"27 {PAN} 1Z{GSTIN[-1]}", GSTIN),
        (DocumentKind.RC, "KA 01 AB 1234", "KA01AB1234"),
        (DocumentKind.RC, "DL-1-C-0001", "DL1C0001"),
        (DocumentKind.RC, "22 BH 1234 AA", "22BH1234AA"),
        (DocumentKind.INSURANCE, "OG-26-1234-1801-00001234", "OG261234180100001234"),
        (DocumentKind.PUC, "KA00100230001234", "KA00100230001234"),
        (DocumentKind.PERMIT, "KA/2026/00123", "KA202600123"),
        (DocumentKind.BANK, "0012 3456 7890", "001234567890"),
        (DocumentKind.LICENCE, "Trade/2026/17", "TRADE202617"),
    ],
)
def test_a_number_is_kept_without_what_people_write_between_its_parts(
    kind: DocumentKind, written: str, number: str
) -> None:
    assert checked_number(kind, written) == number


def test_a_drivers_licence_has_a_form_of_its_own() -> None:
    assert checked_number(DocumentKind.LICENCE, "KA-01 2011 0012345", of_crew=True) == "KA0120110012345"
    with pytest.raises(BadPaperNumber):
        checked_number(DocumentKind.LICENCE, "Trade/2026/17", of_crew=True)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (DocumentKind.PAN, "AAPFU0939"),
        (DocumentKind.PAN, "AAPFU09390"),
        (DocumentKind.RC, "KA01AB12345"),
        (DocumentKind.RC, "22BH1234IO"),
        (DocumentKind.BANK, "12345678"),
        (DocumentKind.BANK, "1234567890X"),
        (DocumentKind.INSURANCE, "12345"),
        (DocumentKind.PUC, "A" * 26),
    ],
)
def test_what_no_authority_gives_is_refused(kind: DocumentKind, wrong: str) -> None:
    with pytest.raises(BadPaperNumber) as refused:
        checked_number(kind, wrong)
    assert refused.value.facts == {"kind": kind.value}
    assert wrong not in str(refused.value)


@pytest.mark.parametrize("letter", sorted(set("ABCDEFGHIJKLMNOPQRSTUVWXYZ") - PAN_HOLDERS))
def test_the_fourth_letter_of_an_account_number_tells_of_a_holder_that_there_is(letter: str) -> None:
    with pytest.raises(BadPaperNumber):
        checked_number(DocumentKind.PAN, f"AAP{letter}U0939F")


def test_a_registration_is_somebodys() -> None:
    assert pan_in(GSTIN) == PAN
    wrong = "0" if GSTIN[-1] != "0" else "1"
    with pytest.raises(BadGstin):
        checked_number(DocumentKind.GSTIN, GSTIN[:-1] + wrong)
    nobody = "27AAPDU0939F1Z"
    with pytest.raises(BadPaperNumber):
        checked_number(DocumentKind.GSTIN, nobody + check_digit(nobody))


@pytest.mark.parametrize("wrong", ["HDFC1000123", "HDF00000123", "hdfc0000123", "HDFC000012", ""])
def test_a_branch_is_four_letters_a_nought_and_six_more(wrong: str) -> None:
    assert checked_branch("HDFC0000123") == "HDFC0000123"
    with pytest.raises(BadPaperNumber):
        checked_branch(wrong)
