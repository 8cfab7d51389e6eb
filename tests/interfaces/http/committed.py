"""What does the OpenAPI document say, without asking every route of the application?

To ask them takes seconds, in every worker; that the committed document is what they say, test_document shows.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi.json"


@cache
def committed_document() -> dict[str, Any]:
    """The document; nobody changes it."""
    document: dict[str, Any] = json.loads(COMMITTED.read_text(encoding="utf-8"))
    return document
