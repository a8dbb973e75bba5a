// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Micro
import TestSupport
import Testing

/// `Debug.Health` and `Debug.Stats`, recorded from all versions of go-micro.
@Suite(.timeLimit(.minutes(1))) struct GoMicroDebugTests {
    private static let protobuf = GoMicroRecording.debug.filter { !$0.isJSON }
    private static let json = GoMicroRecording.debug.filter(\.isJSON)

    private func responses(to recording: GoMicroRecording) async throws -> [GoMicroRecording.Message] {
        var responses: [GoMicroRecording.Message] = []
        try await withRecordedService { raw in responses = try await raw.responses(to: recording.clientPackets) }
        let health = try #require(recording.messages(ofClient: false).first)
        #expect(responses.count == 2 && responses.allSatisfy { $0.content.error == nil })
        #expect(responses.first?.content.message == health.content.message, "Debug.Health")
        return responses
    }

    /// The versions before v1.18 number the fields of `Debug.Stats` differently; the names of their headers show which
    /// version asks.
    @Test(arguments: protobuf) func statsHaveFieldNumbersOfCaller(_ recording: GoMicroRecording) async throws {
        let stats = try #require(try await responses(to: recording).last).content.message
        // Those of `started`, `memory` and `threads`.
        let numbers: [UInt8] = ["v0.14.1", "v0.20.0", "v1.0.0"].contains(recording.version) ? [1, 3, 4] : [2, 4, 5]
        let recorded = try #require(recording.messages(ofClient: false).last).content.message
        let recordedFields = try #require(Self.numbers(in: recorded))
        #expect(recordedFields[numbers[0]].map { $0 > 1_700_000_000 } == true, "started")
        let fields = try #require(Self.numbers(in: stats))
        #expect(fields.keys.allSatisfy { $0 <= 8 })
        let started = try #require(fields[numbers[0]])
        #expect(abs(Double(started) - Date().timeIntervalSince1970) < 60)
        #expect(fields[numbers[1]].map { $0 > 1_000_000 } == true, "memory in bytes")
        #expect(fields[numbers[2]].map { (1..<10_000).contains($0) } == true, "threads")
    }

    /// v1.18 and later fail on fields that they do not have.
    @Test(arguments: json) func jsonStatsHaveFieldsOfCaller(_ recording: GoMicroRecording) async throws {
        let stats = try #require(try await responses(to: recording).last).content.message
        let recorded = try #require(recording.messages(ofClient: false).last).content.message
        let object = try #require(try JSONSerialization.jsonObject(with: Data(stats)) as? [String: UInt64])
        let expected = try #require(try JSONSerialization.jsonObject(with: Data(recorded)) as? [String: UInt64])
        // Go leaves out zeros. The versions before v1.18 have no `timestamp`, and ignore fields that they do not have.
        let known = Set(expected.keys).union(["timestamp", "uptime", "gc"])
        #expect(Set(object.keys).isSubset(of: known), "\(object.keys)")
        #expect(Set(object.keys).isSuperset(of: ["started", "memory", "threads"]))
    }

    /// The integer fields of a protobuf message.
    private static func numbers(in bytes: [UInt8]) -> [UInt8: UInt64]? {
        var (fields, rest) = ([UInt8: UInt64](), bytes[...])
        while let tag = rest.popFirst() {
            guard tag & 7 == 0 else { return nil }
            var (value, shift) = (UInt64(0), UInt64(0))
            while let byte = rest.popFirst() {
                value |= UInt64(byte & 0x7F) << shift
                shift += 7
                if byte < 0x80 { break }
            }
            fields[tag >> 3] = value
        }
        return fields
    }
}
