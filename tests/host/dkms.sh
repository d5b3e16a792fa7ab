#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# DKMS builds and installs the module for both kernels, in trees of this test's own, and what it
# built loads into a real kernel.
#
# timeout: 1200
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
source tests/vm/lib.sh

export COHORT_BUILD=${COHORT_BUILD:-$PWD/build}
tree=$COHORT_BUILD/dkms-test
version=$(sed -n 's,^project.cohort VERSION \([0-9.]*\).*,\1,p' CMakeLists.txt)

# In the place of root a namespace's root will do: all that is written is in $tree.
manage() {
    local become=()
    [[ $EUID -eq 0 ]] || become=(unshare --map-root-user)
    # Without sign-file DKMS signs nothing, and so makes no key in /var/lib/dkms.
    COHORT_VERSION=$version DKMS_TREE=$tree/dkms DKMS_SOURCE=$tree/src DKMS_INSTALL=$tree/modules \
        sign_file=/nonexistent "${become[@]}" dkms/manage.sh "$@"
}

module_of() { # KERNEL: where DKMS installed it
    find "$tree/modules/$1" -name 'cohort.ko*' 2>/dev/null
}

is_for() { # KERNEL
    [[ $(modinfo -F vermagic "$(module_of "$1")") == "$1 "* ]]
}

rm -rf -- "$tree"
mkdir -p "$tree/dkms" "$tree/src" "$tree/modules"
for kernel in /lib/modules/*/; do # DKMS installs for kernels that are there
    mkdir "$tree/modules/$(basename "$kernel")"
done
check 'dkms-install succeeds' manage install
for series in 6.1 6.12; do
    kernel=$(tests/vm/run --resolve "$series")
    check "$series: a module for $kernel is installed" is_for "$kernel"
    check "$series: it loads, serves its netlink family, unloads, and is autoloaded" \
        tests/vm/run --kernel "$kernel" tests/host/guest/load-module.sh "$(module_of "$kernel")"
done
check 'dkms-install again replaces it' manage install
check 'dkms-uninstall succeeds' manage uninstall
check 'dkms-uninstall leaves nothing' test -z "$(find "$tree" -name '*cohort*')"
