# SPDX-License-Identifier: GPL-2.0-or-later
"""clusterip-rules.py DEVICE: rules that no iptables would make, and what becomes of each."""
import errno
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from iptables import NEW, Filter, clusterip, entry  # noqa: E402

VIP = "10.0.0.50"
DEVICE = sys.argv[1].encode()
DIRECTORY = pathlib.Path("/proc/net/ipt_CLUSTERIP")
table = Filter()


def to_vip(aim, device=DEVICE, dst=VIP, mask="255.255.255.255"):
    return entry(aim, dst, mask, device)


def told(*rules):
    """The file's content, or the error's name; nothing stays."""
    try:
        table.replace(table.prepared(*rules))
    except OSError as no:
        result = errno.errorcode[no.errno]
    else:
        result = (DIRECTORY / VIP).read_bytes()
        table.replace(table.prepared())
    return f"{result}, and something stays" if os.listdir(DIRECTORY) else result


def case(what, **wrong):
    print(f"{what}: {told(to_vip(clusterip(**wrong)))}")


case("as iptables would")
for number in 2, 3, 255, 0xffffffff:
    case(f"mode {number}", mode=number)
for number in 0, 16, 17, 0xffff:
    case(f"{number} local nodes", count=number, local=range(1, 17), total=16)
for number in 0, 2, 3, 32, 65, 0xffff:
    case(f"local node {number}", local=(number,))
case("a local node twice", local=(2, 2, 1))
for number in 0, 1, 0xffff:
    case(f"{number} nodes", total=number)
for mac in "00:00:00:00:00:00", "02:00:5e:00:00:50", "ff:ff:ff:ff:ff:ff":
    case(f"the MAC {mac}", mac=mac)
for flags in 0, 2, 3, 0xffffffff:
    case(f"flags {flags:#x}", flags=flags)
for size in 0, 56, 60, 72:
    case(f"a target of {size} bytes", size=size)
case("another revision", revision=1)
for device in b"", b"e", b"e" * 15, b"e" * 16, DEVICE.ljust(15, b"\0") + b"0":
    print(f"the device {device}: {told(to_vip(clusterip(), device))}")
for dst, mask in ((VIP, "0.0.0.0"), (VIP, "255.255.255.254"), ("0.0.0.0", "255.255.255.255"),
                  ("224.0.0.1", "255.255.255.0")):
    print(f"to {dst}/{mask}: {told(to_vip(clusterip(), dst=dst, mask=mask))}")
print(f"a rule that begins, one that shares: {told(to_vip(clusterip()), to_vip(clusterip(flags=0), b''))}")
print(f"one that shares, a rule that begins: {told(to_vip(clusterip(flags=0)), to_vip(clusterip()))}")
print(f"a hundred that share, and one that cannot: "
      f"{told(*[to_vip(clusterip(flags=NEW))] * 100, to_vip(clusterip(mac='01:00:5e:00:00:51')))}")
