#!/usr/bin/env bash
# Makes the attacks of the security targets against running services, each with a bystander beside it, for as long as the
# targets say, and prints a table: row, what was measured, figure, target, verdict. docs/security.md says what is promised.
#
#   bash eng/abuse.sh                all rows
#   bash eng/abuse.sh S4 S30         some of them
#   MICRO_ABUSE=fast bash eng/abuse.sh   for the times of the test suite
#
# Needs Linux and root. It leaves nothing behind and uses no network but namespaces of its own. Exits with 1 when a target is missed.
set -euo pipefail
export MICRO_ABUSE=${MICRO_ABUSE:-full}
exec bash "$(dirname "$0")/measure.sh" Micro.AbuseTests "$@"
