#!/usr/bin/env bash
# Makes every fault of the reliability targets with real processes, registries and network namespaces, for as long as the
# targets say, and prints a table: row, what was measured, figure, target, verdict. docs/reliability.md explains the rows.
#
#   bash eng/faults.sh               all rows, about an hour
#   bash eng/faults.sh R4 R11        some of them
#   MICRO_FAULTS=fast bash eng/faults.sh   for the times of the test suite
#
# Rows run one after the other: some need most of both cores for their load.
# Needs Linux and root. It leaves nothing behind and uses no network but namespaces of its own. Exits with 1 when a target is missed.
set -euo pipefail
export MICRO_FAULTS=${MICRO_FAULTS:-full}
exec bash "$(dirname "$0")/measure.sh" Micro.FaultTests "$@"
