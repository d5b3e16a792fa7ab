# SPDX-License-Identifier: GPL-2.0-or-later
"""Two node machines and a client, as on two real hosts.

    alpha ttyS1 ═══ null-modem ═══ ttyS1 beta
    alpha eth1 10.8.0.1 ─┬─ backup ─ beta 10.8.0.2
    alpha eth0 192.0.2.1 ┬ service ┬ beta 192.0.2.2      VIP 192.0.2.50
                         └ client 192.0.2.9, asks from all of 198.51.100.0/24
"""

import json
import pathlib
import re
import textwrap

from .errors import VmError
from .lab import Lab
from .wait import wait_until

TEMPLATE = pathlib.Path(__file__).resolve().parents[1] / "node.toml"
NODES = ("alpha", "beta")
IDS = {"alpha": 1, "beta": 2}
VIP = "192.0.2.50"
PORT = 7000
BUCKETS = 4096
SERIAL = "null-modem"
LANS = {"service": ("alpha", "beta", "client"), "backup": NODES}


def peer_of(name):
    return NODES[1 - NODES.index(name)]


def configuration(name, lease, heartbeat):
    """cohort.toml of a node."""
    own, peer = IDS[name], IDS[peer_of(name)]
    nodes = [f'[[node]]\nid = {number}\nname = "{node}"' for node, number in IDS.items()]
    links = [f'[[link]]\nname = "{SERIAL}"\ntype = "serial"\ndevice = "/dev/ttyS1"']
    for lan, net in (("backup", "10.8.0"), ("service", "192.0.2")):
        links.append(f'[[link]]\nname = "{lan}"\ntype = "udp"\nbind = "{net}.{own}:7788"\n'
                     f'peers = ["{net}.{peer}:7788"]')
    words = {"own": own, "key": "/etc/cohort/key", "state": "/var/lib/cohort/state",
             "lease": lease, "heartbeat": heartbeat, "quorum": 'mode = "links"',
             "nodes": "\n".join(nodes), "links": "\n".join(links), "vips": f'"{VIP}/24"'}
    return re.sub("@(.*?)@", lambda word: str(words[word[1]]), TEMPLATE.read_text())


class Probe:
    """The client's stream, which tells four times a second how it goes."""

    def __init__(self, client, options):
        self._task = client.start(f"exec probe stream --target {VIP}:{PORT} "
                                  f"--sources 198.51.100.0/24 --live 250ms {options}")
        self._task.wait_line("^ready$", 60)

    def live(self, timeout=30):
        """The newest live line's contents, once there is one that was not taken yet."""
        self._task.wait_line('"live"', timeout)
        newest = next(line for line in reversed(self._task.peek()) if '"live"' in line)
        return json.loads(newest)["live"]

    def mark(self, name):
        """An event begins. Returns once the probe knows, so that what follows is counted to it."""
        self._task.write(f"mark {name}\n")
        wait_until(lambda: self.live()["event"] == name, 60, f"the probe begins '{name}'")

    def end(self):
        """Stop asking, wait for late answers, and return the report."""
        self._task.write("end\n")
        return json.loads(self._task.wait_line('"events"', 120))


class TwoNodes:
    """A Lab of these machines. `kernels` maps each name to its Kernel."""

    def __init__(self, build, kernels, lease="3s", heartbeat="300ms", seed=1):
        self.lab = Lab(build, LANS, {SERIAL: NODES}, seed)
        self._timing = (lease, heartbeat)
        self._daemons = {}
        self._disks = {name: self.lab.disk(name, 16) for name in NODES}
        for name in (*NODES, "client"):
            disk = self._disks.get(name)
            self.lab.add(name, kernels[name], disk=disk)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lab.close()

    def __getitem__(self, name):
        return self.lab.guests[name]

    def client_up(self):
        self["client"].run(textwrap.dedent("""\
            set -e
            modprobe virtio_net
            ip addr add 192.0.2.9/24 dev eth0
            ip link set eth0 up
            ip route add local 198.51.100.0/24 dev lo"""))

    def node_up(self, name):
        """After each boot: network, module, service, and the daemon."""
        own = IDS[name]
        node = self[name]
        node.run(textwrap.dedent(f"""\
            set -e
            modprobe -a virtio_net virtio_blk ext4
            blkid /dev/vda >/dev/null || mkfs.ext4 -q /dev/vda
            mkdir -p /var/lib/cohort /etc/cohort
            mount /dev/vda /var/lib/cohort
            ip addr add 192.0.2.{own}/24 dev eth0
            ip addr add 10.8.0.{own}/24 dev eth1
            ip link set eth0 up
            ip link set eth1 up
            ip route add 198.51.100.0/24 via 192.0.2.9
            sysctl -qw net.ipv4.ip_default_ttl=10{own}
            (umask 077; echo 'the key of this cluster of two' >/etc/cohort/key)
            """) + f"cat >/etc/cohort/cohort.toml <<'END'\n{configuration(name, *self._timing)}END\n"
            "depends=$(modinfo -F depends $COHORT_MODULE)\n"
            "[ -z \"$depends\" ] || modprobe -a ${depends//,/ }\n"
            "insmod $COHORT_MODULE", timeout=120)
        node.start(f"exec echod --node {own} --port {PORT}")
        self.daemon_start(name)

    def daemon_start(self, name):
        self._daemons[name] = self[name].start("exec cohortd")
        self._wait_until(lambda: self.status(name), 60, f"cohortd answers on {name}")

    def status(self, name):
        """What cohortd says, or None if it does not answer."""
        task = self[name].start("cohortctl --json status")
        if task.wait(60) != 0:
            return None
        return json.loads("\n".join(task.said))

    def serving(self, name):
        status = self.status(name)
        return status["serving"] if status else 0

    def epoch(self, name):
        status = self.status(name)
        return status["epoch"] if status else None

    def halves(self):
        """True if each node serves half of the buckets, by one epoch."""
        states = [self.status(name) for name in NODES]
        return (all(states) and all(s["serving"] == BUCKETS // 2 for s in states)
                and states[0]["epoch"] == states[1]["epoch"])

    def link_state(self, name, link):
        """up, silent or down, as a node sees a link to its peer."""
        status = self.status(name) or {"nodes": []}
        return next((entry["state"] for node in status["nodes"] for entry in node["links"]
                     if entry["name"] == link), None)

    def serial_port(self, name):
        """What a node says of its serial link."""
        return next(link for link in self.status(name)["links"] if link["name"] == SERIAL)

    def wait_halves(self, timeout=120):
        self._wait_until(self.halves, timeout, "each node serves its half")

    def _wait_until(self, condition, timeout, what):
        try:
            wait_until(condition, timeout, what)
        except VmError as error:
            raise VmError(f"{error}\n{self.words()}") from error

    def words(self):
        """What the daemons have said last."""
        return "\n".join(f"{name}: {line}" for name, daemon in self._daemons.items()
                         for line in daemon.peek()[-10:])

    def probe(self, options=""):
        return Probe(self["client"], options)

    def splats(self):
        return [f"{name}:\n{splat}" for name, guest in self.lab.guests.items()
                for splat in guest.splats()]
