"""Which instant, and which position of the log, does a question about money ask about?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import Depends, Query
from pydantic import AfterValidator, AwareDatetime, BeforeValidator

from infra.queries.books_then import EVER, Then
from interfaces.http.calls import QueryCall
from interfaces.http.shapes.values import in_utc, rfc3339

LARGEST: Final = 2**62

AsOf = Annotated[
    Annotated[AwareDatetime, BeforeValidator(rfc3339), AfterValidator(in_utc)] | None,
    Query(
        description="As it stood at this instant: what happened later does not count, whenever it was told.",
        examples=["2026-11-22T14:00:00Z"],
    ),
]
KnownAt = Annotated[
    int | None,
    Query(
        ge=0,
        le=LARGEST,
        description="As it was known at this position of the log: what was told behind it does not count.",
    ),
]


@dataclass(frozen=True, slots=True)
class ThenAsked:
    """What the caller wrote; nothing asks how it stands now."""

    as_of: datetime | None
    known_at: int | None

    @property
    def is_now(self) -> bool:
        """Whether it is asked how things stand now."""
        return self.as_of is None and self.known_at is None

    @property
    def scope(self) -> dict[str, str]:
        """What a cursor is bound to, and a link to the next page repeats."""
        told = {} if self.as_of is None else {"as_of": self.as_of.isoformat().replace("+00:00", "Z")}
        return told if self.known_at is None else told | {"known_at": str(self.known_at)}

    async def settled(self, call: QueryCall, *read_models: str) -> Then:
        """When and what exactly: waits for read models to come to the position; without one, they tell theirs."""
        for read_model in read_models:
            await call.at_or_after(read_model, self.known_at)
        known_at = self.known_at
        if known_at is None:
            known_at = await call.stack.money.books_then.newest(read_models)
        return Then(self.as_of or EVER, known_at)

    async def settled_in_log(self, call: QueryCall) -> Then:
        """The same for what is read from the log itself."""
        await call.log_at_or_after(self.known_at)
        known_at = self.known_at
        if known_at is None:
            known_at = await call.stack.log_head()
        return Then(self.as_of or EVER, known_at)


def shown_then(then: Then | None) -> Mapping[str, object]:
    """As an answer tells what it is about; nulls for now."""
    if then is None:
        return {"as_of": None, "known_at": None}
    return {"as_of": None if then.as_of == EVER else then.as_of, "known_at": then.known_at}


def _asked(as_of: AsOf = None, known_at: KnownAt = None) -> ThenAsked:
    return ThenAsked(as_of, known_at)


AskedThen = Annotated[ThenAsked, Depends(_asked)]
"""Parameter of a handler that can be asked about another time than now."""
