#!/usr/bin/env bash
# Makes every fault of the reliability targets with real processes, registries and network namespaces, for as long as the
# targets say, and prints a table: row, what was measured, figure, target, verdict. docs/reliability.md explains the rows.
#
#   bash eng/faults.sh               all rows, about an hour
#   bash eng/faults.sh R4 R11        some of them
#   MICRO_FAULTS=fast bash eng/faults.sh   as the test suite runs them
#
# Rows run one after the other in the full profile: some need most of both cores for their load.
# Needs Linux and root. It leaves nothing behind and uses no network but namespaces of its own. Exits with 1 when a target is missed.
set -euo pipefail
cd "$(dirname "$0")/.."

export MICRO_FAULTS=${MICRO_FAULTS:-full}
export MICRO_TEST_MULTICAST=1
table=$(mktemp)
log=$(mktemp)
trap 'rm -f "$table" "$log"' EXIT
export MICRO_FAULTS_TABLE=$table

threads=
[ "$MICRO_FAULTS" != full ] || threads=xUnit.MaxParallelThreads=1
filter=
for row in "$@"; do
    filter+="${filter:+|}FullyQualifiedName~_$row"
done

eval "$(bash eng/backends.sh --print)"
dotnet build tests/Micro.FaultTests --configuration Release --nologo -v quiet
status=0
unshare --net sh -c '
    ip link set lo up
    ip link set lo multicast on
    ip route add 224.0.0.0/4 dev lo src 127.0.0.1
    exec "$@"' sh dotnet test tests/Micro.FaultTests --no-build --configuration Release --nologo ${filter:+--filter "$filter"} -- $threads >"$log" 2>&1 || status=1

{
    printf 'row\tmeasured\tfigure\ttarget\tverdict\n'
    sort -V "$table"
} | column -t -s "$(printf '\t')"
[ "$status" -eq 0 ] || grep -E '^ *(Failed|Skipped|Error|Not|Expected)|^(Passed|Failed)!' "$log" | cut -c1-300 >&2
exit "$status"
