"""Is the tree of causes right, whatever the log holds?"""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from application.log import LoggedEvent
from infra.queries.audit import ReceiptSeen
from interfaces.http.audit_views import event_shown, outcome_of, tree_of

AT = datetime(2026, 1, 1, tzinfo=UTC)
REQUEST, OFFER, LAPSE, SECOND = (UUID(int=number) for number in range(1, 5))


def event(position: int, command: UUID | None, cause: UUID | None = None, payload: bytes = b"{}") -> LoggedEvent:
    return LoggedEvent(
        position, "demo", UUID(int=99), position, "offer.made", payload, command, UUID(int=7), cause, "system:x", AT, AT
    )


def outline(events: list[LoggedEvent]) -> list[tuple[object, object, int]]:
    return [(node["command_id"], node["depth"], len(node["events"])) for node in tree_of(events)]  # type: ignore[arg-type]  # a list


def shown(command: UUID) -> str:
    return f"cmd_{command.hex}"


def test_a_command_stands_before_those_that_it_caused() -> None:
    events = [
        event(1, REQUEST),
        event(2, OFFER, REQUEST),
        event(3, OFFER, REQUEST),
        event(4, LAPSE, OFFER),
        event(5, SECOND, REQUEST),
    ]
    assert outline(events) == [
        (shown(REQUEST), 0, 1),
        (shown(OFFER), 1, 2),
        (shown(LAPSE), 2, 1),
        (shown(SECOND), 1, 1),
    ]


def test_a_cause_outside_the_tree_is_named_but_not_shown() -> None:
    node = tree_of([event(1, OFFER, REQUEST)])[0]
    assert (node["caused_by"], node["depth"]) == (shown(REQUEST), 0)


def test_events_without_a_command_are_shown_together() -> None:
    assert outline([event(1, None), event(2, None)]) == [(None, 0, 2)]


def test_commands_that_cause_each_other_are_shown_not_lost() -> None:
    assert len(outline([event(1, OFFER, LAPSE), event(2, LAPSE, OFFER)])) == 2
    assert outline([event(1, OFFER, OFFER)]) == [(shown(OFFER), 0, 1)]


@given(st.lists(st.tuples(st.integers(1, 8), st.none() | st.integers(1, 8)), max_size=40))
def test_every_event_is_shown_once(drawn: list[tuple[int, int | None]]) -> None:
    events = [
        event(at, UUID(int=command), None if cause is None else UUID(int=cause))
        for at, (command, cause) in enumerate(drawn, start=1)
    ]
    positions = [shown["position"] for node in tree_of(events) for shown in node["events"]]  # type: ignore[attr-defined]  # a list
    assert sorted(positions) == list(range(1, len(drawn) + 1))


def test_a_damaged_payload_is_shown_as_its_bytes() -> None:
    assert event_shown(event(1, OFFER, payload=b"\xff"))["data"] == {"unreadable_base64": "/w=="}
    assert event_shown(event(1, OFFER, payload=b"[]"))["data"] == {"unreadable_base64": "W10="}


def test_a_receipt_tells_how_the_command_ended() -> None:
    assert outcome_of(None) == (None, None)
    assert outcome_of(ReceiptSeen("a", b'{"done":{}}', 1, AT)) == ("done", None)
    assert outcome_of(ReceiptSeen("a", b'{"refused":{"code":"offer_lapsed"}}', 1, AT)) == ("refused", "offer_lapsed")
