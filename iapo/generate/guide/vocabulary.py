"""The bytes that each token of a tokenizer stands for, laid out as a tree of common beginnings.

Works for the two ways in which Hugging Face tokenizers spell bytes: GPT-2's alphabet of printable
stand-ins (SmolLM2, Qwen, Llama 3) and SentencePiece's `▁` and `<0x0A>` (Llama 2, Mistral, Gemma). The
tokens of a GGUF file are told by llama.cpp itself (`llama.py`).
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from iapo.errors import InputError


class SpellingError(InputError):
    """A tokenizer whose tokens cannot be told byte by byte."""


_BYTE = re.compile(r"<0x([0-9A-Fa-f]{2})>")


class Trie:
    """Byte strings in depth-first order, so that a walk is one pass over arrays.

    Node 0 is the empty beginning. Of node `i`: `depth[i]` bytes lead to it, `byte[i]` is the last of
    them, `skip[i]` is the node after everything below it, `group[i]` says which entry of `groups`
    (the tokens that end here), -1 for none.
    """

    __slots__ = ("byte", "depth", "group", "groups", "height", "skip")

    def __init__(self, entries: Mapping[bytes, Sequence[int]]) -> None:
        self.byte, self.depth = array("B", [0]), array("H", [0])
        self.skip, self.group = array("i", [0]), array("i", [-1])
        self.groups: list[Sequence[int]] = []
        path: list[int] = [0]
        previous = b""
        for text in sorted(entries):
            shared = 0
            for a, b in zip(previous, text, strict=False):
                if a != b:
                    break
                shared += 1
            while len(path) - 1 > shared:
                self.skip[path.pop()] = len(self.byte)
            for at in range(shared, len(text)):
                path.append(len(self.byte))
                self.byte.append(text[at])
                self.depth.append(at + 1)
                self.skip.append(0)
                self.group.append(-1)
            self.group[path[-1]] = len(self.groups)
            self.groups.append(entries[text])
            previous = text
        for node in path:
            self.skip[node] = len(self.byte)
        self.height = max(self.depth) + 1

    def __len__(self) -> int:
        return len(self.byte)

    def children(self, node: int) -> dict[int, int]:
        """The nodes right below one, by their bytes."""
        found, at = {}, node + 1
        while at < self.skip[node]:
            found[self.byte[at]] = at
            at = self.skip[at]
        return found

    def below(self, node: int) -> Iterable[tuple[bytes, Sequence[int]]]:
        """What can follow a node: bytes after it, and the tokens that end there, itself included."""
        text = bytearray()
        base = self.depth[node]
        for at in range(node, self.skip[node]):
            if at > node:
                del text[self.depth[at] - base - 1 :]
                text.append(self.byte[at])
            if self.group[at] >= 0:
                yield bytes(text), self.groups[self.group[at]]


class Vocabulary:
    """The ordinary tokens of a tokenizer.

    Attributes:
        pieces: id to bytes; None for special tokens and holes.
        trie: all of them by their bytes.
        spacing: those that begin with a space or a tab.
        feeding: those that begin with a line feed, spaces before it or not.
    """

    def __init__(self, pieces: Sequence[bytes | None]) -> None:
        self.pieces = list(pieces)
        ids: dict[bytes, list[int]] = {}
        for number, piece in enumerate(self.pieces):
            if piece:
                ids.setdefault(piece, []).append(number)
        self.trie = Trie(ids)
        self._ids = ids
        self.spacing = _where(self.pieces, rb"[ \t\r]")
        self.feeding = _where(self.pieces, rb"[ \t\r]*\n")

    def __len__(self) -> int:
        return len(self.pieces)

    def spell(self, text: bytes) -> list[int] | None:
        """Tokens that write a text, each as long as it can be; None where there are none."""
        out, at = [], 0
        while at < len(text):
            sizes = range(min(self.trie.height, len(text) - at), 0, -1)
            size = next((n for n in sizes if text[at : at + n] in self._ids), None)
            if size is None:
                return None
            out.append(self._ids[text[at : at + size]][0])
            at += size
        return out


def _where(pieces: Sequence[bytes | None], beginning: bytes) -> npt.NDArray[np.int32]:
    """The tokens whose bytes begin in some way."""
    found = re.compile(beginning)
    return np.asarray(
        [i for i, piece in enumerate(pieces) if piece and found.match(piece)], np.int32
    )


def vocabulary_of(tokenizer: Any) -> Vocabulary:
    """The vocabulary of a Hugging Face tokenizer, read once for each; one that is read as it is.

    Raises:
        SpellingError: the tokenizer spells bytes in neither of the known ways.
    """
    if isinstance(tokenizer, Vocabulary):
        return tokenizer
    known = getattr(tokenizer, "_iapo_vocabulary", None)
    if isinstance(known, Vocabulary):
        return known
    made = read_vocabulary(tokenizer)
    tokenizer._iapo_vocabulary = made
    return made


def read_vocabulary(tokenizer: Any) -> Vocabulary:
    """The vocabulary of a Hugging Face tokenizer.

    Raises:
        SpellingError: it spells bytes in neither of the known ways.
    """
    vocabulary: dict[str, int] = tokenizer.get_vocab()
    added = getattr(tokenizer, "added_tokens_decoder", {})
    special = set(tokenizer.all_special_ids) | {i for i, t in added.items() if t.special}
    stand_ins = {char: byte for byte, char in _byte_alphabet().items()}
    pieces: list[bytes | None] = [None] * (max(vocabulary.values()) + 1)
    spelling = _spelling(tokenizer, vocabulary)
    for text, number in vocabulary.items():
        if number in special:
            continue
        if number in added:
            pieces[number] = text.encode()
        elif spelling == "bytes":
            known = [stand_ins.get(char) for char in text]
            pieces[number] = None if None in known else bytes(b for b in known if b is not None)
        elif found := _BYTE.fullmatch(text):
            pieces[number] = bytes([int(found[1], 16)])
        else:
            pieces[number] = text.replace("▁", " ").encode()
    return Vocabulary(pieces)


def _spelling(tokenizer: Any, vocabulary: Mapping[str, int]) -> str:
    backend = getattr(tokenizer, "backend_tokenizer", None)
    decoder = str(getattr(backend, "decoder", ""))
    if "ByteLevel" in decoder:
        return "bytes"
    if "<0x0A>" in vocabulary or "▁" in decoder:
        return "sentencepiece"
    raise SpellingError(
        f"{type(tokenizer).__name__}: a guide needs a tokenizer that spells bytes "
        "(byte-level BPE, or SentencePiece with byte fallback); turn the guide off for this model"
    )


def _byte_alphabet() -> dict[int, str]:
    """GPT-2's printable stand-in of every byte."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    out = {byte: chr(byte) for byte in plain}
    for byte in range(256):
        if byte not in out:
            out[byte] = chr(0x100 + len(out) - len(plain))
    return out
