# SPDX-License-Identifier: GPL-2.0-or-later
"""The cases of module-bypass.sh: `ok WHAT` or `not_ok WHAT` a line."""
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from packets import (ICMP, ICMP6, UDP, Namespace, checksum6, fragments, fragments6, icmp, icmp6, ip, ip6,  # noqa: E402
                     mac, ports, until)

VIP, CLIENT = "192.0.2.50", "192.0.2.9"
VIP6, CLIENT6 = "2001:db8::50", "2001:db8::9"
IPV4, IPV6 = b"\x08\x00", b"\x86\xdd"
ADDRESSES = mac("03:c0:c0:00:02:32") + mac("02:00:00:00:00:09")
TAGS = {
    "untagged": b"",
    "a priority tag": b"\x81\x00\xe0\x00",
    "a tag within a tag": b"\x81\x00\x00\x00" * 2,
    "a tag within a provider's": b"\x88\xa8\x00\x00\x81\x00\x00\x00",
    "three tags": b"\x81\x00\x00\x00" * 3,
}
EACH = 4

owns = sys.argv[1] == "own"
node, client = Namespace("node"), Namespace("client")
wire = client.packet_socket("eth0")


def received():
    """What reached the node's protocols: by IPv4 for whatever reason, by IPv6 of the kinds that are sent here."""
    rows = [line.split() for line in node.run("cat", "/proc/net/snmp").splitlines()]
    table = {head[0]: dict(zip(head[1:], values[1:])) for head, values in zip(rows[::2], rows[1::2])}
    table6 = dict(line.split() for line in node.run("cat", "/proc/net/snmp6").splitlines())
    return int(table["Ip:"]["InDelivers"]) + sum(int(table6[key]) for key in ("Icmp6InEchos", "Udp6NoPorts"))


def case(what, packets, datagrams):
    stats, delivered = node.stats("web"), received()
    for packet in packets:
        wire.send(ADDRESSES + packet)
    key = "accepted" if owns else "foreign_dropped"

    def counted():
        return node.stats("web")[key] - stats[key]

    until(lambda: counted() >= datagrams, 5)
    served = received() - delivered
    good = counted() == datagrams and (served >= datagrams if owns else served == 0)
    print("ok" if good else "not_ok", what, "" if good else f"counted {counted()}, served {served}", flush=True)


for name, tags in TAGS.items():
    echo = ip(CLIENT, VIP, ICMP, icmp(8, 0, struct.pack("!16x")))
    case(name, [tags + IPV4 + echo] * EACH, EACH)
    echo6 = ip6(CLIENT6, VIP6, ICMP6, icmp6(CLIENT6, VIP6, 128, 0, bytes(16)))
    case(f"IPv6, {name}", [tags + IPV6 + echo6] * EACH, EACH)
datagram = ports(UDP, 1234, 9, bytes(2992))
summed = datagram[:6] + struct.pack("!H", checksum6(CLIENT6, VIP6, UDP, datagram)) + datagram[8:]
for name in ("untagged", "a tag within a tag"):
    idents = [ident + 16 * len(TAGS[name]) + 8 * owns for ident in range(1, EACH + 1)]
    for family, frames in (
            ("", [IPV4 + piece for ident in idents for piece in fragments(CLIENT, VIP, UDP, datagram, 1000, ident)]),
            ("IPv6 ", [IPV6 + piece for ident in idents
                       for piece in fragments6(CLIENT6, VIP6, UDP, summed, 1000, ident)])):
        # Who owns nothing drops each piece; who owns something has to put them together.
        case(f"{family}fragments, {name}", [TAGS[name] + frame for frame in frames], EACH if owns else len(frames))
