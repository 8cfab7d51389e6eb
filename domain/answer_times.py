"""How long is an offer worth waiting for? As long as an answer to it is likelier to come next than one to another.

Answers come at a rate that changes with how long the telephone has rung. It is learnt piece by piece: answers over
the seconds for which offers were out, each piece drawn towards the one before it. So where nobody was ever waited for,
people are taken to go on answering as they did just before. An offer that is waited for t seconds is answered with
probability F(t), and takes E[min(answer, t)]; asked one after the other, the time to an answer is
E[min(answer, t)] / F(t) on average (renewal-reward). The best t is where that is least. Where everybody answers at one
steady rate all t are alike; where answers keep coming, it pays to wait; where silence means that nobody listens, it
pays to ask the next.
"""

from math import exp, expm1
from typing import Final

PIECE_S: Final = 5.0
"""Half the time that it takes to read an offer: finer would need more answers to tell the pieces apart."""

LONGEST_S: Final = 300.0
"""No longer answer is told apart: after five minutes somebody else was asked anyway."""

FIRST_RATE: Final = 1 / 25
"""Per second, before anything is heard: a provider on the road needs 20 to 30 s."""

COUNTS_AS_S: Final = 50.0
"""The piece before weighs as much as ten offers that were out for the whole of this one."""

HALVES_AT: Final = 2_000.0
"""Answers and lapses after which all that was heard counts half: people change, and so do their telephones."""

WORTH: Final = 0.02
"""Waiting longer has to save so large a share: below that is the noise of some hundred answers."""


class AnswerTimes:
    """When answers come, of one circle of people. The same answers in the same order give the same waits."""

    def __init__(self) -> None:
        pieces = int(LONGEST_S / PIECE_S)
        self._answers = [0.0] * pieces
        self._out_s = [0.0] * pieces
        self._heard = 0.0

    def learn(self, waited_s: float, *, answered: bool) -> None:
        """An offer was out for so long; then it was answered, yes or no, or it lapsed."""
        for piece in range(len(self._out_s)):
            self._out_s[piece] += min(PIECE_S, max(0.0, waited_s - piece * PIECE_S))
        if answered and 0 <= waited_s < LONGEST_S:
            self._answers[int(waited_s / PIECE_S)] += 1
        self._heard += 1
        if self._heard >= HALVES_AT:
            self._heard /= 2
            self._answers = [each / 2 for each in self._answers]
            self._out_s = [each / 2 for each in self._out_s]

    def waits_s(self, least_s: float, most_s: float) -> float:
        """How long to wait for an answer, between those two: the least wait, unless a longer one gains enough."""
        waits = [least_s, *(n * PIECE_S for n in range(1, len(self._out_s) + 1) if least_s < n * PIECE_S <= most_s)]
        costs = self._costs(waits)
        at_best = min(costs)
        return least_s if at_best > costs[0] * (1 - WORTH) else waits[costs.index(at_best)]

    def _costs(self, waits: list[float]) -> list[float]:
        """Mean seconds to an answer when each offer is waited for so long, for waits that grow."""
        costs, begins_s, silent, spent_s = [], 0.0, 1.0, 0.0
        rates = self._rates()
        for until_s in waits:
            while begins_s < until_s:
                piece = int(begins_s / PIECE_S)
                ends_s = min(until_s, (piece + 1) * PIECE_S)
                rate = rates[min(piece, len(rates) - 1)]
                spent_s += silent * -expm1(-rate * (ends_s - begins_s)) / rate
                silent *= exp(-rate * (ends_s - begins_s))
                begins_s = ends_s
            costs.append(spent_s / (1 - silent))
        return costs

    def _rates(self) -> list[float]:
        """Answers per second and offer that is out, piece by piece; never nothing: each keeps a share of the first."""
        rates, before = [], FIRST_RATE
        for answers, out_s in zip(self._answers, self._out_s, strict=True):
            before = (answers + COUNTS_AS_S * before) / (out_s + COUNTS_AS_S)
            rates.append(before)
        return rates
