"""Is a pack of evidence the same bytes every time, archivable, whole in its text, and is its JSON inside?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pypdfium2
import pytest

from application.evidence import Shown, digest_of, json_of
from application.press import PressMissing
from domain.dispute_terms import DisputePhase, Shows
from domain.evidence_pack import CLAIM, JOB, LONGEST_SUMMARY, About, Happened, Pack, pack_of
from infra.papers.evidence import EvidencePress, evidence_page
from tests.infra.papers.test_press import text_of
from tests.support.roadside import BREAKDOWN_CELL, DEPOT_CELL, NOON, REQUEST, some_id

ABOUT = About("disp_1", "pay_1", 118_000, "INR", DisputePhase.CHARGEBACK, "not_received", some_id(1), None, REQUEST)
SHOWN = Shown("ab" * 32, "Asha <Rao>", "VA/26-27/0000001", {"segment": 3, "last_position": 99, "chain_hash": "ab" * 32})
QUOTE = {"lines": [{"kind": "base", "amount_minor": 100_000}], "total_minor": 118_000, "currency": "INR"}
STORY: tuple[tuple[str, dict[str, object]], ...] = (
    ("requested", {"service": "tow", "vehicle_class": "car", "cell": BREAKDOWN_CELL, "drop_cell": None}),
    ("quote_issued", QUOTE),
    ("confirmed", {"total_minor": 118_000, "currency": "INR", "payment_method": "gateway", "by": "customer"}),
    ("offer_made", {}),
    ("en_route_started", {}),
    ("arrived_on_scene", {"distance_m": 40, "confirmed_by": "provider"}),
    ("service_started", {"by": "code"}),
    ("evidence_captured", {"kind": "work_done", "sha256": "ab" * 32, "cell": BREAKDOWN_CELL}),
    ("completed", {}),
    ("fare_approved", {"total_minor": 118_000, "currency": "INR", "by": "system"}),
)


def happened(**changed: dict[str, object] | None) -> list[Happened]:
    """The story, some of its events changed, or left out."""
    told = [(topic, changed.get(topic, fields)) for topic, fields in STORY]
    return [
        Happened(number, REQUEST, f"{JOB}{topic}", NOON + timedelta(minutes=number), fields)
        for number, (topic, fields) in enumerate(told, start=1)
        if fields is not None
    ]


def a_pack(**changed: dict[str, object] | None) -> Pack:
    return pack_of(ABOUT, happened(**changed), is_sealed=True)


def test_a_pack_shows_what_happened_and_nothing_else() -> None:
    pack = a_pack()
    assert pack.is_strong
    assert set(pack.shows) == {
        *(Shows.AGREED, Shows.SET_OUT, Shows.ARRIVED, Shows.CODE_GIVEN, Shows.PICTURED, Shows.COMPLETED, Shows.PROVED)
    }, "a fare that was approved by itself was approved by nobody"
    assert (pack.distance_m, pack.known_at, pack.terms) == (40, 10, (("base", 100_000),))
    assert f"{JOB}offer_made" not in {line.topic for line in pack.lines}
    assert pack_of(ABOUT, happened()[::-1], is_sealed=True) == pack


@pytest.mark.parametrize(
    ("changed", "is_strong"),
    [
        ({"completed": None}, False),
        ({"confirmed": None}, False),
        ({"confirmed": {"by": "system"}}, False),
        ({"service_started": None}, True),
        ({"arrived_on_scene": {"distance_m": 9_000}}, True),
        ({"service_started": {"by": "provider"}, "arrived_on_scene": {"distance_m": 9_000}}, False),
    ],
)
def test_strong_is_agreed_there_and_done(changed: dict[str, dict[str, object] | None], is_strong: bool) -> None:  # noqa: FBT001  (a parameter)
    assert a_pack(**changed).is_strong is is_strong


def test_a_picture_from_elsewhere_shows_nothing_and_says_how_far_it_was() -> None:
    far = a_pack(evidence_captured={"kind": "work_done", "sha256": "ab" * 32, "cell": DEPOT_CELL})
    assert Shows.PICTURED not in far.shows
    (line,) = (line for line in far.lines if line.topic == f"{JOB}evidence_captured")
    assert int(dict(line.told)["distance_m"]) > 250


def test_nothing_on_record_is_said_as_it_is_and_a_long_story_is_cut() -> None:
    nothing = pack_of(ABOUT, [], is_sealed=False)
    assert (nothing.is_strong, nothing.known_at) == (False, 0)
    assert "No service" in nothing.summary
    assert a_pack().summary.startswith(CLAIM)
    weak = a_pack(completed=None).summary
    assert "supplied" not in weak
    assert "work began" in weak
    many = happened() * 60
    assert len(pack_of(ABOUT, many, is_sealed=False).summary) == LONGEST_SUMMARY


def test_what_is_shown_is_no_part_of_what_is_drafted() -> None:
    pack = a_pack()
    assert json_of(pack, SHOWN) != json_of(pack, replace(SHOWN, customer_name=""))
    whole = digest_of(happened(), 10)
    assert digest_of(happened()[::-1], 10) == whole
    assert digest_of(happened(), 9) == digest_of(happened()[:9], 99) != whole
    assert digest_of(happened(completed={"by": "somebody"}), 10) != whole
    page = evidence_page(pack, SHOWN, "00" * 32, NOON.date())
    assert "Asha &lt;Rao&gt;" in page


def test_the_pdf_is_the_same_bytes_with_the_json_inside() -> None:
    pack = a_pack()
    told = json_of(pack, SHOWN)
    try:
        made = EvidencePress().evidence_pdf(pack, SHOWN, told)
    except PressMissing as missing:
        # Without root nobody can install Pango; the pack is told as JSON then, which the tests above look at.
        pytest.skip(str(missing))
    assert sha256(made).digest() == sha256(EvidencePress().evidence_pdf(pack, SHOWN, told)).digest()
    text = " ".join(text_of(made).split())
    for wanted in ("disp_1", "Asha <Rao>", "1,180.00 INR", "Work began", "VA/26-27/0000001", "up to position 99"):
        assert wanted in text
    with pypdfium2.PdfDocument(made) as document:
        attachment = document.get_attachment(0)
        assert attachment.get_name() == "evidence.json"
        assert bytes(attachment.get_data()) == told
