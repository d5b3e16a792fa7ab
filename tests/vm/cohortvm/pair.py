# SPDX-License-Identifier: GPL-2.0-or-later
"""Two nodes and a client, each a machine with a kernel of its own.

    alpha 192.0.2.1 ──┐               198.51.100.0/24 is all the client's:
    beta  192.0.2.2 ──┼── service     the nodes answer there by 192.0.2.9
    client 192.0.2.9 ─┘               VIP 192.0.2.50

    alpha 10.8.0.1 ─────── backup ─────── 10.8.0.2 beta
    alpha /dev/ttyS1 ════ null-modem ════ /dev/ttyS1 beta
"""

import json

from .lab import Lab
from .wait import wait_until

VIP = "192.0.2.50"
PORT = 7000
HEARTBEATS = 7788
BUCKETS = 4096
NODES = {"alpha": 1, "beta": 2}
SOCKET = "/run/cohort/cohortd.sock"

NODE_UP = """
set -e
for link in eth0 eth1; do ip link set $link up; done
ip address add 192.0.2.{id}/24 dev eth0
ip address add 10.8.0.{id}/24 dev eth1
ip route add 198.51.100.0/24 via 192.0.2.9
modprobe -a virtio_blk ext4
mkdir -p /run/disk /run/cohort
blkid /dev/vda >/dev/null || mkfs.ext4 -q /dev/vda
mount /dev/vda /run/disk
umask 077
echo 'the key of this cluster of two' >/run/key
modprobe -a $(modinfo -F depends "$COHORT_MODULE" | tr , ' ') 2>/dev/null || true
insmod "$COHORT_MODULE"
cat >/run/cohort.toml <<'END'
{config}
END
cohortd --config /run/cohort.toml --check
"""

CLIENT_UP = """
set -e
ip link set eth0 up
ip address add 192.0.2.9/24 dev eth0
ip route add local 198.51.100.0/24 dev lo
"""

CONFIG = """
[cluster]
name = "web"
node = {id}
key_file = "/run/key"
state_dir = "/run/disk/cohort"
[timing]
heartbeat = "{heartbeat}"
lease = "{lease}"
[quorum]
mode = "links"
[[node]]
id = 1
name = "alpha"
[[node]]
id = 2
name = "beta"
[[link]]
name = "null-modem"
type = "serial"
device = "/dev/ttyS1"
[[link]]
name = "backup"
type = "udp"
bind = "10.8.0.{id}:{port}"
peers = ["10.8.0.{peer}:{port}"]
[[link]]
name = "service"
type = "udp"
bind = "192.0.2.{id}:{port}"
peers = ["192.0.2.{peer}:{port}"]
[[address]]
name = "web"
dev = "eth0"
vip = ["{vip}/24"]
buckets = {buckets}
[[check]]
name = "uplink"
type = "link"
dev = "eth0"
"""


def other(node):
    return "beta" if node == "alpha" else "alpha"


class Pair:
    """A context manager. The lease is long: the host may starve its guests."""

    LEASE_S = 3.0

    def __init__(self, build, kernels, seed=1, lease="3s", heartbeat="200ms"):
        """`kernels` maps alpha, beta and client to their Kernel."""
        self._timing = {"lease": lease, "heartbeat": heartbeat}
        self._lab = Lab(build, {"service": ["alpha", "beta", "client"],
                                "backup": ["alpha", "beta"]},
                        {"null-modem": ["alpha", "beta"]}, seed)
        self.switch = self._lab.switch
        self.daemons = {}
        for name in NODES:
            self._lab.add(name, kernels[name], disk=True)
        self.client = self._lab.add("client", kernels["client"])

    def __enter__(self):
        self._lab.__enter__()
        return self

    def __exit__(self, *error):
        return self._lab.__exit__(*error)

    def node(self, name):
        return self._lab.guests[name]

    @property
    def guests(self):
        return self._lab.guests.values()

    def boot(self, *names):
        """Boot machines side by side; nodes then run their service, and no daemon."""
        self._lab.boot(*(self._lab.guests[name] for name in names))
        for name in names:
            self.set_up(name)

    def set_up(self, name):
        """What a machine does once it has booted."""
        if name == "client":
            self.client.run(CLIENT_UP)
            return
        own = NODES[name]
        config = CONFIG.format(id=own, peer=3 - own, port=HEARTBEATS, vip=VIP, buckets=BUCKETS,
                               **self._timing)
        self.node(name).run(NODE_UP.format(id=own, config=config))
        self.node(name).start(f"exec echod --node {own} --port {PORT}")

    def start_daemon(self, name):
        self.daemons[name] = self.node(name).start(
            f"exec cohortd --config /run/cohort.toml --socket {SOCKET}")

    def status(self, name):
        """What cohortd says of the cluster, or None while it does not answer."""
        task = self.node(name).start(f"COHORT_SOCKET={SOCKET} cohortctl --json status")
        return json.loads("\n".join(task.said)) if task.wait(30) == 0 else None

    def serving(self, name):
        """(epoch, buckets served now), or None."""
        status = self.status(name)
        return (status["epoch"], status["serving"]) if status else None

    def halves(self):
        """Both nodes agree on the epoch, and each serves its half."""
        views = [self.serving(name) for name in NODES]
        return views[0] == views[1] and views[0] is not None and views[0][1] == BUCKETS // 2

    def serves_all(self, name):
        view = self.serving(name)
        return view is not None and view[1] == BUCKETS

    def wait_halves(self, timeout=120):
        wait_until(self.halves, timeout, "the nodes share the buckets\n" + self._last_words())

    def wait_serves_all(self, name, timeout=60):
        wait_until(lambda: self.serves_all(name), timeout, f"{name} serves all buckets")

    def _last_words(self):
        return "\n".join(f"{name}: {line}" for name, daemon in self.daemons.items()
                         for line in daemon.said[-3:])

    def link_states(self, name):
        """The state of each heartbeat link to the peer, by the link's name."""
        status = self.status(name)
        peer = next(n for n in status["nodes"] if n["name"] == other(name))
        return {link["name"]: link["state"] for link in peer["links"]}

    def splats(self):
        return [f"{guest.name}: {line}" for guest in self.guests for line in guest.splats()]


class Probe:
    """The client that never stops asking."""

    FLOWS = 256
    CONNECTIONS = 64

    def __init__(self, pair, period="1ms", live="500ms"):
        self._task = pair.client.start(
            f"exec probe stream --target {VIP}:{PORT} --sources 198.51.100.0/24 "
            f"--udp {self.FLOWS} --tcp {self.CONNECTIONS} --period {period} "
            f"--tcp-period 500ms --live {live} --timeout 2s")
        self._task.wait_line("^ready$", 60)

    def live(self):
        """The probe's next line on how things stand."""
        while True:
            line = self._task.line(60)
            if line and line.startswith('{"live"'):
                return json.loads(line)["live"]

    def mark(self, event):
        self._task.write(f"mark {event}\n")

    def end(self):
        """Stop asking; the whole report."""
        self._task.write("end\n")
        self._task.wait(120)
        return json.loads(self._task.said[-1])
