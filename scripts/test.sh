#!/usr/bin/env bash
# Runs every test there is and ends in one true line: N passed, N failed, N skipped.
set -uo pipefail
cd "$(dirname "$0")/.."
: "${PYTHON:=/usr/bin/python3}"
passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

add() { passed=$((passed + $1)); failed=$((failed + $2)); skipped=$((skipped + $3)); printf '%-28s %5d passed, %d failed, %d skipped\n' "$4" "$1" "$2" "$3"; }
# A check is one test: its output is shown only when it fails.
check() {
    local name=$1; shift
    if "$@" > "$log" 2>&1; then add 1 0 0 "$name"; else tail -n 60 "$log"; add 0 1 0 "$name"; fi
}
# The last number in the last match of a pattern in the log; 0 without a match.
number() { local found; found=$(grep -oE "$1" "$log" | tail -n 1 | grep -oE '[0-9]+' | "${2:-tail}" -n 1); echo "${found:-0}"; }

check "format: C#" dotnet format MirroredInfluence.sln --verify-no-changes --no-restore
check "format: C++" sh -c 'clang-format --dry-run --Werror $(git ls-files "native/*.h" "native/*.cpp")'

native() {
    cmake -S native -B native/build-sanitized -DCMAKE_BUILD_TYPE=RelWithDebInfo -DMIRRORED_SANITIZE=ON > "$log" 2>&1 \
        && cmake --build native/build-sanitized --parallel "$(nproc)" >> "$log" 2>&1 \
        && native/build-sanitized/mirrored_tests > "$log" 2>&1
    local status=$? total bad
    total=$(number '[0-9]+ tests? from' head) bad=$(number '[0-9]+ FAILED TESTS?' head)
    # A sanitizer stops the program without naming a failed test.
    [ "$status" -ne 0 ] && [ "$bad" -eq 0 ] && bad=1
    [ "$status" -eq 0 ] || tail -n 60 "$log"
    if [ "$total" -eq 0 ]; then add 0 1 0 "native (sanitized)"; else add $((total - bad)) "$bad" 0 "native (sanitized)"; fi
}
native

for project in tests/*.Tests/*.Tests.csproj; do
    name=$(basename "$project" .csproj)
    program=artifacts/bin/$name/release/MirroredInfluence.$name
    # Without Orleans the project is built as nothing (decision 0100), and the build has said so.
    if [ ! -e "$program" ] && grep -q NeedsOrleans "$project"; then echo "$name: left out"; continue; fi
    "$program" -noColor > "$log" 2>&1
    status=$?
    total=$(number 'Total: [0-9]+') bad=$(number 'Failed: [0-9]+') errors=$(number 'Errors: [0-9]+') skip=$(number 'Skipped: [0-9]+')
    if [ "$total" -eq 0 ]; then tail -n 60 "$log"; add 0 1 0 "$name"; continue; fi
    bad=$((bad + errors))
    # A runner that fails without naming a failed test has still failed.
    [ "$status" -ne 0 ] && [ "$bad" -eq 0 ] && bad=1
    [ "$bad" -eq 0 ] || grep -vE '^xUnit|^ *(Discovering|Discovered|Starting)' "$log" | tail -n 120
    [ "$skip" -eq 0 ] || grep -E '\[SKIP\]' -A 1 "$log"
    add $((total - bad - skip)) "$bad" "$skip" "$name"
done

for suite in python/tests tests/reference; do
    "$PYTHON" -m unittest discover -s "$suite" > "$log" 2>&1
    status=$?
    ran=$(number 'Ran [0-9]+ test') skip=$(number 'skipped=[0-9]+') bad=$(($(number 'failures=[0-9]+') + $(number 'errors=[0-9]+')))
    [ "$status" -ne 0 ] && [ "$bad" -eq 0 ] && bad=1
    [ "$bad" -eq 0 ] || tail -n 60 "$log"
    add $((ran - bad - skip)) "$bad" "$skip" "$suite"
done

echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
