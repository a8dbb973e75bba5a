// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import Micro
import MicroCore
import MicroEdge
import NIOCore

/// Connects a WebSocket with a stream of a service: each message of one is a message of the other.
///
/// Messages of the service are texts. The end of the stream closes the WebSocket with 1000. An error is the last message,
/// `{"error":{…}}` with go-micro's JSON, and the WebSocket is closed with 1011.
struct StreamSocket: Sendable {
    let stream: TransportStream

    /// Passes messages on in both directions until one side ends.
    func run(_ socket: WebSocket) async throws {
        do {
            try await withThrowingTaskGroup { group in
                group.addTask { try await send(from: socket) }
                defer { group.cancelAll() }
                for try await message in stream {
                    try await socket.send(.text(String(buffer: message.withoutTrailingBlanks)))
                }
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
    private func send(from socket: WebSocket) async throws {
        do {
            for try await message in socket { try await stream.send(message.bytes) }
            stream.cancel()
        } catch let error as MicroError where error.code == .closed {
            // The service has ended the stream: the other direction reports why.
        } catch {
            stream.cancel()
            throw error
        }
    }
}
