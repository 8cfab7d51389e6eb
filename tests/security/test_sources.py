"""Is every value in SQL a parameter, and does no file of the repository hold a secret?"""

import ast
import math
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
ROOMS: Final = ("domain", "application", "projections", "interfaces", "infra")
EXECUTES: Final = frozenset({"execute", "executemany", "copy"})
# A name in capitals is a constant of its module: columns, a limit, a statement that is put together once.
CONSTANT: Final = re.compile(r"_?[A-Z][A-Z0-9_]*")
# What begins like this is a private key or a credential of somebody's service, whatever follows.
MARKS: Final = re.compile(
    r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"
    r"|\bAKIA[0-9A-Z]{16}\b|\bghp_[A-Za-z0-9]{36}\b|\bgithub_pat_[A-Za-z0-9_]{40,}|\bxox[abprs]-[A-Za-z0-9-]{10,}"
    r"|\brzp_live_[A-Za-z0-9]{14}\b|\bsk_live_[A-Za-z0-9]{20,}|\bAIza[0-9A-Za-z_-]{35}\b|\bvml_[A-Za-z0-9_-]{60,}"
    r"|\bvrt_[A-Za-z0-9_-]{90,}|\bvak_[0-9a-f]{32}_[A-Za-z0-9_-]{51}|\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{40,}"
)
# A name that says secret, and a long value of chance beside it.
NAMED: Final = re.compile(
    r"(?i)(?:secret|password|passwd|api[_-]?key|signing[_-]?key|master[_-]?key|access[_-]?token)\w*[\"']?\s*[:=]\s*"
    r"[\"']([A-Za-z0-9+/=_-]{24,})[\"']"
)
CHANCE_BITS: Final = 4.2
TEXT: Final = frozenset(
    {".py", ".md", ".yml", ".yaml", ".toml", ".sh", ".sql", ".json", ".cfg", ".ini", ".txt", ".html", ".js", ".env", ""}
)
MOST_BYTES: Final = 2_000_000


def sources() -> list[Path]:
    return sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))


def put_together(tree: ast.AST) -> Iterator[int]:
    """The lines where a statement is put together, out of more than constants, on its way to the database."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in EXECUTES:
            yield from (call.lineno for argument in call.args[:1] if not is_fixed(argument))


def is_fixed(part: ast.expr, *, inside: bool = False) -> bool:
    """Whether nothing in it comes from outside: a literal, a constant, or what psycopg.sql has quoted."""
    if isinstance(part, ast.JoinedStr):
        return all(is_fixed(one.value, inside=True) for one in part.values if isinstance(one, ast.FormattedValue))
    if isinstance(part, ast.BinOp):
        return is_fixed(part.left, inside=True) and is_fixed(part.right, inside=True)
    if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr == "format":
        # sql.SQL(...).format quotes what it is given; that of a plain string does not.
        return not isinstance(part.func.value, ast.Constant | ast.JoinedStr)
    if inside:
        return isinstance(part, ast.Constant) or bool(CONSTANT.fullmatch(ast.unparse(part).split(".")[-1]))
    return True


def interpolated(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Names that an f-string puts into something that reads like SQL."""
    for text in ast.walk(tree):
        if isinstance(text, ast.JoinedStr) and reads_like_sql(text):
            for value in text.values:
                if isinstance(value, ast.FormattedValue):
                    yield text.lineno, ast.unparse(value.value)


def reads_like_sql(text: ast.JoinedStr) -> bool:
    words = "".join(
        part.value for part in text.values if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )
    return bool(
        re.search(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b.*\b(FROM|SET|VALUES|WHERE)\b", words, re.DOTALL)
    )


@pytest.mark.parametrize("room", ROOMS)
def test_no_statement_is_put_together_from_what_somebody_sent(room: str) -> None:
    broken = []
    for file in sorted((ROOT / room).rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        if str(file.relative_to(ROOT)) not in PUT_TOGETHER:
            broken += [f"{file.relative_to(ROOT)}:{line}" for line in put_together(tree)]
        broken += [
            f"{file.relative_to(ROOT)}:{line} {name}"
            for line, name in interpolated(tree)
            if not CONSTANT.fullmatch(name.split("(")[0].split(".")[-1])
            and f"{file.relative_to(ROOT)} {name}" not in KNOWN
        ]
    assert not broken


PUT_TOGETHER: Final = {
    "infra/analytics/presenter.py": "the quoted name of a schema of ours, and a number",
    "infra/event_store/recorder.py": "ASC or DESC, and a channel that is named after the cell",
    "infra/worker/locks.py": "a number",
    "interfaces/razorpay_sandbox/books.py": "fields out of a list of ours; values are parameters",
}
"""Files with statements that take a value of ours where no parameter can stand, each with which."""
FIELDS: Final = "the fields of a row that we declare"
VIEWS: Final = "views are written in the repository, names and all"
KNOWN: Final = {
    "interfaces/razorpay_sandbox/books.py clause": "fields out of a list of ours; values are parameters",
    "infra/analytics/domain_views.py columns": VIEWS,
    "infra/analytics/domain_views.py source": VIEWS,
    "infra/analytics/raw_views.py names": VIEWS,
    "infra/analytics/raw_views.py table": VIEWS,
    "infra/bench/timetravel.py name": "a bench's own tables",
    "infra/event_store/batch.py ', '.join(['%s'] * PARAMETERS)": "places for parameters",
    "infra/event_store/recorder.py order": "ASC or DESC",
    "infra/projections/together.py named": "names of statements that are prepared in the file",
    "infra/queries/books.py ', '.join(ledger_balances.fields)": FIELDS,
    "infra/queries/books_then.py ', '.join(ledger_postings.fields)": FIELDS,
    "infra/queries/decisions.py ', '.join(matching_table.fields)": FIELDS,
}
"""Names in statements that are no constants and yet ours, each with why."""


def test_what_this_test_looks_for_it_finds() -> None:
    bad = 'connection.execute(f"SELECT * FROM t WHERE a = {name}")\nq = f"SELECT a FROM t WHERE b = {given}"'
    tree = ast.parse(bad)
    assert {name for _, name in interpolated(tree)} == {"name", "given"}
    for statement in ('"SELECT %s" % given', '"SELECT " + given', '"SELECT {}".format(given)', 'f"SELECT {given}"'):
        assert list(put_together(ast.parse(f"connection.execute({statement})"))) == [1], statement
    for statement in ('"SELECT " + COLUMNS', 'sql.SQL("SELECT {}").format(name)', "statement", 'f"SET x = {LIMIT_MS}"'):
        assert list(put_together(ast.parse(f"connection.execute({statement})"))) == [], statement


WEAK: Final = re.compile(r"\b(md5|sha1|DES|RC4|ARC4|ECB|Blowfish|PKCS1v15)\b", re.IGNORECASE)
ALLOWED: Final = {"infra/identity/totp.py": "RFC 6238 asks for HMAC-SHA-1, which every authenticator speaks"}


def test_no_weak_primitive_is_used() -> None:
    found = [
        str(file.relative_to(ROOT))
        for file in sources()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Attribute) and WEAK.fullmatch(node.attr))
        or (isinstance(node, ast.Constant) and isinstance(node.value, str) and WEAK.fullmatch(node.value))
    ]
    assert sorted(set(found)) == sorted(ALLOWED)


def test_nothing_is_evaluated_or_unpickled() -> None:
    found = []
    for file in sources():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec"}:
                found.append(str(file.relative_to(ROOT)))
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {alias.name for alias in node.names} | {getattr(node, "module", "") or ""}
                if names & {"pickle", "marshal", "shelve", "dill", "yaml"}:
                    found.append(str(file.relative_to(ROOT)))
    assert found == []


def test_no_client_follows_redirects() -> None:
    """What we were told to call is what is called: another address might be one inside."""
    found = [
        str(file.relative_to(ROOT)) for file in sources() if "follow_redirects=True" in file.read_text(encoding="utf-8")
    ]
    assert found == []


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        # What is looked through is what the repository tracks: every checkout has one, and so has CI.
        pytest.skip("no repository here: an installed copy has no history to look for secrets in")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name]


def bits_per_character(text: str) -> float:
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())


def secrets_in(text: str) -> list[str]:
    found = [match[0][:12] for match in MARKS.finditer(text)]
    return found + [match[1][:6] for match in NAMED.finditer(text) if bits_per_character(match[1]) >= CHANCE_BITS]


def test_no_file_holds_a_secret() -> None:
    found = {}
    for file in tracked():
        if file.suffix in TEXT and file.is_file() and file.stat().st_size <= MOST_BYTES:
            seen = secrets_in(file.read_text(encoding="utf-8", errors="replace"))
            if seen and str(file.relative_to(ROOT)) not in INVENTED:
                found[str(file.relative_to(ROOT))] = seen
    assert not found


INVENTED: Final = {
    "infra/bench/frame.py": "it says bench-only, over and over",
    "tests/infra/razorpay/test_signatures.py": "of an example that the gateway prints",
    "tests/files/test_stores.py": "of an example that a service prints",
}
"""Files whose secrets open nothing, each with why."""


@pytest.mark.parametrize(
    "line",
    [
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "key = AKIA" + "ABCDEFGHIJKLMNOP",
        'token = "ghp_' + "a1B2" * 9 + '"',
        'VEHICAID_TOKEN_SIGNING_KEY="' + "q8Zr4LwN1xTfV7yKcB2mHs9PjD5gUeA0" + '"',
    ],
)
def test_a_secret_would_be_found(line: str) -> None:
    assert secrets_in(line)


@pytest.mark.parametrize(
    "line", ['password="a tow rope and a map"', 'api_key = os.environ["API_KEY"]', 'secret="x" * 40']
)
def test_what_is_no_secret_is_left_alone(line: str) -> None:
    assert not secrets_in(line)
