"""Which request runs here: from where, as whom, and under which correlation id?"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(slots=True)
class Scene:
    """What a note of the security log adds by itself; ``actor`` is set once somebody has shown a token."""

    address: str = ""
    correlation_id: UUID | None = None
    actor: str = ""


NOWHERE: Final = Scene()
_scene: ContextVar[Scene] = ContextVar("scene", default=NOWHERE)


def enter(scene: Scene) -> None:
    """From here on, in this task, this is the request that runs."""
    _scene.set(scene)


def here() -> Scene:
    """The request that runs; nothing is known of a process of our own."""
    return _scene.get()
