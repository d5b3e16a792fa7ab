#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The module with all of kbuild's warnings (W=1), sparse (C=2) and kernel-doc, for each kernel with
# headers. Warnings are failures; those that are in the kernel's own headers are not ours.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
build=${COHORT_BUILD:-$PWD/build}/lint
status=0

complaints() { # TREE: what is said of files in the tree, or of no file
    grep -E '(warning|error):|^ERROR|Error [0-9]' "$1/make.log" | grep -vE '^(\./|/usr/src/|/usr/lib/)[^ ]*: (warning|note)'
}

for headers in /lib/modules/*/build/Makefile; do
    kernel=${headers#/lib/modules/}
    kernel=${kernel%/build/Makefile}
    for source in kmod tests/bench/kmod; do
        tree=$build/$source/$kernel
        rm -rf -- "$tree"
        mkdir -p "$tree"
        cp -r "$source/." include "$tree/"
        MAKEFLAGS='' make -s -j"$(nproc)" -C "/lib/modules/$kernel/build" "M=$tree" \
            W=1 C=2 modules >"$tree/make.log" 2>&1 || {
            echo "$source does not build for $kernel:"
            cat "$tree/make.log"
            status=1
        }
        if complaints "$tree"; then
            echo "(of $source for $kernel)"
            status=1
        fi
    done
done

documented=$(git ls-files 'kmod/*.[ch]' 'include/cohort/*.h' 'tests/bench/kmod/*.[ch]')
# shellcheck disable=SC2086  # a list of files
if "${headers%/Makefile}/scripts/kernel-doc" -none $documented 2>&1 | grep -E 'warning|error'; then
    status=1
fi
exit $status
