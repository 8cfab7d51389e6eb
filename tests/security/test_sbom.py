"""Is every library that we install on the bill of materials, and does CI ask after its flaws?"""

import re
from pathlib import Path

from infra.setup.sbom import bill_of

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements" / "runtime.lock").read_text(encoding="utf-8")


def test_every_pinned_library_is_listed_with_its_hashes() -> None:
    bill = bill_of(LOCK, "1.2.3")
    components = bill["components"]
    assert isinstance(components, list)
    assert len(components) == len(re.findall(r"^[a-z0-9].*==", LOCK, re.MULTILINE)) > 30
    assert sum(len(one["hashes"]) for one in components) == LOCK.count("--hash=sha256:")
    assert all(one["hashes"] for one in components)
    assert "pkg:pypi/cryptography@" in str([one["purl"] for one in components])
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")


def test_the_same_lock_file_is_the_same_bill() -> None:
    assert bill_of(LOCK, "1") == bill_of(LOCK, "1")
    assert bill_of(LOCK, "1")["serialNumber"] != bill_of(LOCK + "more==1\n", "1")["serialNumber"]


def test_ci_looks_for_known_flaws_and_secrets() -> None:
    steps = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert "make sbom" in steps
    assert "pip-audit --strict" in steps
    assert "test_sources.py" in steps
