# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets by hand, for scenarios: well-formed ones, and ones that lie.

Everything returns bytes in network order. The hash of the old CLUSTERIP target
is here once more, written from its description and not from the module.
"""
import contextlib
import ctypes
import json
import os
import socket
import struct
import subprocess
import time

UDP, TCP, ICMP, ESP, AH, GRE = 17, 6, 1, 50, 51, 47
UDPLITE, SCTP, DCCP = 136, 132, 33
PORTED = (UDP, TCP, UDPLITE, SCTP, DCCP)
MODES = ("sourceip", "sourceip-sourceport", "sourceip-sourceport-destport")


def address(text):
    return socket.inet_aton(text)


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip(src, dst, protocol, payload, **lies):
    """An IPv4 packet. Lies: version, ihl, length, fragment, more, ident, options, sum."""
    options = lies.get("options", b"")
    ihl = lies.get("ihl", 5 + len(options) // 4)
    length = lies.get("length", 20 + len(options) + len(payload))
    fragment = lies.get("fragment", 0) // 8 | (0x2000 if lies.get("more") else 0)
    head = struct.pack("!BBHHHBBH4s4s", lies.get("version", 4) << 4 | ihl, 0, length,
                       lies.get("ident", 0), fragment, 64, protocol, 0,
                       address(src), address(dst)) + options
    head = head[:10] + struct.pack("!H", lies.get("sum", checksum(head))) + head[12:]
    return head + payload


def ports(protocol, sport, dport, data=b""):
    """The head of a transport protocol: what follows the ports hardly matters here."""
    rest = {
        UDP: struct.pack("!HH", 8 + len(data), 0),
        UDPLITE: struct.pack("!HH", 8, 0),
        TCP: struct.pack("!IIHHHH", 1, 0, 0x5002, 1024, 0, 0),
        SCTP: struct.pack("!II", 0, 0),
        DCCP: struct.pack("!BBHI", 5, 0, 0, 0),
    }[protocol]
    return struct.pack("!HH", sport, dport) + rest + data


def icmp(kind, code, rest=b""):
    body = struct.pack("!BBHI", kind, code, 0, 0) + rest
    return body[:2] + struct.pack("!H", checksum(body)) + body[4:]


def fragments(src, dst, protocol, payload, size, ident):
    """The datagram in pieces of `size` bytes, a multiple of eight."""
    return [ip(src, dst, protocol, payload[at:at + size], fragment=at, ident=ident,
               more=at + size < len(payload)) for at in range(0, len(payload), size)]


def clusterip_hash(mode, seed, src, sport, dport):
    """lookup3's final mix, as the old target used it on a little-endian host."""
    m32 = 0xFFFFFFFF
    words = [struct.unpack("!I", address(src))[0], socket.htons(sport), socket.htons(dport)]
    count = 1 + MODES.index(mode)
    a, b, c = ((word + 0xDEADBEEF + 4 * count + seed) & m32
               for word in words[:count] + [0] * (3 - count))

    def rotate(x, k):
        return (x << k | x >> (32 - k)) & m32

    c = ((c ^ b) - rotate(b, 14)) & m32
    a = ((a ^ c) - rotate(c, 11)) & m32
    b = ((b ^ a) - rotate(a, 25)) & m32
    c = ((c ^ b) - rotate(b, 16)) & m32
    a = ((a ^ c) - rotate(c, 4)) & m32
    b = ((b ^ a) - rotate(a, 14)) & m32
    return ((c ^ b) - rotate(b, 24)) & m32


class Namespace:
    """Runs commands in a network namespace, and opens sockets there."""

    def __init__(self, name):
        self.name = name

    def run(self, *command):
        return subprocess.run(["ip", "netns", "exec", self.name, *command], check=True,
                              stdout=subprocess.PIPE, text=True).stdout

    @contextlib.contextmanager
    def visit(self):
        """This process is in the namespace for a while: the sockets that it opens stay there."""
        libc = ctypes.CDLL(None, use_errno=True)
        home = os.open("/proc/self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        try:
            if libc.setns(there, 0):
                raise OSError(ctypes.get_errno(), f"cannot enter {self.name}")
            yield
        finally:
            libc.setns(home, 0)
            os.close(home)
            os.close(there)

    def packet_socket(self, device, ethertype=0):
        with self.visit():
            opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ethertype))
            opened.bind((device, ethertype))
        return opened

    def stats(self, cluster):
        return json.loads(self.run("cohortctl", "--json", "stats", cluster))[0]


def until(condition, seconds=10):
    """Waits for a condition; the last look decides."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return condition()
