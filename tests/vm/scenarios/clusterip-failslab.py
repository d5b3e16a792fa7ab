# SPDX-License-Identifier: GPL-2.0-or-later
"""The cases of clusterip-failslab.sh: `ok WHAT` or `not_ok WHAT` a line."""
import errno
import itertools
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import faults  # noqa: E402
from faults import NO_MEMORY, end_of_namespace, in_child, listening, tell, unshared, until  # noqa: E402
from genl import Cohort  # noqa: E402
from iptables import Filter, clusterip, entry  # noqa: E402

FILES = pathlib.Path("/proc/thread-self/net/ipt_CLUSTERIP")
module = faults.Module(os.environ["COHORT_MODULE"].replace("cohort.ko", "ipt_CLUSTERIP.ko"))
table = Filter()
cohort = Cohort()
nth = faults.Nth()


def rule(number=0, **more):
    return entry(clusterip(**more), f"192.0.2.{50 + number}", "255.255.255.255", b"eth8")


def state():
    """All that rules make. Each of them keeps the module."""
    return (table.entries(), module.users(), {name: (FILES / name).read_text() for name in os.listdir(FILES)},
            [(one["name"], cohort("bucket-get", name=one["name"])[0]["states"]) for one in cohort.dump("cluster-get")],
            listening())


def rules(*these):
    table.replace(table.prepared(*these))


def every(what, begin, act):
    """From the rules `begin`, `act` with each of its allocations failing once. It returns a system call."""
    rules(*begin)
    before = state()
    act()()
    wanted = state()
    done = refused = 0
    for number in itertools.count(1):
        rules()
        rules(*begin)
        call = act()
        error = None
        with nth(number):
            try:
                call()
            except OSError as no:
                error = no
        now = state()
        done, refused = done + (not error), refused + bool(error)
        if (error and error.errno not in NO_MEMORY) or now != (before if error else wanted):
            return tell(False, what, f"allocation {number}: {error or 'done'}\nbefore {before}\nnow {now}")
        if not nth.hit:
            break
    rules()
    tell(number > 1 and done and refused, f"{what}: of {number - 1} allocations each may fail",
         f"{done} done, {refused} refused")
    print(f"{done} times done, {refused} refused", flush=True)


def replacing(*these):
    def act():
        prepared = table.prepared(*these)
        return lambda: table.replace(prepared)

    return act


def writing(word):
    def act():
        act.file = open(FILES / "192.0.2.50", "wb", buffering=0)
        return lambda: act.file.write(word)

    return act


def reading():
    file = open(FILES / "192.0.2.50", "rb", buffering=0)

    def call():
        if file.read() != b"1\n":
            raise OSError(errno.EBADMSG, "not what it says")

    return call


def refused_at_last():
    """The table is refused for its last rule, whose address has another MAC, whatever fails before that."""
    prepared = table.prepared(rule(), rule(1), rule(mac="01:00:5e:00:00:51"))

    def call():
        try:
            table.replace(prepared)
        except OSError as no:
            if no.errno != errno.EINVAL:
                raise

    return call


def commands():
    every("the first rule", (), replacing(rule()))
    every("one more of its address", (rule(),), replacing(rule(), rule()))
    every("one of another address", (rule(),), replacing(rule(), rule(1, mac="02:00:5e:00:00:50", total=0xffff)))
    every("another address in its place", (rule(),), replacing(rule(1)))
    every("no rule any more", (rule(), rule(1), rule()), replacing())
    every("a table that is refused", (), refused_at_last)
    every("a node more", (rule(),), writing(b"+2"))
    every("a node less", (rule(),), writing(b"-1"))
    every("the nodes", (rule(),), reading)


def namespaces():
    with faults.in_the_module():
        results = [in_child(lambda given=number: unshared(given)) for number in range(1, 21)]
    tell({1, 2} <= set(results) <= {0, 1, 2}, "a namespace is made or not made, with each allocation for it failing",
         results)
    lived = end_of_namespace(lambda: Filter().replace(table.prepared(rule(), rule(1), rule())))
    tell(until(lambda: module.users() == 0) and lived, "a namespace ends with its rules, without any memory",
         lived, module.users())


def starving():
    rules(rule())
    before = state()
    with faults.all_of_the_module():
        for what, act in (("another rule", replacing(rule(), rule(1))), ("a node", writing(b"+2"))):
            try:
                act()()
                tell(False, f"without any memory {what} is refused")
            except OSError as no:
                tell(no.errno == errno.ENOMEM, f"without any memory {what} is refused", no)
    tell(state() == before, "and nothing changed", before, state())
    with faults.all_of_the_module():
        rules()
    tell(not os.listdir(FILES) and not cohort.dump("cluster-get") and module.users() == 0,
         "rules can be deleted without memory", state())


def loading():
    module.come_and_go()


faults.prepare()
for chosen in sys.argv[1:] or ("commands", "starving", "namespaces", "loading"):
    globals()[chosen]()
