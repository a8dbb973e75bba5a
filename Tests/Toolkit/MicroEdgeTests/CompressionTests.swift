// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import Hummingbird
import MicroCore
import NIOCore
import Synchronization
import TestServers
import TestSupport
import Testing

@testable import MicroEdge

/// Compressed responses.
@Suite(.blocking, .timeLimit(.minutes(1))) struct CompressionTests {
    private static let text = String(repeating: "the same words again and again, ", count: 200)

    private func applied(
        _ policy: CompressionPolicy = .init(), accepting coding: String? = "gzip", method: HTTPRequest.Method = .get,
        status: HTTPResponse.Status = .ok, headers: HTTPFields = [.contentType: "application/json"],
        body: ResponseBody = .init(byteBuffer: ByteBuffer(string: Self.text))
    ) -> Response {
        var head = HTTPRequest(method: method, scheme: "http", authority: "a", path: "/")
        if let coding { head.headerFields[.acceptEncoding] = coding }
        var response = Response(status: status, headers: headers, body: body)
        policy.apply(to: &response, for: Request(head: head, body: .init(buffer: ByteBuffer())))
        return response
    }

    private final class Parts: ResponseBodyWriter, Sendable {
        let parts = Mutex<[ByteBuffer]>([])
        func write(_ buffer: ByteBuffer) async throws { parts.withLock { $0.append(buffer) } }
        func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }

    /// The parts that are written.
    private func parts(of response: Response) async throws -> [ByteBuffer] {
        let writer = Parts()
        try await response.body.write(writer)
        return writer.parts.withLock(\.self)
    }

    /// Decompresses with the program gzip.
    private func decompressed(_ bytes: [ByteBuffer]) async throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "body-\(UUID().uuidString).gz")
        try Data(bytes.flatMap(\.readableBytesView)).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let gzip = try ChildProcess("/bin/sh", ["-c", "gzip -dc '\(file.path())'"])
        return await gzip.exitStatus() == 0 ? gzip.text : "not gzip: \(gzip.text)"
    }

    @Test func largeResponseIsCompressed() async throws {
        let response = applied()
        #expect(response.headers[.contentEncoding] == "gzip" && response.headers[.vary] == "Accept-Encoding")
        #expect(response.headers[.contentLength] == nil)
        let parts = try await parts(of: response)
        #expect(parts.reduce(0) { $0 + $1.readableBytes } < Self.text.utf8.count / 10)
        #expect(try await decompressed(parts) == Self.text)
    }

    /// A body that arrives in parts is sent on in parts: each can be read before the next one is written.
    @Test func partsOfAStreamAreNotHeldBack() async throws {
        let body = ResponseBody { writer in
            for part in ["first ", "second ", "third"] { try await writer.write(ByteBuffer(string: part)) }
            try await writer.finish(nil)
        }
        let parts = try await parts(of: applied(headers: [.contentType: "text/plain"], body: body))
        // The header and each part, and the end.
        #expect(parts.count == 4)
        #expect(try await decompressed(parts) == "first second third")
    }

    @Test func incompressibleBytesAreKept() async throws {
        var fuzzer = Fuzzer(seed: 24)
        let noise = (0..<100_000).map { _ in UInt8(truncatingIfNeeded: fuzzer.next()) & 0x5F | 0x20 }
        let text = String(decoding: noise, as: UTF8.self)
        let response = applied(body: .init(byteBuffer: ByteBuffer(string: text)))
        #expect(try await decompressed(parts(of: response)) == text)
    }

    @Test(
        arguments: [
            ("gzip", true), ("GZIP;q=0.5", true), ("x-gzip", true), ("br, gzip ; q=1.0", true), ("*", true),
            ("*;q=0.1", true), ("gzip;q=0", false), ("gzip;q=0, *", false), ("*;q=0", false), ("br", false),
            ("identity", false), ("", false), (nil, false),
        ] as [(String?, Bool)]) func clientsDecide(_ coding: String?, _ isCompressed: Bool)
    {
        let response = applied(accepting: coding)
        #expect((response.headers[.contentEncoding] == "gzip") == isCompressed)
        #expect(response.headers[.vary] == "Accept-Encoding")
        #expect((response.headers[.contentLength] == nil) == isCompressed)
    }

    @Test(
        arguments: [
            [.contentType: "text/event-stream"], [.contentType: "application/x-ndjson"], [.contentType: "image/png"],
            [:],
            [.contentType: "text/plain", .contentEncoding: "br"],
            [.contentType: "text/plain", .cacheControl: "No-Transform"],
            [.contentType: "text/plain", .contentRange: "bytes 0-1/2"],
        ] as [HTTPFields]) func otherResponsesStayAsTheyAre(_ headers: HTTPFields)
    {
        let response = applied(headers: headers)
        #expect(response.headers[.contentEncoding] == headers[.contentEncoding] && response.headers[.vary] == nil)
    }

    @Test func typesWithSuffixesAreCompressed() {
        for type in ["application/problem+json", "text/html; charset=utf-8", "application/atom+xml", "Text/CSV"] {
            #expect(applied(headers: [.contentType: type]).headers[.contentEncoding] == "gzip", "\(type)")
        }
    }

    @Test func smallAndBodilessResponsesStayAsTheyAre() {
        #expect(applied(body: .init(byteBuffer: ByteBuffer(string: "{}"))).headers[.contentEncoding] == nil)
        #expect(applied(status: .noContent, body: .init()).headers[.contentEncoding] == nil)
        #expect(applied(status: .notModified, body: .init()).headers[.contentEncoding] == nil)
        let head = applied(method: .head)
        #expect(head.headers[.contentEncoding] == nil && head.headers[.vary] == "Accept-Encoding")
    }

    @Test func strongTagsBecomeWeak() {
        #expect(applied(headers: [.contentType: "text/plain", .eTag: "\"a\""]).headers[.eTag] == "W/\"a\"")
        #expect(applied(headers: [.contentType: "text/plain", .eTag: "W/\"a\""]).headers[.eTag] == "W/\"a\"")
    }
}
