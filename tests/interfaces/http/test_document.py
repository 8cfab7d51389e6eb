"""Is the committed OpenAPI document what the routes say, and does it describe every operation?"""

import json
from functools import cache
from typing import Any, cast

import pytest

import application
import domain
from application.engine import RefusedBefore
from domain.refusal import Refusal
from interfaces.http.app import OPEN_PATHS, described_app
from interfaces.http.openapi import as_text, document_of
from interfaces.http.problem_catalogue import CATALOGUE, EDGE
from tests.interfaces.http.committed import COMMITTED, committed_document
from tests.support.modules import import_all

OPERATIONS = [
    pytest.param(path, method, id=operation.get("operationId", path))
    for path, operations in committed_document()["paths"].items()
    for method, operation in operations.items()
]


@cache
def described() -> dict[str, Any]:
    """Every operation in full, where the committed document points to shared parts."""
    return document_of(described_app())


def test_the_committed_document_is_current() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == as_text(described_app()), "run `make openapi`"


def test_it_is_openapi_3_1() -> None:
    assert described()["openapi"] == "3.1.0"


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [
        operation["operationId"] for operations in described()["paths"].values() for operation in operations.values()
    ]
    assert len(names) == len(set(names))


def test_every_shape_has_a_name_of_its_own() -> None:
    """Two classes of one name would be told apart by the modules that they are in, in clients too."""
    assert not [name for name in described()["components"]["schemas"] if "__" in name]


SESSIONS = ("/v1/sessions/refresh", "/v1/sessions/revocation", "/v1/sessions/{session_id}/revocation")
IMPERSONATIONS = ("/v1/impersonations", "/v1/impersonations/{impersonation_id}/end")
OWN_SIGN_IN = ("/v1/account/password", "/v1/account/handle-challenges", "/v1/account/handles")
HOOKS = tuple(
    f"/v1/webhook-endpoints/{{endpoint_id}}/{act}"
    for act in ("on", "off", "change", "removal", "rotate-secret", "replay", "test")
)
ORDER_NOTHING = (
    "/v1/positions",
    "/v1/price-estimates",
    "/v1/files",
    "/v1/privacy/exports",
    *OWN_SIGN_IN,
    *SESSIONS,
    *IMPERSONATIONS,
    *HOOKS,
    "/v1/partner-accounts/{partner_id}/api-keys/{key_id}/revocation",
    *OPEN_PATHS,
)
"""POSTs that write nothing to the log: there is no state that they could conflict with."""


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_operation_is_described(path: str, method: str) -> None:
    operation = described()["paths"][path][method]
    assert operation["summary"]
    assert operation["description"]
    assert len(operation["tags"]) == 1
    good = {status: told for status, told in operation["responses"].items() if status.startswith("2")}
    assert len(good) == 1
    content = next(iter(good.values()))["content"]
    assert all(answer["schema"] for answer in content.values())
    if "application/json" in content and len(content) == 1:
        assert content["application/json"]["example"]
    else:
        assert path.endswith("/file"), "what is no JSON is a file"
    bad = {status: told for status, told in operation["responses"].items() if not status.startswith("2")}
    wanted = {"422", "413", "500", "503"} | (set() if path in OPEN_PATHS else {"401", "403"})
    assert wanted <= set(bad)
    assert all("application/problem+json" in told["content"] for told in bad.values())
    if method == "post" and path not in ORDER_NOTHING:
        assert {"400", "409"} <= set(bad)
        assert "Idempotency-Key" in {parameter["name"] for parameter in operation["parameters"]}
    for media, sent in operation.get("requestBody", {"content": {}})["content"].items():
        assert media == "application/octet-stream" or sent["example"]


def test_every_reference_leads_somewhere() -> None:
    def references(tree: object) -> list[str]:
        if isinstance(tree, dict):
            named = [tree["$ref"]] if isinstance(tree.get("$ref"), str) else []
            return named + [one for value in tree.values() for one in references(value)]
        return [one for value in tree for one in references(value)] if isinstance(tree, list) else []

    written = json.loads(as_text(described_app()))
    for reference in set(references(written)):
        found: object = written
        for part in reference.removeprefix("#/").split("/"):
            found = cast("dict[str, object]", found)[part]


def test_what_is_told_once_is_what_was_told_everywhere() -> None:
    written = json.loads(as_text(described_app()))

    def whole(part: dict[str, Any]) -> dict[str, Any]:
        """The part that is pointed at, headers included."""
        if "$ref" in part:
            kind, name = part["$ref"].split("/")[-2:]
            part = written["components"][kind][name]
        return part | {name: {key: whole(one) for key, one in part[name].items()} for name in part if name == "headers"}

    for path, operations in described()["paths"].items():
        for method, operation in operations.items():
            shown = written["paths"][path][method]
            assert [whole(one) for one in shown.get("parameters", [])] == operation.get("parameters", [])
            assert {status: whole(one) for status, one in shown["responses"].items()} == operation["responses"]


def refusals(kind: type[Refusal] = Refusal) -> set[str]:
    """Every code that a rule refuses with; the command line has refusals of its own, which no route can meet."""
    ours = kind.__module__.partition(".")[0] in {"domain", "application"}
    found = {kind.code} if ours and kind is not RefusedBefore else set()
    return found.union(*(refusals(sub) for sub in kind.__subclasses__()))


def test_every_refusal_has_its_problem() -> None:
    import_all(domain)
    import_all(application)
    missing = refusals() - set(CATALOGUE)
    assert not missing, f"say in the problem catalogue which status they have: {sorted(missing)}"


def test_a_refusal_of_the_rules_is_no_failure_of_ours() -> None:
    assert all(400 <= kind.status < 500 for code, kind in CATALOGUE.items() if code not in EDGE)


def test_where_waiting_helps_it_is_said_how_long() -> None:
    assert all(kind.retry_after_s for kind in CATALOGUE.values() if kind.status == 503)
