# SPDX-License-Identifier: GPL-2.0-or-later
"""What happens to the two nodes, told while it happens."""

import time

from .errors import VmError
from .two_nodes import BUCKETS, NODES, SERIAL

_BAR = 32
_PATHS = ((SERIAL, "serial line"), ("backup", "backup LAN"), ("service", "service LAN"))
_STATUS_PERIOD = 1.0
_PATIENCE = 120


class Story:
    """The events, in their order. `pair` is a TwoNodes with all machines up."""

    def __init__(self, pair, screen, lease):
        self._pair = pair
        self._screen = screen
        self._lease = lease
        self._probe = None
        self._statuses = {}
        self._status_at = 0.0
        self._live = {}

    def tell(self):
        """All of it. Returns the probe's report."""
        self._screen.say("\nA client asks from 256 UDP flows a thousand times a second, holds 64 TCP\n"
                         "connections open, and opens ten new ones a second. It never stops.\n")
        self._probe = self._pair.probe(
            "--udp 256 --period 1ms --tcp 64 --connect-period 100ms --timeout 2s")
        self._watch(2)  # neighbours are learnt, connections opened
        self._probe.mark("quiet")
        self._watch(4)
        self._cable()
        self._serial_only()
        self._killed()
        self._watch(2)
        self._screen.keep()
        return self._probe.end()

    def _cable(self):
        self._happens("cable pulled", "The cable of beta's service LAN is pulled. beta says so over the other paths.")
        self._pair["beta"].set_link("service", False)
        self._until(lambda: self._serves("alpha", BUCKETS), "alpha answers for both")
        self._watch(2)
        self._happens("cable plugged", "The cable is plugged in again. beta waits a while, and takes its half back.")
        self._pair["beta"].set_link("service", True)
        self._until(self._halves, "each answers for its half again")

    def _serial_only(self):
        epoch = self._statuses["alpha"]["epoch"]
        self._happens("serial only", "The backup LAN is cut, and heartbeats on the service LAN are filtered:\n"
                      "a 115200-baud serial line is all that is left. Nothing must move.")
        self._pair.lab.switch.cut("backup.beta")
        self._pair.lab.switch.order("filter service udp 7788")
        self._until(lambda: all(self._path(name) == "silent" for name in ("backup", "service")),
                    "both LANs are silent")
        self._watch(2 * self._lease)
        for name in NODES:
            if self._statuses[name]["epoch"] != epoch:
                raise VmError(f"{name} left epoch {epoch} with the serial line alive")
        self._happens("healed", "Both LANs are back.")
        self._pair.lab.switch.heal("backup.beta")
        self._pair.lab.switch.order("unfilter service udp 7788")
        self._until(lambda: all(self._path(name) == "up" for name, _ in _PATHS), "all paths are up")

    def _killed(self):
        self._happens("node killed", f"beta's machine is killed. Its lease of {self._lease} s must run out before alpha\n"
                      "may answer for it; alpha's own flows must not notice.")
        self._pair["beta"].kill()
        self._until(lambda: self._serves("alpha", BUCKETS), "alpha answers for both")
        self._watch(2)
        self._happens("node back", "beta boots again.")
        self._pair["beta"].boot()
        self._until(lambda: self._pair["beta"].booted, "beta has booted")
        self._pair.node_up("beta")
        self._until(self._halves, "each answers for its half again")

    # ---- watching ----

    def _happens(self, event, words):
        self._screen.draw(self._picture(), now=True)
        self._screen.keep()
        self._screen.say("\n" + "\n".join(f"> {line}" for line in words.splitlines()) + "\n")
        self._probe.mark(event)

    def _watch(self, seconds):
        self._until(lambda: False, "", seconds)

    def _until(self, condition, what, seconds=_PATIENCE):
        """Draw until the condition holds; with no `what` it is time that passes."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._look()
            if condition():
                self._screen.draw(self._picture(), now=True)
                return
        if what:
            raise VmError(f"not within {seconds} s: {what}\n{self._pair.words()}")

    def _look(self):
        self._live = self._probe.live()
        if time.monotonic() - self._status_at > _STATUS_PERIOD:
            self._status_at = time.monotonic()
            for name in NODES:
                node = self._pair[name]
                self._statuses[name] = self._pair.status(name) if node.running and node.booted else None
        self._screen.draw(self._picture())

    def _serves(self, name, buckets):
        return bool(self._statuses.get(name)) and self._statuses[name]["serving"] == buckets

    def _halves(self):
        return all(self._serves(name, BUCKETS // 2) for name in NODES)

    def _path(self, link):
        """The state of a link for whichever node can say."""
        for status in filter(None, self._statuses.values()):
            for node in status["nodes"]:
                for entry in node["links"]:
                    if entry["name"] == link:
                        return entry["state"]
        return "unknown"

    # ---- the picture ----

    def _picture(self):
        live = self._live
        lines = [self._node_line(name, number) for number, name in enumerate(NODES, 1)]
        paths = "   ".join(f"{words} {self._path(link)}" for link, words in _PATHS)
        lines.append(f"  paths   {paths}")
        lines.append(f"  client  {live.get('asked', 0):7d} asked  {live.get('dark', 0):3d} flows dark  "
                     f"{live.get('twice', 0)} answered twice  {live.get('tcp_lost', 0):3d} connections lost")
        return lines

    def _node_line(self, name, number):
        node = self._pair[name]
        status = self._statuses.get(name)
        if not node.running:
            return f"  {name:<6}  {'·' * _BAR}  dead"
        if not status:
            return f"  {name:<6}  {'·' * _BAR}  booting" if not node.booted else \
                f"  {name:<6}  {'·' * _BAR}  starting"
        share = round(_BAR * status["serving"] / BUCKETS)
        flows = self._live.get("flows", {}).get(str(number), 0)
        return (f"  {name:<6}  {'█' * share}{'░' * (_BAR - share)}  {status['serving']:4d} buckets"
                f"  {flows:3d} flows")
