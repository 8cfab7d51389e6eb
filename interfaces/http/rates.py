"""Which limit holds for a request, for whom is it counted, and what is the caller told of it?"""

import re
from dataclasses import dataclass
from typing import Final

from starlette.types import Scope

from domain.actor import Actor, Role
from infra.rate.limiter import Limit, RateLimiter, Verdict
from infra.rate.window import WINDOW_S
from infra.settings import Settings
from interfaces.http.problems import Problem

NEVER_REFUSED: Final = re.compile(
    r"/v1/(partner-accounts/[^/]+/service-requests|service-requests(/[^/]+/(confirmation|cancellation|sos))?)"
)
"""Whoever calls for help, confirms, calls it off or is in danger: whatever else they did, this is taken."""
SIGNED: Final = "/v1/webhooks/"
"""Signed by their sender, checked before anything is kept, and sent in storms by their nature."""


@dataclass(frozen=True, slots=True)
class Rates:
    """The limits of this deployment; the settings say why each stands where it does."""

    commands: Limit
    queries: Limit
    sign_ins: Limit
    addresses: Limit

    @classmethod
    def of(cls, settings: Settings) -> "Rates | None":
        """What this deployment set; None where nobody is limited."""
        on = settings.environment == "production" if settings.rate_limits is None else settings.rate_limits
        if not on:
            return None
        return cls(
            Limit("commands", settings.rate_commands_per_minute),
            Limit("queries", settings.rate_queries_per_minute),
            Limit("sign-ins", settings.rate_sign_ins_per_minute),
            Limit("addresses", settings.rate_address_per_minute),
        )

    def of_address(self, scope: Scope, *, is_open: bool) -> list[tuple[Limit, str]]:
        """What is counted before anybody has shown who they are."""
        path: str = scope["path"]
        if not path.startswith("/v1/") or path.startswith(SIGNED):
            return []
        address = address_of(scope)
        counted = [(self.addresses, address)]
        # What is taken without a token, by a link that was signed, is no attempt to get in.
        return [*counted, (self.sign_ins, address)] if is_open and scope["method"] == "POST" else counted

    def of_actor(self, scope: Scope, actor: Actor) -> list[tuple[Limit, str]]:
        """What is counted for whoever calls: the person where one is named, so that a company's crews share nothing."""
        if actor.role is Role.SYSTEM:
            return []
        limit = self.commands if scope["method"] == "POST" else self.queries
        caller = actor.text if actor.person_id is None else actor.person_id.hex
        return [(limit, f"{actor.tenant}/{caller}")]


async def count(scope: Scope, wanted: list[tuple[Limit, str]]) -> None:
    """Count this request; raises the problem ``too_many_requests`` where it is one too many and may be refused."""
    limiter: RateLimiter | None = scope["app"].state.stack.limiter
    if limiter is None:
        return
    for limit, caller in wanted:
        verdict = await limiter.take(limit, caller)
        scope["state"]["rate"] = tightest(scope["state"].get("rate"), verdict)
        if verdict.is_over and not (scope["method"] == "POST" and NEVER_REFUSED.fullmatch(scope["path"])):
            raise Problem("too_many_requests", retry_after_s=verdict.reset_s, limit=limit.name)


def tightest(known: Verdict | None, other: Verdict) -> Verdict:
    """Of several limits the one that is reached first is told."""
    if known is None or other.left * known.limit.per_minute <= known.left * other.limit.per_minute:
        return other
    return known


def rate_headers(verdict: Verdict) -> tuple[tuple[bytes, bytes], ...]:
    """RateLimit-Policy and RateLimit, as the IETF's draft on rate limit headers spells them."""
    name = verdict.limit.name
    return (
        (b"ratelimit-policy", f'"{name}";q={verdict.limit.per_minute};w={WINDOW_S}'.encode()),
        (b"ratelimit", f'"{name}";r={verdict.left};t={verdict.reset_s}'.encode()),
    )


def address_of(scope: Scope) -> str:
    """From where a request came: the server has put it there, from a trusted proxy's header where one is set."""
    client = scope.get("client")
    return str(client[0]) if client else ""
