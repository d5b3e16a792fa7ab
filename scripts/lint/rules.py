#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The project's own rules, for every file in git: what no other tool checks.

Prints `file:line: what is wrong` for each, and exits 1 if there was one.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

MAX_COLUMNS = 100  # with tabs of 8, in kernel code
MAX_LINES = 500  # a file that long has a seam
SOURCES = {".c", ".h", ".cpp", ".hpp", ".py", ".sh"}

FIXED_FORMATS = {"changelog", "copyright", "format"}  # of packaging/debian: no place for a comment

KERNEL = "GPL-2.0-only"
UAPI = "GPL-2.0 WITH Linux-syscall-note"
PURE = "GPL-2.0-only OR GPL-2.0-or-later"  # compiled in the kernel and in the programs
SPEC = "((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)"  # as the kernel's own specifications
OTHERS = "GPL-2.0-or-later"

# (pattern, what is wrong), for every file but this one
EVERYWHERE = [
    (re.compile(r"[ \t]+$"), "blanks at the end of the line"),
    (re.compile(r"\r"), "a carriage return"),
    (re.compile(r"(?<![\w.])(/work/|/home/\w|/root/\.)"), "a path of one machine"),
    (re.compile(r"\b(TODO|FIXME|XXX)\b"), "unfinished work: do it, or leave it out"),
    (re.compile(r"^(<{7} |>{7} |={7}$)"), "a merge conflict"),
]

IN_KERNEL = [
    (re.compile(r"\b(VM_)?BUG(_ON)?\s*\("), "BUG() takes the machine down: return an error, or WARN_ON_ONCE()"),
    (re.compile(r"\bprintk\s*\("), "use pr_warn() and its like"),
    (re.compile(r"\bEXPORT_SYMBOL(?!_GPL\(cohort_kept_)"), "only what kept.h declares is exported"),
    (re.compile(r"\bmodule_param"), "the module is configured by netlink only"),
    (re.compile(r"\b(rcu_dereference_protected|rcu_dereference_check)\s*\([^,]*,\s*(1|true)\s*\)"),
     "name the lock that is held (lockdep_is_held)"),
    (re.compile(r"^\s*//(?! SPDX| Made of)"), "comments are /* … */"),
    (re.compile(r"\b(if|for|while|switch)\("), "a space goes before the ("),
    (re.compile(r"\breturn\s*\([^()]*\)\s*;$"), "return is no function"),
    (re.compile(r"^ {8,}(?!\*)\S"), "indent by tabs"),
    (re.compile(r"\b(sprintf|strcpy|strcat|strncpy|strlcpy)\s*\("), "use scnprintf() or strscpy()"),
]

VERSION_TEST = re.compile(r"LINUX_VERSION_CODE|KERNEL_VERSION\s*\(|linux/version\.h")


def tracked():
    """Every file of the project, as a path from its top."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, stdout=subprocess.PIPE)
    return [Path(name) for name in listing.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def licenses_of(path):
    """What the SPDX line may say."""
    if path.parts[0] == "kmod":
        return [KERNEL]
    if path.parts[:2] == ("include", "uapi"):
        return [UAPI]
    if path.parts[:2] == ("include", "cohort"):
        return [PURE]
    if path.parts[0] == "spec" and path.suffix == ".yaml":
        return [SPEC]
    return [OTHERS, KERNEL] if path.parts[0] == "tests" else [OTHERS]


def spdx(path, lines):
    if path.parts[0] == "LICENSES" or path.suffix in (".json", ".bin") or path.name in FIXED_FORMATS:
        return
    allowed = licenses_of(path)
    for line in lines[:2]:  # a script's first line is its interpreter
        if found := re.search(r"SPDX-License-Identifier: (.*?)\s*(\*/|-->)?$", line):
            if found[1] not in allowed:
                yield 1, f"the license here is {allowed[0]}, not {found[1]}"
            return
    yield 1, f"no SPDX-License-Identifier: {allowed[0]} in the first line"


def lines_of(path, lines):
    patterns = list(EVERYWHERE)
    if kernel(path):
        patterns += IN_KERNEL if path.parts[0] == "kmod" else IN_KERNEL[4:]
    for number, line in enumerate(lines, 1):
        for pattern, wrong in patterns:
            if pattern.search(line):
                yield number, wrong
        if kernel(path) and len(line.expandtabs(8)) > MAX_COLUMNS:
            yield number, f"{len(line.expandtabs(8))} columns, more than {MAX_COLUMNS}"
        if kernel(path) and VERSION_TEST.search(line) and "compat" not in path.parts:
            yield number, "tests of the kernel's version live in kmod/compat only"


def kernel(path):
    return path.suffix in (".c", ".h") and (path.parts[0] in ("kmod", "include") or
                                            path.parts[:3] == ("tests", "bench", "kmod"))


def whole_file(path, text):
    lines = text.count("\n")
    if text and not text.endswith("\n"):
        yield lines + 1, "no newline at the end of the file"
    if text.endswith("\n\n"):
        yield lines, "an empty line at the end of the file"
    if path.suffix in SOURCES and lines > MAX_LINES and "generate" not in "".join(text.splitlines()[:6]):
        yield lines, f"{lines} lines, more than {MAX_LINES}: find the seam"


def main():
    wrong = 0
    for path in tracked():
        try:
            text = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # not text
        # Not by splitlines(), which would hide carriage returns.
        lines = text.split("\n")
        if "corpus" in path.parts:  # input of a fuzzer, byte by byte
            continue
        found = [*spdx(path, lines), *whole_file(path, text)]
        if path.parts[0] != "LICENSES" and (ROOT / path) != Path(__file__).resolve():
            found += lines_of(path, lines)
        for number, message in found:
            print(f"{path}:{number}: {message}")
        wrong += len(found)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
