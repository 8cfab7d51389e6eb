"""What is taken of a file, and which are not?"""

from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader

from application.files import FileFlaw, FileNotTaken, MediaType
from infra.files.looked_at import LookLimits, looked_at
from infra.settings import Settings
from tests.files import samples

LIMITS = LookLimits(most_pixels=1_000_000, longest_side_px=600, most_pages=3)
HTML = b"<html><script>alert(1)</script></html>"


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (samples.jpeg(), MediaType.JPEG),
        (samples.png(), MediaType.PNG),
        (samples.webp(), MediaType.WEBP),
        (samples.a_pdf(), MediaType.PDF),
    ],
)
def test_bytes_say_what_a_file_is_and_nothing_personal_is_left_beside_what_it_shows(
    content: bytes, media: MediaType
) -> None:
    clean = looked_at(content, LIMITS)
    assert clean.media is media
    assert looked_at(clean.content, LIMITS).media is media
    assert b"Xyzzy" not in clean.content
    assert clean.content != content


def test_a_picture_is_upright_small_enough_and_says_not_where_it_was_taken() -> None:
    clean = looked_at(samples.jpeg((800, 400)), LIMITS)
    with Image.open(BytesIO(clean.content)) as image:
        assert image.size == (300, 600), "it was turned on its side"
        assert not image.getexif()
        assert "comment" not in image.info


def test_an_ordinary_progressive_picture_is_taken() -> None:
    assert looked_at(samples.scanned(0), LIMITS).media is MediaType.JPEG


def test_what_is_seen_through_stays_so() -> None:
    out = BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(out, "PNG")
    with Image.open(BytesIO(looked_at(out.getvalue(), LIMITS).content)) as image:
        assert image.mode == "RGBA"


def test_a_pdf_keeps_its_pages_alone() -> None:
    reader = PdfReader(BytesIO(looked_at(samples.a_pdf(pages=2), LIMITS).content))
    assert len(reader.pages) == 2
    assert not reader.metadata or "/Author" not in reader.metadata


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        (b"", FileFlaw.EMPTY),
        (b"MZ" + bytes(100), FileFlaw.UNKNOWN_TYPE),
        (HTML, FileFlaw.UNKNOWN_TYPE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", FileFlaw.UNKNOWN_TYPE),
        (b"GIF89a" + bytes(20), FileFlaw.UNKNOWN_TYPE),
        (samples.archive(), FileFlaw.UNKNOWN_TYPE),
        (b" " + samples.a_pdf(), FileFlaw.UNKNOWN_TYPE),
        (samples.jpeg()[: len(samples.jpeg()) // 2], FileFlaw.UNREADABLE),
        (samples.png()[:60], FileFlaw.UNREADABLE),
        (samples.jpeg()[:3] + bytes(200), FileFlaw.UNREADABLE),
        (b"%PDF-1.7\nnothing\n%%EOF\n", FileFlaw.UNREADABLE),
        (samples.a_pdf()[:-30], FileFlaw.UNREADABLE),
        (samples.bomb(), FileFlaw.TOO_MANY_PIXELS),
        (samples.bomb(1_001, 1_000), FileFlaw.TOO_MANY_PIXELS),
        (samples.bomb(9_600, 9_600), FileFlaw.TOO_MANY_PIXELS),
        (samples.scanned(100), FileFlaw.TOO_COMPLEX),
        (samples.looped(), FileFlaw.UNREADABLE),
        (samples.a_pdf(pages=4), FileFlaw.TOO_MANY_PAGES),
        (samples.a_pdf(secret=True), FileFlaw.ENCRYPTED),
        (samples.a_pdf(script=True), FileFlaw.ACTIVE_CONTENT),
        (samples.a_pdf(attached=True), FileFlaw.ACTIVE_CONTENT),
        (samples.a_pdf(launches=True), FileFlaw.ACTIVE_CONTENT),
    ],
)
def test_what_is_not_a_whole_harmless_file_of_ours_is_not_taken(content: bytes, flaw: FileFlaw) -> None:
    with pytest.raises(FileNotTaken) as refused:
        looked_at(content, LIMITS)
    assert refused.value.facts == {"flaw": flaw.value}


@pytest.mark.parametrize(
    "content",
    [
        samples.jpeg() + HTML,
        samples.jpeg() + b"<?php system($_GET[0]); ?>",
        samples.jpeg() + samples.archive(),
        samples.png() + b"<!DOCTYPE html>",
        samples.png() + samples.archive(),
        samples.a_pdf() + samples.archive(),
        samples.a_pdf() + HTML,
        samples.a_pdf() + b"MZ" + bytes(40),
        samples.jpeg()[:20] + b"%PDF-1.7" + samples.jpeg()[20:],
    ],
)
def test_what_is_two_things_at_once_is_not_taken(content: bytes) -> None:
    with pytest.raises(FileNotTaken) as refused:
        looked_at(content, LIMITS)
    assert refused.value.facts == {"flaw": "two_in_one"}


def test_a_virus_scanners_test_file_is_no_picture_in_any_case() -> None:
    with pytest.raises(FileNotTaken):
        looked_at(samples.EICAR, LookLimits.of(Settings()))
