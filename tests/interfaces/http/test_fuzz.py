"""Does any request that the document allows, or forbids, break the API or the document?"""

import asyncio
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

import httpx
import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.generation.feedback import NO_FEEDBACK
from schemathesis.pytest._test_builder import build_operation_test

from domain.actor import Role
from infra.identity.access_tokens import TokenAuthority
from infra.identity.place import local_authority
from interfaces.http.app import described_app
from tests.interfaces.http.committed import committed_document
from tests.support.api import Api, Job, an_offer, over_the_network, projecting, somebody
from tests.support.effort import examples, sampled
from tests.support.servers import Database

pytestmark = [
    pytest.mark.servers,
    pytest.mark.timeout(300),
    # The API runs on a thread of this process: what it draws by chance meanwhile is not the example's.
    pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies"),
]

# So many of each operation, next to those that cover every field's bounds; a quick run covers some operations only.
EXAMPLES = examples(12)
# Good data can be refused by a rule, and unknown methods are tested by hand.
NOT_HERE = ("positive_data_acceptance", "unsupported_method", "not_a_server_error")


class Server:
    """A running API with one offered job, which its owners act upon."""

    def __init__(self, address: str, authority: TokenAuthority, job: Job) -> None:
        self.address = address
        self.authority = authority
        self.job = job
        self._turn = itertools.count()

    def token(self, roles: list[str]) -> str:
        """Somebody who may use the operation; the provider and the customer of the job where they can."""
        role = Role(roles[next(self._turn) % len(roles)])
        own = {Role.CUSTOMER: self.job.customer, Role.PROVIDER: self.job.provider}
        return self.authority.sign(own.get(role) or somebody(role), datetime.now(UTC))


@pytest.fixture(scope="module")
def server(shared_database: Database) -> Iterator[Server]:
    # Positions that are still to come are waited for, rightly in vain: not for long here.
    quick = shared_database.settings.model_copy(update={"min_position_wait_s": 0.02})
    with projecting(quick), over_the_network(quick) as address:
        authority = local_authority(shared_database.settings.token_key, 3600)

        async def seed() -> Job:
            async with httpx.AsyncClient(base_url=address, timeout=30) as client:
                api = Api(client, authority)
                await api.until_ready()
                return await an_offer(api)

        job = asyncio.run(seed())
        REAL.update(
            request_id=job.request["id"],
            offer_id=job.offer["id"],
            provider_id=job.shift["provider_id"],
            shift_id=job.shift["id"],
        )
        yield Server(address, authority, job)


schemathesis.checks.load_all_checks()
EXCLUDED = cast("list[schemathesis.CheckFunction]", [schemathesis.checks.CHECKS.get_one(name) for name in NOT_HERE])
REJECTION = cast("schemathesis.CheckFunction", schemathesis.checks.CHECKS.get_one("negative_data_rejection"))
AVAILABILITY = [
    cast("schemathesis.CheckFunction", schemathesis.checks.CHECKS.get_one(name))
    for name in ("ensure_resource_availability", "use_after_free")
]
REAL: dict[str, object] = {}
"""Ids that exist, by the name of the parameter; filled when the server runs."""


def map_path_parameters(_context: schemathesis.HookContext, path_parameters: dict[str, Any]) -> dict[str, Any]:
    """Every other time an id that exists: behind a 404 nothing is found."""
    if path_parameters and sum(map(ord, str(path_parameters))) % 2:
        return {name: REAL.get(name, value) for name, value in path_parameters.items()}
    return path_parameters


@cache
def described() -> schemathesis.BaseSchema:
    """Read when a test needs it: every worker collects every test."""
    schema = schemathesis.openapi.from_dict(committed_document())
    schema.hook(map_path_parameters)
    return schema


def operations() -> list[str]:
    """Every operation that the document describes, without asking the document."""
    return [
        f"{method} {route.path}"
        for route in described_app().routes
        if isinstance(route, APIRoute) and route.include_in_schema
        for method in sorted(route.methods or ())
    ]


def test_every_operation_is_tried() -> None:
    schema = described()
    assert all(schema.find_operation_by_label(operation) for operation in operations())
    assert len(operations()) == schema.statistic.operations.total


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def breaks_nothing(case: schemathesis.Case[Any], server: Server) -> None:
    roles = case.operation.definition.raw.get("x-roles", [])
    headers = {"Authorization": f"Bearer {server.token(roles)}"} if roles else {}
    excluded = EXCLUDED
    if headers and "Authorization" not in (case.headers or {}):
        # Its fault was the missing token, which we have just mended: it may be answered, but still not break anything.
        excluded = [*EXCLUDED, REJECTION]
    answer = case.call_and_validate(base_url=server.address, headers=headers, excluded_checks=excluded, timeout=10)
    if answer.status_code >= 500:
        assert answer.json()["code"] == "projection_behind", answer.text


@pytest.mark.parametrize("operation", operations())
def test_nothing_breaks(operation: str, server: Server) -> None:
    """What `schema.parametrize()` does, but when the test runs and not when it is collected."""
    schema = described()
    found = schema.find_operation_by_label(operation)
    assert found is not None
    schema.config.phases.coverage.enabled = bool(sampled([operation]))
    build_operation_test(
        config=schema.config,
        operation=found,
        test_func=breaks_nothing,
        given_kwargs={},
        feedback=NO_FEEDBACK,
    )(server=server)


def test_no_order_of_calls_breaks_anything(server: Server) -> None:
    """What one call answers with goes into the next: requests, offers, providers and shifts, in any order."""

    class Workflow(described().as_state_machine()):  # type: ignore[misc]  # made from the document
        def get_call_kwargs(self, case: schemathesis.Case[Any]) -> dict[str, Any]:
            del case
            signed = server.authority.sign(somebody(Role.DISPATCHER), datetime.now(UTC))
            return {"headers": {"Authorization": f"Bearer {signed}"}, "base_url": server.address, "timeout": 10}

        def validate_response(
            self, response: schemathesis.Response, case: schemathesis.Case[Any], **kwargs: Any
        ) -> None:
            # A query without min_position may be asked before the read model has seen the thing.
            skipped = [*EXCLUDED, *AVAILABILITY]
            case.validate_response(response, excluded_checks=skipped, transport_kwargs=kwargs)
            assert response.status_code < 500 or response.json()["code"] == "projection_behind", response.text

    run_state_machine_as_test(
        Workflow,
        settings=settings(
            max_examples=examples(15),
            stateful_step_count=8,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
