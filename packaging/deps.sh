#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# deps.sh [GROUP…]: install the Debian packages of deps.list that are missing (by
# default all groups but debug). With nothing missing it needs no network and no root, and says nothing.
set -euo pipefail

list=$(dirname "$0")/deps.list
groups=("${@:-all}")

die() {
    printf 'deps: %s\n' "$@" >&2
    exit 1
}

wanted() { # the list's package names of the groups asked for
    awk -v groups=" ${groups[*]} " '
        /^[a-z]/ && (groups ~ / all / && $1 != "debug" || index(groups, " " $1 " ")) { print $2 }' "$list"
}

installed() { # those of the patterns in $@ that are installed
    dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null | awk '/^ii/ { print $2 }' || true
}

# A series' plain kernels: 6.1.0-56-amd64 or 6.12.117+deb12-amd64, not -cloud- or -rt-.
series_regex() { # linux-headers|linux-image SERIES
    printf '^%s-%s[.][0-9]+(-[0-9]+|[+]deb12)-amd64$' "$1" "${2//./[.]}"
}

# The newest headers whose kernel can be had too, since the tests boot it.
newest_headers() { # SERIES
    comm -12 \
        <(apt-cache pkgnames "linux-headers-$1." | grep -E "$(series_regex linux-headers "$1")" |
            sed 's/^linux-headers-//' | sort) \
        <(apt-cache pkgnames "linux-image-$1." | grep -E "$(series_regex linux-image "$1")" |
            sed 's/^linux-image-//' | sort) |
        sort -V | tail -n 1 | sed 's/^/linux-headers-/'
}

find_missing() { # sets missing[]: package names, and linux-headers/SERIES as it is
    local name names
    local -A have=()
    mapfile -t names < <(wanted)
    while read -r name; do
        have[$name]=1
    done < <(installed "${names[@]}" 'linux-headers-*')
    missing=()
    for name in "${names[@]}"; do
        case $name in
        linux-headers/*)
            printf '%s\n' "${!have[@]}" |
                grep -qE "$(series_regex linux-headers "${name#*/}")" || missing+=("$name")
            ;;
        *) [[ -v have[$name] ]] || missing+=("$name") ;;
        esac
    done
}

as_root() {
    if [[ $EUID -eq 0 ]]; then
        "$@"
    else
        sudo "$@"
    fi
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# apt without questions; its words go to the log, its progress to the terminal.
apt() {
    local previous=-1 kind percent status=0
    : >"$log"
    # shellcheck disable=SC2016  # expanded by the inner shell
    as_root env DEBIAN_FRONTEND=noninteractive sh -c 'exec apt-get -y \
            -o APT::Status-Fd=3 -o DPkg::Lock::Timeout=600 \
            -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
            --no-install-recommends "$@" 3>&1 >&2' apt "$@" </dev/null 2>"$log" |
        while IFS=: read -r kind _ percent _; do
            percent=${percent%%[.,]*}
            case $kind in
            dlstatus) kind=downloaded ;;
            pmstatus) kind=installed ;;
            *) continue ;;
            esac
            if [[ -t 1 ]]; then
                printf '\r  %s %3d %%  ' "$kind" "$percent"
            elif ((percent / 25 != previous)); then
                previous=$((percent / 25))
                printf '  %s %3d %%\n' "$kind" "$percent"
            fi
        done || status=$?
    if [[ -t 1 ]]; then
        printf '\r                     \r'
    fi
    return $status
}

command -v apt-get >/dev/null || die "this needs Debian 12: apt-get is not here"
find_missing
((${#missing[@]})) || exit 0

if [[ $EUID -ne 0 ]] && ! command -v sudo >/dev/null; then
    die "missing packages: ${missing[*]}" "run 'make deps' as root (there is no sudo here)"
fi
[[ $(dpkg --print-architecture) == amd64 ]] ||
    die "the tests boot amd64 kernels, this is $(dpkg --print-architecture)"

echo "Reading Debian's package lists…"
apt update -q || true # one broken source need not matter: what counts is what can be found

found=()
for name in "${missing[@]}"; do
    package=$name
    [[ $name != linux-headers/* ]] || package=$(newest_headers "${name#*/}")
    if [[ -z $package ]] || ! apt-cache show --no-all-versions "$package" >/dev/null 2>&1; then
        die "no package source offers $name" \
            "check the network and /etc/apt/sources.list (Debian 12 main, and its security updates)" \
            "apt-get update said: $(grep -E '^(E|W|Err)' "$log" | tail -n 1)"
    fi
    found+=("$package")
done

echo "Installing ${#found[@]} packages and what they need: ${found[*]}"
if ! apt install "${found[@]}"; then
    tail -n 15 "$log" >&2
    die "apt-get could not install them: check the network, or its words above"
fi
find_missing
((${#missing[@]} == 0)) || die "still missing after apt-get: ${missing[*]}"
