#!/bin/sh
# How does a bare checkout get its environment? Arguments: python, directory, lock file.
set -eu
python=$1
venv=$2
lock=$3

fail() {
    printf 'make venv: %s\n' "$1" >&2
    exit 2
}

new_enough() {
    command -v "$1" >/dev/null 2>&1 && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# `python3` may be old where a newer one stands next to it.
if ! new_enough "$python" && [ "$python" = python3 ]; then
    for candidate in python3.13 python3.12 python3.11; do
        if new_enough "$candidate"; then
            python=$candidate
            break
        fi
    done
fi
command -v "$python" >/dev/null 2>&1 || fail "$python is missing: install Python 3.11 or newer, or run make PYTHON=/path/to/python"
new_enough "$python" || fail "$("$python" --version 2>&1) is too old: 3.11 or newer is needed (make PYTHON=/path/to/python)"

if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo 'installing python3-venv'
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y python3-venv; } >/dev/null 2>&1 ||
            fail 'python3-venv could not be installed: run apt-get install python3-venv'
    else
        fail 'the venv module is missing: run  sudo apt-get install python3-venv  (or your system'"'"'s equivalent)'
    fi
fi

# An environment of a Python that is gone, or of another version, is made anew.
wanted=$("$python" -c 'import sys; print(*sys.version_info[:2])')
if [ "$("$venv/bin/python" -c 'import sys; print(*sys.version_info[:2])' 2>/dev/null)" != "$wanted" ]; then
    echo "making $venv"
    rm -rf "$venv"
    "$python" -m venv "$venv" || fail "$python could not make $venv"
fi
if ! "$venv/bin/python" -m uv --version >/dev/null 2>&1; then
    echo 'installing uv'
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        "$(sed -n 's/^\(uv==[0-9.]*\).*/\1/p' requirements/uv.txt)" || fail 'uv could not be installed: is there a network?'
fi
echo "installing what $lock says"
quiet=--quiet
[ -t 2 ] && quiet=  # a person sees progress, a log does not need it
VIRTUAL_ENV=$(cd "$venv" && pwd) "$venv/bin/python" -m uv pip sync $quiet --compile-bytecode --require-hashes "$lock" ||
    fail "$lock could not be installed: is there a network?"

# PDF needs Pango, a library of the system; without it documents are served as pages, so this never stops anybody.
has_pango() {
    "$venv/bin/python" -c 'from ctypes.util import find_library as f; raise SystemExit(not f("pangoft2-1.0"))' 2>/dev/null
}
if ! has_pango && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo 'installing Pango, for PDF'
    { timeout 60 apt-get update -qq && DEBIAN_FRONTEND=noninteractive timeout 60 apt-get install -qq -y \
        --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0; } >/dev/null 2>&1 || true
fi
has_pango || echo 'Pango is missing: documents are served as pages and not as PDF' \
    '(sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0, or your system'"'"'s equivalent)' >&2

# The command runs the checkout itself: nothing to build, nothing to go stale.
cat >"$venv/bin/vehicaid" <<'SCRIPT'
#!/bin/sh
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
export PYTHONPATH="$here/../..${PYTHONPATH:+:$PYTHONPATH}"
exec "$here/python" -P -m interfaces.cli "$@"
SCRIPT
chmod +x "$venv/bin/vehicaid"
touch "$venv/.synced"
