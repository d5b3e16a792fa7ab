# SPDX-License-Identifier: GPL-2.0-or-later
"""Progress on standard error; standard output belongs to the guest."""

import sys


def say(line):
    print(f"vm: {line}", file=sys.stderr, flush=True)


class Meter:
    """A percentage: redrawn in place on a terminal, else one line a quarter."""

    def __init__(self, what, total):
        self._what = what
        self._total = max(total, 1)
        self._in_place = sys.stderr.isatty()
        self._shown = -1

    def update(self, done):
        percent = min(100, 100 * done // self._total)
        step = 1 if self._in_place else 25
        if percent // step == self._shown:
            return
        self._shown = percent // step
        text = f"vm: {self._what}: {percent:3d} %"
        if self._in_place:
            end = "\n" if percent == 100 else ""
            print(f"\r{text}", end=end, file=sys.stderr, flush=True)
        else:
            print(text, file=sys.stderr, flush=True)
