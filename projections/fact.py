"""How does a read model see one event of the log?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from msgspec import ValidationError, convert

Data = Mapping[str, object]
Decode = Callable[[str, bytes], Data]
"""``(topic, payload) -> data``: the JSON of a payload, in the shape that its topic has today."""

LARGEST_WHOLE: Final = 2**63 - 1
"""A column holds 64 bits; a larger number is a broken event, not a row to lose a batch over."""


class BadFact(Exception):
    """An event does not hold what its topic promises."""


Trace = tuple[UUID | None, UUID | None, UUID | None, datetime]
"""Command, correlation and causation id, and when the event was recorded: what few read models look at."""


class Fact:
    """One event: its envelope as attributes, its payload by typed accessors.

    The payload is decoded when somebody first asks, once for all read models of the process.
    Accessors raise BadFact for a value that is absent or of another type; ``maybe_...`` give None when it is
    absent or null. Ids inside the payload are the text of a UUID; instants are aware, UTC.
    ``trace`` is there for read models that are ``traced``; without it, asking for a part of it raises LookupError.
    """

    __slots__ = (
        "_data", "_decode", "_payload", "_trace", "actor", "occurred_at", "position", "stream_id", "tenant", "topic",
        "version",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913, PLR0917  (the columns of the log)
        self,
        position: int,
        tenant: str,
        stream_id: UUID,
        version: int,
        topic: str,
        payload: bytes,
        actor: str,
        occurred_at: datetime,
        decode: Decode,
        trace: Trace | None = None,
    ) -> None:
        self.position = position
        self.tenant = tenant
        self.stream_id = stream_id
        self.version = version
        self.topic = topic
        self.actor = actor
        self.occurred_at = occurred_at
        self._payload = payload
        self._decode = decode
        self._trace = trace
        self._data: Data | None = None

    @property
    def trace(self) -> Trace:
        """Command, correlation and causation id, and when the event was recorded."""
        if self._trace is None:
            raise LookupError("this read model is not traced: say traced=True where it is made")
        return self._trace

    @property
    def data(self) -> Data:
        """The payload; raises BadFact when it is not what a payload is."""
        data = self._data
        if data is None:
            try:
                data = self._decode(self.topic, self._payload)
            except Exception as error:
                raise BadFact(f"the payload at {self.position} cannot be read: {error}") from error
            if not isinstance(data, dict):
                raise BadFact(f"the payload at {self.position} cannot be read: it is no object")
            self._data = data
        return data

    def text(self, name: str) -> str:
        """A text; one with a NUL in it is refused, since no column could hold it."""
        value = (self._data or self.data).get(name)
        if type(value) is str and "\0" not in value:
            return value
        raise self._bad(name, "a text")

    def maybe_text(self, name: str) -> str | None:
        """A text or None."""
        return None if self.data.get(name) is None else self.text(name)

    def uuid(self, name: str) -> UUID:
        """An id."""
        try:
            return convert((self._data or self.data)[name], UUID)
        except (KeyError, ValidationError):
            raise self._bad(name, "a UUID") from None

    def maybe_uuid(self, name: str) -> UUID | None:
        """An id or None."""
        return None if self.data.get(name) is None else self.uuid(name)

    def whole(self, name: str) -> int:
        """A whole number of at most 64 bits."""
        value = self._get(name)
        if type(value) is not int or not -LARGEST_WHOLE <= value <= LARGEST_WHOLE:
            raise self._bad(name, "a whole number")
        return value

    def maybe_whole(self, name: str) -> int | None:
        """A whole number or None."""
        return None if self.data.get(name) is None else self.whole(name)

    def number(self, name: str) -> float:
        """A number that may have a fraction."""
        value = self._get(name)
        if type(value) is not int and type(value) is not float:
            raise self._bad(name, "a number")
        return float(value)

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self._get(name)
        if type(value) is not bool:
            raise self._bad(name, "true or false")
        return value

    def instant(self, name: str) -> datetime:
        """An aware instant."""
        value = self._get(name)
        try:
            found = datetime.fromisoformat(cast("str", value))
        except (ValueError, TypeError):
            raise self._bad(name, "an instant") from None
        if found.tzinfo is None:
            raise self._bad(name, "an instant with its offset")
        return found

    def maybe_instant(self, name: str) -> datetime | None:
        """An aware instant or None."""
        return None if self.data.get(name) is None else self.instant(name)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, in its order."""
        value = self._get(name)
        if not isinstance(value, list) or not all(isinstance(each, str) and "\0" not in each for each in value):
            raise self._bad(name, "a list of texts")
        return tuple(value)

    def uuids(self, name: str) -> tuple[UUID, ...]:
        """A list of ids, in its order."""
        try:
            return tuple(convert(each, UUID) for each in self.texts(name))
        except ValidationError:
            raise self._bad(name, "a list of UUIDs") from None

    def told(self, name: str) -> dict[str, object]:
        """A small value as it was told: an object of texts, whole numbers, flags and nulls."""
        return self._plain(name, self._get(name))

    def maybe_told(self, name: str) -> dict[str, object] | None:
        """A small value or None."""
        return None if self.data.get(name) is None else self.told(name)

    def all_told(self, name: str) -> tuple[dict[str, object], ...]:
        """A list of small values, in its order."""
        value = self._get(name)
        if not isinstance(value, list):
            raise self._bad(name, "a list of objects")
        return tuple(self._plain(name, each) for each in value)

    def _plain(self, name: str, value: object) -> dict[str, object]:
        if not isinstance(value, dict) or not all(_is_plain(each) for each in value.values()):
            raise self._bad(name, "an object of texts, whole numbers, flags and nulls")
        return value

    def _get(self, name: str) -> object:
        try:
            return self.data[name]
        except KeyError:
            raise self._bad(name, "there") from None

    def _bad(self, name: str, wanted: str) -> BadFact:
        if name not in self.data:
            wanted = "there"
        return BadFact(f"{self.topic} at {self.position}: {name} is not {wanted}")

    def __repr__(self) -> str:
        return f"Fact({self.position}, {self.topic}, {self.stream_id} v{self.version})"


def _is_plain(value: object) -> bool:
    if type(value) is int:
        return -LARGEST_WHOLE <= value <= LARGEST_WHOLE
    if type(value) is str:
        return "\0" not in value
    return value is None or type(value) is bool
