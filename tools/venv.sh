#!/bin/sh
# Make the virtual environment $1, with pip in it, from $PYTHON or else from the first suitable Python.
# Suitable: 3.11 or newer, with its C headers.
set -eu
target=$1

fail() {
    echo "toolrig: $*" >&2
    exit 1
}

# Say what is wrong with the interpreter $1; silence means it will do.
complaint() {
    command -v "$1" >/dev/null 2>&1 || { echo "not found"; return; }
    "$1" -c '
import os, sys
if sys.version_info < (3, 11):
    print("is %d.%d, 3.11 or newer is needed" % sys.version_info[:2])
else:
    import sysconfig
    if not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")):
        print("has no C headers (on Debian: apt-get install python3-dev)")
' 2>/dev/null || echo "does not start"
}

command -v "${CC:-cc}" >/dev/null 2>&1 || command -v gcc >/dev/null 2>&1 || command -v clang >/dev/null 2>&1 ||
    fail "a C compiler is needed (on Debian: apt-get install gcc; on macOS: xcode-select --install)"

chosen=
seen=
for candidate in ${PYTHON:-python3 python3.15 python3.14 python3.13 python3.12 python3.11 python}; do
    wrong=$(complaint "$candidate")
    if [ -z "$wrong" ]; then
        chosen=$candidate
        break
    fi
    [ "$wrong" = "not found" ] && [ -z "${PYTHON:-}" ] || seen="$seen
  $candidate: $wrong"
done
[ -n "$chosen" ] || fail "no Python to build with; set PYTHON=/path/to/python (3.11 or newer).$seen"

# An environment that someone made by hand is not ours to replace. The mark stays when this is interrupted.
mark=$target/.made-by-make
[ ! -e "$target" ] || [ -e "$mark" ] || fail "$target is not of make's making: remove it, or set VENV=another"
rm -rf "$target"
mkdir -p "$target"
: > "$mark"
if ! "$chosen" -m venv "$target" >/dev/null 2>&1; then
    # Debian splits ensurepip off; its pip can still serve another interpreter.
    "$chosen" -m venv --without-pip --clear "$target"
    : > "$mark"
    "$chosen" -m pip --version >/dev/null 2>&1 ||
        fail "$chosen has neither ensurepip nor pip (on Debian: apt-get install python3-pip or python3-venv)"
    "$chosen" -m pip --python "$target/bin/python" install --quiet pip
fi
echo "toolrig: $target made by $("$target/bin/python" --version) ($chosen)"
