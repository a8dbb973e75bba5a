"""A WebSocket client that can violate the protocol (RFC 6455)."""
import os
import socket
import struct

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def frame(opcode, payload=b"", fin=True, rsv=0):
    """The bytes of a masked frame."""
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    if len(payload) < 126:
        head += bytes([0x80 | len(payload)])
    elif len(payload) < 65536:
        head += bytes([0x80 | 126]) + struct.pack(">H", len(payload))
    else:
        head += bytes([0x80 | 127]) + struct.pack(">Q", len(payload))
    key = os.urandom(4)
    mask = (key * (len(payload) // 4 + 1))[:len(payload)]
    masked = (int.from_bytes(payload, "big") ^ int.from_bytes(mask, "big")).to_bytes(len(payload), "big")
    return head + key + masked


class Connection:
    """A connection after its handshake."""

    def __init__(self, port, timeout=15):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(
            b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += self.receive()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        assert b" 101 " in head.split(b"\r\n")[0] and b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head, head

    def receive(self):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError
        return data

    def send(self, data, chop=None):
        """Sends bytes, in parts of a size. A server that has closed the connection is noticed when reading."""
        try:
            for start in range(0, len(data), chop or max(1, len(data))):
                self.socket.sendall(data[start:start + (chop or len(data))])
        except (BrokenPipeError, ConnectionResetError):
            pass

    def take(self, count):
        parts = [self.buffer]
        size = len(self.buffer)
        while size < count:
            parts.append(self.receive())
            size += len(parts[-1])
        data = b"".join(parts)
        self.buffer = data[count:]
        return data[:count]

    def read(self):
        """The next frame as (fin, opcode, payload); None at the end of the connection."""
        try:
            first, second = self.take(2)
            assert first & 0x70 == 0 and second & 0x80 == 0, "the server has set a reserved bit, or a mask"
            length = second & 0x7F
            if length == 126:
                length, = struct.unpack(">H", self.take(2))
            elif length == 127:
                length, = struct.unpack(">Q", self.take(8))
            return bool(first & 0x80), first & 0x0F, self.take(length)
        except (EOFError, ConnectionResetError, BrokenPipeError):
            return None

    def events(self):
        """All events until the end: ("text" | "binary" | "ping" | "pong", payload), at last ("close", code or None)."""
        names = {TEXT: "text", BINARY: "binary", PING: "ping", PONG: "pong"}
        message, opcode, code = b"", None, None
        while (received := self.read()) is not None:
            fin, kind, payload = received
            if kind == CLOSE:
                code = struct.unpack(">H", payload[:2])[0] if len(payload) >= 2 else 1005
                payload[2:].decode("utf-8")
                # The server may wait for the answer.
                self.send(frame(CLOSE, payload[:2]))
                continue
            if kind in (PING, PONG):
                yield names[kind], payload
                continue
            opcode, message = (kind, payload) if kind != CONTINUATION else (opcode, message + payload)
            if fin:
                yield names[opcode], message
        yield "close", code

    def close(self):
        self.socket.close()
