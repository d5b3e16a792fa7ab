#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# First program of a guest: puts the kernel's own tree over the host's files,
# a tmpfs over both, and goes there.
bb=/bin/busybox
$bb mount -t proc proc /proc
$bb mount -t sysfs sysfs /sys
$bb mount -t devtmpfs devtmpfs /dev

die() {
	echo "initramfs: $*" >/dev/console
	$bb reboot -f
}

for module in $($bb cat /modules/order); do
	$bb insmod "/modules/$module" || die "cannot load $module"
done

options=trans=virtio,version=9p2000.L,msize=262144,cache=loose,ro
$bb mount -t 9p -o $options host /host || die "cannot mount the host's files"
$bb mount -t 9p -o $options kernel /kernel || die "cannot mount the kernel's files"
$bb mount -t tmpfs -o mode=755 tmpfs /rw
$bb mkdir /rw/upper /rw/work
$bb mount -t overlay -o lowerdir=/kernel:/host,upperdir=/rw/upper,workdir=/rw/work overlay /root ||
	die "cannot lay the file systems over each other"

for dir in proc sys dev; do
	$bb mount --move "/$dir" "/root/$dir"
done
$bb mount -t tmpfs -o mode=755 tmpfs /root/run
$bb mkdir /root/run/job /root/run/host
$bb cp /job/* /root/run/job/
# A checkout or build tree below /tmp is looked for here, since /tmp is hidden.
$bb mount --move /host /root/run/host
exec $bb switch_root -c /dev/console /root "$($bb cat /job/init)"
