# SPDX-License-Identifier: GPL-2.0-or-later
"""What a node says by neighbour discovery, byte by byte: `ok WHAT` or `not_ok WHAT` a line."""
import pathlib
import socket
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from packets import ICMP6, Namespace, address, checksum6, icmp6, ip6, mac  # noqa: E402

RS, NS, NA = 133, 135, 136
SOURCE, TARGET = 1, 2
VIP, OWN, CLIENT = "2001:db8::50", "2001:db8::1", "2001:db8::9"
CLUSTER_MAC, ME = mac("03:c0:00:00:00:50"), mac("02:00:00:00:00:09")
node, client = Namespace("node"), Namespace("client")
nic = mac(node.run("cat", "/sys/class/net/eth0/address").strip())
wire = client.packet_socket("eth0", 0x86DD)
wire.settimeout(10)


def text_of(raw):
    return socket.inet_ntop(socket.AF_INET6, raw)


def options(data):
    """[(type, what is in it)]"""
    found = []
    while data:
        length = data[1] * 8
        found.append((data[0], data[2:length]))
        data = data[length:]
    return found


def hear(kind, of):
    """The next message of the node that says something of `of`: (Ethernet source, options, checksum's rest)."""
    while True:
        frame = wire.recv(2000)
        if frame[6:12] == ME or frame[20] != ICMP6 or frame[54] != kind:
            continue
        length = struct.unpack("!H", frame[18:20])[0]
        src, dst, message = text_of(frame[22:38]), text_of(frame[38:54]), frame[54:54 + length]
        if (text_of(message[8:24]) if kind == NA else src) != of:
            continue
        return frame[6:12], options(message[8 if kind == RS else 24:]), checksum6(src, dst, ICMP6, message)


def check(what, good):
    print("ok" if good else "not_ok", what, flush=True)


def heard(what, kind, of, wanted):
    """The frame is the NIC's, the option as wanted, and the checksum right."""
    seen = hear(kind, of)
    check(what, seen == (nic, wanted, 0))
    if seen != (nic, wanted, 0):
        print("seen:", seen, flush=True)


def ask(target, to=None, by=None):
    dst = to or text_of(address("ff02::1:ff00:0")[:13] + address(target)[13:])
    question = icmp6(CLIENT, dst, NS, 0, bytes(4) + address(target) + bytes((SOURCE, 1)) + ME)
    wire.send((by or b"\x33\x33" + address(dst)[12:]) + ME + b"\x86\xdd" + ip6(CLIENT, dst, ICMP6, question, hops=255))


def say(src, dst, kind, rest):
    """By hand, as daemons do: from a raw socket, whose checksum the kernel makes."""
    with node.visit():
        raw = socket.socket(socket.AF_INET6, socket.SOCK_RAW, ICMP6)
        index = socket.if_nametoindex("eth0")
        raw.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
        raw.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
        raw.bind((src, 0))
        raw.sendto(struct.pack("!BBH", kind, 0, 0) + rest, (dst, 0, 0, index))
        raw.close()


ask(VIP)
heard("an advertisement of the VIP says the cluster's MAC, from the NIC's", NA, VIP, [(TARGET, CLUSTER_MAC)])
ask(VIP, to=VIP, by=CLUSTER_MAC)
heard("who asks by the cluster's MAC knows it, and is only told that it is right", NA, VIP, [])
ask(OWN)
heard("one of the node's own address says the NIC's", NA, OWN, [(TARGET, nic)])
node.run("sh", "-c", f"ping -q -c 1 -W 1 -I {VIP} 2001:db8::200 || true")
heard("a solicitation from the VIP says the cluster's MAC", NS, VIP, [(SOURCE, CLUSTER_MAC)])
node.run("sh", "-c", f"ping -q -c 1 -W 1 -I {OWN} 2001:db8::201 || true")
heard("one from the node's own address says the NIC's", NS, OWN, [(SOURCE, nic)])
say(VIP, "ff02::2", RS, bytes(4) + bytes((SOURCE, 1)) + nic)
heard("a router solicitation from the VIP says the cluster's", RS, VIP, [(SOURCE, CLUSTER_MAC)])
say(OWN, "ff02::2", RS, bytes(4) + bytes((SOURCE, 1)) + nic)
heard("one from the node's own address says the NIC's", RS, OWN, [(SOURCE, nic)])
say(VIP, "ff02::2", RS, bytes(4))
heard("one without an option stays so", RS, VIP, [])
nonce = bytes((14, 1)) + bytes(range(6))
say(OWN, "ff02::1", NA, b"\x20\0\0\0" + address(VIP) + nonce + bytes((TARGET, 1)) + nic + bytes((SOURCE, 1)) + nic)
heard("of several options only those about the VIP change, whoever sends them", NA, VIP,
      [(14, nonce[2:]), (TARGET, CLUSTER_MAC), (SOURCE, nic)])
say(VIP, "ff02::1", NA, b"\x20\0\0\0" + address(OWN) + bytes((TARGET, 1)) + nic)
heard("an advertisement of another address, from the VIP, stays as it is", NA, OWN, [(TARGET, nic)])
twice = bytes((TARGET, 1)) + nic
say(OWN, "ff02::1", NA, b"\x20\0\0\0" + address(VIP) + twice + twice)
heard("an option that comes twice changes twice", NA, VIP, [(TARGET, CLUSTER_MAC)] * 2)
