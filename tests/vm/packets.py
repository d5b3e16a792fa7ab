# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets by hand, for scenarios: well-formed ones, and ones that lie.

Everything returns bytes in network order. The hash of the old CLUSTERIP target
and SipHash are here once more, written from their descriptions and not from the
module.
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
HOP, ROUTING, FRAGMENT, ICMP6, NONE, DEST = 0, 43, 44, 58, 59, 60
PORTED = (UDP, TCP, UDPLITE, SCTP, DCCP)
MODES = ("sourceip", "sourceip-sourceport", "sourceip-sourceport-destport")


def address(text):
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


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


def ip6(src, dst, protocol, payload, **lies):
    """An IPv6 packet; `protocol` is that of what comes first in the payload. Lies: version, length, hops."""
    return struct.pack("!IHBB", lies.get("version", 6) << 28, lies.get("length", len(payload)), protocol,
                       lies.get("hops", 64)) + address(src) + address(dst) + payload


def extended(headers, protocol, payload):
    """What ip6() takes: the payload behind extension headers of 8 bytes each, by their types."""
    for kind in reversed(headers):
        # An atomic fragment; a routing header with nowhere left to go; one option, of padding.
        body = {FRAGMENT: bytes(7), ROUTING: bytes((0, 4, 0, 0, 0, 0, 0))}.get(kind, bytes((0, 1, 4, 0, 0, 0, 0)))
        protocol, payload = kind, bytes((protocol,)) + body + payload
    return protocol, payload


def fragment6(protocol, payload, at, more, ident):
    return bytes((protocol, 0)) + struct.pack("!HI", at | more, ident) + payload


def fragments6(src, dst, protocol, payload, size, ident, headers=()):
    """The datagram in pieces of `size` bytes, a multiple of eight, each behind the extension headers."""
    return [ip6(src, dst, *extended(headers, FRAGMENT, fragment6(
        protocol, payload[at:at + size], at, at + size < len(payload), ident)))
            for at in range(0, len(payload), size)]


def checksum6(src, dst, protocol, payload):
    """With its pseudo-header (RFC 8200, 8.1). 0 of a packet whose checksum is right."""
    return checksum(address(src) + address(dst) + struct.pack("!II", len(payload), protocol) + payload)


def icmp6(src, dst, kind, code, rest=b""):
    """`rest` is all that follows the checksum."""
    body = struct.pack("!BBH", kind, code, 0) + rest
    return body[:2] + struct.pack("!H", checksum6(src, dst, ICMP6, body)) + body[4:]


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


def siphash13(key, data):
    """SipHash-1-3 of the bytes, its lower half."""
    m64 = (1 << 64) - 1
    key = struct.unpack("<QQ", key)
    v = [key[i % 2] ^ word for i, word in enumerate((0x736F6D6570736575, 0x646F72616E646F6D,
                                                     0x6C7967656E657261, 0x7465646279746573))]

    def rotate(x, k):
        return (x << k | x >> (64 - k)) & m64

    def one_round():
        for a, b, shift, c, d, other in ((0, 1, 13, 2, 3, 16), (2, 1, 17, 0, 3, 21)):
            v[a], v[c] = (v[a] + v[b]) & m64, (v[c] + v[d]) & m64
            v[b], v[d] = rotate(v[b], shift) ^ v[a], rotate(v[d], other) ^ v[c]
            v[a] = rotate(v[a], 32)

    data += bytes(-(len(data) + 1) % 8) + bytes((len(data) & 0xFF,))
    for (word,) in struct.iter_unpack("<Q", data):
        v[3] ^= word
        one_round()
        v[0] ^= word
    v[2] ^= 0xFF
    for _ in range(3):
        one_round()
    return (v[0] ^ v[1] ^ v[2] ^ v[3]) & 0xFFFFFFFF


def siphash(mode, key, src, sport, dport):
    """The hash of a packet: of its source, and of the ports that the mode takes."""
    sport, dport = (port if MODES.index(mode) >= least else 0 for port, least in ((sport, 1), (dport, 2)))
    return siphash13(key, address(src) + struct.pack("!HH", sport, dport))


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
