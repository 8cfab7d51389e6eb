"""Does a fact give what its topic promises, and complain about anything else?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from projections.fact import BadFact, Fact
from tests.projections.telling import fact
from tests.support.roadside import NOON, some_id

if TYPE_CHECKING:
    from collections.abc import Callable


def plain(**data: object) -> Fact:
    """A fact whose payload is taken as it is."""
    whole = fact(1, "thing.done")
    return Fact(
        1, whole.tenant, whole.stream_id, 1, whole.topic, b"", "system:x", NOON, lambda _topic, _payload: data
    )  # fmt: skip


def test_values_come_as_what_they_are() -> None:
    told = plain(
        text="tow", uuid=str(some_id(1)), whole=7, number=1.5, flag=True,
        instant="2026-03-02T12:00:00.5Z", texts=["b", "a"], uuids=[str(some_id(2))],
    )  # fmt: skip
    assert told.text("text") == "tow"
    assert told.uuid("uuid") == some_id(1)
    assert told.whole("whole") == 7
    assert told.number("number") == 1.5
    assert told.flag("flag") is True
    assert told.instant("instant") == datetime(2026, 3, 2, 12, 0, 0, 500_000, tzinfo=UTC)
    assert told.texts("texts") == ("b", "a")
    assert told.uuids("uuids") == (some_id(2),)


@pytest.mark.parametrize("value", [None, {}])
def test_what_may_be_absent_is_none(value: object) -> None:
    told = plain(it=None) if value is None else plain()
    assert (told.maybe_text("it"), told.maybe_uuid("it"), told.maybe_whole("it"), told.maybe_instant("it")) == (
        None, None, None, None,
    )  # fmt: skip


WRONG: list[tuple[Callable[[Fact], object], object]] = [
    (lambda told: told.text("it"), 7),
    (lambda told: told.text("it"), "a\0b"),
    (lambda told: told.uuid("it"), "not an id"),
    (lambda told: told.uuid("it"), 7),
    (lambda told: told.whole("it"), "7"),
    (lambda told: told.whole("it"), True),
    (lambda told: told.whole("it"), 2**63),
    (lambda told: told.number("it"), True),
    (lambda told: told.flag("it"), 1),
    (lambda told: told.instant("it"), "2026-03-02T12:00:00"),
    (lambda told: told.instant("it"), "yesterday"),
    (lambda told: told.texts("it"), ["a", 7]),
    (lambda told: told.texts("it"), "ab"),
    (lambda told: told.uuids("it"), ["x"]),
]


@pytest.mark.parametrize(("read", "value"), WRONG)
def test_anything_else_is_a_bad_fact(read: Callable[[Fact], object], value: object) -> None:
    with pytest.raises(BadFact, match="it is not"):
        read(plain(it=value))


@pytest.mark.parametrize("read", [read for read, _ in WRONG])
def test_what_is_absent_is_a_bad_fact(read: Callable[[Fact], object]) -> None:
    with pytest.raises(BadFact, match="it is not there"):
        read(plain())


@pytest.mark.parametrize("payload", [b"{", b"", b"[]", b"7", b"\xff"])
def test_a_payload_that_is_no_object_is_a_bad_fact(payload: bytes) -> None:
    told = fact(1, "service_request.completed")
    broken = Fact(1, told.tenant, told.stream_id, 1, told.topic, payload, "system:x", NOON, told._decode)
    with pytest.raises(BadFact, match="cannot be read"):
        broken.uuid("offer_id")


def test_a_payload_is_decoded_once() -> None:
    asked: list[str] = []

    def decode(topic: str, _payload: bytes) -> dict[str, object]:
        asked.append(topic)
        return {"it": 7}

    told = Fact(1, "demo", some_id(1), 1, "a.b", b"", "system:x", NOON, decode)
    assert (told.whole("it"), told.whole("it"), asked) == (7, 7, ["a.b"])


def test_who_did_not_ask_for_the_trace_cannot_look_at_it() -> None:
    with pytest.raises(LookupError, match="traced=True"):
        _ = plain().trace
