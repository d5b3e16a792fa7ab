#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# build.sh: makes the Debian packages from what is in the working tree, in $COHORT_BUILD/deb. Needs
# no root.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=${COHORT_VERSION:?set by the Makefile: run make deb}
out=${COHORT_BUILD:?}/deb
tree=$out/cohort-$version

if ! head -n 1 packaging/debian/changelog | grep -qF "cohort ($version)"; then
    echo "deb: packaging/debian/changelog does not begin with version $version" >&2
    exit 1
fi
rm -rf -- "$out"
mkdir -p "$tree"
git ls-files -z | while IFS= read -r -d '' file; do
    [[ ! -f $file ]] || printf '%s\0' "$file"
done | tar -c --null -T - | tar -x -C "$tree"
cp -r "$tree/packaging/debian" "$tree/debian"
# What this make was told is not for the one inside.
cd "$tree" && env -u MAKEFLAGS -u MFLAGS -u COHORT_BUILD -u DESTDIR -u PREFIX \
    dpkg-buildpackage --build=binary --no-sign
echo
ls -1 "$out"/*.deb
