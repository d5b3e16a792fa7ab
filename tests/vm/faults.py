# SPDX-License-Identifier: GPL-2.0-or-later
"""Lets allocations fail in a kernel that can (CONFIG_FAILSLAB, CONFIG_FAIL_PAGE_ALLOC)."""
import contextlib
import ctypes
import errno
import itertools
import os
import pathlib
import socket
import time

NO_MEMORY = (errno.ENOMEM, errno.ENOBUFS)
FINIT_MODULE, DELETE_MODULE = 313, 176  # system calls of x86-64
CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)
DEBUGFS = pathlib.Path("/sys/kernel/debug")
# Where modules are loaded to; on the debug kernel there is none but ours.
MODULES = ("0xffffffffc0000000", "0xffffffffff000000")


def _set(where, **knobs):
    for name, value in knobs.items():
        (DEBUGFS / where / name.replace("_", "-")).write_text(str(value))


def prepare():
    """Allocations that may sleep fail, too, and fail silently; nothing fails yet."""
    for where in ("failslab", "fail_page_alloc"):
        _set(where, ignore_gfp_wait="N", verbose=0, probability=0, interval=1, times=-1)
    _set("fail_page_alloc", ignore_gfp_highmem="N")


class Nth:
    """Fails the Nth allocation that this thread makes in the kernel, and no other."""

    def __init__(self):
        self.fd = os.open("/proc/thread-self/fail-nth", os.O_RDWR)
        self.hit = False

    @contextlib.contextmanager
    def __call__(self, number):
        """Afterwards `hit` tells whether there were so many."""
        os.pwrite(self.fd, b"%d" % number, 0)
        try:
            yield
        finally:
            self.hit = int(os.pread(self.fd, 16, 0)) == 0
            os.pwrite(self.fd, b"0", 0)


@contextlib.contextmanager
def in_the_module():
    """Only what the module asks for, or what others ask for in its name, is counted and fails."""
    for where in ("failslab", "fail_page_alloc"):
        _set(where, require_start=MODULES[0], require_end=MODULES[1], stacktrace_depth=32)
    try:
        yield
    finally:
        for where in ("failslab", "fail_page_alloc"):
            _set(where, require_start=0, require_end="0xffffffffffffffff")


@contextlib.contextmanager
def all_of_the_module():
    """All of that fails, whoever runs it."""
    with in_the_module():
        for where in ("failslab", "fail_page_alloc"):
            _set(where, probability=100)
        try:
            yield
        finally:
            for where in ("failslab", "fail_page_alloc"):
                _set(where, probability=0)


# ---- results -----------------------------------------------------------------

def tell(good, what, *why):
    print("ok" if good else "not_ok", what, flush=True)
    if not good:
        print("seen:", *why, flush=True)


def listening():
    """The group addresses that the devices receive."""
    return sorted(tuple(line.split()[1:]) for line in
                  pathlib.Path("/proc/thread-self/net/dev_mcast").read_text().splitlines()
                  if line.split()[1].startswith("eth"))


def in_child(act):
    """The status of a process that does this; a namespace that it entered ends with it."""
    child = os.fork()
    if not child:
        try:
            os._exit(act())
        except BaseException as broken:
            print("not_ok in a child:", repr(broken), flush=True)
            os._exit(99)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


# ---- namespaces --------------------------------------------------------------

def names():
    """Of the devices."""
    return [name for _, name in socket.if_nameindex()]


def until(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


def unshared(number):
    """In a child: 0 if the namespace was made, 1 if not; +2 if there were not so many allocations.

    Why not is up to whoever of the kernel was hit, and not all of them say that it was memory.
    """
    own = Nth()
    with own(number):
        failed = libc.unshare(CLONE_NEWNET)
    return (1 if failed else 0) + (0 if own.hit else 2)


def end_of_namespace(live):
    """Whether one in which `live` used eth8 ends while the module gets nothing; a cable tells, whose end is there."""
    ready, there = os.pipe()
    wait, go = os.pipe()

    def live_there():
        if libc.unshare(CLONE_NEWNET):
            return 1
        if os.system(f"ip link add eth8 type veth peer name cable netns {os.getppid()}; ip link set eth8 up"):
            return 2
        live()
        os.close(go)
        os.write(there, b"1")
        os.read(wait, 1)
        return 0

    child = os.fork()
    if not child:
        try:
            os._exit(live_there())
        finally:
            os._exit(99)
    os.read(ready, 1)
    with all_of_the_module():
        os.close(go)
        lived = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        gone = until(lambda: "cable" not in names())
    os.close(ready)
    os.close(there)
    os.close(wait)
    return lived and gone


# ---- modules -----------------------------------------------------------------

class Module:
    """One that is loaded now, and can be loaded again from this file."""

    def __init__(self, file):
        self.file = file
        self.name = pathlib.Path(file).stem
        self.nth = Nth()

    def users(self):
        """How many keep it from being unloaded; None if it is not loaded."""
        return next((int(line.split()[2]) for line in pathlib.Path("/proc/modules").read_text().splitlines()
                     if line.startswith(f"{self.name} ")), None)

    def load(self, number=0):
        """errno, 0 if it is loaded."""
        # The loader itself and the tracer, when they lack memory, have their own ways and warnings.
        with open(self.file, "rb") as file, in_the_module():
            with self.nth(number):
                failed = libc.syscall(FINIT_MODULE, file.fileno(), b"", 0)
        return ctypes.get_errno() if failed else 0

    def unload(self, number=0):
        with self.nth(number):
            failed = libc.syscall(DELETE_MODULE, self.name.encode(), os.O_NONBLOCK)
        return ctypes.get_errno() if failed else 0

    def come_and_go(self, use=lambda: None):
        """Loading and unloading, after some `use`, with each allocation failing once."""
        if self.unload():
            return tell(False, "the module can be unloaded", os.strerror(ctypes.get_errno()))
        bad, refused = [], 0
        for number in itertools.count(1):
            error = self.load(number)
            hit = self.nth.hit
            refused += error != 0
            if (error and error not in NO_MEMORY) or (self.users() is None) != bool(error):
                bad.append((number, os.strerror(error), self.users()))
            if not error and self.unload():
                bad.append((number, "cannot be unloaded"))
            if not hit:
                break
        print(f"{refused} times refused", flush=True)
        tell(number > 1 and not bad, f"the module is loaded or not, with each of {number - 1} allocations failing",
             bad)
        bad = []
        for number in itertools.count(1):
            if self.load():
                bad.append((number, "cannot be loaded"))
            use()
            error = self.unload(number)
            if error or self.users() is not None:
                bad.append((number, os.strerror(error)))
            if not self.nth.hit or bad:
                break
        tell(not bad, f"it is unloaded after use, with each of {number - 1} allocations failing", bad)
        return tell(self.load() == 0, "it can be loaded again")
