"""With what are webhooks looked after, over HTTP and in the terminal?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from infra.hooks.endpoints import Endpoints
from infra.hooks.messages import Messages
from infra.hooks.pinging import Pinging
from infra.hooks.reaching import ANSWERS_WITHIN_S, Reaching, SystemResolver
from infra.identity.deployment_key import DeploymentKey

if TYPE_CHECKING:
    from infra.queries.pool import Pool
    from infra.settings import Settings

# A ping is over before the request is that asked for it.
LEFT_FOR_THE_ANSWER: Final = 0.8


@dataclass(frozen=True, slots=True)
class HookDesk:
    """Places, what was told to them, and whether they hear us."""

    endpoints: Endpoints
    messages: Messages
    pinging: Pinging


def hook_desk(pool: Pool, settings: Settings) -> HookDesk:
    """By what this deployment set; raises SettingsError where there is no token key."""
    key, is_local = DeploymentKey(settings.token_key), settings.environment == "local"
    within_s = min(ANSWERS_WITHIN_S, settings.request_timeout_s * LEFT_FOR_THE_ANSWER)
    reaching = Reaching(SystemResolver(), is_local=is_local, within_s=within_s)
    return HookDesk(Endpoints(pool, key, is_local=is_local), Messages(pool), Pinging(pool, key, reaching))
