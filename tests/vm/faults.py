# SPDX-License-Identifier: GPL-2.0-or-later
"""Lets allocations fail in a kernel that can (CONFIG_FAILSLAB, CONFIG_FAIL_PAGE_ALLOC)."""
import contextlib
import os
import pathlib

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
