#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the debug kernel finds fails a run, with its words: seen with a module that
# has every kind of fault, in a guest whose script ends well.
#
# kernels: debug
# timeout: 900
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
source tests/vm/lib.sh

export COHORT_BUILD=${COHORT_BUILD:-$PWD/build}
work=$COHORT_BUILD/faulty
said=$work/said

build() {
    local tree
    tree=$(tests/vm/run --tree debug) || return
    mkdir -p "$work"
    cp -u tests/vm/debug/faulty.c "$work"
    echo 'obj-m := faulty.o' >"$work/Kbuild"
    env -u MAKEFLAGS make -s -C "$tree" M="$work" modules
}

check "a module with faults" build || bail "there is nothing to find"
tests/vm/run --kernel debug tests/vm/debug/faulty.sh >"$said" 2>&1
is "the run fails, though its script does not" $? 1
while IFS='|' read -r what words; do
    check "$what is told" grep -q "$words" "$said"
done <<'END'
a use after free|BUG: KASAN: slab-use-after-free in use_after_free
a lock order that can deadlock|WARNING: possible circular locking dependency detected
a sleep where there must be none|BUG: sleeping function called from invalid context
a leak|unreferenced object 0x[0-9a-f]* (size 2
END
((tap_failed == 0)) || diag "$(<"$said")"
