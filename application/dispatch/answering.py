"""How long has whoever is asked to answer? What answers took, learnt by `domain.answer_times`, tenant by tenant."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from domain.answer_times import AnswerTimes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from application.dispatch.asking import Asking
    from application.dispatch.board import AnsweredOffer, FreeShift


class LearntPatience:
    """Waits as long as an answer is likelier to come next than one to another offer; at least as long as is usual."""

    def __init__(self) -> None:
        self._times: dict[str, AnswerTimes] = {}

    def learn(self, answers: Iterable[AnsweredOffer]) -> None:
        """Hear of answered and lapsed offers, each once, in order of answer."""
        for each in answers:
            times = self._times.setdefault(each.tenant, AnswerTimes())
            is_lapse = not each.accepted and each.declined_for is None
            times.learn((each.answered_at - each.made_at).total_seconds(), answered=not is_lapse)

    def answers_within(self, shift: FreeShift, asking: Asking) -> timedelta:
        """How long this shift's company has; before anything was learnt, as long as is usual."""
        usual, times = asking.answers_within(shift), self._times.get(shift.tenant)
        if times is None or usual >= asking.longest_answers_within:
            return usual
        most_s = asking.longest_answers_within.total_seconds()
        return timedelta(seconds=times.waits_s(usual.total_seconds(), most_s))
