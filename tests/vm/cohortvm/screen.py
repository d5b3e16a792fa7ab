# SPDX-License-Identifier: GPL-2.0-or-later
"""A picture that is redrawn in place on a terminal, and lines elsewhere."""

import os
import sys
import time

WIDTH = 80
_QUIET_PERIOD = 5  # seconds between two pictures where nothing is redrawn


def is_terminal():
    return sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"


class Screen:
    """say() scrolls; draw() replaces what draw() drew last."""

    def __init__(self):
        self._in_place = is_terminal()
        self._drawn = 0
        self._drawn_at = 0.0
        self._last = []

    def _erase(self):
        if self._drawn:
            sys.stdout.write(f"\x1b[{self._drawn}F\x1b[J")
            self._drawn = 0

    def say(self, text=""):
        self._erase()
        for line in text.splitlines() or [""]:
            print(line[:WIDTH])
        sys.stdout.flush()

    def draw(self, lines, now=False):
        """Show a picture; `now` also where it would be one too many."""
        if not self._in_place:
            if lines == self._last or not now and time.monotonic() - self._drawn_at < _QUIET_PERIOD:
                return
            self._drawn_at = time.monotonic()
        self._last = lines
        self._erase()
        for line in lines:
            print(line[:WIDTH])
        if self._in_place:
            self._drawn = len(lines)
        sys.stdout.flush()

    def keep(self):
        """Leave the last picture where it is."""
        self._drawn = 0
