// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import GoMicroWire
import MicroCore
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import MicroNATS

/// The service of the recordings, and both sides of a connection to NATS that replays them.
enum GoMicroGreeter {
    private struct Hello: Decodable { var name: String? }

    /// The response to a recorded request: in protobuf the string in field 1 is greeted in field 2.
    static func greeting(_ message: ByteBuffer, isJSON: Bool = false) throws -> ByteBuffer {
        let name =
            isJSON
            ? try JSONDecoder().decode(Hello.self, from: Data(message.readableBytesView)).name ?? ""
            : String(String(buffer: message).dropFirst(2))
        guard name != "missing" else {
            throw MicroError(.notFound, "no such name \"missing\"", origin: "go.micro.srv.greeter")
        }
        if isJSON {
            return ByteBuffer(string: (name.isEmpty ? "{}" : #"{"greeting":"Hello \#(name)"}"#) + "\n")
        }
        guard !name.isEmpty else { return ByteBuffer() }
        let text = "Hello \(name)"
        return ByteBuffer(bytes: [0x12, UInt8(text.utf8.count)] + Array(text.utf8))
    }

    static let handler: TransportHandler = { request in
        try await LegacyRPC.respond(to: request, service: "go.micro.srv.greeter") { request in
            if request.endpoint == "Greeter.Empty" { return TransportResponse(contentType: request.contentType) }
            guard ["Greeter.Hello", "Greeter.OpenChat"].contains(request.endpoint) else {
                throw MicroError(.notFound, request.endpoint)
            }
            let isJSON = request.contentType == "application/json"
            return TransportResponse(contentType: request.contentType, body: try greeting(request.body, isJSON: isJSON))
        }
    }

    static let streamHandlers: TransportStreamLookup = { endpoint in
        switch endpoint {
        case "Greeter.Chat", "Greeter.ChatForward":
            return { request, stream in
                let isJSON = request.contentType == "application/json"
                #expect(isJSON || request.contentType == "application/protobuf" && request.body.readableBytes == 0)
                for try await message in stream {
                    if String(buffer: message).hasSuffix("bye") { return }
                    try await stream.send(greeting(message, isJSON: isJSON))
                }
            }
        case "Greeter.Count":
            return { _, stream in
                for try await message in stream {
                    let count = message.readableBytesView.last ?? 0
                    for number in 0..<count {
                        try await stream.send(ByteBuffer(bytes: number == 0 ? [] : [8, number]))
                    }
                    return
                }
            }
        default: return nil
        }
    }

    /// What a listener sends to the inbox of a client.
    static func replies(to payloads: [String], count: Int) async throws -> [String] {
        try await replies(to: payloads, count: count) { transport in
            // Bound without cancellation: an invalid request is refused before `bind` returns, and the test then ends.
            let binding = Task { try await transport.bind(to: Address(host: "127.0.0.1", port: 0)) }
            try await binding.value.run(handler, streams: streamHandlers)
        }
    }

    /// What a server sends to the inbox of a client, until it is cancelled.
    static func replies(
        to payloads: [String], count: Int, from run: @escaping @Sendable (NATSTransport) async throws -> Void
    ) async throws -> [String] {
        let replies = Mutex<[String]>([])
        let server = try ScriptedServer { (connection: ScriptedConnection) in
            let script = try ScriptedNATSConnection(connection)
            guard let (subject, id) = try script.subscription(where: { !$0.hasSuffix(".control") }) else { return }
            for payload in payloads { try script.deliver(payload, to: subject, as: id, reply: "_INBOX.client") }
            while let reply = try script.publication(to: "_INBOX.client") {
                replies.withLock { $0.append(reply.payload) }
            }
        }
        defer { server.stop() }
        try await withTransport("127.0.0.1:\(server.port)") { transport in
            let running = Task { try await run(transport) }
            #expect(await eventually(within: .seconds(10)) { replies.withLock(\.count) >= count })
            running.cancel()
            try await running.value
        }
        return Array(replies.withLock(\.self).prefix(count))
    }

    static func withScript(
        _ script: @escaping @Sendable (ScriptedNATSConnection, borrowing Mutex<[String]>) throws -> Void,
        body: (NATSTransport) async throws -> Void
    ) async throws -> [String] {
        let sent = SentPayloads()
        let server = try ScriptedServer { connection in
            try script(try ScriptedNATSConnection(connection), sent.payloads)
        }
        defer { server.stop() }
        try await withTransport("127.0.0.1:\(server.port)", body: body)
        return sent.payloads.withLock(\.self)
    }

    private final class SentPayloads: Sendable { let payloads = Mutex<[String]>([]) }
}
