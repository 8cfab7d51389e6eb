"""At which points can our side be interrupted? Every pass through a port is one, so that none can be forgotten.

What stands between us and the world is a port: the log, the gateway, the inbox of news. A port that is watched has
two points for each of its calls: ``before`` (nothing happened) and ``after`` (it happened, and nobody was told).
Between two ports nothing survives, so that "after" one and "before" the next leave the same behind.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

BEFORE, AFTER = "before", "after"


class Crash(BaseException):
    """The process is gone; nobody who handles errors may notice."""


class CrashPoints:
    """Tells every point that is passed, in order, and crashes at the one that is named by its number."""

    def __init__(self, at: int | None = None, crash: Callable[[str], None] | None = None) -> None:
        """Without a number nothing crashes; ``crash`` does it, and need not come back."""
        self.passed: list[str] = []
        self._at = at
        self._crash = crash or _raise

    def passing(self, name: str) -> None:
        """One more point."""
        self.passed.append(name)
        if len(self.passed) - 1 == self._at:
            self._crash(name)


class Watched:
    """A port of which every method has its two points; ``only`` leaves out what has no effect and asks nobody."""

    def __init__(self, port: object, name: str, points: CrashPoints, only: Collection[str] = ()) -> None:
        """It is used in the port's place."""
        self._port = port
        self._name = name
        self._points = points
        self._only = only

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._port, method)
        if not callable(found) or (self._only and method not in self._only):
            return found
        point = f"{self._name}.{method}"

        def call(*told: Any, **named: Any) -> Any:
            self._points.passing(f"{point}/{BEFORE}")
            result = found(*told, **named)
            self._points.passing(f"{point}/{AFTER}")
            return result

        async def wait(*told: Any, **named: Any) -> Any:
            self._points.passing(f"{point}/{BEFORE}")
            result = await found(*told, **named)
            self._points.passing(f"{point}/{AFTER}")
            return result

        return wait if inspect.iscoroutinefunction(found) else call


def watched(port: object, name: str, points: CrashPoints, only: Collection[str] = ()) -> Any:
    """To be used wherever the port is: whatever it can do, it can do."""
    return Watched(port, name, points, only)


def _raise(name: str) -> None:
    raise Crash(name)
