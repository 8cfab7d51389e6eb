"""Does everything that the guides for people say to type do what they say, on one running system?"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.following import ROOT, copy_of_checkout, run
from tests.support.local_system import LocalSystem, local_system

GUIDES = ROOT / "docs" / "guides"
TOLD = {
    "customer": ("quote_superseded", "insufficient_funds", "out_of_turn", "in_service", "completed", "cancelled"),
    "provider": ("position_in_future", "wrong_start_code", "evidence_missing", "new_drop_needed", "completed", "ended"),
    "operator": ("True", "outline_empty", "active", "merged", "searching", "cancelled", "500000"),
    "memberships": ("2", "shown", '"left":1', '"left":2', "cancelled"),
    "onboarding": (
        *(
            "bank",
            "unknown_type",
            "bad_paper_number",
            "docs_pending",
            "under_review",
            "3",
            "AAPFU0939F",
            "200 image/png",
        ),
        *("link_refused", "docs_pending", "under_review", "active", "offboarded", '"lost": 0'),
    ),
    "security": (
        *("forbidden", "not_found", '{"data":[]', "forbidden"),
        *('"kind":"denied"', '"kind": "denied"', "WHOLE", "GOOD: ", "is not set"),
    ),
    "identity": ('"crv":"Ed25519"', '{"data":[]}', '"amr":["sms"]', "otpauth://", "admin", "signs", "signs_from"),
    "profile": ("customer_id", "address_id", '"name":"Asha Rao"', "on_the_road", "KA01AB0123", "retired"),
    "privacy": ('"state":"waiting"', '"state":"ready"', '"bytes"', '"held_for_tax": 0', '"erased_again"'),
    "partners": (
        *("whsec_", '"state": "on"', "inside of a network", "whsec_", "bad_hook_url", "ConnectError", '"data":[]'),
        *('"replayed":0', "off", "on", "whk_", '{"data":[]}', "forbidden", "active", "revoked", "unauthenticated"),
        *('"data":', "active", "revoked", '"state": "revoked"', "quoted", "not_allowed", "searching", "searching"),
        *("cancelled", "ptn_", "trf_", "5000000", "0", "closing", '"replayed": 0', "/moved", "whsec_"),
    ),
    "sdk": ("files in build/sdk", "412 ", "completed", "409 ", "1 request"),
    "administrator": ("request_board equals its rebuild", "WHOLE", "not_found", "Asha Rao", '"erased": true'),
}
"""What each page leads to, in this order."""

needs_tools = pytest.mark.skipif(
    not all(shutil.which(tool) for tool in ("bash", "git", "curl", "sha256sum")),
    reason="the guides are followed with bash, curl and sha256sum on a copy made by git",
)


def lines_of(guide: str) -> str:
    """Everything that a page says to type."""
    text = (GUIDES / f"{guide}.md").read_text(encoding="utf-8")
    return "\n".join(re.findall(r"^```bash\n(.*?)^```", text, re.MULTILINE | re.DOTALL))


@pytest.fixture(scope="module")
def system() -> Iterator[LocalSystem]:
    with local_system() as running:
        running.start()
        yield running


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_checkout(tmp_path_factory.mktemp("guides"))


@needs_tools
@pytest.mark.servers
@pytest.mark.timeout(600)
@pytest.mark.parametrize("guide", list(TOLD))
def test_a_page_does_what_it_says(guide: str, system: LocalSystem, checkout: Path) -> None:
    told = run(lines_of(guide), checkout, {**system.environment(), "API": system.address})
    rest = told
    for fact in TOLD[guide]:
        assert fact in rest, f"{guide} does not lead to {fact}:\n{told[-4000:]}"
        rest = rest.split(fact, 1)[1]


def test_every_page_has_a_tenant_of_its_own() -> None:
    for guide in TOLD:
        assert lines_of(guide).startswith(f"TENANT=guide_{guide}\n. docs/guides/api.sh\n")
