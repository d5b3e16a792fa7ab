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
as_root() {
    if [[ $EUID -eq 0 ]]; then "$@"; else unshare --map-root-user "$@"; fi
}

manage() {
    # Without sign-file DKMS signs nothing, and so makes no key in /var/lib/dkms.
    COHORT_VERSION=$version DKMS_TREE=$tree/dkms DKMS_SOURCE=$tree/src DKMS_INSTALL=$tree/modules \
        sign_file=/nonexistent as_root dkms/manage.sh "$@"
}

give_back() { # KERNEL: as when its packages are removed one after the other
    as_root dkms uninstall "cohort/$version" -k "$1" --kernelsourcedir /nonexistent --no-depmod \
        --dkmstree "$tree/dkms" --sourcetree "$tree/src" --installtree "$tree/modules"
}

module_of() { # KERNEL [MODULE]: where DKMS installed it
    find "$tree/modules/$1" -name "${2:-cohort}.ko*" 2>/dev/null
}

is_for() { # KERNEL [MODULE]
    [[ $(modinfo -F vermagic "$(module_of "$@")") == "$1 "* ]]
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
    drop_in=$(module_of "$kernel" ipt_CLUSTERIP)
    if [[ $series == 6.1 ]]; then
        is "$series has the target CLUSTERIP, and gets no other" "$drop_in" ''
    else
        check "$series has it no more, and gets the drop-in" is_for "$kernel" ipt_CLUSTERIP
    fi
    check "$series: they load, serve the netlink family and iptables, unload, and are autoloaded" \
        tests/vm/run --kernel "$kernel" tests/host/guest/load-module.sh "$(module_of "$kernel")" "$drop_in"
done
check 'dkms-install again replaces it' manage install
check 'one kernel gives them back, its headers being gone' give_back "$kernel"
is 'it has none of them' "$(module_of "$kernel")$(module_of "$kernel" ipt_CLUSTERIP)" ''
check 'dkms-uninstall succeeds' manage uninstall
check 'dkms-uninstall leaves nothing' test -z "$(find "$tree" -name '*cohort*' -o -name '*CLUSTERIP*')"
