# SPDX-License-Identifier: GPL-2.0-or-later
"""The suites that there are: each is one command and a way to read its results."""

import fnmatch
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from harness import results

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("COHORT_BUILD") or ROOT / "build").resolve()
LOGS = BUILD / "check"
KERNELS = ("6.1", "6.12")
DEBUG = "debug"  # a kernel with every checker, for those who ask for it
SLOWNESS = 4  # what it may take longer
CORES = max(2, os.cpu_count() or 2)  # what may run at once


@dataclass(frozen=True)
class Suite:
    """`read` gets the output and the exit status and returns a list of results.

    A suite whose `cores` are all of CORES runs alone.
    """

    name: str
    command: list
    read: Callable
    cores: int = 1
    timeout: int = 600  # seconds
    everyday: bool = True  # False: runs only when it is asked for

    @property
    def log(self):
        return LOGS / (re.sub(r"[^\w.@-]", "-", self.name) + ".log")


def builds(chosen=()):
    """What those suites need; they run in this order and the first failure ends the run."""

    def make(name, *arguments):
        command = ["make", "-C", str(ROOT), "--no-print-directory", f"BUILD={BUILD}", *arguments]
        return Suite(
            name, command, lambda _, status: results.of_exit_status("builds", status), CORES, 1800
        )

    found = [make("build:user", "user"), make("build:kmod", "kmod")]
    if any(suite.name.endswith(f"@{DEBUG}") for suite in chosen):
        found.append(make("build:kmod-debug", "kmod-debug"))
    return found


def spec():
    command = [str(ROOT / "spec/generate.py"), "--check"]
    name = "the generated files are what spec/cohort.yaml gives"
    return [Suite("spec", command, lambda _, status: results.of_exit_status(name, status))]


def unit():
    """All that ctest knows: unit, property and simulation tests."""
    report = LOGS / "unit.xml"
    # One more than there are cores: some of them only wait, for seconds.
    command = ["ctest", "--test-dir", str(BUILD), "-j", str(CORES + 1), "--output-on-failure",
               "--no-tests=error", "--timeout", "300", "--output-junit", str(report)]
    return [Suite("unit", command, lambda _, status: results.of_junit(report, status), CORES, 1200)]


def model():
    """The ownership rules as a Spin model, with each of them weakened in turn."""
    return [Suite("model", [str(ROOT / "tests/model/run")], results.of_tap, CORES, 1200)]


def header(script):
    """The `# key: value` lines of a test's head."""
    found = {}
    for line in script.read_text(encoding="utf-8").splitlines()[:60]:
        if match := re.match(r"# (kernels|timeout|cores|everyday): +(.*)", line):
            found[match[1]] = match[2].strip()
    return found


def host():
    """TAP programs that run on this machine and leave it as it was."""
    for script in sorted((ROOT / "tests/host").glob("*.*")):
        head = header(script)
        kernel = f"@{head['kernels']}" if "kernels" in head else ""  # of the guests that it starts
        yield Suite(f"host:{script.stem}{kernel}", [str(script)], results.of_tap,
                    int(head.get("cores", 1)), int(head.get("timeout", 600)),
                    not kernel.endswith(DEBUG))


def single_vms():
    """TAP programs that run in a guest, once on each kernel of their head."""
    for script in sorted((ROOT / "tests/vm/scenarios").glob("*.sh")):
        head = header(script)
        for kernel in head.get("kernels", " ".join(KERNELS)).split():
            timeout = int(head.get("timeout", 600)) * (SLOWNESS if kernel == DEBUG else 1)
            command = [str(ROOT / "tests/vm/run"), "--kernel", kernel, "--timeout", str(timeout),
                       str(script.relative_to(ROOT))]
            yield Suite(f"vm:{script.stem}@{kernel}", command, results.of_tap, 1, timeout + 60,
                        kernel in head.get("everyday", " ".join(KERNELS)).split())


def clusters():
    """TAP programs that boot several guests themselves."""
    for script in sorted((ROOT / "tests/vm/clusters").glob("*.py")):
        head = header(script)
        yield Suite(f"cluster:{script.stem}", [str(script)], results.of_tap, CORES,
                    int(head.get("timeout", 1200)), head.get("everyday") != "no")


def find(patterns):
    """Suites whose name, or its part before ':' or '@' or behind '@', matches one of the patterns.

    Without patterns the everyday ones: on each of Debian's kernels, unless their head's
    `# everyday:` names fewer of them, or says `no`. `all` is all that needs no debug kernel.
    """
    # What needs all cores comes before what leaves some, and what may take long before what may
    # not: so no core waits long for the last ones.
    slow = sorted([*host(), *single_vms(), *clusters()], key=lambda suite: (-suite.cores, -suite.timeout))
    everything = [*spec(), *unit(), *model(), *slow]
    if not patterns:
        return [suite for suite in everything if suite.everyday]

    def names(suite):
        return {suite.name, suite.name.split("@")[0], suite.name.split(":")[0],
                suite.name.split("@")[-1]} | ({"all"} if not suite.name.endswith(f"@{DEBUG}") else set())

    def chosen(suite):
        return any(fnmatch.fnmatchcase(name, pattern) for name in names(suite) for pattern in patterns)

    return [suite for suite in everything if chosen(suite)]
