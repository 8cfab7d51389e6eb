"""Which release is this?"""

import tomllib
from importlib import metadata
from pathlib import Path


def version() -> str:
    """The release of the installed package, or of the checkout it runs from."""
    project = Path(__file__).parents[1] / "pyproject.toml"
    if project.is_file():
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])
    return metadata.version("vehicaid")
