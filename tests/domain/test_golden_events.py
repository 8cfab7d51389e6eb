"""Can every event of the past still be read, and are today's written as they were?"""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from domain.aggregate import events_of, shape_of
from domain.catalogue import Fuel
from domain.request_terms import RequestState
from domain.service_request import ServiceRequest
from domain.topics import AGGREGATES, event_classes
from infra.event_store import codec
from tests.domain.facts import ASSIGNED, OFFER_MADE
from tests.domain.golden_events import FOLDER, SAMPLES, file_of, read, stored
from tests.support.roadside import CALL, NOON
from tests.support.rulebook import STREAM, Fact, row_of

FILES = sorted(FOLDER.glob("*.json"))


def test_every_topic_and_version_has_a_golden_event_and_no_other_is_kept() -> None:
    wanted = {
        file_of(shape.topic, version).name
        for shape in map(shape_of, event_classes())
        for version in range(1, shape.class_version + 1)
    }
    assert {path.name for path in FILES} == wanted
    assert len(SAMPLES) == len(event_classes())


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.event_class.TOPIC)
def test_today_is_written_byte_for_byte_as_it_was_promised(sample: Fact) -> None:
    topic, version, payload = stored(sample)
    assert payload == read(file_of(topic, version))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_kept_event_is_read_in_todays_shape(path: Path) -> None:
    topic, version = topic_and_version(path)
    shape = codec.entry_of(topic).shape
    payload: Any = codec.entry_of(topic).decode(read(path))
    names = set(payload.__struct_fields__)
    assert names == set(shape.types)
    plain = codec.decode(topic, read(path))
    assert plain.keys() - {"class_version"} == names
    assert msgspec.json.decode(msgspec.json.encode(payload)) == {name: plain[name] for name in names}
    if version == shape.class_version:
        (sample,) = [s for s in SAMPLES if topic == s.event_class.TOPIC]
        assert {name: getattr(payload, name) for name in names} == sample.fields


def topic_and_version(path: Path) -> tuple[str, int]:
    topic, _, version = path.stem.rpartition(".v")
    return topic, int(version)


def test_a_request_of_the_first_version_still_loads_and_goes_on() -> None:
    first = (1, "service_request.requested", read(file_of("service_request.requested", 1)), NOON)
    request = codec.replay(STREAM, [first, row_of(OFFER_MADE, 2), row_of(ASSIGNED, 3)])
    assert isinstance(request, ServiceRequest)
    assert (request.fuel, request.state, request.cell) == (Fuel.UNKNOWN, RequestState.ASSIGNED, CALL.cell)


def test_topics_are_explicit_unique_and_named_after_their_aggregate() -> None:
    topics = [shape_of(event_class).topic for event_class in event_classes()]
    assert len(set(topics)) == len(topics)
    for aggregate in AGGREGATES:
        for event_class in events_of(aggregate):
            assert shape_of(event_class).topic.startswith(f"{aggregate.TOPIC}.")


CODES = {"policy", "policy_version", "travel", "cell", "originator_topic", "drop_cell", "currency", "sha256"} | {
    *("transfer_id", "account", "gstin", "series", "financial_year", "place_of_supply", "sac"),
    *("slug", "time_zone", "state_code", "make", "model", "text_version"),
    *("law", "from_cell", "to_cell"),
    *("gateway_order", "gateway_payment", "gateway_refund", "gateway_link", "url"),
    *("gateway_dispute", "gateway_document", "reason_code"),
    *("gateway_payout", "gateway_account", "gateway_settlement", "check_id", "bank_reference", "code", "why"),
    *("irn", "ack_no"),
    "mandate",
}
"""Texts that a rule checks the form of, so that no name fits in."""


def test_no_event_has_room_for_a_person() -> None:
    """Fields are ids, numbers, codes, instants and cells; no text is free."""
    for event_class in event_classes():
        shape = shape_of(event_class)
        texts = {name for name, kind in shape.types.items() if kind is str}
        assert texts <= CODES, f"{shape.topic} has free text: {texts}"
