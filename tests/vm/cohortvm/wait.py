# SPDX-License-Identifier: GPL-2.0-or-later
"""Waiting for conditions, never for time to pass and hope; and being ended."""

import signal
import sys
import time

from .errors import VmError


def wait_until(condition, timeout, what):
    """Call `condition` until it returns something true, and return that."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise VmError(f"not within {timeout:g} s: {what}")
        time.sleep(0.1)


def end_on_sigterm():
    """Let `with` blocks clean up when the process is asked to end."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
