#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""clang-tidy on every C++ source of user space, as .clang-tidy says.

It is slow, so a source is looked at again only if it, a header of the project that it includes, or
.clang-tidy has changed since it was clean.
"""

import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("COHORT_BUILD") or ROOT / "build").resolve()
CLEAN = BUILD / "lint/tidy"


def dependencies():
    """For each source of the project: the project's files that it is made of, itself included."""
    text = subprocess.run(["ninja", "-C", BUILD, "-t", "deps"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    found = {}
    for block in text.split("\n\n"):
        files = [(BUILD / line.strip()).resolve() for line in block.splitlines()[1:]]
        ours = [file for file in files if file.is_relative_to(ROOT) and not file.is_relative_to(BUILD)]
        if ours:
            found[ours[0]] = sorted(ours)
    return found


def digest(files):
    total = hashlib.sha256((ROOT / ".clang-tidy").read_bytes())
    for file in files:
        total.update(file.read_bytes())
    return total.hexdigest()


def look_at(source, files):
    """Returns what clang-tidy says; nothing if the source is clean."""
    stamp = CLEAN / re.sub(r"\W", "-", str(source.relative_to(ROOT)))
    now = digest(files)
    if stamp.exists() and stamp.read_text() == now:
        return ""
    done = subprocess.run(["clang-tidy", "--quiet", "-p", BUILD, source], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode == 0 and not done.stdout.strip():
        stamp.write_text(now)
        return ""
    return done.stdout or done.stderr


def main():
    # For compile_commands.json, and for what ninja knows of includes.
    if subprocess.run(["make", "-s", "-C", ROOT, f"BUILD={BUILD}", "UNITY=OFF", "user"]).returncode != 0:
        return 1
    CLEAN.mkdir(parents=True, exist_ok=True)
    with open(BUILD / "compile_commands.json", encoding="utf-8") as file:
        sources = sorted({(BUILD / entry["file"]).resolve() for entry in json.load(file)})
    made_of = dependencies()
    sources = [source for source in sources if source in made_of and source.suffix == ".cpp"]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = 0
        for words in pool.map(lambda source: look_at(source, made_of[source]), sources):
            if words:
                found += 1
                print(words, flush=True)
    print(f"{len(sources)} sources, {found} with findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
