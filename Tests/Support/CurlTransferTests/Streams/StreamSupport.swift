// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import Synchronization
import TestSupport

/// The framing of a response's body.
enum Framing: CaseIterable {
    case length, chunked, close

    /// The header of a response with a body of `length` bytes.
    func head(_ length: Int) -> String {
        switch self {
        case .length: "HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n"
        case .chunked: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        case .close: "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
        }
    }

    /// A piece of the body as it is sent; it must not be empty.
    func piece(_ bytes: [UInt8]) -> [UInt8] {
        guard self == .chunked else { return bytes }
        return Array((String(bytes.count, radix: 16) + "\r\n").utf8) + bytes + Array("\r\n".utf8)
    }

    var end: String {
        self == .chunked ? "0\r\n\r\n" : ""
    }
}

/// Blocks a server's thread until the test opens the next step.
final class BlockingGate: Sendable {
    private let steps = DispatchSemaphore(value: 0)

    func open(steps count: Int = 1) {
        for _ in 0..<count { steps.signal() }
    }

    /// Waits for a step, at most 30 s.
    func pass() {
        _ = steps.wait(timeout: .now() + 30)
    }
}

/// A server that responds to each request with an endless body, as fast as the client reads.
final class EndlessServer: Sendable {
    let server: ScriptedServer
    private let written: Counter

    init(_ framing: Framing = .chunked) throws {
        let written = Counter()
        let block = framing.piece([UInt8](repeating: 0x78, count: 64 * 1024))
        self.written = written
        server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.write(framing.head(.max))
            while true {
                try connection.write(block)
                written.add()
            }
        }
    }

    /// Whether the server wrote many blocks, and then was blocked for a while.
    func isStalled() async -> Bool {
        await CurlTransferTests.isStalled(written, beyond: 8)
    }
}

/// Whether a count exceeds a number and then stays constant for a while.
func isStalled(_ count: Counter, beyond number: Int) async -> Bool {
    await eventually {
        let before = count.value
        guard before > number else { return false }
        return await always(during: .milliseconds(200)) { count.value == before }
    }
}

/// A repeated block of an odd length, which reveals lost, duplicated and reordered bytes.
struct BodyPattern: Sendable {
    private static let period = 65_521
    private let bytes: [UInt8]

    init() {
        var random = SeededGenerator(seed: 7)
        let block = (0..<Self.period).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        bytes = block + block + block + block
    }

    /// Returns `count` bytes from an offset on, at most 128 KiB.
    func bytes(at offset: Int, count: Int) -> [UInt8] {
        Array(bytes[(offset % Self.period)...].prefix(count))
    }

    /// Whether a piece equals the pattern at the offset.
    func matches(_ piece: [UInt8], at offset: Int) -> Bool {
        piece.withUnsafeBytes { piece in
            bytes.withUnsafeBytes { bytes in
                var rest = piece[...]
                while !rest.isEmpty {
                    let start = (offset + rest.startIndex) % Self.period
                    let part = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.period))
                    let wanted = UnsafeRawBufferPointer(rebasing: bytes[start..<(start + part.count)])
                    guard let part = part.baseAddress, let wanted = wanted.baseAddress,
                        memcmp(part, wanted, min(rest.count, Self.period)) == 0
                    else { return false }
                    rest = rest.dropFirst(Self.period)
                }
                return true
            }
        }
    }
}

extension CurlStream {
    /// The whole body.
    func collect() async throws -> [UInt8] {
        var body: [UInt8] = []
        for try await bytes in self { body += bytes }
        return body
    }
}
