# SPDX-License-Identifier: GPL-2.0-or-later
"""The cases of module-netlink.sh: `ok WHAT` or `not_ok WHAT` a line."""
import errno
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from genl import NLM_F_DUMP, Cohort, Refused, boottime_ns, vip  # noqa: E402

cohort = Cohort()
KEY = bytes(range(16))
WEB = {"name": "web", "ifname": "eth8", "vip": [vip("192.0.2.50", 24)], "buckets": 10}


def tell(good, what, *why):
    print("ok" if good else "not_ok", what, flush=True)
    if not good:
        print("seen:", *why, flush=True)


def refused(what, code, words, attribute, command, flags=0, **values):
    try:
        cohort(command, flags, **values)
    except Refused as no:
        good = (no.code == code and words in no.words and no.words.count("\n") == 0
                and (attribute is None or no.attribute == attribute))
        tell(good, f"{what}: refused", no)
    else:
        tell(False, f"{what}: refused", "it was done")


def new(**changes):
    values = {key.replace("-", "_"): value for key, value in {**WEB, **changes}.items()}
    return {key: value for key, value in values.items() if value is not None}


def of(name):
    return cohort("cluster-get", name=name)[0]


def buckets_of(name):
    return cohort("bucket-get", name=name)[0]


def configuration():
    refused("no name", errno.EINVAL, "name", None, "cluster-new", **new(name=None))
    for name in ("", "Web", "a b", "w.b"):
        refused(f"the name '{name}'", errno.EINVAL, "a-z", "name", "cluster-new", **new(name=name))
    refused("a name of 32", errno.EINVAL, "", "name", "cluster-new", **new(name="x" * 32))
    refused("no device", errno.EINVAL, "device", None, "cluster-new", **new(ifname=None))
    refused("an unknown device", errno.ENODEV, "no device nix0", "ifname", "cluster-new", **new(ifname="nix0"))
    refused("the loopback device", errno.EINVAL, "Ethernet", "ifname", "cluster-new", **new(ifname="lo"))
    refused("no VIP", errno.EINVAL, "VIP", None, "cluster-new", **new(vip=None))
    for text in ("0.0.0.0", "127.0.0.1", "224.0.0.5", "255.255.255.255"):
        refused(f"the VIP {text}", errno.EINVAL, "unicast", "vip.address", "cluster-new", **new(vip=[vip(text)]))
    for text in ("::", "::1", "ff02::1", "fe80::50", "::ffff:192.0.2.50"):
        refused(f"the VIP {text}", errno.EINVAL, "unicast", "vip.address", "cluster-new", **new(vip=[vip(text)]))
    refused("a VIP of 5 bytes", errno.EINVAL, "4 bytes", "vip.address", "cluster-new",
            **new(vip=[{"address": bytes(5)}]))
    refused("a VIP without address", errno.EINVAL, "no address", "vip", "cluster-new",
            **new(vip=[{"prefix-len": 24}]))
    for length in (0, 33):
        refused(f"a prefix of {length}", errno.EINVAL, "1 to 32", "vip.prefix-len", "cluster-new",
                **new(vip=[vip("192.0.2.50", length)]))
    refused("an IPv6 prefix of 0", errno.EINVAL, "1 to 128", "vip.prefix-len", "cluster-new",
            **new(vip=[vip("2001:db8::50", 0)]))
    refused("clusterip for IPv6", errno.EINVAL, "IPv4 alone", "hash-function", "cluster-new",
            **new(vip=[vip("192.0.2.50"), vip("2001:db8::50")], hash_function=1))
    refused("a prefix of 129", errno.ERANGE, "", "vip.prefix-len", "cluster-new",
            **new(vip=[vip("192.0.2.50", 129)]))
    refused("a VIP twice", errno.EINVAL, "twice", "vip", "cluster-new", **new(vip=[vip("192.0.2.50")] * 2))
    refused("65 VIPs", errno.E2BIG, "64", "vip", "cluster-new",
            **new(vip=[vip(f"192.0.2.{i}") for i in range(1, 66)]))
    for attr, value in (("buckets", 0), ("buckets", 65537), ("hash-mode", 3), ("hash-function", 2),
                        ("l2-mode", 3), ("lease-ms", 3600001)):
        refused(f"{attr} {value}", errno.ERANGE, "", attr, "cluster-new", **new(**{attr: value}))
    refused("a key of 15 bytes", errno.ERANGE, "", "hash-key", "cluster-new", **new(**{"hash-key": bytes(15)}))
    refused("a key for clusterip", errno.EINVAL, "siphash", "hash-key", "cluster-new",
            **new(**{"hash-key": KEY, "hash-function": 1}))
    refused("a seed for siphash", errno.EINVAL, "clusterip", "hash-seed", "cluster-new", **new(**{"hash-seed": 1}))
    for l2_mode, mac in ((0, "ffffffffffff"), (0, "020000000001"), (1, "01005e000001"), (2, "01005e000001"), (2, "00163e000001")):
        refused(f"MAC {mac} in L2 mode {l2_mode}", errno.EINVAL, "L2 mode", "mac", "cluster-new",
                **new(**{"l2-mode": l2_mode, "mac": bytes.fromhex(mac)}))
    refused("an attribute of other operations", errno.EINVAL, "", None, "cluster-new", **new(epoch=1))
    refused("an attribute of none", errno.EINVAL, "", None, "cluster-new", **new(), **{"state": 0})
    tell(cohort.dump("cluster-get") == [], "no refusal left a cluster behind")


def conflicts():
    cohort("cluster-new", **new(**{"hash-key": KEY}))
    refused("a name that is taken", errno.EEXIST, "cluster web", "name", "cluster-new", **new())
    for ifname in ("eth8", "eth9"):
        refused(f"a VIP that is taken, on {ifname}", errno.EADDRINUSE, "192.0.2.50 is a VIP of cluster web", "vip",
                "cluster-new", **new(name="two", ifname=ifname))
    cohort("cluster-new", **new(name="two", vip=[vip("192.0.2.60")]))
    before = of("two")
    refused("to take another's VIP", errno.EADDRINUSE, "cluster web", "vip", "cluster-set",
            name="two", vip=[vip("192.0.2.61"), vip("192.0.2.50")])
    tell(of("two") == before, "and nothing changed")
    cohort("cluster-set", name="two", vip=[vip("192.0.2.61", 24), vip("192.0.2.60")])
    tell(of("two")["vip"] == [vip("192.0.2.61", 24), vip("192.0.2.60", 32)], "VIPs are replaced as a whole",
         of("two"))
    tell(of("two")["mac"] == before["mac"], "and the MAC stays")
    cohort("cluster-set", name="two", **{"l2_mode": 2})
    tell(of("two")["mac"] == bytes.fromhex("02c0c000023d"), "until the L2 mode is another", of("two"))
    cohort("cluster-del", name="two")
    refused("what is gone", errno.ENOENT, "no cluster two", "name", "cluster-get", name="two")
    refused("a dump with a name", errno.EINVAL, "dump", None, "cluster-get", flags=NLM_F_DUMP, name="web")


def buckets():
    own = bytes([0xFF, 0xFF, 0x0F])
    refused("states of too few bytes", errno.EINVAL, "10 buckets take 3", "states", "bucket-set",
            name="web", epoch=1, states=b"\0\0")
    refused("states behind the last bucket", errno.EINVAL, "last bucket", "states", "bucket-set",
            name="web", epoch=1, states=b"\0\0\x10")
    refused("no epoch", errno.EINVAL, "epoch", None, "bucket-set", name="web", states=own)
    refused("a mask of too many bytes", errno.EINVAL, "10 buckets take 2", "mask", "bucket-change",
            name="web", state=3, mask=bytes(3))
    refused("a mask behind the last bucket", errno.EINVAL, "last bucket", "mask", "bucket-change",
            name="web", state=3, mask=b"\0\x04")
    refused("state 4", errno.ERANGE, "", "state", "bucket-change", name="web", state=4, mask=bytes(2))
    cohort("bucket-set", name="web", epoch=7, states=own, deadline=boottime_ns() + 10**9 * 60)
    seen = buckets_of("web")
    tell((seen["epoch"], seen["states"], seen["lease-state"]) == (7, own, 1), "states, epoch and deadline", seen)
    tell(50000 < seen["remaining-ms"] <= 60000, "and what remains", seen)
    refused("an older epoch", errno.ESTALE, "7 now", "epoch", "bucket-set", name="web", epoch=6, states=bytes(3))
    refused("a renewal for another epoch", errno.ESTALE, "7 now", "epoch", "lease-renew", name="web", epoch=8,
            deadline=boottime_ns())
    refused("a deadline that never comes", errno.EINVAL, "would never end", "deadline", "lease-renew", name="web",
            deadline=0)
    refused("a deadline beyond an hour", errno.ERANGE, "3600000 ms", "deadline", "lease-renew", name="web",
            deadline=boottime_ns() + 10**9 * 3700)
    tell(buckets_of("web")["deadline"] == seen["deadline"], "and nothing changed")
    refused("another hash while buckets are held", errno.EBUSY, "held", None, "cluster-set", name="web",
            **{"hash_mode": 0})
    cohort("bucket-set", name="web", epoch=8, states=bytes(3))
    cohort("cluster-set", name="web", hash_mode=0, buckets=20)
    tell((of("web")["buckets"], of("web")["epoch"]) == (20, 8), "then it changes, and the epoch stays", of("web"))


def control():
    first = cohort("control-claim", name="web")[0]
    tell((first["generation"], first["epoch"]) == (1, 8), "control is claimed, and what is held is told", first)
    idle = bytes(5)
    refused("a change from who claimed nothing", errno.EPERM, "claimed", None, "bucket-change",
            name="web", state=3, mask=bytes(3))
    cohort("bucket-set", name="web", epoch=9, states=idle, generation=1)
    second = cohort("control-claim", name="web")[0]
    tell(second["generation"] == 2, "it is claimed anew", second)
    refused("the former controller's states", errno.EPERM, "2 now", "generation", "bucket-set",
            name="web", epoch=10, states=idle, generation=1)
    refused("its renewal", errno.EPERM, "2 now", "generation", "lease-renew",
            name="web", generation=1, deadline=boottime_ns())
    for what, change in (("a lease", {"lease_ms": 500}), ("other VIPs", {"vip": [vip("192.0.2.99", 24)]}),
                         ("another seed", {"hash_seed": 7}), ("another MAC", {"mac": bytes.fromhex("01005e000050")})):
        refused(f"{what} from who claimed nothing", errno.EPERM, "claimed", None, "cluster-set", name="web", **change)
    cohort("cluster-set", name="web", lease_ms=500, generation=2)
    tell(of("web")["lease-ms"] == 500, "the controller may set it", of("web"))


def secrets():
    tell(of("web")["hash-key"] == KEY, "an administrator is told the key")
    child = os.fork()
    if not child:
        os.setgroups([])
        os.setresuid(65534, 65534, 65534)
        global cohort
        cohort = Cohort()
        seen = of("web")
        tell("hash-key" not in seen and seen["mac"], "others are told all but the key", seen)
        tell("hash-key" not in cohort.dump("cluster-get")[0], "by a dump, too")
        refused("a change from them", errno.EPERM, "", None, "cluster-del", name="web")
        os._exit(0)
    os.waitpid(child, 0)


def sizes():
    for i in range(63):
        cohort("cluster-new", name=f"c{i}", ifname="eth9",
               vip=[vip(f"10.{i}.0.{j}", 24) for j in range(1, 65)])
    seen = cohort.dump("cluster-get")
    tell(len(seen) == 64 and all(len(one["vip"]) == 64 for one in seen[1:]), "a dump of 64 clusters of 64 VIPs")
    tell(not cohort.interrupted, "is not marked as interrupted")
    tell(len(of("c5")["vip"]) == 64, "one of them fits a reply")
    cohort("cluster-new", name="big", ifname="eth9", vip=[vip("10.99.0.1")], buckets=65536)
    full = b"\xff" * 16384
    cohort("bucket-set", name="big", epoch=1, states=full)
    tell(buckets_of("big")["states"] == full, "65536 buckets")
    refused("a request too large for a formatted refusal", errno.EINVAL, "", "states", "bucket-set",
            name="web", epoch=99, states=full, generation=2)
    for one in cohort.dump("cluster-get"):
        cohort("cluster-del", name=one["name"])
    tell(cohort.dump("cluster-get") == [], "all are deleted")


configuration()
conflicts()
buckets()
control()
secrets()
sizes()
