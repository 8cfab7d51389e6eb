"""Where is a plan thought out: at once, or on a thread beside everything else that the process does?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from application.dispatch.snapshot import Plan, Policy, Snapshot

Deciding = Callable[[Policy, Snapshot], Awaitable[Plan]]
"""Asks a policy for its plan; one plan at a time, since a policy may go on from its plan before."""


async def at_once(policy: Policy, snapshot: Snapshot) -> Plan:
    """Here and now, while nothing else goes on: for whoever has all the time of its clock."""
    return policy.decide(snapshot)


async def on_a_thread(policy: Policy, snapshot: Snapshot) -> Plan:
    """Beside the event loop, which goes on speaking for the process: a city in a storm may take seconds to think over.

    Whoever is cancelled meanwhile leaves the policy to that thread, and must not ask it again.
    """
    return await asyncio.to_thread(policy.decide, snapshot)
