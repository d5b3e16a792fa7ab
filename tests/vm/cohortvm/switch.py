# SPDX-License-Identifier: GPL-2.0-or-later
"""The process that joins the machines' networks and serial lines."""

import subprocess

from .errors import VmError
from .qemu import die_with_parent


class Switch:
    """`lans` and `serials` map a name to its machines. Sockets are in `directory`."""

    def __init__(self, build, directory, lans, serials, seed=1):
        program = build / "tests" / "switch"
        if not program.exists():
            raise VmError(f"{program} is missing: make user")
        self.directory = directory
        self.lans = lans
        self.serials = serials
        arguments = [str(program), "--dir", str(directory), "--seed", str(seed)]
        for option, nets in (("--lan", lans), ("--serial", serials)):
            for name, machines in nets.items():
                arguments += [option, f"{name}={','.join(machines)}"]
        self._process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         text=True, preexec_fn=die_with_parent)
        self._reply()

    def close(self):
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    def _reply(self):
        lines = []
        for line in self._process.stdout:
            line = line.rstrip("\n")
            if line == "ok":
                return lines
            if line.startswith("error: "):
                raise VmError(f"switch: {line.removeprefix('error: ')}")
            lines.append(line)
        raise VmError("the switch ended")

    def order(self, command):
        """Give one of the commands of tools/switch/command.hpp; return the reply's lines."""
        print(command, file=self._process.stdin, flush=True)
        return self._reply()

    def cut(self, plug):
        self.order(f"cut {plug}")

    def heal(self, plug):
        self.order(f"heal {plug}")

    def devices(self, machine):
        """The arguments of QEMU that plug a machine into everything it is on.

        Its network devices come in the order of the LANs, and the cables are
        its serial ports from ttyS1 on.
        """
        found = []
        ordinal = machine_number(machine, self.lans)
        for number, (name, machines) in enumerate(self.lans.items()):
            if machine not in machines:
                continue
            path = self.directory / f"{name}.{machine}"
            path.with_name(path.name + ".vm").unlink(missing_ok=True)
            mac = f"52:54:00:00:{number:02x}:{ordinal:02x}"
            found += ["-netdev", f"dgram,id={name},local.type=unix,local.path={path}.vm,"
                                 f"remote.type=unix,remote.path={path}",
                      "-device", f"virtio-net-pci,netdev={name},mac={mac}"]
        for name, machines in self.serials.items():
            if machine in machines:
                found += ["-chardev", f"socket,id={name},path={self.directory}/{name}.{machine}",
                          "-serial", f"chardev:{name}"]
        return found


def machine_number(machine, lans):
    """1 for the first machine that the LANs name, and so on."""
    seen = list(dict.fromkeys(name for machines in lans.values() for name in machines))
    return seen.index(machine) + 1
