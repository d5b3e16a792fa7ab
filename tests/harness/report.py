# SPDX-License-Identifier: GPL-2.0-or-later
"""What the user sees: a line a suite, what runs now, and at the end all that failed."""

import shutil
import sys
import threading
import time

from harness import results

TAIL = 40  # lines of a failed suite's log that are shown, without what passed
PERIOD = {True: 1, False: 60}  # seconds between signs of life: on a terminal, elsewhere


def clock(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


class Report:
    def __init__(self, total):
        self._total, self._done = total, []
        self._running = {}
        self._terminal = sys.stdout.isatty()
        self._lock, self._over = threading.RLock(), threading.Event()
        threading.Thread(target=self._tick, daemon=True).start()

    def started(self, suite):
        with self._lock:
            self._running[suite.name] = time.monotonic()

    def finished(self, outcome):
        with self._lock:
            self._running.pop(outcome.suite.name)
            self._done.append(outcome)
            mark = "FAIL" if outcome.count(results.FAILED) else "ok"
            counts = f"{outcome.count(results.PASSED)} passed"
            for kind in (results.FAILED, results.SKIPPED):
                counts += f", {outcome.count(kind)} {kind}" if outcome.count(kind) else ""
            self._erase()
            print(f"{mark:4}  {outcome.suite.name:36} {clock(outcome.seconds):>6}  {counts}", flush=True)

    def end(self):
        """Prints what failed, and the totals as the last line. Returns the exit status."""
        self._over.set()
        with self._lock:
            self._erase()
            for outcome in self._done:
                if outcome.count(results.FAILED):
                    self._explain(outcome)
            skipped = sum(outcome.count(results.SKIPPED) for outcome in self._done)
            if skipped:
                print(f"\n{skipped} skipped")
            passed = sum(outcome.count(results.PASSED) for outcome in self._done)
            failed = sum(outcome.count(results.FAILED) for outcome in self._done)
            print(f"{passed} passed, {failed} failed", flush=True)
            return 0 if passed and not failed else 1

    def _explain(self, outcome):
        suite = outcome.suite
        lines = suite.log.read_text(encoding="utf-8", errors="replace").splitlines()
        print(f"\n--- {suite.name}: the last lines of {suite.log}, without what passed")
        print("\n".join([line for line in lines if not line.startswith("ok ")][-TAIL:]))
        for result in outcome.results:
            if result.outcome == results.FAILED:
                print(f"--- failed: {result.name}")

    def _tick(self):
        while not self._over.wait(PERIOD[self._terminal]):
            with self._lock:
                now = time.monotonic()
                running = ", ".join(f"{name} {clock(now - since)}" for name, since in self._running.items())
                line = f"{len(self._done)}/{self._total} done; running: {running}"
                if not self._terminal:
                    print(line, flush=True)
                elif running:
                    width = shutil.get_terminal_size().columns - 1
                    print(f"\r\033[K{line[:width]}", end="", flush=True)

    def _erase(self):
        if self._terminal:
            print("\r\033[K", end="")
