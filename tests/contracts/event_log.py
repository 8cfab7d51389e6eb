"""What does every log promise the application? Run on the log in memory and on PostgreSQL alike."""

from __future__ import annotations

import asyncio
from datetime import UTC, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from application.log import CommandContext, EventLog, KeyReused, NewEvent, Receipt, Save, VersionConflict
from tests.support.saves import NOON, TENANT, context, event, save, stream

if TYPE_CHECKING:
    from collections.abc import Iterable

MANY = 64


async def versions_of(log: EventLog, name: str, tenant: str = TENANT) -> list[int]:
    return [found.version for found in await log.read_stream(tenant, stream(name))]


async def together(log: EventLog, saves: Iterable[Save]) -> list[Receipt | BaseException]:
    return await asyncio.gather(*(log.append(one) for one in saves), return_exceptions=True)


class WholeSaves:
    """A save stands whole, in order, as it was given."""

    async def test_an_event_comes_back_as_it_was_given(self, log: EventLog) -> None:
        cause = stream("cause")
        given = CommandContext(TENANT, "crew:crw_7", "key", b"f" * 16, stream("story"), NOON, causation_id=cause)
        at = NOON + timedelta(microseconds=123_457)
        fact = NewEvent(stream("a"), 1, "thing.made", '{"name":"Ünïcødé ट्रक 🚚"}'.encode(), at)
        receipt = await log.append(Save(given, (fact,), b'{"done":1}'))
        assert receipt == Receipt(1, 1, (1,), b'{"done":1}', replayed=False)
        (stored,) = await log.read_stream(TENANT, stream("a"))
        assert (stored.position, stored.tenant, stored.stream_id, stored.version) == (1, TENANT, stream("a"), 1)
        assert (stored.topic, stored.payload, stored.occurred_at) == ("thing.made", fact.payload, at)
        assert (stored.command_id, stored.correlation_id, stored.causation_id) == (
            given.command_id,
            given.correlation_id,
            cause,
        )
        assert stored.actor == "crew:crw_7"
        assert stored.recorded_at.utcoffset() == timedelta(0)

    async def test_an_instant_of_another_zone_is_the_same_instant(self, log: EventLog) -> None:
        at = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
        await log.append(save("k", NewEvent(stream("a"), 1, "thing.made", b"{}", at)))
        (stored,) = await log.read_stream(TENANT, stream("a"))
        assert stored.occurred_at == NOON
        assert stored.occurred_at.utcoffset() == UTC.utcoffset(None)

    async def test_positions_are_dense_and_in_the_order_of_saves(self, log: EventLog) -> None:
        receipts = [await log.append(save(f"k{n}", event("a"), event("b"))) for n in range(5)]
        assert [(r.first_position, r.position) for r in receipts] == [(1, 2), (3, 4), (5, 6), (7, 8), (9, 10)]
        assert [e.position for e in await log.read_stream(TENANT, stream("b"))] == [2, 4, 6, 8, 10]

    async def test_a_save_may_hold_several_events_of_several_streams(self, log: EventLog) -> None:
        await log.append(save("first", event("b", 1)))
        mixed = save("k", event("a", 1), event("b", 2), event("a", 2), event("c"), event("b", 3), event("c"))
        receipt = await log.append(mixed)
        assert receipt.versions == (1, 2, 2, 1, 3, 2)
        assert (receipt.first_position, receipt.position) == (2, 7)
        assert [e.position for e in await log.read_stream(TENANT, stream("b"))] == [1, 3, 6]

    async def test_a_save_that_conflicts_in_one_stream_leaves_nothing_in_the_others(self, log: EventLog) -> None:
        await log.append(save("first", event("b", 1)))
        with pytest.raises(VersionConflict) as conflict:
            await log.append(save("k", event("a", 1), event("b", 1), event("c")))
        assert (conflict.value.stream_id, conflict.value.expected, conflict.value.actual) == (stream("b"), 1, 1)
        assert [await versions_of(log, name) for name in "abc"] == [[], [1], []]
        assert (await log.append(save("next", event("c")))).position == 2

    async def test_a_big_payload_stands(self, log: EventLog) -> None:
        payload = b'{"text":"' + b"x" * 1_000_000 + b'"}'
        await log.append(save("k", event("a", 1, payload)))
        (stored,) = await log.read_stream(TENANT, stream("a"))
        assert stored.payload == payload

    async def test_a_stream_is_read_from_a_version_and_up_to_a_position(self, log: EventLog) -> None:
        for number in range(1, 6):
            await log.append(save(f"k{number}", event("a", number), event("other")))
        assert [e.version for e in await log.read_stream(TENANT, stream("a"), after_version=3)] == [4, 5]
        assert [e.version for e in await log.read_stream(TENANT, stream("a"), upto_position=5)] == [1, 2, 3]
        assert [e.version for e in await log.read_stream(TENANT, stream("a"), 1, 6)] == [2, 3]

    async def test_tenants_do_not_see_each_other(self, log: EventLog) -> None:
        await log.append(save("k", event("a", 1)))
        other = await log.append(save("k", event("a", 1), tenant="other"))
        assert not other.replayed
        assert await versions_of(log, "a") == await versions_of(log, "a", "other") == [1]
        assert await versions_of(log, "a", "third") == []


class ExpectedVersions:
    """Optimistic concurrency, and appends that need none."""

    @pytest.mark.parametrize("first", [0, 1])
    async def test_a_stream_begins_at_zero_or_one(self, log: EventLog, first: int) -> None:
        receipt = await log.append(save("k", event("a", first), event("a", first + 1)))
        assert receipt.versions == (first, first + 1)
        assert (await log.append(save("next", event("a", first + 2)))).versions == (first + 2,)

    @pytest.mark.parametrize("wrong", [-1, 0, 1, 2, 4, 1000])
    async def test_a_version_that_does_not_follow_is_refused(self, log: EventLog, wrong: int) -> None:
        await log.append(save("k", event("a", 1), event("a", 2)))
        with pytest.raises(VersionConflict) as conflict:
            await log.append(save("late", event("a", wrong)))
        assert (conflict.value.expected, conflict.value.actual) == (wrong, 2)
        assert await versions_of(log, "a") == [1, 2]

    @pytest.mark.parametrize("wrong", [-1, 2, 7])
    async def test_a_stream_that_is_not_there_cannot_be_continued(self, log: EventLog, wrong: int) -> None:
        with pytest.raises(VersionConflict) as conflict:
            await log.append(save("k", event("a", wrong)))
        assert conflict.value.actual == -1

    async def test_events_of_one_save_must_follow_each_other(self, log: EventLog) -> None:
        for number, versions in enumerate([(1, 3), (1, 1), (2, 1), (1, None), (None, 1)]):
            with pytest.raises(VersionConflict):
                await log.append(save(f"k{number}", *(event("a", version) for version in versions)))
        assert await versions_of(log, "a") == []

    async def test_appends_at_the_end_never_conflict(self, log: EventLog) -> None:
        receipts = await together(log, [save(f"k{n}", event("a"), event("a")) for n in range(MANY)])
        assert not [r for r in receipts if isinstance(r, BaseException)]
        assert await versions_of(log, "a") == list(range(1, 2 * MANY + 1))

    async def test_of_many_rivals_for_one_version_one_wins(self, log: EventLog) -> None:
        await log.append(save("first", event("a", 1)))
        told = await together(log, [save(f"k{n}", event("a", 2), event(f"own {n}", 1)) for n in range(MANY)])
        assert sum(isinstance(one, Receipt) for one in told) == 1
        assert sum(isinstance(one, VersionConflict) for one in told) == MANY - 1
        assert await versions_of(log, "a") == [1, 2]
        assert sum([len(await versions_of(log, f"own {n}")) for n in range(MANY)]) == 1

    async def test_a_save_holds_only_while_what_it_read_stands_still(self, log: EventLog) -> None:
        await log.append(save("k1", event("read")))
        await log.append(Save(context("k2"), (event("written"),), unchanged=((stream("read"), 1),)))
        await log.append(save("k3", event("read", 2)))
        overtaken = Save(context("k4"), (event("written", 2),), unchanged=((stream("read"), 1),))
        with pytest.raises(VersionConflict):
            await log.append(overtaken)
        assert await versions_of(log, "written") == [1]

    async def test_whoever_read_before_a_change_is_before_it_in_the_log(self, log: EventLog) -> None:
        await log.append(save("k0", event("read")))
        readers = [Save(context(f"r{n}"), (event(f"w{n}"),), unchanged=((stream("read"), 1),)) for n in range(MANY)]
        changed = save("change", event("read", 2))
        outcomes = await together(log, [*readers[: MANY // 2], changed, *readers[MANY // 2 :]])
        (change,) = [o for o in outcomes if isinstance(o, Receipt) and o.versions == (2,)]
        stood = [o for o in outcomes if isinstance(o, Receipt) and o is not change]
        assert all(receipt.position < change.position for receipt in stood)
        assert all(isinstance(o, Receipt | VersionConflict) for o in outcomes)
        assert len(outcomes) == MANY + 1

    async def test_a_conflict_fails_only_the_save_that_has_it(self, log: EventLog) -> None:
        await log.append(save("first", event("a", 1)))
        saves = [save(f"k{n}", event("a", 1) if n % 10 == 3 else event(f"own {n}", 1)) for n in range(MANY)]
        told = await together(log, saves)
        failed = [n for n, one in enumerate(told) if isinstance(one, BaseException)]
        assert failed == [n for n in range(MANY) if n % 10 == 3]
        assert all(isinstance(told[n], VersionConflict) for n in failed)
        positions = sorted(one.position for one in told if isinstance(one, Receipt))
        assert positions == list(range(2, 2 + MANY - len(failed)))

    @pytest.mark.parametrize("with_a_conflict", [False, True])
    async def test_saves_of_every_shape_travel_together_and_keep_what_is_theirs(
        self, log: EventLog, *, with_a_conflict: bool
    ) -> None:
        """A refusal, one event, several events of several streams; tenants and actors in turns."""
        if with_a_conflict:
            await log.append(save("first", event("taken", 1)))
        saves = [
            Save(
                context(f"k{n}", tenant=("demo", "other")[n % 2], actor=f"crew:crw_{n}"),
                tuple(event(f"own {n} {i % 2}", payload=b'{"n":%d,"i":%d}' % (n, i)) for i in range(n % 5)),
                b'{"done":%d}' % n,
            )
            for n in range(MANY)
        ]
        late = [save("late", event("taken", 1))] if with_a_conflict else []
        told = await together(log, [*saves[:7], *late, *saves[7:]])
        assert sum(isinstance(one, VersionConflict) for one in told) == len(late)
        receipts = [one for one in told if isinstance(one, Receipt)]
        for n, (one, receipt) in enumerate(zip(saves, receipts, strict=True)):
            assert (receipt.answer, receipt.position - receipt.first_position + 1) == (one.answer, n % 5)
            stored = [
                found for i in range(2) for found in await log.read_stream(one.context.tenant, stream(f"own {n} {i}"))
            ]
            stored.sort(key=lambda found: found.position)
            assert [found.position for found in stored] == list(range(receipt.first_position, receipt.position + 1))
            assert [found.payload for found in stored] == [fact.payload for fact in one.events]
            theirs = {(found.actor, found.command_id, found.correlation_id) for found in stored}
            assert theirs <= {(one.context.actor, one.context.command_id, one.context.correlation_id)}
            recalled = await log.recall(one.context)
            assert recalled is not None
            assert (recalled.position, recalled.answer) == (receipt.position, one.answer)


class CommandsOnce:
    """The receipts: a repeated command gets the first answer."""

    async def test_the_same_command_again_gets_the_first_answer(self, log: EventLog) -> None:
        first = await log.append(save("k", event("a", 1), event("a", 2), answer=b'{"done":"first"}'))
        await log.append(save("other", event("a", 3)))
        again = await log.append(save("k", event("a", 1), event("a", 2), answer=b'{"done":"second"}'))
        assert (again.answer, again.position, again.replayed) == (b'{"done":"first"}', first.position, True)
        assert await versions_of(log, "a") == [1, 2, 3]

    async def test_the_first_answer_comes_even_when_the_save_would_conflict_now(self, log: EventLog) -> None:
        await log.append(save("k", event("a", 1)))
        again = await log.append(save("k", event("a", 7), event("b", 9)))
        assert again.replayed
        assert (await versions_of(log, "a"), await versions_of(log, "b")) == ([1], [])

    async def test_the_same_command_many_times_at_once_is_done_once(self, log: EventLog) -> None:
        told = await together(log, [save("k", event("a"), answer=b'{"done":%d}' % n) for n in range(MANY)])
        receipts = [one for one in told if isinstance(one, Receipt)]
        assert len(receipts) == MANY
        assert sum(not one.replayed for one in receipts) == 1
        assert len({(one.answer, one.position) for one in receipts}) == 1
        assert await versions_of(log, "a") == [1]

    async def test_the_same_key_for_another_command_is_refused(self, log: EventLog) -> None:
        await log.append(save("k", event("a", 1), content="one"))
        with pytest.raises(KeyReused):
            await log.append(save("k", event("b", 1), content="two"))
        assert await versions_of(log, "b") == []

    async def test_of_two_commands_with_one_key_at_once_one_is_refused(self, log: EventLog) -> None:
        told = await together(log, [save("k", event("a"), content=str(n)) for n in range(MANY)])
        assert sum(isinstance(one, Receipt) for one in told) == 1
        assert sum(isinstance(one, KeyReused) for one in told) == MANY - 1
        assert await versions_of(log, "a") == [1]

    async def test_a_refusal_is_remembered(self, log: EventLog) -> None:
        await log.append(save("earlier", event("a", 1)))
        refused = await log.append(save("k", answer=b'{"refused":{"code":"offer_lapsed"}}'))
        assert (refused.position, refused.versions, refused.replayed) == (1, (), False)
        await log.append(save("later", event("a", 2)))
        again = await log.append(save("k", event("a", 3), answer=b'{"done":{}}'))
        assert (again.answer, again.position) == (b'{"refused":{"code":"offer_lapsed"}}', 1)
        assert again.replayed
        assert await versions_of(log, "a") == [1, 2]

    async def test_a_refusal_in_an_empty_log_stands_at_position_zero(self, log: EventLog) -> None:
        assert (await log.append(save("k"))).position == 0
        assert (await log.append(save("next", event("a", 1)))).first_position == 1

    async def test_a_save_that_conflicted_leaves_its_key_free(self, log: EventLog) -> None:
        await log.append(save("first", event("a", 1)))
        with pytest.raises(VersionConflict):
            await log.append(save("k", event("a", 1)))
        assert not (await log.append(save("k", event("a", 2)))).replayed

    async def test_another_actor_may_use_the_same_key(self, log: EventLog) -> None:
        await log.append(save("k", event("a", 1)))
        theirs = Save(context("k", actor="customer:usr_2"), (event("b", 1),))
        assert not (await log.append(theirs)).replayed

    async def test_what_was_answered_can_be_recalled(self, log: EventLog) -> None:
        assert await log.recall(context("k")) is None
        told = await log.append(save("k", event("a", 1), answer=b'{"done":5}'))
        recalled = await log.recall(context("k"))
        assert recalled is not None
        assert (recalled.answer, recalled.position, recalled.replayed) == (b'{"done":5}', told.position, True)
        with pytest.raises(KeyReused):
            await log.recall(context("k", content="other"))
        assert await log.recall(context("k", tenant="other")) is None


class EventLogContract(WholeSaves, ExpectedVersions, CommandsOnce):
    """All of it."""
