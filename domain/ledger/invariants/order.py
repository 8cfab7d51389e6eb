"""M7, M10 and M11: does every call outside have one intent before it and one outcome after it, and a notice in time?

Which topics are intents, outcomes and notices is told when a checker is made, so that it is there before they are.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from domain.ledger.invariants.seen import Seen

NOTICE = timedelta(hours=24)
"""Between the notice and the debit, by the e-mandate rules."""


class IntentThenOutcome:
    """M11: an outcome follows an intent of the same operation, exactly one each."""

    name = "M11"

    def __init__(self, outcomes: Mapping[str, frozenset[str]], operation: str = "op_id") -> None:
        self._intents = frozenset(outcomes)
        self._of = {topic: intent for intent, topics in outcomes.items() for topic in topics}
        self._operation = operation
        self.open: dict[tuple[str, str], str] = {}
        self.ended: set[tuple[str, str]] = set()

    def take(self, seen: Seen) -> Iterator[str]:
        """See ``Checker``."""
        operation = (seen.tenant, seen.text(self._operation))
        if seen.topic in self._intents:
            if operation in self.open or operation in self.ended:
                yield f"{operation[1]} was meant twice"
            self.open[operation] = seen.topic
        elif seen.topic in self._of:
            if operation in self.ended:
                yield f"{operation[1]} came out twice"
            elif self.open.pop(operation, None) != self._of[seen.topic]:
                yield f"{operation[1]} came out and was never meant"
            self.ended.add(operation)

    def at_rest(self) -> list[str]:
        """What was meant and never came out; nothing, when nothing is on its way."""
        return [f"{operation} was meant and never came out" for _, operation in self.open]


class NoticeFirst:
    """M10: nothing is charged before the customer has known of it for a day."""

    name = "M10"

    def __init__(self, notice: str, charge: str, of: str = "charge_id", ahead: timedelta = NOTICE) -> None:
        self._notice, self._charge, self._of, self._ahead = notice, charge, of, ahead
        self.noticed: dict[tuple[str, str], datetime] = {}

    def take(self, seen: Seen) -> Iterator[str]:
        """See ``Checker``."""
        charge = (seen.tenant, seen.text(self._of))
        if seen.topic == self._notice:
            self.noticed.setdefault(charge, seen.at)
        elif seen.topic == self._charge:
            since = self.noticed.get(charge)
            if since is None or seen.at - since < self._ahead:
                yield f"{charge[1]} is charged before its notice was a day old"


def effects(theirs: Iterable[str], confirmed: Iterable[str]) -> list[str]:
    """M7: what they did, once for each time: no operation twice, and each that we know as confirmed once."""
    done, known = Counter(theirs), set(confirmed)
    twice = [f"{operation} was done {times} times" for operation, times in sorted(done.items()) if times > 1]
    return twice + [f"{operation} is confirmed and was never done" for operation in sorted(known - done.keys())]


def one_outcome(outcomes: Iterable[tuple[bytes, frozenset[str]]]) -> list[str]:
    """M6 and M12: every order of the same messages, and every replay, gives one state and one set of calls.

    Each outcome is the digest of a state and the operations that were called outside.
    """
    found: dict[tuple[bytes, frozenset[str]], int] = defaultdict(int)
    for outcome in outcomes:
        found[outcome] += 1
    return [] if len(found) <= 1 else [f"{len(found)} outcomes of the same messages: {sorted(found.values())}"]


def replayed_alone(first: bytes, again: bytes, calls: Iterable[str]) -> list[str]:
    """M12: a replay gives the same state and documents, and calls nobody."""
    called = sorted(calls)
    told = [] if first == again else ["a replay gives another state"]
    return told + [f"a replay called {operation}" for operation in called]


def untouched(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[str]:
    """M13: erasing a person leaves books and documents as they were; both by name, as digests."""
    return [f"{name} changed with an erasure" for name in sorted(before) if after.get(name) != before[name]]
