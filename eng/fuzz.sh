#!/usr/bin/env bash
# Attacks every decoder with mutated bytes for so many minutes in all and prints a table: decoder, inputs, findings, seed.
# A finding is saved below tests/Micro.FuzzTests/Findings, and every later test run decodes it again: mend the fault, commit the file.
#
#   bash eng/fuzz.sh 30                     half an hour, shared by the decoders
#   bash eng/fuzz.sh 5 DnsPacket HttpRequest    some of them
#   MICRO_FUZZ_SEED=4711 bash eng/fuzz.sh 5 DnsPacket    the inputs of that seed again
#
# Uses as many threads as there are processors and no network. Exits with 1 when there is a finding.
set -euo pipefail
cd "$(dirname "$0")/.."

minutes=${1:?usage: eng/fuzz.sh MINUTES [DECODER]...}
shift
threads=$(nproc)
count=$#
filter=
for decoder in "$@"; do
    filter+="${filter:+|}FullyQualifiedName~.${decoder}Tests."
done
[ "$count" -gt 0 ] || count=$(find tests/Micro.FuzzTests/Decoders -name '*Tests.cs' | wc -l)
[ "$count" -ge "$threads" ] || threads=$count

export MICRO_FUZZ_SECONDS=$((minutes * 60 * threads / count))
export MICRO_FUZZ_SEED=${MICRO_FUZZ_SEED:-$((RANDOM * 32768 + RANDOM))}
table=$(mktemp)
log=$(mktemp)
trap 'rm -f "$table" "$log"' EXIT
export MICRO_FUZZ_TABLE=$table

dotnet build tests/Micro.FuzzTests --configuration Release --nologo -v quiet
echo "seed $MICRO_FUZZ_SEED, $MICRO_FUZZ_SECONDS seconds for each of $count decoders, $threads at a time"
status=0
dotnet test tests/Micro.FuzzTests --no-build --configuration Release --nologo ${filter:+--filter "$filter"} -- xUnit.MaxParallelThreads="$threads" >"$log" 2>&1 || status=1

{
    printf 'decoder\tinputs\tfindings\tseed\n'
    sort "$table"
} | column -t -s "$(printf '\t')"
[ "$status" -eq 0 ] || grep -E '^ *(Failed|Expected|The active test run)|^(Passed|Failed)!|hangs' "$log" | cut -c1-1000 >&2
exit "$status"
