#!/usr/bin/env bash
# Brings the registry servers that tests and samples run against, Consul, NATS and two versions of etcd, without touching the
# system: what is on PATH is used; else, on Debian, packages are downloaded and unpacked into eng/cache. Elsewhere it says
# what to install.
#
#   bash eng/backends.sh                       brings them, says where they are
#   eval "$(bash eng/backends.sh --print)"     the same, and puts them on PATH of this shell: consul, nats-server, etcd 3.5 or newer,
#                                              etcdctl; MICRO_ETCD_34 becomes the folder of etcd 3.4, which the tests use too
#   bash eng/backends.sh --mirrors             shows the package mirrors found in apt's configuration, best first
#
# Exits with 1 when one is missing; --print then still prints the lines for the others.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${MICRO_BACKENDS_CACHE:-$here/cache}
unpacked=$cache/root
older=$cache/etcd-3.4

say() { echo "backends: $*" >&2; }

# One line per usable entry of apt's configuration: "<rank> <keyring> <uri>". Rank 1 names Debian's archive key itself;
# rank 2 names no key, which is how older systems are set up. Everything else, comments and disabled entries are passed over.
# Which suites an entry names only matters for security updates, which hold none of our packages.
read_one_line() {
    awk '
        { sub(/#.*/, "") }
        $1 != "deb" { next }
        {
            line = $0; options = ""
            sub(/^[ \t]*deb[ \t]+/, "", line)
            if (line ~ /^\[/) { options = line; sub(/\].*/, "", options); sub(/^\[[ \t]*/, "", options); sub(/^\[[^]]*\][ \t]*/, "", line) }
            keyring = ""; count = split(options, parts, /[ \t]+/)
            for (i = 1; i <= count; i++) if (tolower(parts[i]) ~ /^signed-by\+?=/) { keyring = parts[i]; sub(/^[^=]*=/, "", keyring) }
            split(line, fields, /[ \t]+/)
            print fields[1] "\t" fields[2] "\t" keyring
        }' "$@"
}

read_deb822() {
    awk '
        function flush(   i, j, n, m, uris, suites) {
            if (types ~ /(^|[ \t])deb([ \t]|$)/ && enabled !~ /^(no|false|0|off|without|disable)$/) {
                n = split(uri, uris, /[ \t]+/); m = split(suite, suites, /[ \t]+/)
                for (i = 1; i <= n; i++) for (j = 1; j <= m; j++) if (uris[i] != "" && suites[j] != "") print uris[i] "\t" suites[j] "\t" keyring
            }
            types = uri = suite = keyring = enabled = field = ""
        }
        FNR == 1 { flush() }
        /^[ \t]*#/ { next }
        /^[ \t]*$/ { flush(); next }
        {
            value = $0
            if (value !~ /^[ \t]/) { field = tolower(value); sub(/:.*/, "", field); sub(/^[^:]*:/, "", value) }
            gsub(/^[ \t]+|[ \t]+$/, "", value)
            if (field == "types") types = types " " value
            else if (field == "uris") uri = uri " " value
            else if (field == "suites") suite = suite " " value
            else if (field == "signed-by") keyring = keyring (keyring == "" ? "" : " ") value
            else if (field == "enabled") enabled = tolower(value)
        }
        END { flush() }' "$@"
}

apt_path() {
    local value
    eval "$(apt-config shell value "$1")"
    echo "$value"
}

mirrors() {
    local list parts files=() stanzas=() file
    list=$(apt_path Dir::Etc::sourcelist/f)
    parts=$(apt_path Dir::Etc::sourceparts/d)
    [ -f "$list" ] && files+=("$list")
    for file in "$parts"/*; do
        case $file in
            *.list) [ -f "$file" ] && files+=("$file") ;;
            *.sources) [ -f "$file" ] && stanzas+=("$file") ;;
        esac
    done
    {
        [ ${#files[@]} -eq 0 ] || read_one_line "${files[@]}"
        [ ${#stanzas[@]} -eq 0 ] || read_deb822 "${stanzas[@]}"
    } | awk -F '\t' '
        $2 ~ /-security$|\/updates$|-debug$/ { next }
        $2 ~ /\/$/ { next }
        {
            rank = $3 == "" ? 2 : $3 ~ /(^|[ \t,])[^ \t,]*\/debian-archive-[^\/ \t,]*\.(gpg|asc|pgp)([ \t,]|$)/ ? 1 : 0
            if (rank && !seen[$1]++) print rank "\t" $1 "\t" $3
        }' | sort -s -n -k1,1
}

# The keys that prove a package is Debian's own: what the entry names and every key file of the archive.
keyrings() {
    local all=() file
    for file in ${1//,/ } /usr/share/keyrings/debian-archive-*.gpg; do
        [ -r "$file" ] && all+=("$file")
    done
    local IFS=,
    echo "${all[*]}"
}

apt_in_cache() {
    local state=$1
    shift
    "$@" -q \
        -o Dir::State="$state" -o Dir::State::status="$state/status" -o Dir::Cache="$state/cache" \
        -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
        -o APT::Sandbox::User="$(id -un)" -o Acquire::Check-Valid-Until=false -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
        -o Acquire::Retries=2 -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30 -o APT::Get::List-Cleanup=false
}

# fetch <folder> <suite> <package>...: unpacked there, from the first mirror that has the suite, signed by Debian.
fetch() {
    local folder=$1 suite=$2 state rank uri keyring keys package
    shift 2
    state=$cache/apt/$suite
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$cache/packages/$suite" "$folder"
    : >"$state/status"
    while IFS=$'\t' read -r rank uri keyring; do
        keys=$(keyrings "$keyring")
        if [ -z "$keys" ]; then
            say "no key file of Debian's archive in /usr/share/keyrings: install debian-archive-keyring"
            return 1
        fi

        echo "deb [signed-by=$keys] $uri $suite main" >"$state/sources.list"
        apt_in_cache "$state" apt-get update -o APT::Update::Error-Mode=any >&2 || continue
        (cd "$cache/packages/$suite" && rm -f -- "${@/%/_*.deb}" && apt_in_cache "$state" apt-get download "$@" >&2) || continue
        for package in "$@"; do
            dpkg -x "$cache/packages/$suite/$package"_*.deb "$folder" || return 1
        done

        return 0
    done < <(mirrors)
    return 1
}

runs() { "$1" --version >/dev/null 2>&1 || "$1" version >/dev/null 2>&1; }

# The version of a binary as a number, 3.5.16 as 305.
version() {
    { "$1" --version 2>/dev/null || "$1" version; } |
        awk 'match($0, /[0-9]+\.[0-9]+/) { split(substr($0, RSTART, RLENGTH), part, "."); print part[1] * 100 + part[2]; exit }'
}

# find_binary <name> <folder> <lowest version> <highest version>: on PATH, where the caller says, or unpacked in the folder.
find_binary() {
    local path found
    for path in "$(command -v "$1" 2>/dev/null)" "${MICRO_ETCD_34:-/nowhere}/$1" "$2/usr/bin/$1" "$2/usr/sbin/$1"; do
        [ -n "$path" ] && [ -x "$path" ] && runs "$path" || continue
        found=$(version "$path")
        [ "${found:-0}" -ge "$3" ] && [ "${found:-0}" -le "$4" ] && echo "$path" && return 0
    done

    return 1
}

is_debian() {
    # shellcheck disable=SC1091
    command -v apt-get >/dev/null && command -v dpkg >/dev/null && [ -r /etc/os-release ] && [ "$(. /etc/os-release && echo "$ID")" = debian ]
}

# bring <what> <how to get it elsewhere> <folder> <lowest> <highest version> <binaries> <suite:package,package>...: the first
# source whose binaries run wins.
bring() {
    local what=$1 advice=$2 folder=$3 lowest=$4 highest=$5 binaries=$6 binary source
    shift 6
    for source in "" "$@"; do
        if [ -n "$source" ]; then
            say "fetching $what from Debian's suite ${source%%:*}"
            # shellcheck disable=SC2046
            fetch "$folder" "${source%%:*}" $(tr ',' ' ' <<<"${source#*:}") || { say "suite ${source%%:*} does not give $what"; continue; }
        fi

        for binary in $binaries; do
            find_binary "$binary" "$folder" "$lowest" "$highest" >/dev/null || continue 2
        done

        for binary in $binaries; do
            say "$what: $(find_binary "$binary" "$folder" "$lowest" "$highest")"
        done

        return 0
    done

    say "$what is missing: $advice"
    return 1
}

# A library that fakes the wall clock of a process, for the test of clock steps; not needed to run anything.
bring_faketime() {
    local found
    found=$(find_faketime) || { is_debian && fetch "$unpacked" bookworm libfaketime && found=$(find_faketime); } || { say "libfaketime is missing: the test of clock steps is skipped; install libfaketime"; return 1; }
    say "libfaketime: $found"
}

find_faketime() {
    { find "$unpacked/usr/lib" /usr/lib -name libfaketime.so.1 2>/dev/null || true; } | grep -m 1 .
}

bring_all() {
    local consul=() etcd=() etcd34=() nats=() missing=0
    if is_debian; then
        consul=(bullseye:consul)
        etcd=(trixie:etcd-server,etcd-client)
        etcd34=(bookworm:etcd-server,etcd-client)
        nats=(bookworm:nats-server)
    fi

    bring Consul "install Consul 1.8 or newer and put it on PATH" "$unpacked" 108 9999 consul "${consul[@]}" || missing=1
    bring "etcd 3.5" "install etcd 3.5 or newer (etcd and etcdctl) and put it on PATH" "$unpacked" 305 9999 "etcd etcdctl" "${etcd[@]}" || missing=1
    bring "etcd 3.4" "tests against it are skipped; put etcd and etcdctl 3.4 into a folder and name it in MICRO_ETCD_34" \
        "$older" 304 304 "etcd etcdctl" "${etcd34[@]}" || missing=1
    bring NATS "install nats-server 2.9 or newer and put it on PATH" "$unpacked" 209 9999 nats-server "${nats[@]}" || missing=1
    bring_faketime || true
    return "$missing"
}

# Lines for a shell: what was fetched, after what is on PATH, unless an etcd there is not the one that was brought.
print_environment() {
    local etcd faketime
    [ -d "$unpacked/usr/bin" ] && printf 'export PATH="$PATH":%q\n' "$unpacked/usr/bin"
    [ -d "$unpacked/usr/sbin" ] && printf 'export PATH="$PATH":%q\n' "$unpacked/usr/sbin"
    etcd=$(find_binary etcd "$unpacked" 305 9999) && printf '[ "$(command -v etcd)" = %q ] || export PATH=%q:"$PATH"\n' "$etcd" "$(dirname "$etcd")"
    etcd=$(find_binary etcd "$older" 304 304) && printf 'export MICRO_ETCD_34=%q\n' "$(dirname "$etcd")"
    faketime=$(find_faketime) && printf 'export MICRO_LIBFAKETIME=%q\n' "$faketime"
    echo ':'
}

case ${1:-} in
    --mirrors)
        mirrors
        ;;
    "" | --print)
        mkdir -p "$cache"
        if command -v flock >/dev/null; then
            exec 9>"$cache/.lock"
            flock 9
        fi

        status=0
        bring_all || status=1
        if [ "${1:-}" = --print ]; then
            print_environment
        fi

        exit "$status"
        ;;
    *)
        say "unknown argument $1; known: --print, --mirrors"
        exit 2
        ;;
esac
