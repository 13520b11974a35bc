#!/usr/bin/env bash
# Builds everything, brings Consul and etcd and runs all tests. As root on Linux the tests run in network namespaces of their own, so that no
# multicast leaves the machine; elsewhere the multicast tests are skipped and say so.
set -euo pipefail
cd "$(dirname "$0")"

configuration=${CONFIGURATION:-Release}
unset CONFIGURATION
results=${RESULTS:-$PWD/TestResults}
rm -rf "$results"

dotnet restore Micro.sln
dotnet tool restore
dotnet build Micro.sln --no-restore --configuration "$configuration" --nologo -v quiet

# The runtime that the trimmed sample is published with. Without it that test is skipped with its reason.
trimmed=$(mktemp -d)
dotnet restore samples/Greeter --use-current-runtime -p:SelfContained=true -p:PublishTrimmed=true -p:UseArtifactsOutput=true -p:ArtifactsPath="$trimmed" >/dev/null ||
    echo "the runtime for a self-contained publish cannot be had" >&2
rm -rf "$trimmed"

# Packages that projects of users restore and this solution does not: what its framework reference brings, and those of gRPC's template.
# Tests build such projects without a network. What is missing fails there with its name.
users=$(mktemp -d)
grpc=$(grep -o '<PackageReference Include="Grpc.AspNetCore"[^>]*>' tests/Micro.Packages.Tests/ExistingGrpcServiceTests.cs)
echo "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup><ItemGroup>$grpc</ItemGroup></Project>" >"$users/user.csproj"
dotnet restore "$users/user.csproj" -p:RestoreEnablePackagePruning=false >/dev/null || echo "the packages of gRPC's template cannot be had" >&2
dotnet restore Micro.sln -p:RestoreEnablePackagePruning=false -p:UseArtifactsOutput=true -p:ArtifactsPath="$users" >/dev/null ||
    echo "the packages of users' projects cannot be had" >&2
rm -rf "$users"

# Consul and etcd for the tests that need them, fetched before the network is taken away. What is missing is skipped with
# its reason; with CI=true that is a failure.
if ! backends=$(bash eng/backends.sh --print) && [ "${CI:-}" = true ]; then
    echo "the tests need Consul and etcd: with CI=true that is a failure" >&2
    exit 1
fi
eval "$backends"

# Two test projects at a time: most of a run is waiting for clocks and servers. The faults come last and alone, because they measure
# how long calls wait. Tests that build take no configuration from us:
# a variable CONFIGURATION would be one for MSBuild too.
run() {
    local status=0
    find tests -mindepth 2 -maxdepth 2 -name '*Tests.csproj' ! -name Micro.FaultTests.csproj | sort | run_projects "$@" || status=$?
    find tests -name Micro.FaultTests.csproj | run_projects "$@" || status=$?
    return "$status"
}

# run_projects <command>...: reads projects and runs the tests of each by the command.
run_projects() {
    test_results=$results test_configuration=$configuration \
        xargs -P 2 -I '{}' "$@" sh -c '
            log=$(mktemp)
            dotnet test "$1" --no-build --configuration "$test_configuration" --nologo --results-directory "$test_results" --logger "trx;LogFileName=$(basename "$1" .csproj).trx" >"$log" 2>&1
            status=$?
            cat "$log"
            rm "$log"
            exit $status' sh '{}'
}

can_isolate() {
    [ "$(uname -s)" = Linux ] && [ "$(id -u)" = 0 ] && command -v ip >/dev/null && unshare --net true 2>/dev/null
}

if can_isolate; then
    export MICRO_TEST_MULTICAST=1
    run unshare --net sh -c '
        ip link set lo up
        ip link set lo multicast on
        ip route add 224.0.0.0/4 dev lo src 127.0.0.1
        exec "$@"' sh
    exit
fi

if [ "${CI:-}" = true ]; then
    echo "the multicast tests need Linux, root, unshare and ip: with CI=true that is a failure" >&2
    exit 1
fi

echo "multicast tests will be skipped: they need Linux, root, unshare and ip" >&2
run env
