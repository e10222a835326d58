"""Read the regular expressions, and the sentences that explain them, out of a Go executable.

Many of the provider's errors explain a pattern in words ("must contain only lower case letters")
without showing it. The pattern is still a constant of the program: Go passes a string as pointer
(RAX) and length (RBX), so `regexp.MustCompile("...")` leaves LEA RAX / MOV EBX / CALL behind, and
the message of `StringMatch(re, message)` is loaded by the next few instructions. What is found here are only
candidates: a pattern becomes a rule if the provider's answers agree with it.
"""

from __future__ import annotations

import mmap
import re
import struct
from collections import defaultdict
from pathlib import Path

_PAD = rb"(?:\x90|\x66\x90|\x0f\x1f.{1,6}?)?"
_LEA_MOV = re.compile(rb"\x48\x8d\x05(.{4})\xbb(.{3}\x00)" + _PAD + rb"\xe8(.{4})", re.S)
_MOV_LEA = re.compile(rb"\xbb(.{3}\x00)\x48\x8d\x05(.{4})" + _PAD + rb"\xe8(.{4})", re.S)
_ADDRESS = re.compile(rb"[\x48\x4c]\x8d[\x05\x0d\x15\x1d\x25\x2d\x35\x3d](.{4})", re.S)
_LENGTH = re.compile(rb"(?:\x48\xc7[\x40-\x47].|[\xb8-\xbf])(.{3}\x00)", re.S)
_META = re.compile(r"[\^$\\\[\]{}()|]")
MIN_SITES = 100
LONGEST = 4000
SHORTEST_MESSAGE = 8
WINDOW = 220  # bytes after the call in which the message is loaded


class _Image:
    """The `.text` and `.rodata` sections of a 64-bit little-endian ELF file."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self.data = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        table = struct.unpack_from("<Q", self.data, 0x28)[0]
        size, count, names = struct.unpack_from("<HHH", self.data, 0x3A)
        headers = [struct.unpack_from("<IIQQQQ", self.data, table + i * size) for i in range(count)]
        strings = headers[names][4]
        self.sections = {}
        for name, _, _, address, offset, length in headers:
            end = self.data.find(b"\0", strings + name)
            self.sections[self.data[strings + name : end].decode()] = (address, offset, length)
        self.text_address, self.text_offset, self.text_size = self.sections[".text"]

    def string(self, address: int, length: int) -> str | None:
        """The Go string constant at an address, if it is one."""
        start, offset, size = self.sections[".rodata"]
        if not (start <= address < start + size) or not 0 < length <= LONGEST:
            return None
        at = offset + address - start
        try:
            return self.data[at : at + length].decode()
        except UnicodeDecodeError:
            return None


def _signed(data: bytes) -> int:
    return int(struct.unpack("<i", data)[0])


def _unsigned(data: bytes) -> int:
    return int(struct.unpack("<I", data)[0])


def patterns(binary: str) -> dict[str, set[str]]:
    """Regular expression -> sentences that may belong to it, for all that the executable compiles.

    Functions are told apart by what they are given: those called from at least `MIN_SITES` places
    with strings that look like regular expressions are the compiling ones.
    """
    image = _Image(Path(binary))
    base = image.text_address - image.text_offset
    text_end = image.text_offset + image.text_size
    calls: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for shape, lea_first in ((_LEA_MOV, True), (_MOV_LEA, False)):
        for found in shape.finditer(image.data, image.text_offset, text_end):
            lea, mov = (found[1], found[2]) if lea_first else (found[2], found[1])
            after_lea = found.end(1 if lea_first else 2) + base
            literal = image.string(after_lea + _signed(lea), _unsigned(mov))
            if literal is not None:
                target = found.end() + base + _signed(found[3])
                calls[target].append((found.end(), literal))
    out: dict[str, set[str]] = defaultdict(set)
    for sites in calls.values():
        strange = sum(len(_META.findall(s)) / len(s) > 0.12 for _, s in sites)
        if len(sites) < MIN_SITES or strange < 0.5 * len(sites):
            continue
        for end, literal in sites:
            out[literal] |= _messages(image, end, base)
    return dict(out)


def _messages(image: _Image, at: int, base: int) -> set[str]:
    """Every string constant that the next instructions could be handing over."""
    window = image.data[at : at + WINDOW]
    lengths = {_unsigned(x[1]) for x in _LENGTH.finditer(window)}
    out = set()
    for found in _ADDRESS.finditer(window):
        address = at + found.end() + base + _signed(found[1])
        for length in lengths:
            text = image.string(address, length) if length >= SHORTEST_MESSAGE else None
            if text:
                out.add(text)
    return out
