// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import Micro
import MicroCore
import MicroEdge
import NIOCore

/// Bridges a WebSocket and a stream of a service, message by message.
///
/// Messages of the service are sent as text frames. The end of the stream closes the WebSocket with 1000. An error is
/// the last message, `{"error":{…}}` with go-micro's JSON, and the WebSocket is closed with 1011.
struct StreamSocket: Sendable {
    let stream: TransportStream

    /// Forwards messages in both directions until one side ends.
    func run(_ socket: WebSocket) async throws {
        do {
            // Each child task returns whether its end is the end of the WebSocket.
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask { try await send(from: socket) }
                group.addTask {
                    for try await message in stream {
                        try await socket.send(.text(String(buffer: message.withoutTrailingBlanks)))
                    }
                    return true
                }
                defer { group.cancelAll() }
                for try await hasEnded in group where hasEnded { return }
            }
        } catch let error as MicroError {
            stream.cancel()
            try await socket.send(.text("{\"error\":\(error.wireText)}"))
            throw error
        } catch {
            stream.cancel()
            throw error
        }
    }

    /// Sends the client's messages. A client that closes the WebSocket, or disconnects, ends the stream.
    ///
    /// - Returns: False if the service has ended the stream: the other direction reports why.
    private func send(from socket: WebSocket) async throws -> Bool {
        do {
            for try await message in socket { try await stream.send(message.bytes) }
        } catch let error as MicroError where error.code == .closed {
            return false
        }
        stream.cancel()
        return true
    }
}
