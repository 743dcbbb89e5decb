#!/bin/bash
# Build with ASan and UBSan into a throw-away environment and run the native half of the suite there.
# Arguments go to pytest. PYTHON chooses the interpreter. Needs gcc, whose runtimes are preloaded.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1 CC=gcc
tools/venv.sh "$work/venv"
export PATH="$work/venv/bin:$PATH"
python -m pip install --quiet ninja $(python tools/pyproject.py requires) $(python tools/pyproject.py extra test)
python -m pip install --quiet --no-build-isolation \
    --config-settings=build-dir="$work/build" \
    --config-settings=setup-args=-Db_sanitize=address,undefined \
    --config-settings=setup-args=-Db_lundef=false \
    --config-settings=setup-args=-Dbuildtype=debugoptimized .
# CPython frees little at exit, so leaks are looked for elsewhere; pymalloc would hide small overflows.
# ASan's reports go to files, so that one from a child process counts even if a test ignores how its child ended;
# UBSan knows no such file beside ASan, and aborts. --capture=sys lets the last words of a process through.
status=0
LD_PRELOAD="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so)" \
ASAN_OPTIONS="detect_leaks=0:log_path=$work/report" PYTHONMALLOC=malloc \
UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1:abort_on_error=1" \
    python -m pytest -p no:cacheprovider --capture=sys \
    -k 'not [pure and not -pure] and not -pure-' -m 'not pure_only' "$@" || status=$?
for report in "$work"/report.*; do
    [ -e "$report" ] || continue
    cat "$report" >&2
    status=1
done
exit $status
