"""The gRPC server that Terraform calls, spoken to frame by frame."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hpack import Decoder, Encoder

from iapo.verify.terraform.grpc_server import GrpcServer

DATA, HEADERS, RESET, SETTINGS, PING, WINDOW, CONTINUATION = 0, 1, 3, 4, 6, 8, 9
END_STREAM, END_HEADERS, PADDED, PRIORITY = 0x1, 0x4, 0x8, 0x20


class Client:
    """One connection, its frames written by hand."""

    def __init__(self, path: Path, settings: bytes = b"") -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect(str(path))
        self.encoder, self.decoder = Encoder(), Decoder()
        self.socket.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        self.send(SETTINGS, 0, 0, settings)

    def send(self, type: int, flags: int, stream: int, payload: bytes = b"") -> None:
        size = struct.pack(">I", len(payload))[1:]
        self.socket.sendall(size + struct.pack(">BBI", type, flags, stream) + payload)

    def header_block(self, method: str) -> bytes:
        fields = [
            (":method", "POST"),
            (":path", f"/tfplugin6.Provider/{method}"),
            ("te", "trailers"),
        ]
        return bytes(self.encoder.encode(fields))

    def call(self, stream: int, method: str, message: bytes = b"") -> None:
        self.send(HEADERS, END_HEADERS, stream, self.header_block(method))
        self.send(DATA, END_STREAM, stream, b"\0" + struct.pack(">I", len(message)) + message)

    def frame(self) -> tuple[int, int, int, bytes]:
        head = self.exactly(9)
        size = int.from_bytes(head[:3], "big")
        type, flags, stream = struct.unpack(">BBI", head[3:])
        return type, flags, stream, self.exactly(size)

    def exactly(self, size: int) -> bytes:
        out = b""
        while len(out) < size:
            more = self.socket.recv(size - len(out))
            if not more:
                raise EOFError
            out += more
        return out

    def answer(self, stream: int) -> tuple[bytes, dict[str, str]]:
        """The bytes of an answer and its headers and trailers."""
        body, fields = b"", {}
        while True:
            type, flags, of, payload = self.frame()
            if of != stream:
                continue
            if type == HEADERS:
                fields.update(dict(self.decoder.decode(payload)))
            elif type == DATA:
                body += payload
            if flags & END_STREAM:
                return body, fields


def echo(method: str, request: bytes) -> Sequence[bytes] | None:
    """Answers as the method's name says."""
    if method == "Fail":
        raise ValueError("no such type: é")
    if method == "Large":
        return [bytes(300_000)]
    if method == "Nothing":
        return []
    return None if method == "Unknown" else [request[::-1]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "s"


@pytest.fixture
def server(path: Path) -> GrpcServer:
    server = GrpcServer()
    server.listen(str(path), echo)
    return server


@pytest.fixture
def client(server: GrpcServer, path: Path) -> Iterator[Client]:
    client = Client(path)
    yield client
    client.socket.close()


def message(payload: bytes) -> bytes:
    return b"\0" + struct.pack(">I", len(payload)) + payload


def test_a_call_is_answered(client: Client) -> None:
    client.call(1, "Echo", b"abc")
    body, fields = client.answer(1)
    assert body == message(b"cba")
    assert fields == {
        ":status": "200",
        "content-type": "application/grpc",
        "grpc-status": "0",
    }


def test_calls_of_one_connection_and_of_several(client: Client, path: Path) -> None:
    other = Client(path)
    for stream in (1, 3, 5):
        client.call(stream, "Echo", b"%d-" % stream)
    other.call(1, "Echo", b"xy")
    assert [client.answer(s)[0] for s in (1, 3, 5)] == [message(b"-%d" % s) for s in (1, 3, 5)]
    assert other.answer(1)[0] == message(b"yx")


def test_no_message_is_an_answer_too(client: Client) -> None:
    client.call(1, "Nothing")
    assert client.answer(1) == (
        b"",
        {":status": "200", "content-type": "application/grpc", "grpc-status": "0"},
    )


def test_a_method_that_is_not_there(client: Client) -> None:
    client.call(1, "Unknown")
    body, fields = client.answer(1)
    assert (body, fields["grpc-status"]) == (b"", "12")


def test_what_the_answerer_raises_reaches_the_caller_and_the_next_call_is_answered(
    client: Client,
) -> None:
    client.call(1, "Fail")
    _, fields = client.answer(1)
    assert fields["grpc-status"] == "2"
    assert fields["grpc-message"] == "ValueError%3A%20no%20such%20type%3A%20%C3%A9"
    client.call(3, "Echo", b"ab")
    assert client.answer(3)[0] == message(b"ba")


def test_a_large_answer_waits_for_the_windows_of_stream_and_connection(client: Client) -> None:
    client.call(1, "Large")
    body = b""
    while len(body) < 65_535:
        type, _, _, payload = client.frame()
        if type == DATA:
            assert len(payload) <= 16_384
            body += payload
    assert len(body) == 65_535
    client.send(WINDOW, 0, 1, struct.pack(">I", 1 << 20))
    client.send(PING, 0, 0, b"12345678")
    assert client.frame()[0] == PING  # the stream's window alone opens nothing
    client.send(WINDOW, 0, 0, struct.pack(">I", 1 << 20))
    rest, fields = client.answer(1)
    assert body + rest == message(bytes(300_000))
    assert fields["grpc-status"] == "0"


def test_the_clients_settings_hold_for_streams_that_are_already_open(
    path: Path, server: GrpcServer
) -> None:
    client = Client(path, struct.pack(">HI", 4, 10))
    client.call(1, "Echo", b"a" * 100)
    body = b""
    while len(body) < 10:
        type, _, _, payload = client.frame()
        body += payload if type == DATA else b""
    assert len(body) == 10
    client.send(SETTINGS, 0, 0, struct.pack(">HIHI", 4, 1000, 5, 20_000))
    rest, _ = client.answer(1)
    assert body + rest == message(b"a" * 100)


def test_headers_in_several_frames_with_padding_and_priority(client: Client) -> None:
    block = client.header_block("Echo")
    first = b"\x03" + struct.pack(">IB", 0, 15) + block[:5] + b"\0\0\0"
    client.send(HEADERS, PADDED | PRIORITY, 1, first)
    client.send(CONTINUATION, END_HEADERS, 1, block[5:])
    client.send(DATA, END_STREAM | PADDED, 1, b"\x02" + message(b"ab") + b"\0\0")
    assert client.answer(1)[0] == message(b"ba")


def test_a_call_that_is_cancelled_is_forgotten(client: Client) -> None:
    client.call(1, "Large")
    client.send(RESET, 0, 1, struct.pack(">I", 8))
    client.send(WINDOW, 0, 0, struct.pack(">I", 1 << 20))
    client.call(3, "Echo", b"ab")
    assert client.answer(3)[0] == message(b"ba")


@pytest.mark.parametrize("noise", [b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b""])
def test_another_protocol_or_none_ends_that_connection_only(
    server: GrpcServer, path: Path, client: Client, noise: bytes
) -> None:
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.settimeout(10)
        stranger.connect(str(path))
        if noise:
            stranger.sendall(noise)
            assert stranger.recv(10) == b""
    client.call(1, "Echo", b"ab")
    assert client.answer(1)[0] == message(b"ba")


def test_hanging_up_closes_what_is_open_and_listens_on(
    server: GrpcServer, path: Path, client: Client
) -> None:
    client.call(1, "Echo", b"ab")
    client.answer(1)
    server.hang_up()
    with pytest.raises((EOFError, ConnectionError)):
        client.frame()
    after = Client(path)
    after.call(1, "Echo", b"ab")
    assert after.answer(1)[0] == message(b"ba")
