# SPDX-License-Identifier: GPL-2.0-or-later
"""The debug kernel: Debian's source of a kernel, built with every checker.

It is built once for each source, configuration and compiler, which together
make its name; the build takes some minutes. What is kept of it is the image,
and what building modules for it takes.
"""

import hashlib
import os
import pathlib
import re
import shutil
import subprocess

from .errors import VmError
from .progress import Meter, say

SOURCE = "linux-source-6.12"
TARBALL = pathlib.Path("/usr/src") / f"{SOURCE}.tar.xz"
CONFIG = pathlib.Path(__file__).resolve().parent.parent / "debug" / "kernel.config"
COMPILER = "gcc"
# What must be there, and the package that brings it.
NEEDS = {
    str(TARBALL): SOURCE, "gcc": "gcc", "make": "make", "flex": "flex", "bison": "bison",
    "bc": "bc", "perl": "perl", "xz": "xz-utils", "/usr/include/libelf.h": "libelf-dev",
}
# About what make tells of, a line a file: for the meter only.
STEPS = 2850


def is_version(kver):
    """Whether this is the name of a debug kernel, of whatever configuration."""
    return re.fullmatch(r"6\.12\.\d+-debug-[0-9a-f]{8}", kver) is not None


def version():
    """The name that the debug kernel of this host has, or would have: its `uname -r`."""
    _check_needs()
    package = _said("dpkg-query", "-W", "-f", "${Version}", SOURCE)
    compiler = _said(COMPILER, "--version").splitlines()[0]
    digest = hashlib.sha256(f"{package}\n{compiler}\n".encode() + CONFIG.read_bytes()).hexdigest()
    return f"{package.split('-')[0]}-debug-{digest[:8]}"


def build(kver, staging):
    """Make the kernel in the directory `staging`, in the shape that kernels.Kernel has."""
    tree = staging.parent / SOURCE
    say(f"unpacking {SOURCE}")
    subprocess.run(["tar", "-xJf", TARBALL, "-C", staging.parent], check=True)
    configure(tree, kver)
    make(tree)
    install(tree, kver, staging)
    shutil.rmtree(tree)


def configure(tree, kver):
    """Configure a source tree: the smallest kernel, and all that kernel.config asks for."""
    wanted = CONFIG.read_text(encoding="ascii")
    base, dash, rest = kver.partition("-")
    if _make(tree, "-s", "kernelversion").strip() != base:
        raise VmError(f"{TARBALL} is not the source of {base}: install {SOURCE} anew")
    (tree / "debug.config").write_text(f'{wanted}CONFIG_LOCALVERSION="{dash}{rest}"\n')
    _make(tree, "tinyconfig")
    subprocess.run(["scripts/kconfig/merge_config.sh", "-m", ".config", "debug.config"], cwd=tree,
                   check=True, stdout=subprocess.DEVNULL)
    _make(tree, "olddefconfig")
    got = set((tree / ".config").read_text(encoding="ascii").splitlines())
    lost = [line for line in wanted.splitlines()
            if re.match(r"CONFIG_|# CONFIG_.* is not set", line) and line not in got
            and not line.endswith(" is not set")]
    if lost:
        raise VmError(f"{CONFIG.name}: {SOURCE} does not take {', '.join(lost)}")


def make(tree):
    """Build the image of a configured tree, and what modules are built against."""
    meter = Meter("building the debug kernel", STEPS)
    log = tree / "build.log"
    with open(log, "w", encoding="utf-8", errors="replace", buffering=1) as words:
        command = ["nice", "make", f"-j{os.cpu_count()}", "bzImage", "modules"]
        process = subprocess.Popen(command, cwd=tree, env=_environment(), text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for done, line in enumerate(process.stdout, 1):
            words.write(line)
            meter.update(min(done, STEPS - 1))
    if process.wait() != 0:
        last = "\n  ".join(log.read_text(encoding="utf-8").splitlines()[-15:])
        raise VmError(f"the debug kernel does not build:\n  {last}")
    meter.update(STEPS)


def install(tree, kver, staging):
    """Copy what is kept of a built tree."""
    modules = staging / "usr" / "lib" / "modules" / kver
    modules.mkdir(parents=True)
    (staging / "boot").mkdir()
    shutil.copy(tree / "arch/x86/boot/bzImage", staging / "boot" / f"vmlinuz-{kver}")
    for name in ("modules.order", "modules.builtin", "modules.builtin.modinfo"):
        shutil.copy(tree / name, modules)
    # depmod knows no merged /usr.
    (staging / "lib").symlink_to("usr/lib")
    subprocess.run(["/usr/sbin/depmod", "-b", staging, kver], check=True)
    (staging / "lib").unlink()
    _make(tree, "run-command",
          f"KBUILD_RUN_COMMAND=$(srctree)/scripts/package/install-extmod-build {modules}/build")
    shutil.copy(tree / ".config", modules / "build")
    staging.chmod(0o755)


def _environment():
    """Without what a make above this one exports, and with a build that is the same each time."""
    clean = {name: value for name, value in os.environ.items()
             if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "KVER", "V", "W", "C")}
    return clean | {"LC_ALL": "C", "KBUILD_BUILD_USER": "cohort", "KBUILD_BUILD_HOST": "debug"}


def _make(tree, *arguments):
    done = subprocess.run(["make", *arguments], cwd=tree, env=_environment(), text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise VmError(f"{SOURCE}: make {arguments[0]} failed: {done.stderr.strip()[-500:]}")
    return done.stdout


def _said(*command):
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout.strip()


def _check_needs():
    missing = [package for what, package in NEEDS.items()
               if not (pathlib.Path(what).exists() if what.startswith("/") else shutil.which(what))]
    if missing:
        raise VmError(f"the debug kernel needs {', '.join(missing)}: run packaging/deps.sh debug")
