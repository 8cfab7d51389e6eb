"""Do programs that know nothing of us agree with our balances, and notice one paisa?"""

from __future__ import annotations

import fcntl
import io
import os
import random
import shutil
import subprocess
import sys
import tempfile
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from uuid import UUID, uuid5

import msgspec
import pytest

from application.log import LoggedEvent
from domain import ledger
from domain.ledger import memberships, recipes
from domain.ledger.chart import GstKind
from domain.ledger.transfer import Leg, Transfer
from infra.export.double_entry import Journal, Judge, account_name, begin
from tests.support.roadside import CUSTOMER, NOON, PROVIDER, REQUEST, some_id

RECIPES = (
    recipes.captured("pay_1", REQUEST, 177_000, "INR"),
    recipes.gateway_fee("pay_1", 2_360, 360, "INR"),
    recipes.done_as_marketplace(
        REQUEST, REQUEST, PROVIDER, 177_000, 22_500,
        {(GstKind.CGST, "29"): 2_025, (GstKind.SGST, "29"): 2_025}, "INR", recipes.Withheld(750, 150),
    ),
    recipes.refund_promised("rfnd_1", {ledger.SERVICE: 1_000}, "INR"),
    recipes.refund_paid("rfnd_1", 1_000, "INR"),
    recipes.settled_to_bank("setl_1", 173_640, "INR"),
    recipes.payout("pout_1", PROVIDER, 149_550, "INR"),
    memberships.entitled(some_id(91), "tow_km", 1, 500, "KM"),
    memberships.used(REQUEST, some_id(91), "tow_km", 1, 321, "KM"),
    memberships.entitled(some_id(91), "fuel", 1, 50, "FUEL_L"),
    recipes.topped_up("pay_2", CUSTOMER, 5, "JPY"),
    recipes.topped_up("pay_3", CUSTOMER, 1_234, "KWD"),
)  # fmt: skip
EVENTS = 600
CUTS = (77, 431)
"""Drawn once."""


def booked(position: int, moved: Transfer, tenant: str = "demo") -> LoggedEvent:
    """The transfer as an event of the log."""
    told = {"transfer_id": moved.transfer_id, "currency": moved.currency, "legs": moved.legs}
    at = NOON + timedelta(hours=position)
    stream = uuid5(UUID(int=0), moved.transfer_id)
    payload = msgspec.json.encode(told)
    topic = "ledger_account.booked"
    return LoggedEvent(position, tenant, stream, 1, topic, payload, None, None, None, "system:test", at, at)


def log(seed: int = 7) -> list[LoggedEvent]:
    """Recipes at random, with amounts of chance, in the books of two tenants."""
    chance = random.Random(seed)  # noqa: S311  (a seed makes the same log again)
    found = []
    for position in range(1, EVENTS + 1):
        times = chance.randrange(1, 40)
        of = chance.choice(RECIPES)
        legs = tuple(Leg(leg.account, leg.amount_minor * times) for leg in of.legs)
        moved = Transfer(f"{of.transfer_id}:{position}", of.currency, legs)
        found.append(booked(position, moved, chance.choice(("demo", "demo-city"))))
    return found


def written(judge: Judge, events: list[LoggedEvent]) -> tuple[str, Journal]:
    """The journal of these events."""
    out = io.StringIO()
    journal = begin(judge, out, None, len(events))
    for event in events:
        journal.take(event)
    journal.end()
    return out.getvalue(), journal


@lru_cache(maxsize=1)
def hledger() -> str | None:
    """The program; whoever may install it does, once."""
    # One process at a time: two that install at once lock each other out.
    with (Path(tempfile.gettempdir()) / "vehicaid-hledger.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if shutil.which("hledger") is None and os.geteuid() == 0 and shutil.which("apt-get") is not None:
            for command in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", "hledger"]):
                subprocess.run(["apt-get", *command], capture_output=True, check=False, timeout=80)
    return shutil.which("hledger")


def judged(judge: Judge, text: str, place: Path) -> subprocess.CompletedProcess[str]:
    """What the program says of a journal; skips where it is not to be had."""
    file = place / f"books.{judge.value}"
    file.write_text(text, encoding="utf-8")
    if judge is Judge.BEANCOUNT:
        command = [str(Path(sys.executable).parent / "bean-check"), "--no-cache", str(file)]
    else:
        program = hledger()
        if program is None:
            # An independent program cannot be stood in for; bean-check judges the same books everywhere.
            pytest.skip("hledger is missing and cannot be installed here: apt-get install hledger, as root")
        command = [program, "-f", str(file), "check", "--strict"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("judge", Judge)
def test_others_agree_with_our_balances_at_any_cut(judge: Judge, tmp_path: Path) -> None:
    events = log()
    for cut in (0, 1, *CUTS, EVENTS):
        text, journal = written(judge, events[:cut])
        found = judged(judge, text, tmp_path)
        assert found.returncode == 0, found.stdout + found.stderr
        assert journal.transfers == cut


@pytest.mark.parametrize("judge", Judge)
@pytest.mark.parametrize("where", ["a leg", "a balance", "the log"])
def test_one_paisa_is_noticed(judge: Judge, where: str, tmp_path: Path) -> None:
    events = [booked(1, recipes.captured("pay_1", REQUEST, 177_000, "INR"))]
    events.append(booked(2, recipes.gateway_fee("pay_1", 2_360, 360, "INR")))
    if where == "the log":
        events[0] = msgspec.structs.replace(events[0], payload=events[0].payload.replace(b"-177000", b"-177001"))
    text, _ = written(judge, events)
    if where == "a leg":
        text = text.replace("-1770.00 INR", "-1770.01 INR", 1)
    if where == "a balance":
        text = text.replace(*("1746.40 ~", "1746.41 ~") if judge is Judge.BEANCOUNT else ("= 1746.40", "= 1746.41"))
    found = judged(judge, text, tmp_path)
    assert found.returncode != 0, text


def test_a_journal_of_one_tenant_names_no_other() -> None:
    out = io.StringIO()
    journal = begin(Judge.HLEDGER, out, "demo", EVENTS)
    for event in log():
        journal.take(event)
    journal.end()
    assert 0 < journal.transfers < EVENTS
    assert "demo-2d-city" not in out.getvalue()


def test_no_two_accounts_become_one() -> None:
    names = ["A:b", "A:B", "A:b_c", "A:b-c", "A:b:c", "A:bc", "A:-b", "L:b", "A:X-b", "A:1"]
    assert len({account_name(tenant, name) for name in names for tenant in ("t", "t-", "t_")}) == 3 * len(names)
