// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import CurlTransfer

@Suite struct WebSocketTests {
    /// The examples of RFC 3174, section 7.3, and RFC 6455, section 1.3.
    @Test func sha1MatchesTestVectors() {
        #expect(SHA1.digest(of: Array("abc".utf8)).prefix(5) == [0xA9, 0x99, 0x3E, 0x36, 0x47])
        #expect(SHA1.digest(of: [UInt8](repeating: 0x61, count: 1_000_000)).prefix(4) == [0x34, 0xAA, 0x97, 0x3C])
        #expect(WebSocketHandshake.accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    @Test(arguments: [0, 1, 125, 126, 65_535, 65_536, 200_000])
    func framesRoundTrip(_ size: Int) throws {
        let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var codec = WebSocketCodec()
        let framed = frame(payload, by: &codec)
        #expect(try read(unmasked(framed), in: [framed.count]) == payload)
    }

    @Test func emptyOutputMakesNoFrame() {
        var codec = WebSocketCodec()
        #expect(frame([], by: &codec).isEmpty)
    }

    @Test func masksDiffer() {
        var codec = WebSocketCodec()
        #expect(frame(Array("hello".utf8), by: &codec) != frame(Array("hello".utf8), by: &codec))
    }

    @Test func controlFramesBetweenFragmentsAreHandled() throws {
        let frames: [UInt8] =
            [0x02, 3] + Array("abc".utf8) + [0x89, 2, 1, 2] + [0x80, 3] + Array("def".utf8) + [0x8A, 0]
        var codec = WebSocketCodec()
        #expect(try unframe(frames, with: &codec) == Array("abcdef".utf8))
        #expect(codec.hasPendingPongs)
        let output = frame(Array("x".utf8), by: &codec)
        #expect(output[0] == 0x8A && output[1] == 0x82)
        #expect(!codec.hasPendingPongs)
    }

    @Test(
        arguments: [
            [0x82, 0x81, 1, 2, 3, 4, 5], [0xC2, 0], [0x83, 0], [0x09, 0], [0x89, 126, 0, 200],
            [0x82, 127, 0xFF, 0, 0, 0, 0, 0, 0, 0],
        ] as [[UInt8]])
    func protocolViolationsAreRejected(_ frames: [UInt8]) {
        #expect(throws: CurlError.self) { try read(frames, in: [1]) }
    }

    @Test func closeFrameReasonIsReported() {
        let error = #expect(throws: CurlError.self) { try read([0x88, 6, 3, 0xE8] + Array("done".utf8), in: [1]) }
        #expect(error?.kind == .connectionLost)
        #expect(error?.message.contains("done") == true)
    }

    /// The result does not depend on how the input is split, and no input traps.
    @Test(.faultRun, .blocking, .timeLimit(.minutes(3))) func mutatedFramesDecodeConsistently() {
        var fuzzer = Fuzzer(seed: 1)
        let seed: [UInt8] =
            [0x82, 5] + Array("hello".utf8) + [0x89, 1, 7] + [0x82, 126, 0, 130] + [UInt8](repeating: 3, count: 130)
            + [0x88, 2, 3, 0xE8]
        var (read, different) = (0, 0)
        for _ in 0..<200_000 {
            let input = fuzzer.mutated(seed)
            let whole = outcome(of: [input])
            if outcome(of: fuzzer.chunks(of: input)) != whole { different += 1 }
            if whole.bytes.count > 5 { read += 1 }
        }
        #expect(different == 0)
        #expect(read > 1000)
    }

    private func outcome(of pieces: [[UInt8]]) -> Outcome {
        var (codec, outcome) = (WebSocketCodec(), Outcome())
        for piece in pieces {
            do {
                try piece.withUnsafeBytes { bytes in
                    Result { () throws(CurlError) in
                        try codec.unframe(bytes) { outcome.bytes.append(contentsOf: $0) }
                    }
                }.get()
            } catch {
                outcome.error = error
                break
            }
        }
        return outcome
    }

    private struct Outcome: Equatable {
        var bytes: [UInt8] = []
        var error: CurlError?
    }

    private func frame(_ bytes: [UInt8], by codec: inout WebSocketCodec) -> [UInt8] {
        var output = CurlOutput()
        output.append(bytes)
        codec.frame(&output)
        return Array(output.bytes)
    }

    private func unframe(_ bytes: [UInt8], with codec: inout WebSocketCodec) throws -> [UInt8] {
        var read: [UInt8] = []
        try bytes.withUnsafeBytes { bytes in
            Result { () throws(CurlError) in try codec.unframe(bytes) { read.append(contentsOf: $0) } }
        }.get()
        return read
    }

    /// Reads frames in pieces of the given sizes, in turn.
    private func read(_ frames: [UInt8], in sizes: [Int]) throws -> [UInt8] {
        var (codec, read, rest, turn) = (WebSocketCodec(), [UInt8](), frames[...], 0)
        while !rest.isEmpty {
            let piece = rest.prefix(max(1, sizes[turn % sizes.count]))
            read += try unframe(Array(piece), with: &codec)
            rest = rest.dropFirst(piece.count)
            turn += 1
        }
        return read
    }

    /// Converts a client's frame into the frame that a server would send.
    private func unmasked(_ frame: [UInt8]) -> [UInt8] {
        guard frame.count > 1 else { return frame }
        let size = [126: 2, 127: 8][frame[1] & 0x7F] ?? 0
        let mask = Array(frame[(2 + size)..<(6 + size)])
        let payload = frame[(6 + size)...].enumerated().map { $0.element ^ mask[$0.offset % 4] }
        return [frame[0], frame[1] & 0x7F] + frame[2..<(2 + size)] + payload
    }
}
