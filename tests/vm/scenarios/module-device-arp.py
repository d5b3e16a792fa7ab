# SPDX-License-Identifier: GPL-2.0-or-later
"""What a node says by ARP, byte by byte: `ok WHAT` or `not_ok WHAT` a line."""
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from packets import Namespace, address, mac  # noqa: E402

REQUEST, REPLY = 1, 2
CLUSTER_MAC = mac("03:c0:c0:00:02:32")
node, client = Namespace("node"), Namespace("client")
own = mac(node.run("cat", "/sys/class/net/eth0/address").strip())
wire = client.packet_socket("eth0", 0x0806)
wire.settimeout(10)


def hear(operation, sender):
    """The next ARP frame of the node with this sender address: (Ethernet source, sender MAC)."""
    while True:
        frame = wire.recv(64)
        said, claimed, spoken_for = struct.unpack("!6xH6s4s", frame[14:32])
        if frame[6:12] == own and said == operation and spoken_for == address(sender):
            return frame[6:12], claimed


def ask(target):
    me = mac("02:00:00:00:00:09")
    wire.send(b"\xff" * 6 + me + struct.pack("!HHHBBH6s4s6s4s", 0x0806, 1, 0x0800, 6, 4, REQUEST, me,
                                             address("192.0.2.9"), bytes(6), address(target)))


def check(what, good):
    print("ok" if good else "not_ok", what, flush=True)


ask("192.0.2.50")
check("a reply for the VIP says the cluster's MAC, from the NIC's", hear(REPLY, "192.0.2.50") == (own, CLUSTER_MAC))
ask("192.0.2.1")
check("a reply for the node's own address says the NIC's", hear(REPLY, "192.0.2.1") == (own, own))
node.run("sh", "-c", "ping -q -c 1 -W 1 -I 192.0.2.50 192.0.2.200 || true")
check("a request from the VIP says the cluster's MAC, from the NIC's",
      hear(REQUEST, "192.0.2.50") == (own, CLUSTER_MAC))
node.run("sh", "-c", "ping -q -c 1 -W 1 -I 192.0.2.1 192.0.2.201 || true")
check("a request from the node's own address says the NIC's", hear(REQUEST, "192.0.2.1") == (own, own))
# The kernel's announcement of a new address of the device goes the same way.
before, own = own, mac("02:00:00:00:00:78")
node.run("sysctl", "-qw", "net.ipv4.conf.eth0.arp_notify=1")
node.run("ip", "link", "set", "eth0", "address", own.hex(":"))
check("so does an announcement", hear(REQUEST, "192.0.2.50") == (own, CLUSTER_MAC))
node.run("ip", "link", "set", "eth0", "address", before.hex(":"))
