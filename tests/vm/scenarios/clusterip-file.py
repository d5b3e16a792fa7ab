# SPDX-License-Identifier: GPL-2.0-or-later
"""clusterip-file.py FILE: reads and writes the target's file, byte by byte, and tells what it says.

The file's node is 1 of 2, and is so again afterwards. Neighbours in a row of
words that end alike are told as one.
"""
import errno
import itertools
import os
import sys

PATH = sys.argv[1]


def attempt(act):
    """What it returns, or its error's name."""
    try:
        return act()
    except OSError as no:
        return errno.errorcode[no.errno]


def content():
    with open(PATH, "rb", buffering=0) as file:
        return file.read()


def write(word):
    """How a write of its own ends, and what is read then if that is another content."""
    before = content()
    file = os.open(PATH, os.O_WRONLY)
    result = attempt(lambda: os.write(file, word))
    os.close(file)
    after = content()
    return f"{result}" if after == before else f"{result}, {after}"


def undo():
    for word in (b"+1", b"-2"):
        write(word)


def told(word):
    result = write(word)
    undo()
    return result


def row(what, words):
    print(f"-- {what}")
    for result, alike in itertools.groupby(((word, told(word)) for word in words), lambda each: each[1]):
        alike = [word for word, _ in alike]
        print(f"{alike[0]} .. {alike[-1]}: {result}" if len(alike) > 1 else f"{alike[0]}: {result}")


row("one byte", [bytes([byte]) for byte in range(256)])
for sign in b"+", b"-":
    row("a sign and one byte", [sign + bytes([byte]) for byte in range(256)])
    row("a number and one byte", [sign + b"2" + bytes([byte]) for byte in range(256)])
    row("numbers", [sign + str(number).encode() for number in (*range(20), 32, 33, 63, 64, 65, 66, 127, 128,
                                                                 255, 256, 32768, 65535, 65536)])
    row("one byte before a number", [sign + bytes([byte]) + b"2" for byte in range(256)])
row("a byte in place of the sign", [bytes([byte]) + b"2" for byte in range(256)])
row("spellings", [b"+02", b"+0x2", b"+0b10", b"+ 2", b"+2 ", b"+2\n", b"+2\r\n", b"+2\n\n", b"\n+2", b"+2,1", b"+2\0",
                  b"+2\0x", b"+-2", b"--1", b"-+1", b"++2", b"+2.0", b"+1e1", b"+2+1"])
row("lengths", [b"+" + b"0" * zeros + b"2" for zeros in range(20)])
row("lengths with a newline", [b"+" + b"0" * zeros + b"2\n" for zeros in range(12)])
row("large numbers", [b"+999999999", b"-999999999", b"+4294967298", b"+18446744073709551618"])

print("-- a life")
for word in (b"+1", b"+2", b"+2", b"-1", b"-1", b"-2", b"-2", b"+2", b"+1", b"-2"):
    print(f"{word}: {write(word)}")
print(content())

print("-- reading in parts")
write(b"+2\n")
with open(PATH, "rb", buffering=0) as file:
    print(file.seek(2), file.read(10), file.seek(0), file.read(3), file.read(3))
    print(attempt(lambda: file.seek(0, os.SEEK_END)), os.pread(file.fileno(), 3, 100))
write(b"-1")
write(b"-2")
print(content())
for flags in (os.O_RDWR, os.O_RDWR | os.O_TRUNC, os.O_WRONLY | os.O_APPEND, os.O_RDWR | os.O_CREAT):
    file = os.open(PATH, flags)
    print(attempt(lambda: os.write(file, b"+1\n")), content(), attempt(lambda: os.write(file, b"-1\n")), content())
    os.close(file)
print(attempt(lambda: os.open(PATH, os.O_WRONLY | os.O_EXCL | os.O_CREAT)))
file = os.open(PATH, os.O_RDWR)
print(attempt(lambda: os.writev(file, [b"+1", b"\n"])), content())
print(attempt(lambda: os.writev(file, [b"-1\n", b"+2\n"])), content())
os.close(file)
undo()
print(content())
