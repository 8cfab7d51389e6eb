"""Does every sort of personal data have a purpose, every rule of keeping a setting that exists, and the guide both?"""

from pathlib import Path

from application.personal import PersonalKind
from infra.privacy.rules import PURPOSES, RULES, kept_for
from infra.settings import Settings

GUIDE = (Path(__file__).parents[2] / "docs" / "guides" / "privacy.md").read_text(encoding="utf-8")


def test_every_sort_has_a_purpose() -> None:
    assert set(PURPOSES) == set(PersonalKind)


def test_every_rule_names_a_setting_that_exists() -> None:
    named = {rule.setting for rule in RULES} - {None}
    assert named <= set(Settings.model_fields)
    assert all(kept_for(rule, Settings()) for rule in RULES)


def test_the_guide_repeats_the_table() -> None:
    for rule in RULES:
        setting = "" if rule.setting is None else f"`VEHICAID_{rule.setting.upper()}` {rule.until}"
        assert f"| {rule.what} | {setting or rule.until} | {rule.purpose} | {rule.why} |" in GUIDE
    for kind, purpose in PURPOSES.items():
        assert f"| `{kind.value}` | {purpose} |" in GUIDE
