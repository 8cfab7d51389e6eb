"""Which calls go wrong, and how? By rules that tests tell, or by chance from a seed."""

import random
from dataclasses import dataclass, field
from typing import Final

KINDS: Final = (
    "delay",
    "drop_before",
    "drop_after",
    "error_after",
    "too_many",
    "in_flight",
    "html",
    "truncated",
    "error_null",
    "reset",
    "twice",
    "hang",
)
"""late; no effect, no answer; effect, no answer; effect, 500; 429; 409; 502 in HTML; effect, half an answer; an error
that is null; effect, connection reset; the call arrives twice; effect, and silence until the caller hangs up."""
WITH_EFFECT: Final = frozenset({"delay", "drop_after", "error_after", "truncated", "reset", "twice", "hang"})
LONGEST_DELAY_S: Final = 30.0


@dataclass
class Rule:
    """The next ``times`` calls of a method to a path that contains ``path`` go wrong so, after ``skip`` that do not."""

    kind: str
    method: str = ""
    path: str = ""
    times: int = 1
    skip: int = 0
    delay_s: float = 0.0


@dataclass
class Faults:
    """What goes wrong from now on. Rules come first; then chance: one call in ``rate`` of a hundred thousand."""

    rules: list[Rule] = field(default_factory=list)
    seed: int = 0
    per_100_000: int = 0
    kinds: tuple[str, ...] = tuple(kind for kind in KINDS if kind not in {"hang", "delay"})
    calls: int = 0

    def next(self, method: str, path: str) -> Rule | None:
        """What goes wrong with this call."""
        self.calls += 1
        for rule in self.rules:
            if (rule.method and rule.method != method) or rule.path not in path or rule.times <= 0:
                continue
            if rule.skip > 0:
                rule.skip -= 1
                return None
            rule.times -= 1
            return rule
        chance = random.Random(f"{self.seed}:{self.calls}")  # noqa: S311  the same faults for the same seed
        if self.per_100_000 and chance.randrange(100_000) < self.per_100_000:
            return Rule(chance.choice(self.kinds))
        return None
