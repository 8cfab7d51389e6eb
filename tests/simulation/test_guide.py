"""Does the guide speak of every option of `vehicaid calls replay`, and of none that does not exist?"""

import re
from pathlib import Path

from typer.main import get_command

from interfaces.cli.calls import app
from interfaces.simulation.recorded_calls import COLUMNS

GUIDE = (Path(__file__).parents[2] / "docs" / "guides" / "calls-replay.md").read_text(encoding="utf-8")


def test_every_option_is_explained_and_no_other() -> None:
    command = get_command(app).commands["replay"]  # type: ignore[attr-defined]  # an app with a callback is a group
    options = {name for parameter in command.params for name in parameter.opts if name.startswith("--")}
    others = {"--all"}
    assert set(re.findall(r"--[a-z-]+[a-z]", GUIDE)) - others == options


def test_every_column_is_explained() -> None:
    for name, column in COLUMNS.items():
        assert f"`{name}`" in GUIDE
        assert f"`{column}`" in GUIDE
