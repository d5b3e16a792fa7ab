# SPDX-License-Identifier: GPL-2.0-or-later
"""Results of tests that run on the host, as TAP."""

import sys

from .errors import VmError
from .wait import end_on_sigterm


class Tap:
    """Prints a line a test; finish() prints the plan and returns the exit status."""

    def __init__(self):
        self._count = 0
        self._failed = 0

    def ok(self, passed, what, *why):
        """One test. `why` is printed if it failed."""
        self._count += 1
        self._failed += not passed
        print(f"{'ok' if passed else 'not ok'} {self._count} - {what}", flush=True)
        if not passed:
            for line in why:
                self.note(line)
        return passed

    def equal(self, got, wanted, what):
        return self.ok(got == wanted, what, f"got {got}, wanted {wanted}")

    def at_most(self, got, limit, what):
        return self.ok(got <= limit, f"{what} ({got:g} <= {limit:g})", f"got {got:g}")

    def at_least(self, got, limit, what):
        return self.ok(got >= limit, f"{what} ({got:g} >= {limit:g})", f"got {got:g}")

    @staticmethod
    def note(text):
        for line in str(text).splitlines():
            print(f"# {line}", flush=True)

    def finish(self):
        print(f"1..{self._count}", flush=True)
        return 1 if self._failed or not self._count else 0


def main(story):
    """Run story(tap) and exit as its tests say."""
    tap = Tap()
    end_on_sigterm()
    try:
        story(tap)
    except VmError as error:
        tap.ok(False, "the story came to its end", *str(error).splitlines())
    sys.exit(tap.finish())
