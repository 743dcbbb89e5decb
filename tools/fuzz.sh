#!/bin/bash
# Fuzz each fuzz/fuzz_*.c for $1 seconds (20): with libFuzzer where clang has it, else with fuzz/driver.c; and
# each fuzz/fuzz_*.py, on ${PYTHON:-python3} and the sources.
# Seeds are read from fuzz/corpus/<target>/; an input that kills a target stays in build/fuzz/.
set -uo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-20}
out=build/fuzz
flags="-std=gnu11 -g -O1 -D_GNU_SOURCE -Wall -Wextra -Wno-unused-function -pthread -Isrc/toolrig/_native/c"
mkdir -p "$out"

compiler=${CC:-cc}
engine=driver
if command -v clang >/dev/null && echo 'int LLVMFuzzerTestOneInput(const char *d, unsigned long n) { return d && n ? 0 : 0; }' |
    clang -fsanitize=fuzzer,address,undefined -x c - -o "$out/probe" 2>/dev/null; then
    compiler=clang engine=libFuzzer
fi

build() {
    if [ $engine = libFuzzer ]; then
        clang $flags -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all "$1" -o "$2"
    else
        $compiler $flags -fsanitize=address,undefined -fno-sanitize-recover=all "$1" fuzz/driver.c -o "$2"
    fi
}

fuzz() {
    local corpus=fuzz/corpus/${1##*/}
    if [ $engine = libFuzzer ]; then
        mkdir -p "$1.corpus"
        "$1" -max_total_time="$seconds" -timeout=10 -artifact_prefix="$1.crash-" "$1.corpus" $([ -d "$corpus" ] && echo "$corpus")
    else
        local seeds=()
        [ -d "$corpus" ] && seeds=("$corpus"/*)
        timeout $((seconds + 60)) "$1" "$seconds" "$1.crash" "${seeds[@]}"
    fi
}

shopt -s nullglob
targets=(fuzz/fuzz_*.c)
failed=0
for source in "${targets[@]}"; do
    target=$out/$(basename "$source" .c)
    if ! build "$source" "$target"; then
        result="does not compile"
    elif fuzz "$target" >"$target.log" 2>&1; then
        result="ok, $(grep -oE '[0-9]+ inputs|Done [0-9]+ runs' "$target.log" | tail -1)"
    else
        grep -m1 -A15 -E 'ERROR:|runtime error' "$target.log" || tail -n 15 "$target.log"
        result="FAILED, see $target.log"
    fi
    [ "${result%%,*}" = ok ] || failed=1
    results+=("$(printf '%-28s %-10s %s' "$(basename "$source" .c)" "$engine" "$result")")
done
for source in fuzz/fuzz_*.py; do
    name=$(basename "$source" .py)
    seeds=(fuzz/corpus/"$name"/*)
    if timeout $((seconds + 60)) "${PYTHON:-python3}" "$source" "$seconds" "$out/$name.crash" "${seeds[@]}" >"$out/$name.log" 2>&1; then
        result="ok, $(tail -n 1 "$out/$name.log")"
    else
        tail -n 15 "$out/$name.log"
        result="FAILED, see $out/$name.log" failed=1
    fi
    results+=("$(printf '%-28s %-10s %s' "$name" mutation "$result")")
done
printf '%s\n' "${results[@]:-no fuzz/fuzz_*.c}"
exit $failed
