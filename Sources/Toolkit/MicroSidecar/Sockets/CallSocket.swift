// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import Hummingbird
import Micro
import MicroCore
import MicroEdge
import MicroGateway
import NIOCore

/// The WebSocket of `/rpc`: a stream to any endpoint.
///
/// Both sides send JSON objects, one per line, in any division into messages: `{"message":…}` is a message of the stream, and
/// `{"end":true}` ends the messages of one side. `{"error":{…}}` of the sidecar is the error that ended the stream. A client that
/// closes the WebSocket cancels the stream.
struct CallSocket: Sendable {
    let calls: CallRoute

    /// Consents to a request. The stream is opened afterwards, so that its error reaches the client as a message.
    ///
    /// - Throws: ``MicroCore/MicroError`` if the parameters are not valid.
    func upgrade(_ request: Request, _ query: QueryParameters) async throws -> WebSocketUpgrade {
        let call = try ExplicitCall(
            service: query["service"], endpoint: query["endpoint"] ?? query["method"], address: query["address"],
            request: "{}")
        var options = CallOptions(headers: PassedHeaders.headers(of: request.headers))
        if let address = call.address { options.address = try await calls.registered(address, of: call.target.service) }
        var limits = WebSocketConfiguration()
        limits.maxMessageSize = calls.maxBodySize
        return WebSocketUpgrade(configuration: limits) { [calls, options] socket in
            do {
                let stream = try await calls.client.invokeStream(
                    call.target.service, call.target.endpoint, options: options)
                try await Self.run(stream, socket, maxMessageSize: calls.maxBodySize)
            } catch let error as MicroError {
                try await socket.send(.text("{\"error\":\(error.wireText)}\n"))
            }
        }
    }

    /// Passes messages on in both directions until the service ends the stream, or the client closes the WebSocket.
    private static func run(_ stream: TransportStream, _ socket: WebSocket, maxMessageSize: Int) async throws {
        defer { stream.cancel() }
        // Each child task returns whether the service has ended the stream.
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await send(from: socket, to: stream, maxMessageSize: maxMessageSize)
                return false
            }
            group.addTask {
                for try await message in stream { try await socket.send(.text(line("message", message))) }
                return true
            }
            defer { group.cancelAll() }
            while let hasEnded = try await group.next() { if hasEnded { break } }
        }
        try await socket.send(.text("{\"end\":true}\n"))
    }

    private static func send(
        from socket: WebSocket, to stream: TransportStream, maxMessageSize: Int
    ) async throws {
        var splitter = NDJSONSplitter(maxLength: maxMessageSize)
        do {
            for try await part in socket {
                for line in try splitter.lines(adding: part.bytes) { try await send(line, to: stream) }
            }
            stream.cancel()
        } catch let error as MicroError where error.code == .closed {
            // The service has ended the stream: the other direction reports why.
        }
    }

    private static func send(_ line: ByteBuffer, to stream: TransportStream) async throws {
        guard let member = JSONSlices.members(of: line)?.first else {
            throw MicroError(
                .invalidArgument, "expected {\"message\":…} or {\"end\":true} in a line", origin: MicroError.Origin.edge
            )
        }
        switch member.key {
        case "message": try await stream.send(member.value)
        case "end": try await stream.finish()
        default: break
        }
    }

    /// JSON has line breaks only between its tokens.
    private static func line(_ name: String, _ message: ByteBuffer) -> String {
        let text = String(
            decoding: message.readableBytesView.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }, as: UTF8.self)
        return "{\"\(name)\":\(text)}\n"
    }
}
