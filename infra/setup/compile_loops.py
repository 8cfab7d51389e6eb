"""Compile inner loops before anybody waits for them: ``python -m infra.setup.compile_loops FILE...``

Importing a file compiles its loops, and the machine code is kept beside it. Done here once and one after the other, no
process does it while it starts, and no two do it at the same time.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from time import monotonic


def compile_loops(files: list[str]) -> None:
    """Import each file of this checkout, telling how far it is."""
    for number, file in enumerate(files, 1):
        begun = monotonic()
        importlib.import_module(".".join(Path(file).with_suffix("").parts))
        print(f"compiled {file} ({number} of {len(files)}, {monotonic() - begun:.0f} s)", flush=True)  # noqa: T201


if __name__ == "__main__":
    compile_loops(sys.argv[1:])
