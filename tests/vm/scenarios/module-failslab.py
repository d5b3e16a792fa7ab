# SPDX-License-Identifier: GPL-2.0-or-later
"""The cases of module-failslab.sh: `ok WHAT` or `not_ok WHAT` a line."""
import fcntl
import itertools
import os
import pathlib
import socket
import struct
import sys
import time
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import faults  # noqa: E402
from faults import NO_MEMORY, end_of_namespace, in_child, listening, names, tell, unshared  # noqa: E402
from genl import Cohort, Refused, boottime_ns, vip  # noqa: E402

SIOCSIFNAME = 0x8923
MANY = 65536
nth = faults.Nth()


# ---- the state, all of it ----------------------------------------------------

def lasting(values):
    """Without what moves by itself, and long ones short."""
    kept = {key: value if not isinstance(value, bytes) or len(value) < 64 else zlib.crc32(value)
            for key, value in values.items() if key != "remaining-ms"}
    if kept.get("lease-ms"):
        del kept["deadline"]
    return kept


def state(cohort):
    clusters = [lasting(one) for one in cohort.dump("cluster-get")]
    return (clusters, [buckets(cohort, one) for one in clusters], listening())


def buckets(cohort, cluster):
    seen = cohort("bucket-get", name=cluster["name"])[0]
    return lasting(seen | {"lease-ms": cluster["lease-ms"]})


def clear(cohort):
    for one in cohort.dump("cluster-get"):
        cohort("cluster-del", name=one["name"])


def web(cohort, **more):
    cohort("cluster-new", name="web", ifname="eth8", buckets=MANY,
           vip=[vip(f"192.0.2.{i}", 24) for i in range(50, 53)], **more)


def held(cohort):
    web(cohort)
    cohort("bucket-set", name="web", epoch=5, states=b"\xff" * (MANY // 4))


def two(cohort):
    web(cohort)
    cohort("cluster-new", name="two", ifname="eth8", vip=[vip("192.0.2.60")])


def crowd(cohort):
    for i in range(12):
        cohort("cluster-new", name=f"c{i}", ifname="eth8", vip=[vip(f"10.{i}.0.{j}", 24) for j in range(1, 65)])


# ---- one command, with each of its allocations failing once ------------------

def outcome(act):
    """What it returns, or the refusal: (answer, None) or (None, error)."""
    try:
        return act(), None
    except Refused as no:
        return None, no
    except OSError as no:  # by the socket: the answer, or the acknowledgement, is lost
        no.lost = True
        return None, no


def every(what, begin, act, answer=False):
    """`begin` makes the state that `act` finds. With `answer`, what it says must be whole, too."""
    cohort = Cohort()

    def anew():
        clear(cohort)
        begin(cohort)

    anew()
    wanted_answer = act(cohort)
    wanted = state(cohort)
    anew()
    before = state(cohort)
    done = refused = lost = 0
    for number in itertools.count(1):
        cohort.socket.close()
        cohort.connect()
        cohort.socket.settimeout(60)
        with nth(number):
            said, error = outcome(lambda: act(cohort))
        cohort.socket.close()
        cohort.connect()
        now = state(cohort)
        bad = None
        if error is None:
            done += 1
            if now != wanted or (answer and said != wanted_answer):
                bad = "it said that it was done, but it was not"
        elif getattr(error, "lost", False):
            lost += 1
            if error.errno not in NO_MEMORY or now not in (before, wanted):
                bad = f"{error}: neither done nor undone"
        else:
            refused += 1
            if error.code not in NO_MEMORY or now != before:
                bad = f"refused ({error}), but not undone, or not for want of memory"
        if bad:
            return tell(False, what, f"allocation {number}: {bad}\nbefore {before}\nnow {now}")
        if not nth.hit:
            break
        if now != before:
            anew()
    clear(cohort)
    tell(number > 1 and done, f"{what}: of {number - 1} allocations each may fail",
         f"{done} done, {refused} refused, {lost} unheard")
    print(f"{done} times done, {refused} refused, {lost} unheard", flush=True)


def commands():
    far = boottime_ns() + 10**9 * 3000
    nothing = lambda cohort: None  # noqa: E731
    every("the first cluster of a device", nothing, web)
    every("a leased one", nothing, lambda c: c("cluster-new", name="web", ifname="eth8", lease_ms=3600000,
                                               vip=[vip("192.0.2.50")]) and None)
    every("one more", web, lambda c: c("cluster-new", name="two", ifname="eth8", vip=[vip("192.0.2.60")]))
    every("other VIPs", two, lambda c: c("cluster-set", name="web", vip=[vip("192.0.2.70")]))
    every("another MAC", two, lambda c: c("cluster-set", name="web", mac=bytes.fromhex("01005e000050")))
    every("another device", two, lambda c: c("cluster-set", name="two", ifname="eth9"))
    every("other buckets", two, lambda c: c("cluster-set", name="web", buckets=100))
    every("another L2 mode", two, lambda c: c("cluster-set", name="two", l2_mode=2))
    every("states of all buckets", web,
          lambda c: c("bucket-set", name="web", epoch=5, states=b"\xe4" * (MANY // 4)))
    every("the state of some", held, lambda c: c("bucket-change", name="web", state=1, mask=b"\1" * (MANY // 8)))
    every("a renewal", held, lambda c: c("lease-renew", name="web", deadline=far))
    every("a claim of control", held, lambda c: c("control-claim", name="web")[0]["generation"], answer=True)
    every("a question about one", held, lambda c: lasting(c("cluster-get", name="web")[0]), answer=True)
    every("about its buckets", held, lambda c: lasting(c("bucket-get", name="web")[0]), answer=True)
    every("about its counters", held, lambda c: c("stats-get", name="web"), answer=True)
    every("a dump", crowd, lambda c: [lasting(one) for one in c.dump("cluster-get")], answer=True)
    every("a dump of counters", crowd, lambda c: c.dump("stats-get"), answer=True)
    every("a cluster's end", held, lambda c: c("cluster-del", name="web"))
    every("the end of one of two", two, lambda c: c("cluster-del", name="web"))


# ---- devices, namespaces, the module -----------------------------------------

def rename(old, new):
    """By one system call, so that a failure can be counted into it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        with nth(rename.number):
            fcntl.ioctl(any_socket, SIOCSIFNAME, struct.pack("16s16s8x", old.encode(), new.encode()))


rename.number = 0


def renaming():
    """A device that leaves and comes back serves as before, whatever failed on the way."""
    cohort = Cohort()
    clear(cohort)
    held(cohort)
    before = state(cohort)
    for first, second in (("eth8", "gone8"), ("gone8", "eth8")):
        for number in itertools.count(1):
            if first not in names():
                rename.number = 0
                rename(second, first)
            rename.number = number
            try:
                rename(first, second)
            except OSError as no:
                if no.errno not in NO_MEMORY:
                    return tell(False, f"{first} renamed to {second}", f"allocation {number}: {no}")
            rename.number = 0
            if not nth.hit:
                break
        if "gone8" in names():
            rename("gone8", "eth8")
        for there, back in (("eth8", "gone8"), ("gone8", "eth8")):
            rename(there, back)
        tell(number > 1 and state(cohort) == before,
             f"{first} renamed to {second}, with each of {number - 1} allocations failing once: "
             "named as before, it serves as before", before, state(cohort))
    clear(cohort)


def starving():
    """All that the module asks for in vain, also where no command waits for it."""
    cohort = Cohort()
    clear(cohort)
    held(cohort)
    cohort("cluster-new", name="two", ifname="eth8", vip=[vip("192.0.2.60")], lease_ms=3600000)
    before = state(cohort)
    with faults.all_of_the_module():
        for what, act in (("a new cluster", lambda: cohort("cluster-new", name="x", ifname="eth9",
                                                            vip=[vip("192.0.2.99")])),
                          ("other VIPs", lambda: cohort("cluster-set", name="web", vip=[vip("192.0.2.98")])),
                          ("other states", lambda: cohort("bucket-set", name="web", epoch=9,
                                                          states=bytes(MANY // 4))),
                          ("a claim", lambda: cohort("control-claim", name="web"))):
            error = outcome(act)[1]
            tell(error is not None and error.code in NO_MEMORY, f"without any memory: {what} is refused", error)
    tell(state(cohort) == before, "and nothing changed", before, state(cohort))
    with faults.all_of_the_module():
        cohort("lease-renew", name="two", deadline=boottime_ns() + 10**8)
        rename("eth8", "gone8")
        rename("gone8", "eth8")
        time.sleep(0.3)
    rename("eth8", "gone8")
    rename("gone8", "eth8")
    tell(cohort("cluster-get", name="two")[0]["lease-state"] == 2, "a lease ends without memory, too")
    tell(listening() == before[2], "a device that came back in such a time serves when it comes again")
    with faults.all_of_the_module():
        cohort("cluster-del", name="two")
        cohort("cluster-del", name="web")
    tell(not cohort.dump("cluster-get") and not any("c0c0" in one[3] for one in listening()),
         "clusters can be deleted without memory")


def namespaces():
    # There are about a thousand, nearly all of them others': some from everywhere, and the last,
    # where what the module has begun for the namespace must be undone.
    low, high = 1, 256
    while in_child(lambda: unshared(high)) < 2:
        low, high = high, high * 2
    while high - low > 8:
        middle = (low + high) // 2
        low, high = (low, middle) if in_child(lambda: unshared(middle)) >= 2 else (middle, high)
    tried = [*range(1, high - 50, max(1, high // 40)), *range(high - 50, high)]
    results = [in_child(lambda: unshared(number)) for number in tried]
    tell({0, 1} <= set(results) <= {0, 1, 2},
         f"a namespace is made or not made, with {len(tried)} of {high} allocations failing", results)
    for what, lease_ms in (("static", 0), ("leased", 50)):
        tell(end_of_namespace(lambda given=lease_ms: web(Cohort(), lease_ms=given)),
             f"a namespace ends with a {what} cluster, without any memory")


def loading():
    faults.Module(os.environ["COHORT_MODULE"]).come_and_go(lambda: two(Cohort()))


faults.prepare()
if len(sys.argv) > 1:
    for chosen in sys.argv[1:]:
        globals()[chosen]()
else:
    commands()
    renaming()
    starving()
    namespaces()
    loading()
