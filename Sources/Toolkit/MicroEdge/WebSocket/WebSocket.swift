// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import NIOWebSocket

/// A connection over which client and server exchange messages (RFC 6455): an asynchronous sequence of the client's messages,
/// with methods to send.
///
/// Unread messages apply back-pressure to the client. One task may read; several may send.
public final class WebSocket: AsyncSequence, Sendable {
    /// A message of the client.
    public typealias Element = WebSocketMessage

    typealias Producer = NIOThrowingAsyncSequenceProducer<
        WebSocketMessage, any Error, NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark, InboundDelegate
    >

    private let channel: any Channel
    private let inbound: Producer
    private let sendTimeout: Duration

    init(_ channel: any Channel, inbound: Producer, sendTimeout: Duration) {
        self.channel = channel
        self.inbound = inbound
        self.sendTimeout = sendTimeout
    }

    /// Sends a message. Waits while the client accepts no more bytes.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `unavailable` if the connection has ended, or the client has not read for
    ///   ``WebSocketConfiguration/sendTimeout``; or `CancellationError`.
    public func send(_ message: WebSocketMessage) async throws {
        let (opcode, bytes): (WebSocketOpcode, ByteBuffer) =
            switch message {
            case .text(let text): (.text, ByteBuffer(string: text))
            case .binary(let bytes): (.binary, bytes)
            }
        let written = Promise<Void>()
        channel.writeAndFlush(WebSocketFrame(fin: true, opcode: opcode, data: bytes)).whenComplete { result in
            written.resolve(with: result.mapError(Self.failure))
        }
        do { try await written.value(until: .now + sendTimeout, orThrow: Self.slowClient) } catch {
            // Part of the frame may have been sent: the connection cannot be used any longer.
            channel.close(promise: nil)
            throw error
        }
    }

    /// Closes the connection with a closing handshake. Closing twice has no effect.
    ///
    /// - Parameters:
    ///   - code: Why it is closed.
    ///   - reason: A text for the client, of which at most 123 bytes are sent.
    public func close(_ code: WebSocketCloseCode = .normal, reason: String = "") async {
        // A connection that has ended is closed already.
        _ = try? await channel.writeAndFlush(WebSocketFrameHandler.closeFrame(code, reason)).get()
    }

    /// The messages of the client; ends when the client has closed the connection normally. There can be one iterator.
    public func makeAsyncIterator() -> Iterator { Iterator(base: inbound.makeAsyncIterator()) }

    /// Reads the messages of the client.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let base: Producer.AsyncIterator

        /// Waits for the next message; nil after the client has closed the connection normally.
        ///
        /// - Throws: ``/MicroCore/MicroError`` with `unavailable` if the connection broke, `invalidArgument` if the client broke
        ///   the protocol; or `CancellationError`.
        @concurrent public mutating func next() async throws -> WebSocketMessage? { try await base.next() }
    }

    private static var slowClient: MicroError {
        MicroError(.unavailable, "the client of the WebSocket does not read", origin: MicroError.Origin.edge)
    }

    private static func failure(_ error: any Error) -> any Error {
        MicroError(
            .unavailable, "the connection of the WebSocket has ended", origin: MicroError.Origin.edge, cause: error)
    }

    /// Resumes reading from the connection. Messages that arrive after the last reader are dropped, so that the closing
    /// handshake of the client is still received.
    final class InboundDelegate: NIOAsyncSequenceProducerDelegate, Sendable {
        private let resume: @Sendable () -> Void

        init(resume: @escaping @Sendable () -> Void) { self.resume = resume }

        func produceMore() { resume() }
        func didTerminate() { resume() }
    }
}
