# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs suites, as many at once as the cores allow, and leaves no process behind."""

import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field

from harness import results
from harness.suites import BUILD, CORES, ROOT, Suite


@dataclass
class Outcome:
    suite: Suite
    results: list = field(default_factory=list)
    seconds: float = 0.0

    def count(self, outcome):
        return sum(result.outcome == outcome for result in self.results)


def end_group(process):
    """Ends a suite with all its children: TERM, then KILL."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(timeout=10)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


class Runner:
    """`started(suite)` and `finished(outcome)` are called from worker threads, one at a time."""

    def __init__(self, started, finished):
        self._started, self._finished = started, finished
        self._changed = threading.Condition()
        self._free = CORES
        self._processes = set()
        self._stopping = False

    def run_all(self, suites):
        """Runs them in their order, each as soon as its cores are free. Returns when all have ended."""
        threads = []
        for suite in suites:
            with self._changed:
                self._changed.wait_for(lambda: self._stopping or suite.cores <= self._free)
                if self._stopping:
                    break
                self._free -= suite.cores
                self._started(suite)
            threads.append(threading.Thread(target=self._work, args=(suite,)))
            threads[-1].start()
        for thread in threads:
            thread.join()

    def stop(self):
        """Ends what runs; what waits does not start."""
        with self._changed:
            self._stopping = True
            processes = list(self._processes)
            self._changed.notify_all()
        for process in processes:
            end_group(process)

    def _work(self, suite):
        begin = time.monotonic()
        outcome = Outcome(suite, self._run(suite), time.monotonic() - begin)
        with self._changed:
            self._free += suite.cores
            self._finished(outcome)
            self._changed.notify_all()

    def _run(self, suite):
        suite.log.parent.mkdir(parents=True, exist_ok=True)
        environment = os.environ | {"COHORT_BUILD": str(BUILD), "LC_ALL": "C.UTF-8"}
        with open(suite.log, "w", encoding="utf-8") as log:
            try:
                process = subprocess.Popen(suite.command, cwd=ROOT, env=environment,
                                           stdin=subprocess.DEVNULL, stdout=log,
                                           stderr=subprocess.STDOUT, start_new_session=True)
            except OSError as error:
                log.write(f"{error}\n")
                return [results.Result(f"{suite.command[0]} can be started", results.FAILED)]
            self._processes.add(process)
            late = False
            try:
                process.wait(timeout=suite.timeout)
            except subprocess.TimeoutExpired:
                late = True
            end_group(process)
            self._processes.discard(process)
        found = suite.read(suite.log.read_text(encoding="utf-8", errors="replace"), process.returncode)
        if late:
            found.append(results.Result(f"ends within {suite.timeout} s", results.FAILED))
        return found
