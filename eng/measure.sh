#!/usr/bin/env bash
# measure.sh <test project> [row...]: runs the rows of a test project one after the other, with the profile that the caller has set in
# the environment, and prints their table: row, what was measured, figure, target, verdict. Exits with 1 when a target is missed.
set -euo pipefail
cd "$(dirname "$0")/.."

project=$1
shift
export MICRO_TEST_MULTICAST=1
table=$(mktemp)
log=$(mktemp)
trap 'rm -f "$table" "$log"' EXIT
export MICRO_FAULTS_TABLE=$table

filter=
for row in "$@"; do
    filter+="${filter:+|}FullyQualifiedName~_$row|FullyQualifiedName~.${row}_"
done

eval "$(bash eng/backends.sh --print)"
dotnet build "tests/$project" --configuration Release --nologo -v quiet
status=0
unshare --net sh -c '
    ip link set lo up
    ip link set lo multicast on
    ip route add 224.0.0.0/4 dev lo src 127.0.0.1
    exec "$@"' sh dotnet test "tests/$project" --no-build --configuration Release --nologo ${filter:+--filter "$filter"} -- xUnit.MaxParallelThreads=1 >"$log" 2>&1 || status=1

{
    printf 'row\tmeasured\tfigure\ttarget\tverdict\n'
    sort -V "$table"
} | column -t -s "$(printf '\t')"
grep -E '^(Passed|Failed)!' "$log" | cut -c1-300
[ "$status" -eq 0 ] || grep -E '^ *(Failed|Skipped|Error|Not|Expected)' "$log" | cut -c1-300 >&2
exit "$status"
