"""How are events, causes and past states shown to an auditor?"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

import msgspec

from application.log import LoggedEvent
from domain.ids import Prefix, show
from infra.queries.audit import AsOf, ReceiptSeen
from interfaces.http.answers import PREFIXES

PREFIX_OF_KIND: Final[Mapping[str, Prefix]] = {
    "service_request": Prefix.REQUEST,
    "offer": Prefix.OFFER,
    "provider": Prefix.PROVIDER,
    "shift": Prefix.SHIFT,
    "zone": Prefix.ZONE,
    "tariff": Prefix.TARIFF,
    "rating": Prefix.RATING,
    "wallet": Prefix.WALLET,
    "payment": Prefix.PAYMENT,
    "invoice": Prefix.INVOICE,
    "credit_note": Prefix.CREDIT_NOTE,
    "receipt_voucher": Prefix.RECEIPT_VOUCHER,
    "refund_voucher": Prefix.REFUND_VOUCHER,
    "account": Prefix.USER,
}
"""An event of another kind (the numbers of a series of bills) shows its stream's id without one."""
_MORE_PREFIXES: Final[Mapping[str, Prefix]] = {
    "place_id": Prefix.PLACE,
    "contact_id": Prefix.CONTACT,
    "profile_id": Prefix.PROFILE,
}

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Json = dict[str, object]


def kind_of(topic: str) -> str:
    """What sort of thing an event is about."""
    return topic.partition(".")[0]


def event_shown(event: LoggedEvent) -> Json:
    """One event, its ids in their public form, its content as it is stored."""
    prefix = PREFIX_OF_KIND.get(kind_of(event.topic), "")
    return {
        "position": event.position,
        "stream_id": show(prefix, event.stream_id),
        "version": event.version,
        "topic": event.topic,
        "data": _content(event.payload),
        "actor": event.actor,
        "command_id": _command(event.command_id),
        "correlation_id": None if event.correlation_id is None else event.correlation_id.hex,
        "causation_id": _command(event.causation_id),
        "occurred_at": event.occurred_at,
        "recorded_at": event.recorded_at,
    }


def outcome_of(receipt: ReceiptSeen | None) -> tuple[str | None, str | None]:
    """How a command ended, and the code when it was refused."""
    if receipt is None:
        return None, None
    answer = cast("Json", msgspec.json.decode(receipt.answer))
    refused = answer.get("refused")
    return ("done", None) if not isinstance(refused, dict) else ("refused", str(refused.get("code")))


def tree_of(events: Sequence[LoggedEvent]) -> list[Json]:
    """Commands with their events (given oldest first), each command before those that it caused."""
    written: dict[UUID | None, list[LoggedEvent]] = {}
    for event in events:
        written.setdefault(event.command_id, []).append(event)
    caused: dict[UUID | None, list[UUID | None]] = {}
    for command, of_command in written.items():
        cause = of_command[0].causation_id
        caused.setdefault(cause if cause in written and cause != command else None, []).append(command)
    seen: set[UUID | None] = set()
    shown = [_node(written[command], depth) for command, depth in _below(None, 0, caused, seen)]
    # Commands that cause each other in a circle hang nowhere: they are shown, not lost.
    return shown + [_node(written[command], 0) for command in written if command not in seen]


def _below(
    cause: UUID | None, depth: int, caused: Mapping[UUID | None, list[UUID | None]], seen: set[UUID | None]
) -> Iterator[tuple[UUID | None, int]]:
    waiting = [(command, depth) for command in reversed(caused.get(cause, []))]
    while waiting:
        command, level = waiting.pop()
        if command in seen:
            continue
        seen.add(command)
        yield command, level
        if command is not None:
            waiting += [(following, level + 1) for following in reversed(caused.get(command, []))]


def _node(events: Sequence[LoggedEvent], depth: int) -> Json:
    first = events[0]
    return {
        "command_id": _command(first.command_id),
        "caused_by": _command(first.causation_id),
        "depth": depth,
        "actor": first.actor,
        "events": [event_shown(event) for event in events],
    }


def state_of(stream_id: str, found: AsOf) -> Json:
    """A thing as it was."""
    # A field that no event has touched yet lives in the class, not in the instance.
    thing = found.aggregate
    declared = {field.name for field in fields(cast("DataclassInstance", thing))}
    attributes = {name: getattr(thing, name) for name in declared | vars(thing).keys() if not name.startswith("_")}
    plain = msgspec.to_builtins(attributes, str_keys=True, order="sorted", enc_hook=str)
    return {
        "id": stream_id,
        "kind": kind_of(found.topic),
        "version": thing.version,
        "position": found.position,
        "topic": found.topic,
        "occurred_at": found.occurred_at,
        "recorded_at": found.recorded_at,
        "state": _with_prefixes("", plain),
    }


def _with_prefixes(name: str, value: object) -> object:
    """The same, every id under a name we know in its public form."""
    if isinstance(value, dict):
        return {key: _with_prefixes(str(key), each) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_prefixes(name, each) for each in value]
    prefix = PREFIXES.get(name) or _MORE_PREFIXES.get(name)
    if prefix is None or not isinstance(value, str):
        return value
    try:
        return show(prefix, UUID(value))
    except ValueError:
        return value


def _command(command_id: UUID | None) -> str | None:
    return None if command_id is None else show(Prefix.COMMAND, command_id)


def _content(payload: bytes) -> object:
    """The payload; one that is no JSON object any more (somebody damaged it) is shown as the bytes that it is."""
    try:
        return msgspec.json.decode(payload, type=dict[str, object])
    except (msgspec.DecodeError, msgspec.ValidationError):
        return {"unreadable_base64": base64.b64encode(payload).decode()}
