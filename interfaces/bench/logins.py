"""Do commands wait while people sign in with passwords? A fixed rate of both, against the same commands alone."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import uvloop

from domain.actor import Actor, Role
from infra.bench.frame import Report, at_least, at_most, bench_server, machine, summary
from infra.bootstrap import build
from infra.embedded.ports import free_port
from infra.identity.challenge import Purpose
from infra.identity.people import Wanted
from infra.identity.place import local_authority
from infra.identity.sign_in import Device
from interfaces.bench.http_load import Load, fixed_rate, post
from interfaces.bench.sides import BODY, PATH, process, wait_until_it_answers

if TYPE_CHECKING:
    from infra.settings import Settings

Say = Callable[[str], None]

COMMANDS_PER_S: Final = 100.0
LOGINS_PER_S: Final = 20.0
COMMAND_CONNECTIONS: Final = 32
LOGIN_CONNECTIONS: Final = 40
PEOPLE: Final = 50
PASSWORD: Final = "a tow rope and a map"  # noqa: S105  of people that nobody is
SIGN_IN: Final = "/v1/auth/email/sessions"


def run(*, quick: bool, say: Say) -> Report:
    """Commands alone, then beside a storm of sign-ins whose passwords one thread hashes."""
    seconds = 10.0 if quick else 60.0
    with bench_server() as server:
        say("registering people")
        uvloop.run(_register(server.settings))
        with process(["interfaces.cli", "api"], server.settings, free_port()) as port:
            with process(["interfaces.cli", "projector"], server.settings, free_port()):
                wait_until_it_answers(port, "/readyz")
            uvloop.run(_both(server.settings, port, 3.0))
            say("commands alone")
            alone, _ = uvloop.run(_both(server.settings, port, seconds, logins_per_s=0.0))
            say("commands beside sign-ins")
            beside, logins = uvloop.run(_both(server.settings, port, seconds))
    taken = logins.statuses.get(200, 0)
    return Report(
        bench="logins",
        machine=machine(),
        setting={"seconds": seconds, "commands_per_s": COMMANDS_PER_S, "logins_per_s": LOGINS_PER_S, "threads": 1},
        figures={
            "commands_alone": summary(alone.latencies),
            "commands_beside": summary(beside.latencies),
            "logins": summary(logins.latencies),
            "logins_taken_per_s": round(taken / seconds, 1),
            "answers_to_logins": {str(status): count for status, count in sorted(logins.statuses.items())},
            "answers_to_commands": {str(status): count for status, count in sorted(beside.statuses.items())},
        },
        bars=[
            at_most("command_p99_ms_beside_logins", summary(beside.latencies)["p99_ms"], 200),
            at_least("share_of_commands_taken", beside.statuses.get(201, 0) / len(beside.latencies), 1.0),
            at_least("share_of_logins_taken", taken / len(logins.latencies), 1.0),
        ],
    )


async def _register(settings: Settings) -> None:
    stack = await build(settings, "vehicaid-bench")
    sign_in, device, at = stack.sign_in, Device(address="bench"), datetime.now(UTC)
    for number in range(PEOPLE):
        begun = await sign_in.register("bench", _address(number), PASSWORD, device, at)
        code = sign_in.keys.code(begun.challenge_id)
        await sign_in.by_code(begun.challenge_id, code, Purpose.REGISTER, device, Wanted(), at)
    await stack.close()


async def _both(settings: Settings, port: int, seconds: float, logins_per_s: float = LOGINS_PER_S) -> tuple[Load, Load]:
    authority, numbers = local_authority(settings.token_key, 86_400), itertools.count()
    tokens = itertools.cycle(
        [authority.sign(Actor(Role.CUSTOMER, uuid4(), "bench"), datetime.now(UTC)) for _ in range(64)]
    )

    def login() -> bytes:
        who = _address(next(numbers) % PEOPLE)
        return post(SIGN_IN, "", json.dumps({"tenant": "bench", "email": who, "password": PASSWORD}).encode())

    def command() -> bytes:
        return post(PATH, next(tokens), BODY)

    commands = fixed_rate(port, COMMAND_CONNECTIONS, seconds, COMMANDS_PER_S, command)
    if not logins_per_s:
        return await commands, Load()
    logins = fixed_rate(port, LOGIN_CONNECTIONS, seconds, logins_per_s, login)
    return await asyncio.gather(commands, logins)


def _address(number: int) -> str:
    return f"caller{number}@example.org"
