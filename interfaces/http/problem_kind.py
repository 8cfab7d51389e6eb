"""What is told of one sort of problem?"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of problem. ``retry_after_s`` is told to the caller when waiting helps."""

    status: int
    title: str
    explanation: str
    retry_after_s: int | None = None
