// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Micro
import MicroCore
import MicroMemory
import NIOCore
import TestSupport
import Testing

@testable import MicroGateway

/// Streams of services in HTTP responses.
@Suite(.blocking, .timeLimit(.minutes(1))) struct StreamHandlerTests {
    private struct Count: Codable, Sendable { var to: Int? }
    private struct Number: Codable, Sendable { var value: Int }

    private let fixture = GatewayFixture()

    private func prepare(_ service: Microservice) {
        service.handleStream("Count.Up") { (stream: MessageStream<Number, Count>, _) in
            for try await request in stream {
                guard let to = request.to else { throw MicroError(.invalidArgument, "to is missing") }
                guard to >= 0 else { throw MicroError(.permissionDenied, "not below zero") }
                for value in 0..<to { try await stream.send(Number(value: value)) }
                if to == 3 { throw MicroError(.resourceExhausted, "no more") }
                return
            }
        }
        service.handleStream("Count.Double") { (stream: MessageStream<Number, Number>, _) in
            for try await number in stream { try await stream.send(Number(value: number.value * 2)) }
        }
    }

    private func run(_ body: (Int) async throws -> Void) async throws {
        try await fixture.run(prepare: { prepare($0) }, body)
    }

    private func send(
        _ port: Int, _ line: String, _ headers: [String] = [], body: String = ""
    ) throws -> RawHTTPResponse? {
        try .exchange(GatewayFixture.text(line, headers, body: body), port: port)
    }

    @Test func messagesAreLines() async throws {
        try await run { (port) async throws in
            let response = try send(port, "POST /greeter/count/up", body: #"{"to":2}"#)
            #expect(response?.status == 200 && response?.headers["content-type"] == "application/x-ndjson")
            #expect(response?.content == "{\"value\":0}\n{\"value\":1}\n")
        }
    }

    @Test func messagesAreEvents() async throws {
        try await run { (port) async throws in
            let response = try send(port, "GET /greeter/count/up?to=2", ["Accept: text/event-stream"])
            #expect(response?.headers["content-type"] == "text/event-stream")
            #expect(response?.headers["cache-control"] == "no-cache")
            #expect(
                response?.content
                    == "data: {\"value\":0}\n\ndata: {\"value\":1}\n\nevent: end\ndata: {}\n\n")
        }
    }

    @Test func singleMessageEndsTheClientsSide() async throws {
        try await run { (port) async throws in
            let response = try send(port, "POST /greeter/count/double", body: #"{"value":4}"#)
            #expect(response?.content == "{\"value\":8}\n")
        }
    }

    @Test func errorBeforeTheFirstMessageIsTheStatus() async throws {
        try await run { (port) async throws in
            let response = try send(port, "GET /greeter/count/up?to=-1", ["Accept: text/event-stream"])
            #expect(response?.status == 403)
            #expect((response?.json as? [String: Any])?["detail"] as? String == "not below zero")
            #expect(try send(port, "DELETE /greeter/count/up")?.status == 405)
        }
    }

    @Test func errorAfterAMessageEndsTheBody() async throws {
        try await run { (port) async throws in
            let lines = try send(port, "GET /greeter/count/up?to=3")?.content?.split(separator: "\n") ?? []
            #expect(
                lines.count == 4 && lines.last?.hasPrefix(#"{"error":{"id":"go.micro.api.greeter","code":429"#) == true)
            let events = try send(port, "GET /greeter/count/up?to=3", ["Accept: text/event-stream"])?.content ?? ""
            #expect(events.contains("event: error\ndata: {") && !events.contains("event: end"))
        }
    }

    @Test func linesOfTheBodyAreMessages() async throws {
        try await run { (port) async throws in
            let response = try send(
                port, "POST /greeter/count/double", ["Content-Type: application/x-ndjson"],
                body: "{\"value\":1}\n\n{\"value\":2}\n{\"value\":3}")
            #expect(response?.content == "{\"value\":2}\n{\"value\":4}\n{\"value\":6}\n")
        }
    }

    @Test func clientThatLeavesEndsTheStream() async throws {
        let ended = Counter()
        try await fixture.run(
            prepare: { service in
                service.handleStream("Count.Forever") { (stream: MessageStream<Number, Count>, _) in
                    defer { ended.add() }
                    try await stream.send(Number(value: 1))
                    for try await _ in stream {}
                    while !Task.isCancelled { try await Task.sleep(for: .seconds(60)) }
                }
            },
            { (port) async throws in
                let socket = try RawSocket(port: port)
                socket.write("GET /greeter/count/forever HTTP/1.1\r\nHost: t\r\n\r\n".utf8)
                guard case .bytes = socket.read(within: .seconds(10)) else {
                    Issue.record("no response")
                    return
                }
                #expect(ended.value == 0)
                socket.shutDown()
                #expect(await eventually { ended.value > 0 })
            })
    }

    @Test(arguments: [
        ("a", ["data: a"]), ("a\nb", ["data: a", "data: b"]),
        ("a\r\nevent: x", ["data: a", "data: ", "data: event: x"]),
    ]) func eventsCannotBeForged(message: String, lines: [String]) {
        let event = String(buffer: StreamFormat.events.message(ByteBuffer(string: message)))
        #expect(event == lines.joined(separator: "\n") + "\n\n")
        #expect(!String(buffer: StreamFormat.lines.message(ByteBuffer(string: message))).dropLast().contains("\n"))
    }

    @Test func longLineIsRejected() throws {
        var splitter = NDJSONSplitter(maxLength: 4)
        #expect(try splitter.lines(adding: ByteBuffer(string: "ab\ncd")).map { String(buffer: $0) } == ["ab"])
        #expect(try splitter.lines(adding: ByteBuffer(string: "ef\n")).map { String(buffer: $0) } == ["cdef"])
        #expect(throws: MicroError.self) { try splitter.lines(adding: ByteBuffer(string: "12345")) }
    }
}
