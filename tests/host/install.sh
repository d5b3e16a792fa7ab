#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# make install and make uninstall, in a directory of this test's own.
#
# timeout: 300
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
source tests/vm/lib.sh

export COHORT_BUILD=${COHORT_BUILD:-$PWD/build}
root=$COHORT_BUILD/install-test

run_make() {
    env -u MAKEFLAGS make --no-print-directory BUILD="$COHORT_BUILD" DESTDIR="$root" PREFIX=/usr "$@"
}

no_program_is_missing() { # that the unit starts
    sed -n 's/^Exec[A-Za-z]*=[-@:+!]*\([^ ]*\).*/\1/p' "$root/usr/lib/systemd/system/cohortd.service" |
        while read -r program; do
            [[ -x $root$program || -x $program ]] || {
                echo "$program is not installed"
                exit 1
            }
        done
}

rm -rf -- "$root"
check 'make install succeeds' run_make install
check 'cohortctl runs' "$root/usr/sbin/cohortctl" --help
check 'cohortd runs' "$root/usr/sbin/cohortd" --version
for page in docs/*.scd; do
    page=$(basename "$page" .scd)
    check "the manual page $page is there" test -s "$root/usr/share/man/man${page##*.}/$page"
done
check 'what the systemd unit starts is installed' no_program_is_missing
check 'the completion is valid bash' bash -n "$root/usr/share/bash-completion/completions/cohortctl"
mkdir -p "$root/etc/cohort" && touch "$root/etc/cohort/key"
check 'make uninstall succeeds' run_make uninstall
check 'make uninstall leaves nothing but the configuration' \
    test "$(cd "$root" && find . -type f)" = ./etc/cohort/key
