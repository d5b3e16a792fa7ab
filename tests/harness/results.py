# SPDX-License-Identifier: GPL-2.0-or-later
"""What a suite's output says about its single tests."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


@dataclass(frozen=True)
class Result:
    name: str
    outcome: str


def of_exit_status(name, status):
    """A program that is one test: passed if it exits 0."""
    return [Result(name, PASSED if status == 0 else FAILED)]


TAP_TEST = re.compile(r"(?P<no>not )?ok\b(?: +\d+)?(?: +-)? *(?P<name>[^#]*)(?:# *(?P<directive>\w+))?")
TAP_PLAN = re.compile(r"1\.\.(\d+)")


def of_tap(text, status):
    """A program that prints TAP. A missing or wrong plan, a bail-out, and a bad exit status that
    no failed test explains are failures of their own: a test that stops half-way has not passed."""
    results, planned, bailed = [], None, None
    for line in text.replace("\r", "").splitlines():
        if match := TAP_TEST.match(line):
            directive = (match["directive"] or "").upper()
            outcome = FAILED if match["no"] else SKIPPED if directive == "SKIP" else PASSED
            results.append(Result(match["name"].strip() or f"test {len(results) + 1}", outcome))
        elif match := TAP_PLAN.match(line):
            planned = int(match[1])
        elif line.startswith("Bail out!"):
            bailed = line
    if bailed:
        results.append(Result(bailed, FAILED))
    elif planned is None:
        results.append(Result("prints a plan (1..N): it did not come to its end", FAILED))
    elif planned != len(results):
        results.append(Result(f"runs the {planned} tests of its plan, not {len(results)}", FAILED))
    if status != 0 and all(result.outcome != FAILED for result in results):
        results.append(Result(f"exits 0, not {status}", FAILED))
    return results


def of_junit(path, status):
    """What ctest --output-junit wrote."""
    if not Path(path).exists():
        return [Result("ctest writes its results", FAILED)]
    outcomes = {"run": PASSED, "notrun": SKIPPED, "disabled": SKIPPED}
    results = [
        Result(case.get("name"), outcomes.get(case.get("status"), FAILED))
        for case in ElementTree.parse(path).iter("testcase")
    ]
    if not results:
        results.append(Result("ctest finds tests", FAILED))
    if status != 0 and all(result.outcome != FAILED for result in results):
        results.append(Result(f"ctest exits 0, not {status}", FAILED))
    return results
