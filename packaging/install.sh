#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# install.sh install | uninstall: programs, manual pages, systemd unit and completion under
# $DESTDIR$PREFIX. UNITDIR is where systemd looks for units. Configuration, keys and state
# (/etc/cohort, /var/lib/cohort) are never touched.
set -euo pipefail
cd "$(dirname "$0")/.."

build=${COHORT_BUILD:?set by the Makefile: run make install}
prefix=${PREFIX:-/usr/local}
unitdir=${UNITDIR:-$prefix/lib/systemd/system}

# What is installed: mode, source, destination. A unit's and a page's source is made by prepare().
entries() {
    local page
    echo "755 $build/bin/cohortd $prefix/sbin/cohortd"
    echo "755 $build/bin/cohortctl $prefix/sbin/cohortctl"
    echo "644 $build/install/cohortd.service $unitdir/cohortd.service"
    echo "644 packaging/completion/cohortctl $prefix/share/bash-completion/completions/cohortctl"
    for page in docs/*.scd; do
        page=$(basename "$page" .scd)
        echo "644 $build/install/$page $prefix/share/man/man${page##*.}/$page"
    done
}

prepare() {
    local page
    command -v scdoc >/dev/null || {
        echo "install: scdoc is missing: make deps" >&2
        exit 1
    }
    mkdir -p "$build/install"
    sed "s,/usr/sbin/,$prefix/sbin/,g" packaging/systemd/cohortd.service >"$build/install/cohortd.service"
    for page in docs/*.scd; do
        page=$(basename "$page" .scd)
        scdoc <"docs/$page.scd" >"$build/install/$page"
    done
}

case ${1:-} in
install)
    prepare
    while read -r mode source destination; do
        install -D -m "$mode" "$source" "${DESTDIR:-}$destination"
        echo "${DESTDIR:-}$destination"
    done < <(entries)
    ;;
uninstall)
    while read -r _ _ destination; do
        rm -fv -- "${DESTDIR:-}$destination"
    done < <(entries)
    ;;
*)
    echo "usage: install.sh install | uninstall" >&2
    exit 1
    ;;
esac
