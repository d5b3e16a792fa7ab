# SPDX-License-Identifier: GPL-2.0-or-later
"""The module's netlink family, spoken by nothing but its specification.

Messages are dictionaries of the attributes' names in spec/cohort.yaml; lists
for those that come several times. It sends what it is told to, however wrong.
"""
import errno
import pathlib
import socket
import struct
import time

import yaml

SPEC = pathlib.Path(__file__).resolve().parent.parent.parent / "spec/cohort.yaml"
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
NLM_F_DUMP_INTR, NLM_F_CAPPED, NLM_F_ACK_TLVS = 0x10, 0x100, 0x200
NETLINK_GENERIC, NLMSG_ERROR, NLMSG_DONE, GENL_ID_CTRL = 16, 2, 3, 16
SOL_NETLINK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK = 270, 11, 12


class Refused(Exception):
    """The kernel's errno, its words, and the name of the attribute at fault, where it tells."""

    def __init__(self, code, words, attribute):
        super().__init__(f"{errno.errorcode.get(code, code)}: {words} ({attribute})")
        self.code, self.words, self.attribute = code, words, attribute


def pack(number, payload):
    data = struct.pack("=HH", 4 + len(payload), number) + payload
    return data + bytes(-len(data) % 4)


def unpack(data):
    while len(data) >= 4:
        length, number = struct.unpack_from("=HH", data)
        yield number & 0x3FFF, data[4:length]
        data = data[(length + 3) & ~3:]


class Cohort:
    """One socket, in the namespace that this process is in now."""

    def __init__(self):
        spec = yaml.load(SPEC.read_text(), Loader=yaml.CSafeLoader)
        self.sets = {s["name"]: {a["name"]: (i + 1, a) for i, a in enumerate(s["attributes"])}
                     for s in spec["attribute-sets"]}
        self.commands = {op["name"]: i + 1 for i, op in enumerate(spec["operations"]["list"])}
        self.sequence = 0
        self.connect()

    def connect(self):
        """A new socket: nothing of what was asked through the last one is answered here."""
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        self.socket.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.socket.setsockopt(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1)
        self.socket.bind((0, 0))
        reply = self.exchange(GENL_ID_CTRL, struct.pack("=BBH", 3, 2, 0) + pack(2, b"cohort\0"), 0)
        self.family = struct.unpack("=H", dict(unpack(reply[0][4:]))[1])[0]

    def encode(self, values, set_name="cluster"):
        data = b""
        for name, value in values.items():
            if isinstance(name, int):  # an attribute that there is not
                data += pack(name, value)
                continue
            number, attr = self.sets[set_name][name]
            for one in value if isinstance(value, list) else [value]:
                data += pack(number | (0x8000 if attr["type"] == "nest" else 0), self.encode_one(attr, one))
        return data

    def encode_one(self, attr, value):
        if isinstance(value, bytes):
            return value
        if attr["type"] == "nest":
            return self.encode(value, attr["nested-attributes"])
        if attr["type"] == "string":
            return value.encode() + b"\0"
        return struct.pack("=Q" if attr["type"] == "u64" else "=I", value)

    def decode(self, data, set_name="cluster"):
        by_number = {number: (name, attr) for name, (number, attr) in self.sets[set_name].items()}
        values = {}
        for number, payload in unpack(data):
            name, attr = by_number[number]
            if attr["type"] == "pad":
                continue
            value = self.decode_one(attr, payload)
            if attr.get("multi-attr"):
                values.setdefault(name, []).append(value)
            else:
                values[name] = value
        return values

    def decode_one(self, attr, payload):
        if attr["type"] == "nest":
            return self.decode(payload, attr["nested-attributes"])
        if attr["type"] == "string":
            return payload.rstrip(b"\0").decode()
        if attr["type"] == "binary":
            return payload
        return struct.unpack("=Q" if attr["type"] == "u64" else "=I", payload)[0]

    def exchange(self, kind, payload, flags):
        self.sequence += 1
        head = struct.pack("=IHHII", 16 + len(payload), kind, NLM_F_REQUEST | NLM_F_ACK | flags,
                           self.sequence, 0)
        self.socket.send(head + payload)
        replies, self.interrupted = [], False
        while True:
            data = self.socket.recv(1 << 17)
            while data:
                length, kind, flags, _, _ = struct.unpack_from("=IHHII", data)
                body, data = data[16:length], data[(length + 3) & ~3:]
                self.interrupted |= bool(flags & NLM_F_DUMP_INTR)
                if kind == NLMSG_ERROR:
                    self.refusal(body, flags, payload)
                    return replies
                if kind == NLMSG_DONE:
                    self.refusal(body, flags | NLM_F_CAPPED, payload, header=4)
                    return replies
                replies.append(body)

    def refusal(self, body, flags, request, header=20):
        code = -struct.unpack_from("=i", body)[0]
        if not code:
            return
        skip = header + (0 if flags & NLM_F_CAPPED else (len(request) + 3) & ~3)
        told = dict(unpack(body[skip:])) if flags & NLM_F_ACK_TLVS else {}
        raise Refused(code, told.get(1, b"").rstrip(b"\0").decode(),
                      self.attribute_at(request, struct.unpack("=I", told[2])[0] - 16)
                      if 2 in told else None)

    def attribute_at(self, request, offset):
        number = struct.unpack_from("=H", request, offset + 2)[0] & 0x3FFF
        names = {value[0]: name for name, value in self.sets["cluster"].items()}
        at = 4
        while at < len(request):  # at the top, or inside of a nest
            length = (struct.unpack_from("=H", request, at)[0] + 3) & ~3
            if at == offset:
                return names.get(number, number)
            if at < offset < at + length:
                inner = {value[0]: name for name, value in self.sets["vip"].items()}
                return "vip." + inner.get(number, str(number))
            at += length
        return number

    def __call__(self, command, flags=0, **values):
        """cohort("bucket-set", name="web", …): the replies. Underscores are dashes."""
        payload = struct.pack("=BBH", self.commands[command], 1, 0)
        payload += self.encode({key.replace("_", "-"): value for key, value in values.items()})
        return [self.decode(body[4:]) for body in self.exchange(self.family, payload, flags)]

    def dump(self, command):
        return self(command, flags=NLM_F_DUMP)


def vip(text, prefix_len=None):
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    value = {"address": socket.inet_pton(family, text)}
    return value if prefix_len is None else value | {"prefix-len": prefix_len}


def boottime_ns():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
