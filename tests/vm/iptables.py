# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules with the target CLUSTERIP, put into the kernel as no iptables would put them.

A table goes there in one system call, which may be wrong in every way, or fail at every allocation.
Layouts are those of 64-bit hosts: linux/netfilter_ipv4/ip_tables.h, ipt_CLUSTERIP.h.
"""
import ctypes
import os
import socket
import struct

SET_REPLACE, GET_INFO = 64, 64  # options of SOL_IP
INPUT, FORWARD, OUTPUT = 1, 2, 3
NEW = 1  # CLUSTERIP_FLAG_NEW
libc = ctypes.CDLL(None, use_errno=True)
ACCEPT = -2  # a verdict is stored as its negative, less one


def target(name, data, revision=0):
    size = (32 + len(data) + 7) // 8 * 8
    return struct.pack("=H29sB", size, name.encode(), revision) + data.ljust(size - 32, b"\0")


def entry(aim, dst="0.0.0.0", mask="0.0.0.0", ifname=b""):
    """A rule without matches; `ifname` may be 16 bytes, without an end."""
    compared = b"\xff" * min(len(ifname) + 1, 16) if ifname else b""
    ip = struct.pack("=4s4s4s4s16s16s16s16sHBB", bytes(4), socket.inet_aton(dst), bytes(4), socket.inet_aton(mask),
                     ifname, b"", compared, b"", 0, 0, 0)
    return ip + struct.pack("=IHHIQQ", 0, 112, 112 + len(aim), 0, 0, 0) + aim


def clusterip(flags=NEW, mac="01:00:5e:00:00:50", total=2, local=(1,), count=None, mode=1, seed=0, revision=0,
              size=None):
    """The target; `count` lies about how many local nodes there are, `size` about the data."""
    nodes = list(local) + [0] * (16 - len(local))
    data = struct.pack("=I6sHH16H2xIIQ", flags, bytes.fromhex(mac.replace(":", "")), total,
                       len(local) if count is None else count, *nodes, mode, seed, 0xdeadbeefdeadbeef)
    return target("CLUSTERIP", data if size is None else data.ljust(size, b"\0")[:size], revision)


class Filter:
    """The table `filter` of the namespace that this is made in."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self.entries()  # makes the table, if it was not there

    def entries(self):
        """How many entries it has; 4 are always there."""
        said = ctypes.create_string_buffer(b"filter", 84)  # what is asked for is there, which Python's cannot say
        size = ctypes.c_uint(len(said))
        if libc.getsockopt(self.socket.fileno(), socket.SOL_IP, GET_INFO, said, ctypes.byref(size)):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        return struct.unpack("=32s13I", said.raw)[12]

    def prepared(self, *rules):
        """What replace() takes: the chain INPUT with these rules, and chains with none."""
        self.counters = ctypes.create_string_buffer(16 * self.entries())
        policy = entry(target("", struct.pack("=i", ACCEPT)))
        rules = b"".join(rules)
        entries = rules + 3 * policy + entry(target("ERROR", b"ERROR".ljust(30, b"\0")))
        ends = [len(rules) + chain * len(policy) for chain in range(3)]
        return struct.pack("=32s3I5I5IIQ", b"filter", 1 << INPUT | 1 << FORWARD | 1 << OUTPUT, number_of(entries),
                           len(entries), 0, 0, *ends[1:], 0, 0, *ends, 0, len(self.counters) // 16,
                           ctypes.addressof(self.counters)) + entries

    def replace(self, prepared):
        """One system call. OSError if it is refused."""
        self.socket.setsockopt(socket.SOL_IP, SET_REPLACE, prepared)


def number_of(entries):
    """How many entries these are."""
    count = offset = 0
    while offset < len(entries):
        offset += struct.unpack_from("=H", entries, offset + 90)[0]
        count += 1
    return count
