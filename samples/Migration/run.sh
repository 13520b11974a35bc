#!/usr/bin/env bash
# Starts a Consul agent and an etcd of its own, moves the sample's fleet from the one to the other, and ends both again.
#   bash samples/Migration/run.sh
# With an argument it runs that build (Migration.dll) in place of building.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if ! command -v consul >/dev/null || ! command -v etcd >/dev/null || ! command -v etcdctl >/dev/null; then
    eval "$(bash "$here/../../eng/backends.sh" --print)"
fi

folder=$(mktemp -d)
port=$((20000 + RANDOM % 10000))
consul agent -dev -bind 127.0.0.1 -client 127.0.0.1 -http-port "$port" -dns-port -1 -grpc-port -1 \
    -serf-lan-port $((port + 1)) -serf-wan-port $((port + 2)) -server-port $((port + 3)) -log-level warn >"$folder/consul.log" 2>&1 &
consul_id=$!
etcd --data-dir "$folder/etcd" --listen-client-urls "http://127.0.0.1:$((port + 4))" --advertise-client-urls "http://127.0.0.1:$((port + 4))" \
    --listen-peer-urls "http://127.0.0.1:$((port + 5))" --initial-advertise-peer-urls "http://127.0.0.1:$((port + 5))" \
    --initial-cluster "default=http://127.0.0.1:$((port + 5))" >"$folder/etcd.log" 2>&1 &
etcd_id=$!
trap 'kill "$consul_id" "$etcd_id" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT

ready() {
    for _ in $(seq 150); do
        if "$@" >/dev/null 2>&1; then
            return
        fi
        sleep 0.2
    done
    echo "a server did not start:" >&2
    tail -n 5 "$folder"/*.log >&2
    exit 1
}
ready consul kv put -http-addr="127.0.0.1:$port" ready yes
ready env ETCDCTL_API=3 etcdctl --endpoints="127.0.0.1:$((port + 4))" endpoint health

addresses="--registry_address=consul=127.0.0.1:$port,etcd=127.0.0.1:$((port + 4))"
if [ $# -gt 0 ]; then
    dotnet "$1" "$addresses"
else
    dotnet run --project "$here" -- "$addresses"
fi
