# SPDX-License-Identifier: GPL-2.0-or-later
"""What the demo shows: 80 columns, on a terminal or into a file."""

import sys

WIDTH = 78
BAR = 32


class Stage:
    """Captions, one live line that is redrawn in place, and tables."""

    def __init__(self, out=sys.stdout):
        self._out = out
        self._in_place = out.isatty()
        encoding = (out.encoding or "").lower().replace("-", "")
        self._marks = "█▒·" if encoding == "utf8" else "#=."
        self._pending = False
        self._last = None

    def _print(self, text=""):
        if self._pending:
            self._out.write("\n")
            self._pending = False
        self._out.write(text + "\n")
        self._out.flush()

    def text(self, text=""):
        self._print(text)

    def scene(self, number, title, why):
        self._last = None
        self._print()
        self._print(f"{number}. {title}")
        self._print(f"   {why}")

    def live(self, seen):
        """Who answers the flows now. Into a file, only what is new."""
        flows = {name: seen["flows"].get(str(node), 0) for name, node in (("alpha", 1), ("beta", 2))}
        key = (*flows.values(), seen["dark"] > 0, seen["twice"])
        if not self._in_place and key == self._last:
            return
        self._last = key
        dark = seen["dark"]
        total = max(sum(flows.values()), 1)
        lit = BAR - -(-BAR * dark // total)
        first = min(round(BAR * flows["alpha"] / total), lit)
        full, half, empty = self._marks
        bar = full * first + half * (lit - first) + empty * (BAR - lit)
        line = (f"   {seen['at_ms'] / 1000:6.1f} s  alpha {flows['alpha']:3d} {bar} "
                f"{flows['beta']:3d} beta  dark {dark:3d}")
        if self._in_place:
            self._out.write(f"\r{line:<{WIDTH}}")
            self._out.flush()
            self._pending = True
        else:
            self._print(line)

    def table(self, head, rows):
        """Columns as wide as they need; the first to the left, the others to the right."""
        widths = [max(len(str(row[i])) for row in [head, *rows]) for i in range(len(head))]
        for row in [head, ["-" * width for width in widths], *rows]:
            cells = [f"{row[0]:<{widths[0]}}"]
            cells += [f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:])]
            self._print("  " + "  ".join(cells))
