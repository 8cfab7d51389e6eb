"""How are the solver's inner loops compiled?

When their file is imported, so no clock of a solve ever runs meanwhile; the machine code is kept next to the file. A
compiled function calls only compiled functions of its own file: numba notices a change there, and nowhere else.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

import numba
from numba import types as numba_types

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")


def compiled(*signature: object) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """``compiled(result, argument, ...)``: machine code that runs beside other threads."""
    return partial(_compile, signature, {"nogil": True})


def lean(*signature: object) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """The same for a loop that makes no arrays: without counting who holds them, which took three quarters of it."""
    return partial(_compile, signature, {"nogil": True, "_nrt": False})


def _compile(signature: tuple[object, ...], options: dict[str, bool], function: Callable[P, R]) -> Callable[P, R]:
    jit = cast("Callable[..., Callable[[Callable[P, R]], Callable[P, R]]]", numba.njit)
    types = signature[0](*signature[1:]) if callable(signature[0]) else None
    try:
        return jit(types, cache=True, **options)(function)
    except RuntimeError:  # nowhere to keep the machine code: an image that cannot be written to
        return jit(types, **options)(function)


def part(function: Callable[P, R]) -> Callable[P, R]:
    """A piece of a compiled function of the same file, put in where it is called: a call would cost more than it."""
    return cast("Callable[P, R]", numba.njit(inline="always")(function))


def named(kind: type[object], *fields: object) -> object:
    """The compiled type of a NamedTuple whose fields have those types."""
    return numba_types.NamedTuple(fields, kind)  # type: ignore[no-untyped-call]  # numba's constructors have no types


def several(*parts: object) -> object:
    """The compiled type of a plain tuple."""
    return numba_types.Tuple(parts)  # type: ignore[no-untyped-call]  # numba's constructors have no types
