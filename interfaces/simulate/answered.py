"""How do crews answer in a stretch that is played again? As they did to the same call, else as they usually did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from interfaces.simulate.script import Script

Asked = tuple[str, str]
"""Call and crew."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody said, and after how long; nothing at all when it is silence."""

    accepts: bool
    after_s: float | None


@dataclass(frozen=True, slots=True)
class AsRecorded(Script):
    """The world of a recorded stretch; chance only decides what nobody was asked then."""

    answers: Mapping[Asked, Answer] = field(default_factory=dict)

    def is_silent(self, *about: object) -> bool:
        """Whether an offer gets no answer at all."""
        known = self._known(about)
        return Script.is_silent(self, *about) if known is None else known.after_s is None

    def declines(self, *about: object) -> bool:
        """Whether an answer is a no."""
        known = self._known(about)
        return Script.declines(self, *about) if known is None else not known.accepts

    def answers_after(self, *about: object) -> timedelta:
        """How long somebody thinks about an offer."""
        known = self._known(about)
        if known is None or known.after_s is None:
            return Script.answers_after(self, *about)
        return timedelta(milliseconds=round(known.after_s * 1000))

    def _known(self, about: tuple[object, ...]) -> Answer | None:
        """Of the first time only: who is asked again is asked something else."""
        call, crew, times = about
        return self.answers.get((str(call), str(crew))) if times == 1 else None
