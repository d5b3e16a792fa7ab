# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian packages: which there are of kernels, and getting one as a file.

Nothing is installed on the host: packages are downloaded and unpacked only.
"""

import os
import pathlib
import re
import subprocess
import time

from .errors import VmError
from .progress import Meter, say

# Series whose packages are named alike; the version's number orders them.
SERIES = {
    "6.1": re.compile(r"6\.1\.0-(\d+)-amd64"),
    "6.12": re.compile(r"6\.12\.(\d+)\+deb12-amd64"),
}


def series_of(kver):
    """The series that a kernel version belongs to, or None."""
    return next((name for name, form in SERIES.items() if form.fullmatch(kver)), None)


def _age(kver):
    return int(SERIES[series_of(kver)].fullmatch(kver).group(1))


def newest(versions, series):
    """The newest version of a series, or None."""
    return max((v for v in versions if series_of(v) == series), key=_age, default=None)


def with_headers():
    """Kernel versions whose headers are installed on this host."""
    found = pathlib.Path("/lib/modules").glob("*/build")
    return {build.parent.name for build in found if build.is_dir()}


def _available(prefix):
    out = subprocess.run(["apt-cache", "pkgnames", prefix], check=True, text=True,
                         stdout=subprocess.PIPE).stdout
    names = {line.removeprefix(prefix) for line in out.split()}
    return {name for name in names if series_of(name) and _has_candidate(prefix + name)}


def _has_candidate(package):
    out = subprocess.run(["apt-cache", "policy", package], check=True, text=True,
                         stdout=subprocess.PIPE).stdout
    return "Candidate:" in out and "Candidate: (none)" not in out


def offered():
    """Kernel versions of which both image and headers can be downloaded."""
    images = _available("linux-image-")
    if not images:
        _update_lists("kernels")
        images = _available("linux-image-")
    return images & _available("linux-headers-")


def _update_lists(missing):
    say(f"no {missing} in the package lists: apt-get update")
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    done = subprocess.run([*sudo, "apt-get", "update", "-q"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise VmError("no Debian package lists: run `apt-get update` as root first "
                      f"({done.stderr.strip().splitlines()[-1:] or 'no reason given'})")


def given():
    """The packages in $COHORT_DEBS (files or directories, by colons), by kernel version."""
    found = {}
    for entry in filter(None, os.environ.get("COHORT_DEBS", "").split(":")):
        path = pathlib.Path(entry)
        for deb in sorted(path.glob("*.deb")) if path.is_dir() else [path]:
            match = re.fullmatch(r"linux-image-(.+?)_.*\.deb", deb.name)
            if match and series_of(match.group(1)):
                found[match.group(1)] = deb
    return found


def _size(package):
    out = subprocess.run(["apt-cache", "show", "--no-all-versions", package], check=True,
                         text=True, stdout=subprocess.PIPE).stdout
    match = re.search(r"^Size: (\d+)$", out, re.MULTILINE)
    return int(match.group(1)) if match else 0


def download(kver, directory):
    """Fetch the image package of a kernel into a directory; return the file."""
    package = f"linux-image-{kver}"
    return _fetch(["download", package], package, _size(package), directory)[0]


def download_missing(names, directory):
    """Fetch these packages and all that they need that is not installed; return the files."""
    what = ", ".join(names)
    if not all(_has_candidate(name) for name in names):
        _update_lists(what)
    (directory / "partial").mkdir()
    # Only a download: it needs no lock, and so no root.
    wish = ["install", "--download-only", "--yes", "--no-install-recommends",
            "-o", "Debug::NoLocking=1", "-o", f"Dir::Cache::Archives={directory}", *names]
    plan = subprocess.run(["apt-get", *wish, "--print-uris"], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if plan.returncode != 0:
        raise VmError(f"cannot fetch {what}, which is not installed: {_reason(plan.stderr)}")
    sizes = re.findall(r"^'\S+' \S+ (\d+)", plan.stdout, re.MULTILINE)
    return _fetch(wish, what, sum(map(int, sizes)), directory)


def _fetch(wish, what, size, directory):
    """Let apt-get get packages into a directory; return the files."""
    meter = Meter(f"fetching {what}", size)
    with open(directory / "apt.log", "wb+") as log:
        apt = subprocess.Popen(["apt-get", "-q", "-o", "APT::Sandbox::User=root", *wish],
                               cwd=directory, stdout=log, stderr=log)
        while apt.poll() is None:
            meter.update(sum(part.stat().st_size for part in directory.rglob("*.deb*")))
            time.sleep(0.2)
        log.seek(0)
        words = log.read().decode(errors="replace")
    debs = sorted(directory.glob("*.deb"))
    if apt.returncode != 0 or not debs:
        raise VmError(f"cannot fetch {what}: {_reason(words)}")
    meter.update(size)
    return debs


def _reason(words):
    """The first of apt-get's errors: the others follow from it."""
    lines = words.strip().splitlines()
    return next((line for line in lines if line.startswith("E: ")), lines[-1] if lines else "apt-get failed")
