"""Is another crew so much better that the one under way is sent back? Only for a real gain, and only once."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class SwapTerms:
    """What a real gain is."""

    least_gain: timedelta = timedelta(minutes=5)
    """Less than that is within the error of any estimate, and not worth a crew's anger."""
    least_percent: int = 25
    """Of what the one under way still needs: on a long way five minutes are nothing."""
    not_within_m: float = 1_500.0
    """Whoever is so near is all but there."""
    most_swaps: int = 1
    """Of one request: a customer who sees a third name on the screen believes none."""


def is_worth_a_swap(now_s: float, other_s: float, away_m: float, swaps: int, terms: SwapTerms) -> bool:
    """Whether another crew, there in ``other_s``, is to take the place of one that is there in ``now_s``.

    ``away_m`` is how far off the vehicle the present one is, ``swaps`` how often this request was given on before.
    """
    if swaps >= terms.most_swaps or away_m <= terms.not_within_m:
        return False
    gain_s = now_s - other_s
    return gain_s >= max(terms.least_gain.total_seconds(), now_s * terms.least_percent / 100)
