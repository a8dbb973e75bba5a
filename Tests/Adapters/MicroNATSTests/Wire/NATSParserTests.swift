// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import MicroCore
@testable import MicroNATS

@Suite struct NATSParserTests {
    /// Messages that a real server sent to go-micro, and messages of other servers.
    static let stream = Array(
        """
        INFO {"server_id":"N","version":"2.9.10","proto":1,"headers":true,"max_payload":1048576,"connect_urls":["10.0.0.1:4222"]} \r
        PONG\r
        MSG events.hello 1 13\r
        {"Header":{\r
        \r
        PING\r
        MSG a.b 18 _INBOX.x.1 0\r
        \r
        HMSG a.b 2 23 28\r
        NATS/1.0\r
        k: v\r
        l:w\r
        \r
        hello\r
        HMSG  a.b\t2  reply 30 30\r
        NATS/1.0 503 No Responders\r
        \r
        \r
        +OK\r
        -ERR 'Authorization Violation'\r

        """.utf8)

    @Test func allOperationsAreParsed() throws {
        let events = try parse([Self.stream])
        #expect(
            events == [
                "info 2.9.10 1048576 [\"10.0.0.1:4222\"]", "pong", "message events.hello 1 nil 0 {\"Header\":{\r\n",
                "ping", "message a.b 18 _INBOX.x.1 0 ", "message a.b 2 nil 23 NATS/1.0\r\nk: v\r\nl:w\r\n\r\nhello",
                "message a.b 2 reply 30 NATS/1.0 503 No Responders\r\n\r\n", "ok", "error Authorization Violation",
            ])
    }

    /// The messages do not depend on how the input is split.
    @Test func anySplitParsesIdentically() throws {
        let whole = try parse([Self.stream])
        for cut in Self.stream.indices {
            #expect(try parse([Array(Self.stream[..<cut]), Array(Self.stream[cut...])]) == whole)
        }
        #expect(try parse(Self.stream.map { [$0] }) == whole)
    }

    @Test(arguments: [
        "HELLO\r\n", "MSG a 1\r\n", "MSG a x 5\r\nhello\r\n", "MSG a 1 -5\r\n", "MSG a 1 99999999999999999999\r\n",
        "MSG a 1 67108865\r\n", "MSG a 1 5\r\nhello!\r\n", "HMSG a 1 9 5\r\nhello\r\n", "INFO nonsense\r\n",
        "HTTP/1.1 400 Bad Request\r\n", "MSG a 1 r s t 5\r\n",
    ])
    func protocolViolationsAreRejected(_ text: String) {
        let error = #expect(throws: MicroError.self) { try parse([Array(text.utf8)]) }
        #expect(error?.code == .internal)
    }

    @Test func unterminatedLineIsRejected() {
        let piece = [UInt8](repeating: 0x49, count: 64 * 1024)
        #expect(throws: MicroError.self) { try parse(Array(repeating: piece, count: 5)) }
    }

    /// A million randomly mutated inputs, with a fixed seed: none traps, and the events do not depend on the split.
    @Test(.faultRun, .blocking, .timeLimit(.minutes(5))) func mutatedInputParsesConsistently() {
        var fuzzer = Fuzzer(seed: 5)
        let seeds = [
            "MSG a.b 1 5\r\nhello\r\nPING\r\n", "HMSG a.b 2 r 18 23\r\nNATS/1.0\r\nk: v\r\n\r\nhello\r\n+OK\r\n",
            "-ERR 'x'\r\nMSG a 1 0\r\n\r\nPONG\r\n", "INFO {\"max_payload\":5}\r\nMSG a 1 r 2\r\nhi\r\n",
        ].map { Array($0.utf8) }
        var (read, refused, different) = (0, 0, 0)
        for round in 0..<1_000_000 {
            let input = fuzzer.mutated(seeds[round % seeds.count])
            let whole = outcome(of: [input])
            if outcome(of: fuzzer.chunks(of: input)) != whole { different += 1 }
            if whole.isRefused { refused += 1 } else if whole.count > 0 { read += 1 }
        }
        #expect(different == 0)
        #expect(read > 100_000 && refused > 100_000, "\(read) read, \(refused) refused")
    }

    // MARK: Reading

    private func parse(_ pieces: [[UInt8]]) throws -> [String] {
        var (parser, recorder) = (NATSParser(), Recorder())
        for piece in pieces {
            try piece.withUnsafeBytes { bytes in
                Result { () throws(MicroError) in try parser.feed(bytes, to: &recorder) }
            }.get()
        }
        return recorder.events
    }

    private struct Outcome: Equatable {
        var count = 0
        var hash = Hasher().finalize()
        var isRefused = false
    }

    private func outcome(of pieces: [[UInt8]]) -> Outcome {
        var (parser, digest) = (NATSParser(), Digest())
        var isRefused = false
        for piece in pieces where !isRefused {
            let result = piece.withUnsafeBytes { bytes in
                Result { () throws(MicroError) in try parser.feed(bytes, to: &digest) }
            }
            if case .failure = result { isRefused = true }
        }
        return Outcome(count: digest.count, hash: digest.hasher.finalize(), isRefused: isRefused)
    }

    private struct Recorder: NATSParserHandler {
        var events: [String] = []

        mutating func handle(_ head: NATSMessageHead, payload: UnsafeRawBufferPointer) {
            let texts = [
                String(decoding: head.subject, as: UTF8.self), "\(head.subscriptionID)",
                head.reply.map { String(decoding: $0, as: UTF8.self) } ?? "nil", "\(head.headerSize)",
                String(decoding: payload, as: UTF8.self),
            ]
            events.append("message " + texts.joined(separator: " "))
        }

        mutating func handle(_ operation: NATSOperation) {
            switch operation {
            case .info(let info):
                events.append("info \(info.version ?? "") \(info.maxPayload ?? 0) \(info.connectURLs ?? [])")
            case .ping: events.append("ping")
            case .pong: events.append("pong")
            case .ok: events.append("ok")
            case .error(let text): events.append("error \(text)")
            }
        }
    }

    /// Hashes the events, which costs less than recording them.
    private struct Digest: NATSParserHandler {
        var count = 0
        var hasher = Hasher()

        mutating func handle(_ head: NATSMessageHead, payload: UnsafeRawBufferPointer) {
            count += 1
            hasher.combine(bytes: head.subject)
            hasher.combine(head.subscriptionID)
            hasher.combine(head.headerSize)
            if let reply = head.reply { hasher.combine(bytes: reply) }
            hasher.combine(bytes: payload)
            if head.headerSize > 0 {
                let block = NATSHeaderBlock(
                    parsing: UnsafeRawBufferPointer(rebasing: payload[..<head.headerSize]))
                hasher.combine(block.headers)
            }
        }

        mutating func handle(_ operation: NATSOperation) {
            count += 1
            if case .error(let text) = operation { hasher.combine(text) }
        }
    }
}
