// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore
import NIOEmbedded
import NIOHTTP1
import TestSupport
import Testing

@testable import MicroHTTP

/// Compares `HTTPReader` with SwiftNIO's decoder: a message that the reader accepts must mean the same to both.
@Suite(.faultRun, .blocking, .timeLimit(.minutes(3))) struct ReaderFuzzTests {
    private static let inputs = 50_000

    @Test func requestsMatchNIODecoder() throws {
        try compare(.request, seeds: Self.requests) { bytes in
            let channel = EmbeddedChannel(handler: ByteToMessageHandler(HTTPRequestDecoder()))
            _ = try? channel.writeInbound(bytes)
            var (messages, message) = ([Message](), Message())
            while let part = try? channel.readInbound(as: HTTPServerRequestPart.self) {
                switch part {
                case .head(let head): message = Message(HTTPHead(head))
                case .body(let body): message.body += body.readableBytesView
                case .end: messages.append(message)
                }
            }
            _ = try? channel.finish()
            return messages
        }
    }

    @Test func responsesMatchNIODecoder() throws {
        try compare(.response, seeds: Self.responses) { bytes in
            let decoder = HTTPResponseDecoder()
            // One for each response that the bytes may contain.
            for _ in 0..<8 { decoder.write(data: .head(.init(version: .http1_1, method: .POST, uri: "/"))) }
            let channel = EmbeddedChannel(handler: ByteToMessageHandler(decoder))
            _ = try? channel.writeInbound(bytes)
            var (messages, message) = ([Message](), Message())
            while let part = try? channel.readInbound(as: HTTPClientResponsePart.self) {
                switch part {
                case .head(let head): message = Message(HTTPHead(head))
                case .body(let body): message.body += body.readableBytesView
                case .end: messages.append(message)
                }
            }
            _ = try? channel.finish()
            return messages
        }
    }

    /// A message from either decoder.
    private struct Message: Equatable, CustomStringConvertible {
        var description = ""
        var body: [UInt8] = []

        init() {}

        init(_ head: HTTPHead) {
            let (fields, framing) = (head.fields, head.framing)
            // After a response that SwiftNIO's decoder has read, the transport always closes the connection.
            let start =
                head.status == 0 ? "\(head.method) \(head.target) \(framing.shouldCloseConnection)" : "\(head.status)"
            description = """
                \(start) \(fields.contentType) \(fields.id ?? "-") \(fields.service ?? "-") \(fields.method ?? "-") \
                \(fields.endpoint ?? "-") \(fields.error ?? "-") \(fields.timeout ?? "-") \
                \(fields.stream ?? "-") \(framing.length ?? -1) \(fields.userHeaders.map { "\($0.name): \($0.value)" })
                """
        }
    }

    private func compare(
        _ kind: HTTPReader.Kind, seeds: [String], _ readWithNIODecoder: (ByteBuffer) throws -> [Message]
    ) throws {
        var fuzzer = Fuzzer(seed: 6)
        var acceptedCount = 0
        for number in 0..<Self.inputs {
            let seed = (0...fuzzer.number(below: 3)).map { _ in seeds[fuzzer.number(below: seeds.count)] }.joined()
            let input = number % 10 == 0 ? Array(seed.utf8) : fuzzer.mutated(Array(seed.utf8))
            let whole = Self.read([input], kind)
            let other = try readWithNIODecoder(ByteBuffer(bytes: input))
            let text = String(decoding: input, as: UTF8.self)
            #expect(whole.elementsEqual(other.prefix(whole.count)), "\(text.debugDescription)")
            #expect(Self.read(fuzzer.chunks(of: input), kind) == whole, "\(text.debugDescription)")
            acceptedCount += whole.count
        }
        // The reader must accept most complete messages: otherwise nothing would be compared.
        #expect(acceptedCount > Self.inputs / 4, "\(acceptedCount)")
    }

    /// The messages that the reader accepts before it leaves the rest to SwiftNIO's decoder.
    private static func read(_ pieces: [[UInt8]], _ kind: HTTPReader.Kind) -> [Message] {
        var reader = HTTPReader(kind, limits: HTTPConfiguration())
        var messages: [Message] = []
        for piece in pieces {
            reader.append(ByteBuffer(bytes: piece))
            reading: while reader.hasBytes {
                switch reader.next() {
                case .message(let head, let body):
                    var message = Message(head)
                    message.body = Array(body.readableBytesView)
                    messages.append(message)
                case .needMoreData: break reading
                case .unsupported: return messages
                }
            }
        }
        return messages
    }

    private static let requests = [
        """
        POST / HTTP/1.1\r\nHost: 127.0.0.1:80\r\nContent-Type: application/json\r\nAccept: application/json\r\n\
        Micro-Service: greeter\r\nMicro-Method: A.B\r\nMicro-Endpoint: A.B\r\nX-Micro-Service: greeter\r\n\
        X-Micro-Method: A.B\r\nX-Micro-Endpoint: A.B\r\nMicro-Id: 7\r\nX-Micro-Id: 7\r\nTimeout: 4999\r\n\
        x-user: john\r\nContent-Length: 7\r\n\r\n{"a":1}
        """,
        """
        POST / HTTP/1.1\r\nHost: a\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 3\r\nContent-Type: a/b; c=d\r\n\
        Micro-Stream: true\r\nMicro-Service: s\r\nMicro-Endpoint: E\r\nX-A:  b \r\nX-A: c\r\n\r\nabc
        """,
        "POST /_sub?id=a HTTP/1.1\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 2\r\nConnection: close\r\nMicro-Error: EOS\r\n\r\nhi",
        "POST / HTTP/1.1\r\nContent-Length: 0\r\nConnection: close\r\nConnection: keep-alive\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    ]

    private static let responses = [
        """
        HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nMicro-Id: 7\r\nX-Micro-Id: 7\r\nx-user: john\r\n\
        Content-Length: 7\r\n\r\n{"a":1}
        """,
        """
        HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nMicro-Error: {"id":"a","code":400}\r\nContent-Length: 0\r\n\
        Connection: close\r\n\r\n
        """,
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 3\r\nX-A:\t b\t\r\n\r\nabc",
        "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        "HTTP/1.1 200 \r\nContent-Length: 1\r\nMicro-Id: 1\r\n\r\nx",
    ]
}
