"""Is a PDF the same bytes every time, archivable, whole in its text, and does it carry the form?"""

import json
import os
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from typing import cast

import pypdfium2
import pytest
from pypdf import PdfReader

from application.press import PressMissing
from domain.gst.paper import Against, Paper, Registered
from domain.gst.words import DocumentLanguage, rupees_in_words
from domain.invoice_terms import DocType
from infra.papers.page import code_text, page
from infra.papers.weasy import WeasyPress, _library, form_bytes
from tests.domain.gst.test_inv01 import paper

PAPER = replace(paper(123_456_789, rounding=-3), registered=Registered("ab" * 32, "112010054321"))
AGAIN = (
    "from tests.infra.papers.test_press import PAPER, WeasyPress; from domain.gst.words import DocumentLanguage; "
    "from hashlib import sha256; print(sha256(WeasyPress().pdf(PAPER, DocumentLanguage.HINDI)).hexdigest())"
)


def pdf_of(told: Paper, language: DocumentLanguage) -> bytes:
    try:
        return WeasyPress().pdf(told, language)
    except PressMissing as missing:
        # Without root nobody can install Pango; what is said then has a test of its own.
        pytest.skip(str(missing))


def text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(cast("str", sheet.get_textpage().get_text_bounded()) for sheet in document)


@pytest.mark.parametrize("language", DocumentLanguage)
def test_what_is_written_is_read_back(language: DocumentLanguage) -> None:
    pdf = pdf_of(PAPER, language)
    text = " ".join(text_of(pdf).split())
    for wanted in ("VA/26-27/0000001", "29AAGCB7383J1Z4", "12,34,567.89", rupees_in_words(PAPER.total_minor, language)):
        assert wanted in text
    assert ("Maharashtra (27)" if language is DocumentLanguage.ENGLISH else "महाराष्ट्र (27)") in text
    archived = PdfReader(BytesIO(pdf)).xmp_metadata
    assert archived is not None
    assert (archived.pdfaid_part, archived.pdfaid_conformance) == ("3", "B")


def test_the_form_is_embedded() -> None:
    with pypdfium2.PdfDocument(pdf_of(PAPER, DocumentLanguage.ENGLISH)) as document:
        attachment = document.get_attachment(0)
        assert attachment.get_name() == "inv01.json"
        embedded = bytes(attachment.get_data())
    assert embedded == form_bytes(PAPER)
    form = json.loads(embedded, parse_float=Decimal)
    assert form["ValDtls"]["TotInvVal"] == Decimal(PAPER.total_minor) / 100


def test_another_run_makes_the_same_bytes() -> None:
    here = sha256(pdf_of(PAPER, DocumentLanguage.HINDI)).hexdigest()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        there = subprocess.run(
            [sys.executable, "-c", AGAIN], env=environment, capture_output=True, text=True, check=True
        )
        assert there.stdout.strip() == here


def test_what_is_missing_is_said_and_a_page_needs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(PressMissing, match="libpango"):
        _library.__wrapped__()
    assert PAPER.number in WeasyPress().page(PAPER, DocumentLanguage.ENGLISH)


def test_a_page_names_what_it_corrects_and_that_it_is_void() -> None:
    note = replace(
        PAPER,
        doc_type=DocType.CREDIT_NOTE,
        against=Against("VA/26-27/0000007", PAPER.issued_on),
        cancelled=True,
        registered=None,
        recipient=replace(PAPER.recipient, name="<script>", gstin=""),
    )
    told = page(note, DocumentLanguage.ENGLISH)
    assert "VA/26-27/0000007" in told
    assert "CANCELLED" in told
    assert "&lt;script&gt;" in told
    assert "Unregistered" in told
    assert "file:" not in told
    assert code_text(note).split("|")[2:4] == ["VA/26-27/0000001", "CRN"]


def test_the_signed_code_stands_where_there_is_one() -> None:
    assert code_text(replace(PAPER, registered=Registered("ab", "1", "signed.by.them"))) == "signed.by.them"
    assert code_text(PAPER).endswith("ab" * 32)
