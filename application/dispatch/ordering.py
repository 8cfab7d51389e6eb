"""How does dispatch order something, and what does it make of a no? It goes on: the board says what is still to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from application.engine import Contended
from application.log import KeyReused, LogUnavailable
from domain.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from application.engine import Answer, Done, Work
    from application.log import CommandContext


class RunsCommands(Protocol):
    """What dispatch needs of the engine."""

    async def run(self, context: CommandContext, decide: Callable[[Work], Awaitable[Answer]]) -> Done:
        """Run one command to its end; see ``Engine.run``."""
        ...


class HearsRefusals(Protocol):
    """Told of every order that did not go through."""

    def refused(self, order: str, subject_id: UUID, code: str) -> None:
        """On a board that is behind the log this is everyday."""
        ...


class Ordering:
    """Orders through the engine; a refusal is an answer."""

    def __init__(self, engine: RunsCommands, watch: HearsRefusals) -> None:
        self._engine = engine
        self._watch = watch

    async def order(
        self, name: str, subject_id: UUID, context: CommandContext, decide: Callable[[Work], Awaitable[Answer]]
    ) -> Done | str:
        """What the order came to, or the code of why not. The board says the same again if it must be repeated."""
        try:
            return await self._engine.run(context, decide)
        except Refusal as refusal:
            code = refusal.code
        except Contended:
            code = "contended"
        except KeyReused:
            code = "key_reused"
        except LogUnavailable:
            code = "log_unavailable"
        self._watch.refused(name, subject_id, code)
        return code
