"""Just enough of a gRPC server for Terraform to call a provider on a Unix socket.

One thread answers all calls, in the order they come. The general server of the `grpcio` package hands
every call through several threads, which took a third of the time of a verdict. Of HTTP/2
(https://www.rfc-editor.org/rfc/rfc9113) this speaks what a client over a local socket needs: no TLS,
no push, no priorities. Of gRPC (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md) it
speaks calls with one request and any number of answers, uncompressed.
"""

from __future__ import annotations

import selectors
import socket
import struct
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from enum import IntEnum
from typing import NamedTuple
from urllib.parse import quote

from hpack import Decoder

from iapo.verify.terraform.tfplugin import varint

Answer = Callable[[str, bytes], "Sequence[bytes] | None"]
"""Takes a method's name and the request message, gives the response messages; None where there is
no such method. What it raises reaches the caller as the call's error."""

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_END_STREAM = _ACKNOWLEDGED = 0x1
_END_HEADERS, _PADDED, _PRIORITY = 0x4, 0x8, 0x20
_FIRST_WINDOW, _FIRST_FRAME_SIZE = 65_535, 16_384
_LARGEST_WINDOW, _LARGEST_FRAME = 2**31 - 1, 1 << 20
_UNKNOWN, _UNIMPLEMENTED = 2, 12  # gRPC status codes


class _Type(IntEnum):
    DATA, HEADERS, RESET, SETTINGS, PING, WINDOW, CONTINUATION = 0, 1, 3, 4, 6, 8, 9


class _Setting(IntEnum):
    WINDOW, FRAME_SIZE = 4, 5


class _Frame(NamedTuple):
    type: int
    flags: int
    stream: int
    payload: bytes


def _frame(type: _Type, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return (
        struct.pack(">HBBBI", len(payload) >> 8, len(payload) & 255, type, flags, stream) + payload
    )


def _header(name: bytes, value: bytes) -> bytes:
    """A header as HPACK's literal that is never indexed, so that no state is shared with the client."""
    length = bytes([len(value)]) if len(value) < 127 else b"\x7f" + varint(len(value) - 127)
    return b"\x10" + bytes([len(name)]) + name + length + value


_HEADERS = b"\x88" + _header(b"content-type", b"application/grpc")  # \x88 is ":status: 200"
_DONE = _header(b"grpc-status", b"0")
# The windows are as wide as can be and never widened: a connection serves one command.
_GREETING = _frame(
    _Type.SETTINGS,
    0,
    0,
    struct.pack(">HIHI", _Setting.WINDOW, _LARGEST_WINDOW, _Setting.FRAME_SIZE, _LARGEST_FRAME),
) + _frame(_Type.WINDOW, 0, 0, struct.pack(">I", _LARGEST_WINDOW - _FIRST_WINDOW))


class GrpcServer:
    """Listens on Unix sockets and answers in one thread of its own."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._lock = threading.Lock()
        self._connections: set[_Connection] = set()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def listen(self, path: str, answer: Answer) -> None:
        """Answer calls on a socket from now on. The path must not exist."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(path)
        listener.listen(64)
        self._selector.register(
            listener, selectors.EVENT_READ, lambda: self._accept(listener, answer)
        )
        if not self._thread.is_alive():
            self._thread.start()

    def hang_up(self) -> None:
        """Close all connections. For when no command runs: Terraform leaves its own open."""
        with self._lock:
            for connection in list(self._connections):
                self._close(connection)

    def _serve(self) -> None:
        while True:
            ready = self._selector.select()
            with self._lock:
                for key, _ in ready:
                    key.data()

    def _accept(self, listener: socket.socket, answer: Answer) -> None:
        peer, _ = listener.accept()
        connection = _Connection(peer, answer)
        self._connections.add(connection)
        self._selector.register(peer, selectors.EVENT_READ, lambda: self._read(connection))

    def _read(self, connection: _Connection) -> None:
        if connection not in self._connections:
            return  # closed since the selector saw it
        try:
            more = connection.read()
        except Exception as error:
            if not isinstance(error, OSError):  # a client may leave in the middle of anything
                traceback.print_exc()
            more = False
        if not more:
            self._close(connection)

    def _close(self, connection: _Connection) -> None:
        self._connections.discard(connection)
        with suppress(KeyError, ValueError):
            self._selector.unregister(connection.peer)
        connection.peer.close()


class _Stream:
    """One call: what has come of its request, and what is still to be sent of its answer."""

    def __init__(self, window: int) -> None:
        self.window = window
        self.method = ""
        self.request = bytearray()
        self.left = memoryview(b"")
        self.answered = False


class _Connection:
    """One client's connection, from its preface to its end."""

    def __init__(self, peer: socket.socket, answer: Answer) -> None:
        self.peer = peer
        self._answer = answer
        self._decoder = Decoder()
        self._received = bytearray()
        self._greeted = False
        self._headers = bytearray()
        self._streams: dict[int, _Stream] = {}
        self._window = self._first_window = _FIRST_WINDOW
        self._frame_size = _FIRST_FRAME_SIZE
        self._out: list[bytes] = []

    def read(self) -> bool:
        """Take in what has come and answer it; False when the client has left."""
        data = self.peer.recv(1 << 18)
        if not data:
            return False
        self._received += data
        for frame in self._frames():
            self._take(frame)
        if self._out:
            self.peer.sendall(b"".join(self._out))
            self._out.clear()
        return True

    def _frames(self) -> Iterator[_Frame]:
        """The whole frames received, taken from the buffer."""
        if not self._greeted:
            if len(self._received) < len(_PREFACE):
                return
            if not self._received.startswith(_PREFACE):
                raise ValueError("a client that does not speak HTTP/2")
            del self._received[: len(_PREFACE)]
            self._greeted = True
            self._out.append(_GREETING)
        at, data = 0, self._received
        while len(data) - at >= 9:
            high, low, type, flags, stream = struct.unpack_from(">HBBBI", data, at)
            size = high << 8 | low
            if size > _LARGEST_FRAME:
                raise ValueError(f"a frame of {size} bytes")
            if len(data) - at < 9 + size:
                break
            at += 9
            yield _Frame(type, flags, stream & _LARGEST_WINDOW, bytes(data[at : at + size]))
            at += size
        del data[:at]

    def _take(self, frame: _Frame) -> None:
        payload = frame.payload
        if frame.type == _Type.HEADERS:
            if frame.flags & _PADDED:
                payload = payload[1 : len(payload) - payload[0]]
            if frame.flags & _PRIORITY:
                payload = payload[5:]
            self._take_headers(frame, payload)
        elif frame.type == _Type.CONTINUATION:
            self._take_headers(frame, payload)
        elif frame.type == _Type.DATA:
            stream = self._streams.get(frame.stream)
            if stream is not None and not stream.answered:
                if frame.flags & _PADDED:
                    payload = payload[1 : len(payload) - payload[0]]
                stream.request += payload
                if frame.flags & _END_STREAM:
                    self._call(frame.stream, stream)
        elif frame.type == _Type.SETTINGS:
            if not frame.flags & _ACKNOWLEDGED:
                self._settle(payload)
        elif frame.type == _Type.PING:
            if not frame.flags & _ACKNOWLEDGED:
                self._out.append(_frame(_Type.PING, _ACKNOWLEDGED, 0, payload))
        elif frame.type == _Type.WINDOW:
            (more,) = struct.unpack(">I", payload)
            if frame.stream == 0:
                self._window += more
            elif frame.stream in self._streams:
                self._streams[frame.stream].window += more
            self._send()
        elif frame.type == _Type.RESET:
            self._streams.pop(frame.stream, None)

    def _take_headers(self, frame: _Frame, payload: bytes) -> None:
        self._headers += payload
        if not frame.flags & _END_HEADERS:
            return
        fields = dict(self._decoder.decode(bytes(self._headers), raw=True))
        self._headers.clear()
        if frame.stream in self._streams:
            return  # trailers, of which gRPC's clients send none
        stream = self._streams[frame.stream] = _Stream(self._first_window)
        stream.method = fields[b":path"].decode().rsplit("/", 1)[1]
        if frame.flags & _END_STREAM:
            self._call(frame.stream, stream)

    def _settle(self, payload: bytes) -> None:
        """Take the client's settings as they come; see RFC 9113, section 6.5."""
        for name, value in struct.iter_unpack(">HI", payload):
            if name == _Setting.WINDOW:
                for stream in self._streams.values():
                    stream.window += value - self._first_window
                self._first_window = value
            elif name == _Setting.FRAME_SIZE:
                self._frame_size = value
        self._out.append(_frame(_Type.SETTINGS, _ACKNOWLEDGED, 0))
        self._send()

    def _call(self, number: int, stream: _Stream) -> None:
        """Have a whole request answered, and send of the answer what the windows allow."""
        stream.answered = True
        try:
            messages = self._answer(stream.method, bytes(stream.request[5:]))
        except Exception as error:
            traceback.print_exc()
            self._refuse(number, _UNKNOWN, f"{type(error).__name__}: {error}")
            return
        if messages is None:
            self._refuse(number, _UNIMPLEMENTED, f"no method {stream.method}")
            return
        self._out.append(_frame(_Type.HEADERS, _END_HEADERS, number, _HEADERS))
        whole = b"".join(b"\0" + struct.pack(">I", len(m)) + m for m in messages)
        stream.left = memoryview(whole)
        self._send()

    def _refuse(self, number: int, status: int, message: str) -> None:
        fields = _HEADERS + _header(b"grpc-status", str(status).encode())
        fields += _header(b"grpc-message", quote(message[:1000]).encode())
        self._out.append(_frame(_Type.HEADERS, _END_HEADERS | _END_STREAM, number, fields))
        del self._streams[number]

    def _send(self) -> None:
        """Queue what is left of the answers, as far as the client's windows go."""
        for number, stream in list(self._streams.items()):
            if not stream.answered:
                continue
            while stream.left:
                size = min(self._window, stream.window, self._frame_size, len(stream.left))
                if size <= 0:
                    break
                self._out.append(_frame(_Type.DATA, 0, number, bytes(stream.left[:size])))
                stream.left = stream.left[size:]
                stream.window -= size
                self._window -= size
            else:
                self._out.append(_frame(_Type.HEADERS, _END_HEADERS | _END_STREAM, number, _DONE))
                del self._streams[number]
