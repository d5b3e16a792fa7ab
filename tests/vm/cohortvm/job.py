# SPDX-License-Identifier: GPL-2.0-or-later
"""What a guest is to run, and what it says at its end."""

import dataclasses
import io
import os
import pathlib
import re
import tarfile

from .cpio import Archive
from .errors import VmError
from .initramfs import GUEST

CHECKOUT = pathlib.Path(__file__).resolve().parents[3]


def build_dir(chosen=None):
    """The absolute build directory: --build, $COHORT_BUILD, $BUILD, or build/."""
    chosen = chosen or os.environ.get("COHORT_BUILD") or os.environ.get("BUILD") or "build"
    return (CHECKOUT / chosen).resolve()


@dataclasses.dataclass
class Job:
    """A program in the checkout, run as root with the checkout as directory."""

    argv: list
    env: dict

    def archive(self):
        """To be appended to the initramfs; guest/init reads it."""
        archive = Archive()
        archive.file("job/init", f"{GUEST}/init".encode())
        archive.file("job/argv", b"".join(str(a).encode() + b"\0" for a in self.argv))
        env = b"".join(f"{k}={v}".encode() + b"\0" for k, v in self.env.items())
        archive.file("job/env", env)
        return archive.bytes()


def environment(kernel, build):
    """The variables that every guest program sees."""
    passed = {k: v for k, v in os.environ.items()
              if k.startswith("COHORT_") and k not in ("COHORT_CACHE", "COHORT_DEBS")}
    return passed | {
        "KVER": kernel.version,
        "COHORT_CHECKOUT": str(CHECKOUT),
        "COHORT_BUILD": str(build),
        "COHORT_MODULE": f"{build}/kmod/{kernel.version}/cohort.ko",
        "PATH": f"{build}/bin:{build}/tests:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
                "/sbin:/bin",
        "HOME": "/root",
        "LANG": "C.UTF-8",
        "TERM": os.environ.get("TERM", "dumb"),
    }


def needs_of(script):
    """The `# key: words` lines of a scenario's header comment."""
    needs = {}
    for line in script.read_text(encoding="utf-8", errors="replace").splitlines():
        if not line.startswith("#"):
            break
        match = re.match(r"# (kernels|icount|memory|cpus|timeout|packages): *(.*)", line)
        if match:
            needs[match.group(1)] = match.group(2).split()
    return needs


@dataclasses.dataclass
class Result:
    """The exit status of the job and the files that it left in $COHORT_OUT."""

    status: int
    files: bytes

    @staticmethod
    def parse(data):
        """From the bytes of the result channel; None if the guest never got there."""
        head, newline, files = data.partition(b"\n")
        if not newline or not head.startswith(b"status "):
            return None
        return Result(int(head.removeprefix(b"status ")), files)

    def unpack(self, directory):
        """Write the files below a directory of the host."""
        directory.mkdir(parents=True, exist_ok=True)
        try:
            with tarfile.open(fileobj=io.BytesIO(self.files), mode="r|") as archive:
                for member in archive:
                    if member.isfile() and ".." not in pathlib.PurePath(member.name).parts:
                        member.mode, member.uid, member.gid = 0o644, os.getuid(), os.getgid()
                        archive.extract(member, directory)
        except tarfile.TarError as error:
            raise VmError(f"the guest's $COHORT_OUT came back damaged: {error}") from error
