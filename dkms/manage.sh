#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# manage.sh install              the module, by DKMS, for the running and each installed kernel
# manage.sh uninstall            takes it away again
# manage.sh stage DIRECTORY      only lays out the source tree that DKMS builds from
#
# COHORT_VERSION is the version; DKMS_TREE, DKMS_SOURCE and DKMS_INSTALL replace /var/lib/dkms,
# /usr/src and /lib/modules.
set -euo pipefail
cd "$(dirname "$0")/.."

version=${COHORT_VERSION:?set by the Makefile: run make dkms-install}
dkms_tree=${DKMS_TREE:-/var/lib/dkms}
source_tree=${DKMS_SOURCE:-/usr/src}
install_tree=${DKMS_INSTALL:-/lib/modules}

say() { printf 'dkms: %s\n' "$@"; }
die() {
    printf 'dkms: %s\n' "$@" >&2
    exit 1
}

run_dkms() { # COMMAND…
    local private=()
    # depmod knows only /lib/modules, and a private tree is none of its business.
    [[ $install_tree == /lib/modules ]] || private=(--no-depmod)
    dkms "$@" --dkmstree "$dkms_tree" --sourcetree "$source_tree" --installtree "$install_tree" \
        "${private[@]}"
}

stage() { # DIRECTORY
    rm -rf -- "$1"
    mkdir -p -- "$1"
    cp -r kmod/. include "$1/"
    sed "s/#MODULE_VERSION#/$version/" dkms/dkms.conf >"$1/dkms.conf"
}

forget() { # what DKMS has of this version; no error if there is nothing
    if [[ -d $dkms_tree/cohort/$version ]]; then
        run_dkms remove "cohort/$version" --all
    fi
}

kernels() { # the running one, and each whose modules are installed
    {
        uname -r
        find /lib/modules -mindepth 2 -maxdepth 2 -name modules.order -printf '%h\n' | sed 's,.*/,,'
        find /lib/modules -mindepth 2 -maxdepth 2 -name build -printf '%h\n' | sed 's,.*/,,'
    } | sort -Vu
}

dkms_has() { # KERNEL: it got the module
    [[ -d $dkms_tree/cohort/$version/$1 ]]
}

supported() { # KERNEL
    local BUILD_EXCLUSIVE_KERNEL
    BUILD_EXCLUSIVE_KERNEL=$(sed -n 's/^BUILD_EXCLUSIVE_KERNEL="\(.*\)"$/\1/p' dkms/dkms.conf)
    [[ $1 =~ $BUILD_EXCLUSIVE_KERNEL ]]
}

install() {
    local kernel done=0 failed=0
    forget
    stage "$source_tree/cohort-$version"
    run_dkms add "cohort/$version"
    while read -r kernel; do
        if ! supported "$kernel"; then
            say "$kernel: left out, Cohort is for kernels 6.1 to 6.12"
        elif [[ ! -e /lib/modules/$kernel/build/Makefile ]]; then
            say "$kernel: left out for want of its headers; apt-get install linux-headers-$kernel builds it by itself"
        elif run_dkms install "cohort/$version" -k "$kernel" </dev/null; then
            say "$kernel: installed"
            done=$((done + 1))
        else
            say "$kernel: failed, see $dkms_tree/cohort/$version/build/make.log" >&2
            failed=$((failed + 1))
        fi
    done < <(kernels)
    ((failed == 0)) || exit 1
    if ((done > 0)) && ! dkms_has "$(uname -r)"; then
        say "WARNING: the running kernel $(uname -r) has no module yet, see above; another has" >&2
    fi
    ((done > 0)) || die "no installed kernel could get the module, see above"
}

uninstall() {
    forget
    rm -rf -- "${source_tree:?}/cohort-$version"
    say "cohort $version removed"
}

need_tools() {
    command -v dkms >/dev/null || die "dkms is not installed: apt-get install dkms"
    [[ $EUID -eq 0 || -n ${DKMS_TREE:-} ]] || die "must be root: sudo make dkms-$1"
}

case ${1:-} in
stage) stage "${2:?a directory}" ;;
install | uninstall)
    need_tools "$1"
    "$1"
    ;;
*) die "usage: manage.sh install | uninstall | stage DIRECTORY" ;;
esac
