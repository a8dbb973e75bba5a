// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import TestSupport
import Testing

@testable import MicroRabbitMQ

@Suite struct AMQPFrameParserTests {
    /// Frames as a server sends them: a greeting, a delivery in three frames, a heartbeat, a confirmation, two closes.
    static let stream: [UInt8] = {
        var writer = AMQPWriter()
        writer.frame(.method, on: 0) { writer in
            writer.integer(UInt16(10))
            writer.integer(UInt16(10))
            writer.integer(UInt16(9))
            AMQPTable(dictionaryLiteral: ("product", .string("RabbitMQ")), ("capabilities", .table(["a": .bool(true)])))
                .write(to: &writer)
            writer.longString("PLAIN EXTERNAL".utf8)
            writer.longString("en_US".utf8)
        }
        writer.frame(.method, on: 3) { writer in
            writer.integer(UInt16(60))
            writer.integer(UInt16(60))
            writer.shortString("tag")
            writer.integer(UInt64(7))
            writer.octet(1)
            writer.shortString("micro")
            writer.shortString("user.created")
        }
        writer.frame(.header, on: 3) { writer in
            var properties = AMQPProperties()
            properties.headers = ["Content-Type": .string("text/plain"), "n": .integer(-1)]
            properties.isPersistent = true
            properties.replyTo = "reply"
            AMQPContentHeader(bodySize: 5, properties: properties).write(to: &writer)
        }
        writer.frame(.body, on: 3) { writer in for byte in "hello".utf8 { writer.octet(byte) } }
        writer.frame(.heartbeat, on: 0) { _ in }
        writer.frame(.method, on: 4) { writer in
            writer.integer(UInt16(60))
            writer.integer(UInt16(80))
            writer.integer(UInt64(12))
            writer.octet(1)
        }
        for (channel, classID) in [(UInt16(3), UInt16(20)), (0, 10)] {
            writer.frame(.method, on: channel) { writer in
                writer.integer(classID)
                writer.integer(classID == 20 ? UInt16(40) : 50)
                writer.integer(UInt16(404))
                writer.shortString("NOT_FOUND - no queue 'q' in vhost '/'")
                writer.integer(UInt16(50))
                writer.integer(UInt16(10))
            }
        }
        return writer.bytes
    }()

    @Test func allFramesAreParsed() throws {
        let events = try parse([Self.stream])
        #expect(events.count == 8)
        #expect(events[0].contains("PLAIN EXTERNAL"))
        #expect(events[1].contains("user.created"))
        #expect(events[2].contains("reply") && events[2].contains("text/plain"))
        #expect(events[3] == "body 3 hello")
        #expect(events[4] == "heartbeat")
        #expect(events[5].contains("basicAck") && events[5].contains("12"))
        #expect(events[6].contains("channelClose") && events[7].contains("connectionClose"))
    }

    @Test func anySplitParsesIdentically() throws {
        let whole = try parse([Self.stream])
        for cut in Self.stream.indices {
            #expect(try parse([Array(Self.stream[..<cut]), Array(Self.stream[cut...])]) == whole)
        }
        #expect(try parse(Self.stream.map { [$0] }) == whole)
    }

    @Test(arguments: [
        Array("AMQP".utf8) + [0, 0, 9, 0], Array("HTTP/1.1 400 Bad Request\r\n".utf8), [0x15, 3, 1, 0, 2, 2, 0x0A, 0],
        // A frame of 4 GiB, an end octet that is wrong, a method that does not exist, a truncated method.
        [1, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF], [8, 0, 0, 0, 0, 0, 0, 0xCD], [1, 0, 0, 0, 0, 0, 4, 0, 10, 0, 99, 0xCE],
        [1, 0, 1, 0, 0, 0, 5, 0, 60, 0, 60, 200, 0xCE],
    ])
    func protocolViolationsAreRejected(_ bytes: [UInt8]) {
        let error = #expect(throws: MicroError.self) { try parse([bytes]) }
        #expect(error?.code == .internal)
        #expect(throws: MicroError.self) { try parse(bytes.map { [$0] }) }
    }

    @Test func unknownFieldTypesAndDeepNestingAreRejected() {
        var nested = AMQPValue.void
        for _ in 0..<20 { nested = .array([nested]) }
        var writer = AMQPWriter()
        nested.write(to: &writer)
        for bytes in [writer.bytes, [UInt8(ascii: "Z")]] {
            #expect(throws: MicroError.self) {
                try bytes.withUnsafeBytes { bytes in
                    Result { () throws(MicroError) in
                        var reader = AMQPReader(bytes)
                        _ = try AMQPValue(from: &reader)
                    }
                }.get()
            }
        }
    }

    @Test func messagesAreAssembledAndMisplacedFramesRejected() throws {
        var assembler = AMQPContentAssembler()
        let deliver = AMQPMethod.Deliver(
            deliveryTag: 1, isRedelivered: false, exchange: "", routingKey: "k")
        #expect(throws: MicroError.self) { try Self.bytes([1, 2]) { try assembler.addBody($0) } }
        try assembler.begin(.deliver(deliver))
        #expect(throws: MicroError.self) { try assembler.begin(.deliver(deliver)) }
        var writer = AMQPWriter()
        AMQPContentHeader(bodySize: 3, properties: AMQPProperties()).write(to: &writer)
        #expect(try Self.bytes(writer.bytes) { try assembler.addHeader($0) } == nil)
        #expect(try Self.bytes([1, 2]) { try assembler.addBody($0) } == nil)
        #expect(throws: MicroError.self) { try Self.bytes([3, 4]) { try assembler.addBody($0) } }
        #expect(try Self.bytes([3]) { try assembler.addBody($0) }?.body == ByteBuffer(bytes: [1, 2, 3]))
    }

    /// Mutated inputs with a fixed seed: nothing traps, and the events do not depend on how the input is split.
    @Test func fewMutatedInputsParseConsistently() { verifyMutatedInputs(count: 20_000) }

    @Test(.faultRun, .blocking, .timeLimit(.minutes(10))) func mutatedInputParsesConsistently() {
        verifyMutatedInputs(count: 1_000_000)
    }

    private func verifyMutatedInputs(count: Int) {
        var fuzzer = Fuzzer(seed: 7)
        var (read, refused, different) = (0, 0, 0)
        for round in 0..<count {
            var input = fuzzer.mutated(Self.stream)
            // Most inputs are short, as most frames are.
            if round % 4 != 0 { input = Array(input.suffix(fuzzer.number(below: 160))) }
            let whole = outcome(of: [input])
            if outcome(of: fuzzer.chunks(of: input)) != whole { different += 1 }
            if whole.isRefused { refused += 1 } else { read += 1 }
        }
        #expect(different == 0)
        #expect(read > count / 100 && refused > count / 100, "\(read) read, \(refused) refused")
    }

    // MARK: Reading

    private static func bytes<Value>(
        _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws -> Value
    ) throws -> Value {
        try bytes.withUnsafeBytes { try body($0) }
    }

    private func parse(_ pieces: [[UInt8]]) throws -> [String] {
        var (parser, recorder) = (AMQPFrameParser(), Recorder())
        for piece in pieces {
            try piece.withUnsafeBytes { bytes in
                Result { () throws(MicroError) in try parser.feed(bytes, to: &recorder) }
            }.get()
        }
        return recorder.events
    }

    private struct Outcome: Equatable {
        var hash = 0
        var isRefused = false
    }

    private func outcome(of pieces: [[UInt8]]) -> Outcome {
        var (parser, digest) = (AMQPFrameParser(), Digest())
        parser.maxFrameSize = 4096
        var isRefused = false
        for piece in pieces where !isRefused {
            let result = piece.withUnsafeBytes { bytes in
                Result { () throws(MicroError) in try parser.feed(bytes, to: &digest) }
            }
            if case .failure = result { isRefused = true }
        }
        return Outcome(hash: digest.hasher.finalize(), isRefused: isRefused)
    }

    private struct Recorder: AMQPFrameHandler {
        var events: [String] = []

        mutating func handle(_ frame: AMQPFrame) throws(MicroError) {
            switch frame.kind {
            case .method: events.append("\(frame.channel) \(try AMQPMethod(parsing: frame.payload))")
            case .header: events.append("\(frame.channel) \(try AMQPContentHeader(parsing: frame.payload))")
            case .body: events.append("body \(frame.channel) \(String(decoding: frame.payload, as: UTF8.self))")
            case .heartbeat: events.append("heartbeat")
            }
        }
    }

    /// Hashes the frames, which costs less than recording them, and assembles the messages.
    private struct Digest: AMQPFrameHandler {
        var hasher = Hasher()
        private var assembler = AMQPContentAssembler()

        mutating func handle(_ frame: AMQPFrame) throws(MicroError) {
            switch frame.kind {
            case .method:
                let method = try AMQPMethod(parsing: frame.payload)
                hasher.combine(method)
                if case .basicDeliver(let deliver) = method { try assembler.begin(.deliver(deliver)) }
            case .header: try combine(try assembler.addHeader(frame.payload))
            case .body: try combine(try assembler.addBody(frame.payload))
            case .heartbeat: hasher.combine(0)
            }
        }

        private mutating func combine(_ content: AMQPContent?) throws(MicroError) {
            guard let content else { return }
            hasher.combine(content.properties)
            hasher.combine(content.body)
        }
    }
}
