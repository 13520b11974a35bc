#!/usr/bin/env bash
# docs.sh [bin]: builds the documentation and the API reference of all packages into artifacts/site, and opens nothing. A broken link or
# cross reference is an error. bin: the bin folder of a Release build with the artifacts layout; without it the packages are built first.
set -euo pipefail
cd "$(dirname "$0")/.."

output=$PWD/artifacts/docs
bin=${1:-$output/bin}
if [ $# -eq 0 ]; then
    dotnet build eng/Micro.Packages.slnf --configuration Release --nologo --verbosity quiet -p:RunAnalyzers=false \
        -p:UseArtifactsOutput=true -p:ArtifactsPath="$output"
fi

rm -rf "$output/assemblies" "$output/api" artifacts/site
mkdir -p "$output/assemblies"
for project in src/*/ tests/Micro.Registry.Conformance/; do
    name=$(basename "$project")
    # Generators run in a compiler and have no API.
    [[ $name == Micro.Generators* ]] || cp "$bin/$name/release/$name".{dll,xml,deps.json} "$output/assemblies"
done

dotnet tool restore
dotnet docfx eng/docs/docfx.json --warningsAsErrors --logLevel warning
echo "artifacts/site/index.html"
