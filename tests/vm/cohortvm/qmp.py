# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's monitor protocol, as much of it as the test-bed needs."""

import json

from .errors import VmError


class Qmp:
    """One command at a time, on a connected socket."""

    def __init__(self, socket):
        self._socket = socket
        self._lines = socket.makefile("r", encoding="utf-8")
        self._ready = False

    def execute(self, command, **arguments):
        """Carry out a command and return what it returns."""
        if not self._ready:
            self._ready = True
            self._lines.readline()  # the greeting
            self.execute("qmp_capabilities")
        request = {"execute": command, "arguments": arguments}
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        for line in self._lines:
            reply = json.loads(line)
            if "return" in reply:
                return reply["return"]
            if "error" in reply:
                raise VmError(f"QEMU refuses {command}: {reply['error']['desc']}")
        raise VmError(f"QEMU ended during {command}")
