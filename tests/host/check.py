#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What tests/check makes of a suite's output: above all that nothing broken passes for success."""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.dont_write_bytecode = True

from harness import results  # noqa: E402

P, F, S = results.PASSED, results.FAILED, results.SKIPPED

TAP = [
    ("a test that passes", "ok 1 - a\n1..1\n", 0, [P]),
    ("a plan that comes first", "1..2\nok 1\nok 2\n", 0, [P, P]),
    ("a test that fails", "ok 1 - a\nnot ok 2 - b\n1..2\n", 1, [P, F]),
    ("a failure with a good exit status", "not ok 1 - a\n1..1\n", 0, [F]),
    ("a test that is skipped", "ok 1 - a # SKIP no device\n1..1\n", 0, [S]),
    ("comments and other words", "# ok 1 - a\nokay\nok 1 - a\n1..1\n", 0, [P]),
    ("lines of a serial console", "ok 1 - a\r\n1..1\r\n", 0, [P]),
    ("no output", "", 0, [F]),
    ("an end without a plan", "ok 1 - a\n", 0, [P, F]),
    ("fewer tests than planned", "1..2\nok 1 - a\n", 0, [P, F]),
    ("more tests than planned", "1..1\nok 1 - a\nok 2 - b\n", 0, [P, P, F]),
    ("a bad exit status that no test explains", "ok 1 - a\n1..1\n", 3, [P, F]),
    ("a bail-out", "ok 1 - a\nBail out! no kernel\n", 1, [P, F]),
]

JUNIT = [
    ("ctest's results", '<testsuite><testcase name="a" status="run"/>'
     '<testcase name="b" status="fail"/><testcase name="c" status="notrun"/></testsuite>', 8, [P, F, S]),
    ("ctest without tests", "<testsuite/>", 0, [F]),
    ("a ctest that fails as a whole", '<testsuite><testcase name="a" status="run"/></testsuite>', 1, [P, F]),
    ("a status that is not known", '<testsuite><testcase name="a" status="odd"/></testsuite>', 0, [F]),
]


def outcomes(found):
    return [result.outcome for result in found]


def main():
    cases = [(name, outcomes(results.of_tap(text, status)), expected)
             for name, text, status, expected in TAP]
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "results.xml"
        cases.append(("ctest that wrote nothing", outcomes(results.of_junit(path, 0)), [F]))
        for name, text, status, expected in JUNIT:
            path.write_text(text, encoding="utf-8")
            cases.append((name, outcomes(results.of_junit(path, status)), expected))
    failed = 0
    for number, (name, found, expected) in enumerate(cases, 1):
        if found == expected:
            print(f"ok {number} - {name}")
        else:
            failed += 1
            print(f"not ok {number} - {name}\n# found {found}, expected {expected}")
    print(f"1..{len(cases)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
