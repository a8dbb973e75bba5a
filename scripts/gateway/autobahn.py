"""The cases of the Autobahn test suite that need no compression, with their original numbers
(https://github.com/crossbario/autobahn-testsuite). They are reimplemented here because the suite itself needs Python 2."""
import struct
import time

from .websocket import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Connection, frame

SIZES = [0, 125, 126, 127, 128, 65535, 65536]
FAILED = ("close", 1002)
CLOSING = frame(CLOSE, struct.pack(">H", 1000))
MiB = 1024 * 1024


def utf8_texts():
    """Sections 6.1 to 6.23: sequences of bytes, valid or not."""
    kosme = "κόσμε".encode()
    texts = {
        "6.1.1": b"", "6.2.1": "Hello-µ@ßöäüàá-UTF-8!!".encode(), "6.3.1": kosme + b"\xed\xa0\x80" + b"edited",
        "6.5.1": kosme, "6.7.1": b"\x00", "6.7.2": b"\xc2\x80", "6.7.3": b"\xe0\xa0\x80", "6.7.4": b"\xf0\x90\x80\x80",
        "6.8.1": b"\xf8\x88\x80\x80\x80", "6.8.2": b"\xfc\x84\x80\x80\x80\x80", "6.9.1": b"\x7f", "6.9.2": b"\xdf\xbf",
        "6.9.3": b"\xef\xbf\xbf", "6.9.4": b"\xf4\x8f\xbf\xbf", "6.10.1": b"\xf7\xbf\xbf\xbf",
        "6.10.2": b"\xfb\xbf\xbf\xbf\xbf", "6.10.3": b"\xfd\xbf\xbf\xbf\xbf\xbf", "6.11.1": b"\xed\x9f\xbf",
        "6.11.2": b"\xee\x80\x80", "6.11.3": b"\xef\xbf\xbd", "6.11.4": b"\xf4\x8f\xbf\xbf", "6.11.5": b"\xf4\x90\x80\x80",
        "6.12.1": b"\x80", "6.12.2": b"\xbf", "6.14.1": b"\xc0\x20" * 32, "6.14.2": b"\xc0", "6.14.3": b"\xe0\x80",
        "6.14.4": b"\xf0\x80\x80", "6.14.5": b"\xf8\x80\x80\x80", "6.14.6": b"\xfc\x80\x80\x80\x80", "6.14.7": b"\xdf",
        "6.14.8": b"\xef\xbf", "6.14.9": b"\xf7\xbf\xbf", "6.14.10": b"\xfb\xbf\xbf\xbf",
        "6.15.1": b"\xc0\xe0\x80\xf0\x80\x80\xf8\x80\x80\x80\xfc\x80\x80\x80\x80\xdf\xef\xbf", "6.16.1": b"\xfe",
        "6.16.2": b"\xff", "6.16.3": b"\xfe\xfe\xff\xff",
    }
    for number in range(3, 9):
        texts[f"6.12.{number}"] = b"\x80\xbf" * (number // 2) + b"\x80" * (number % 2)
    for number, (first, last) in enumerate([(0xC0, 0xDF), (0xE0, 0xEF), (0xF0, 0xF7), (0xF8, 0xFB), (0xFC, 0xFD)], 1):
        texts[f"6.13.{number}"] = b"".join(bytes([byte, 0x20]) for byte in range(first, last + 1))
    for prefix in range(1, len(kosme)):
        texts[f"6.6.{prefix}"] = kosme[:prefix]
    overlong = [
        [b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xf8\x80\x80\x80\xaf", b"\xfc\x80\x80\x80\x80\xaf"],
        [b"\xc1\xbf", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf", b"\xf8\x87\xbf\xbf\xbf", b"\xfc\x83\xbf\xbf\xbf\xbf"],
        [b"\xc0\x80", b"\xe0\x80\x80", b"\xf0\x80\x80\x80", b"\xf8\x80\x80\x80\x80", b"\xfc\x80\x80\x80\x80\x80"],
    ]
    for section, forms in enumerate(overlong, 17):
        for number, text in enumerate(forms, 1):
            texts[f"6.{section}.{number}"] = text
    surrogates = [0xD800, 0xDB7F, 0xDB80, 0xDBFF, 0xDC00, 0xDF80, 0xDFFF]
    for number, code in enumerate(surrogates, 1):
        texts[f"6.20.{number}"] = chr(code).encode("utf-8", "surrogatepass")
    pairs = [(0xD800, 0xDC00), (0xD800, 0xDFFF), (0xDB7F, 0xDC00), (0xDB7F, 0xDFFF), (0xDB80, 0xDC00),
             (0xDB80, 0xDFFF), (0xDBFF, 0xDC00), (0xDBFF, 0xDFFF)]
    for number, (high, low) in enumerate(pairs, 1):
        texts[f"6.21.{number}"] = (chr(high) + chr(low)).encode("utf-8", "surrogatepass")
    plane_ends = [plane << 16 | end for plane in range(17) for end in (0xFFFE, 0xFFFF)]
    for number, code in enumerate(plane_ends, 1):
        texts[f"6.22.{number}"] = chr(code).encode()
    for number, code in enumerate([0xFFF9, 0xFFFA, 0xFFFB, 0xFFFC, 0xFFFD, 0xFEFF, 0xFFF0], 1):
        texts[f"6.23.{number}"] = chr(code).encode()
    return texts


def is_utf8(text):
    try:
        text.decode("utf-8")
        return True
    except UnicodeDecodeError:
        return False


def fragments(opcode, payload, size):
    """A message in frames of a size."""
    parts = [payload[start:start + size] for start in range(0, len(payload), size)] or [b""]
    return [
        frame(opcode if index == 0 else CONTINUATION, part, fin=index == len(parts) - 1)
        for index, part in enumerate(parts)]


def cases():
    """Each case as (number, list of bytes to send, size of the parts or None, expected events, alternatives of the end)."""
    for section, (opcode, name) in enumerate([(TEXT, "text"), (BINARY, "binary")], 1):
        for number, size in enumerate(SIZES + [65536], 1):
            payload = (b"*" if opcode == TEXT else b"\xfe") * size
            yield f"1.{section}.{number}", [frame(opcode, payload)], 997 if number == 8 else None, [(name, payload)], None
    data = bytes(range(250, 256)) * 20
    pings = [b"", b"Hello, world!", b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff", b"\xfe" * 125]
    for number, payload in enumerate(pings, 1):
        yield f"2.{number}", [frame(PING, payload)], None, [("pong", payload)], None
    yield "2.5", [frame(PING, b"\xfe" * 126)], None, [], FAILED
    yield "2.6", [frame(PING, b"\xfe" * 125)], 1, [("pong", b"\xfe" * 125)], None
    yield "2.7", [frame(PONG)], None, [], None
    yield "2.8", [frame(PONG, b"unsolicited")], None, [], None
    yield "2.9", [frame(PONG, b"unsolicited"), frame(PING, b"ping")], None, [("pong", b"ping")], None
    many = [b"payload-%d" % number for number in range(10)]
    for number, chop in ((10, None), (11, 1)):
        yield f"2.{number}", [frame(PING, payload) for payload in many], chop, [("pong", payload) for payload in many], None
    hello = frame(TEXT, b"Hello, world!")
    yield "3.1", [frame(TEXT, b"Hello", rsv=4)], None, [], FAILED
    for number, chop in ((2, None), (3, None), (4, 1)):
        yield f"3.{number}", [hello, frame(TEXT, b"Hello", rsv=2), frame(PING)], chop, [("text", b"Hello, world!")], FAILED
    yield "3.5", [frame(BINARY, data, rsv=5)], None, [], FAILED
    yield "3.6", [frame(PING, b"Hello", rsv=6)], None, [], FAILED
    yield "3.7", [frame(CLOSE, rsv=7)], None, [], FAILED
    for section, opcodes in ((1, range(3, 8)), (2, range(11, 16))):
        for number, opcode in enumerate(opcodes, 1):
            before = [hello] if number >= 3 else []
            expected = [("text", b"Hello, world!")] if before else []
            payload = b"" if number in (1, 3) else b"reserved"
            yield f"4.{section}.{number}", before + [frame(opcode, payload), frame(PING)], 1 if number == 5 else None, expected, FAILED
    yield "5.1", [frame(PING, b"a", fin=False), frame(CONTINUATION, b"b")], None, [], FAILED
    yield "5.2", [frame(PONG, b"a", fin=False), frame(CONTINUATION, b"b")], None, [], FAILED
    one, two = frame(TEXT, b"fragment1", fin=False), frame(CONTINUATION, b"fragment2")
    both = ("text", b"fragment1fragment2")
    for number, chop in ((3, None), (4, 16), (5, 1)):
        yield f"5.{number}", [one, two], chop, [both], None
    for number, chop in ((6, None), (7, 16), (8, 1)):
        yield f"5.{number}", [one, frame(PING, b"ping"), two], chop, [("pong", b"ping"), both], None
    for number, fin, chop in ((9, True, None), (10, True, 16), (11, True, 1), (12, False, None), (13, False, 16), (14, False, 1)):
        yield f"5.{number}", [frame(CONTINUATION, b"non-continuation", fin=fin), hello], chop, [], FAILED
    yield "5.15", [one, two, frame(CONTINUATION, b"fragment3", fin=False), frame(TEXT, b"fragment4")], None, [both], FAILED
    for number, fin in ((16, False), (17, True)):
        yield f"5.{number}", [frame(CONTINUATION, b"fragment1", fin=fin), one, two] * 2, None, [], FAILED
    yield "5.18", [one, frame(TEXT, b"fragment2")], None, [], FAILED
    five = [
        one, frame(CONTINUATION, b"fragment2", fin=False), frame(PING, b"one"), frame(CONTINUATION, b"fragment3", fin=False),
        frame(CONTINUATION, b"fragment4", fin=False), frame(PING, b"two"), frame(CONTINUATION, b"fragment5")]
    joined = ("text", b"fragment1fragment2fragment3fragment4fragment5")
    for number, chop in ((19, None), (20, 16)):
        yield f"5.{number}", five, chop, [("pong", b"one"), ("pong", b"two"), joined], None
    for name, text in utf8_texts().items():
        end = None if is_utf8(text) else ("close", 1007)
        yield name, [frame(TEXT, text)], None, [("text", text)] if end is None else [], end
    yield "6.1.2", [frame(TEXT, fin=False), frame(CONTINUATION, fin=False), frame(CONTINUATION)], None, [("text", b"")], None
    yield "6.1.3", [frame(TEXT, fin=False), frame(CONTINUATION, b"middle", fin=False), frame(CONTINUATION)], None, [("text", b"middle")], None
    text = "Hello-µ@ßöäüàá-UTF-8!!".encode()
    yield "6.2.2", fragments(TEXT, text, 12), None, [("text", text)], None
    yield "6.2.3", fragments(TEXT, text, 1), None, [("text", text)], None
    yield "6.2.4", fragments(TEXT, "κόσμε".encode(), 1), None, [("text", "κόσμε".encode())], None
    yield "6.3.2", fragments(TEXT, "κόσμε".encode() + b"\xed\xa0\x80edited", 1), None, [], ("close", 1007)
    for number, chop in ((1, None), (2, None), (3, 1), (4, 1)):
        invalid = "κόσμε".encode() + b"\xf4\x90\x80\x80" + b"edited"
        parts = fragments(TEXT, invalid, 12) if number < 3 else [frame(TEXT, invalid)]
        yield f"6.4.{number}", parts, chop, [], ("close", 1007)
    yield "7.1.1", [hello, CLOSING], None, [("text", b"Hello, world!")], ("close", 1000)
    yield "7.1.2", [CLOSING, CLOSING], None, [], ("close", 1000)
    yield "7.1.3", [CLOSING, frame(PING)], None, [], ("close", 1000)
    yield "7.1.4", [CLOSING, hello], None, [], ("close", 1000)
    yield "7.1.5", [one, CLOSING, two], None, [], ("close", 1000)
    yield "7.1.6", [frame(TEXT, b"BAsd7&jh23" * 26214), hello, CLOSING], None, [("text", b"BAsd7&jh23" * 26214), ("text", b"Hello, world!")], ("close", 1000)
    yield "7.3.1", [frame(CLOSE)], None, [], ("close", 1005, 1000)
    yield "7.3.2", [frame(CLOSE, b"a")], None, [], FAILED
    yield "7.3.3", [frame(CLOSE, struct.pack(">H", 1000))], None, [], ("close", 1000)
    yield "7.3.4", [frame(CLOSE, struct.pack(">H", 1000) + b"Hello World!")], None, [], ("close", 1000)
    yield "7.3.5", [frame(CLOSE, struct.pack(">H", 1000) + b"*" * 123)], None, [], ("close", 1000)
    yield "7.3.6", [frame(CLOSE, struct.pack(">H", 1000) + b"*" * 124)], None, [], FAILED
    yield "7.5.1", [frame(CLOSE, struct.pack(">H", 1000) + b"\xce\xba\xe1\xbd\xb9\xed\xa0\x80")], None, [], ("close", 1007, 1002)
    for number, code in enumerate([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999], 1):
        yield f"7.7.{number}", [frame(CLOSE, struct.pack(">H", code))], None, [], ("close", code, 1000)
    for number, code in enumerate([0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999], 1):
        yield f"7.9.{number}", [frame(CLOSE, struct.pack(">H", code))], None, [], FAILED
    for section, (opcode, name, byte) in enumerate([(TEXT, "text", b"*"), (BINARY, "binary", b"\xfe")], 1):
        for number, size in enumerate([64 * 1024, 256 * 1024, MiB, 4 * MiB, 8 * MiB, 16 * MiB], 1):
            yield f"9.{section}.{number}", [frame(opcode, byte * size)], None, [(name, byte * size)], None
        for number, size in enumerate([64, 256, 1024, 4096, 16384, 65536, 262144, MiB, 4 * MiB], 1):
            yield f"9.{section + 2}.{number}", fragments(opcode, byte * (4 * MiB), size), None, [(name, byte * (4 * MiB))], None
        for number, chop in enumerate([64, 128, 256, 512, 1024, 2048], 1):
            yield f"9.{section + 4}.{number}", [frame(opcode, byte * MiB)], chop, [(name, byte * MiB)], None
        for number, size in enumerate([0, 16, 64, 256, 1024, 4096], 1):
            yield f"9.{section + 6}.{number}", [frame(opcode, byte * size)] * 1000, None, [(name, byte * size)] * 1000, None
    yield "10.1.1", fragments(TEXT, b"*" * 65536, 1300), None, [("text", b"*" * 65536)], None


def run(port, parts, chop, expected, end):
    """The fault of a case; None if it passes."""
    connection = Connection(port)
    try:
        received, reader = [], connection.events()
        if end is None:
            # Larger than the buffers of the system: what is sent is read in between.
            for index, part in enumerate(parts):
                connection.send(part, chop)
                while len(parts) > 100 and len(expected) == len(parts) and len(received) <= index:
                    received.append(next(reader))
            while len(received) < len(expected):
                received.append(next(reader))
                if received[-1][0] == "close":
                    return f"closed with {received[-1][1]} after {len(received) - 1} of {len(expected)} events"
            connection.send(CLOSING)
            end = ("close", 1000)
        else:
            connection.send(b"".join(parts), chop)
        received += reader
        closed = received.pop()
        if closed[1] not in end[1:]:
            return f"closed with {closed[1]} instead of {end[1]}"
        # A connection that fails may fail before the messages in front are returned (the suite's "non-strict").
        if received != expected and not (end in (FAILED, ("close", 1007)) and received == expected[:len(received)]):
            return f"{len(received)} events {[(name, data[:20]) for name, data in received[:3]]} instead of {len(expected)}"
        return None
    except TimeoutError:
        return "no response within 15 s"
    finally:
        connection.close()


def check(system):
    """Runs the cases against the WebSocket of gateway-example that returns every message."""
    from .system import free_port
    echo = free_port()
    system.start_example(f"--echo=127.0.0.1:{echo}")
    count, faults, start = 0, [], time.monotonic()
    for name, *case in cases():
        count += 1
        fault = run(echo, *case)
        if fault:
            faults.append(f"{name}: {fault}")
    assert not faults, f"{len(faults)} of {count} cases failed:\n" + "\n".join(faults)
    return f"{count} cases passed in {time.monotonic() - start:.1f} s"
