# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: one script in one virtual machine."""

import argparse
import os
import pathlib
import select
import sys
import time

from . import additions, kernels
from . import job as jobs
from .errors import VmError
from .progress import say
from .qemu import Hardware
from .vm import Vm
from .wait import end_on_sigterm

DEBUG_MEMORY = 3  # what the checkers remember takes more than what they check
TIMED_OUT = 124
BROKEN = 125


def _arguments(argv):
    parser = argparse.ArgumentParser(
        prog="tests/vm/run", description="Run a script of the checkout as root on a Debian kernel. "
        "What the script's header asks for (kernels, icount, memory, cpus, timeout) is the default; "
        "its `packages` are fetched if the host lacks them.",
        epilog=f"Exit status: the script's; {TIMED_OUT} if the time was over; {BROKEN} if the "
        "machine did not get to the script's end; 1 if only the kernel's log was not clean.")
    parser.add_argument("--kernel", help="6.1, 6.12, debug, or a full version")
    parser.add_argument("--icount", action="store_true", help="count instructions as nanoseconds")
    parser.add_argument("--mem", type=int, metavar="MB")
    parser.add_argument("--smp", type=int, metavar="N")
    parser.add_argument("--timeout", type=float, metavar="SECONDS")
    parser.add_argument("--build", metavar="DIR", help="the build directory ($BUILD, build)")
    parser.add_argument("--out", type=pathlib.Path, metavar="DIR",
                        help="where files of the guest's $COHORT_OUT go")
    parser.add_argument("--console", action="store_true", help="show the kernel's log at the end")
    parser.add_argument("--resolve", metavar="KERNEL",
                        help="print the version that a kernel stands for, and end")
    parser.add_argument("--fetch", metavar="KERNEL",
                        help="make a kernel ready in the cache, print its version, and end")
    parser.add_argument("--tree", metavar="KERNEL",
                        help="likewise; print the directory that modules are built against")
    parser.add_argument("script", nargs="?", type=pathlib.Path)
    parser.add_argument("args", nargs=argparse.REMAINDER)
    options = parser.parse_args(argv)
    if not options.script and not (options.resolve or options.fetch or options.tree):
        parser.error("a script of the checkout is needed")
    return options


def _script(path):
    found = path.resolve()
    if not found.is_file():
        raise VmError(f"{path}: no such script")
    if not os.access(found, os.X_OK):
        raise VmError(f"{path}: not executable: chmod +x")
    if found.is_relative_to("/tmp") and not found.is_relative_to(jobs.CHECKOUT):
        raise VmError(f"{path}: in /tmp, where the guest would not see it")
    return found


def _stream(vm, deadline):
    """Copy the guest's output until it ends; False if the deadline came first."""
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        if not select.select([vm.output], [], [], left)[0]:
            return False
        try:
            data = vm.output.recv(65536)
        except ConnectionResetError:
            data = b""
        if not data:
            return vm.wait(max(0, deadline - time.monotonic()))
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def _first(needs, key, default):
    return needs.get(key, [default])[0]


def _run(options):
    script = _script(options.script)
    needs = jobs.needs_of(script)
    kernel = kernels.get(options.kernel or _first(needs, "kernels", "6.1"))
    memory = int(_first(needs, "memory", 512)) * (DEBUG_MEMORY if kernel.debug else 1)
    hardware = Hardware(memory=options.mem or memory,
                        cpus=options.smp or int(_first(needs, "cpus", 2)),
                        icount=options.icount or _first(needs, "icount", "no") == "yes")
    timeout = options.timeout or float(_first(needs, "timeout", 600))
    env = jobs.environment(kernel, jobs.build_dir(options.build))
    if added := additions.tree(needs.get("packages", [])):
        env["COHORT_ADDED"] = str(added)
    job = jobs.Job([script, *options.args], env)
    with Vm(kernel, job, hardware) as vm:
        ended = _stream(vm, time.monotonic() + timeout)
        vm.kill()
        if options.console:
            sys.stderr.write(vm.console)
        found = vm.splats()
        for splat in found:
            say(f"the kernel complained:\n{splat}")
        if not ended:
            say(f"{options.script}: not done after {timeout:g} s; its machine was killed")
            return TIMED_OUT
        result = vm.result()
        if options.out:
            result.unpack(options.out)
    return result.status or (1 if found else 0)


def main(argv):
    options = _arguments(argv)
    end_on_sigterm()
    try:
        if options.resolve:
            print(kernels.resolve(options.resolve))
            return 0
        if options.fetch:
            print(kernels.get(options.fetch).version)
            return 0
        if options.tree:
            print(kernels.get(options.tree).tree)
            return 0
        return _run(options)
    except VmError as error:
        say(str(error))
        return BROKEN
    except KeyboardInterrupt:
        return 130
