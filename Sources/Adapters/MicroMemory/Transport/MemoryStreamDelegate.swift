// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// One side of a stream in memory.
final class MemoryStreamDelegate: TransportStreamDelegate {
    private let outgoing: MemoryStreamPipe
    private let incoming: MemoryStreamPipe
    private let lifetime: MemoryStreamLifetime
    private let isClient: Bool
    private let maxBodySize: Int

    private init(
        outgoing: MemoryStreamPipe, incoming: MemoryStreamPipe, lifetime: MemoryStreamLifetime, isClient: Bool,
        maxBodySize: Int
    ) {
        self.outgoing = outgoing
        self.incoming = incoming
        self.lifetime = lifetime
        self.isClient = isClient
        self.maxBodySize = maxBodySize
    }

    typealias Side = (delegate: MemoryStreamDelegate, stream: TransportStream)

    /// The two sides of a stream.
    static func makeStreams(maxBodySize: Int) -> (client: Side, server: Side) {
        let (clientToServer, serverToClient, lifetime) = (
            MemoryStreamPipe(), MemoryStreamPipe(), MemoryStreamLifetime()
        )
        let client = MemoryStreamDelegate(
            outgoing: clientToServer, incoming: serverToClient, lifetime: lifetime, isClient: true,
            maxBodySize: maxBodySize)
        let server = MemoryStreamDelegate(
            outgoing: serverToClient, incoming: clientToServer, lifetime: lifetime, isClient: false,
            maxBodySize: maxBodySize)
        let (clientStream, clientInbox) = TransportStream.makeStream(delegate: client)
        let (serverStream, serverInbox) = TransportStream.makeStream(delegate: server)
        clientToServer.connect(to: serverInbox)
        serverToClient.connect(to: clientInbox)
        return ((client, clientStream), (server, serverStream))
    }

    /// Runs the handler on the server side. Its end ends the stream.
    func run(
        _ handler: @escaping TransportStreamHandler, _ request: TransportRequest, _ stream: TransportStream
    ) -> Task<Void, Never> {
        let task = Task { [self] in
            do {
                try await handler(request, stream)
                incoming.end(sender: Self.peerEnded)
                outgoing.end(sender: Self.finished, readerEnd: .success(()))
            } catch {
                let error = MicroError(respondingTo: request, with: error)
                incoming.end(sender: error)
                outgoing.end(sender: Self.finished, readerEnd: .failure(error))
            }
            lifetime.end()
            // Releasing the stream earlier would cancel it.
            withExtendedLifetime(stream) {}
        }
        lifetime.start(task)
        return task
    }

    /// Ends the stream at its deadline, on the client side.
    func end(at deadline: ContinuousClock.Instant, throwing error: @autoclosure @escaping @Sendable () -> MicroError) {
        lifetime.start(DeadlineQueue.shared.schedule(at: deadline) { [weak self] in self?.abort(error()) })
    }

    /// Calls an action once the handler has ended.
    func onEnd(_ action: @escaping @Sendable () -> Void) { lifetime.onEnd(action) }

    func send(_ message: ByteBuffer) async throws {
        try MemoryTransport.check(message, of: "message", limit: maxBodySize)
        try await outgoing.send(message)
    }

    func finish() async throws { outgoing.end(sender: Self.finished, readerEnd: .success(())) }

    func resume() { incoming.resume() }

    func cancel() {
        guard !lifetime.hasEnded else { return }
        guard isClient else {
            let error = MicroError(
                .unavailable, "the service has cancelled the stream", origin: MicroError.Origin.server)
            incoming.end(sender: CancellationError())
            return outgoing.end(sender: CancellationError(), readerEnd: .failure(error))
        }
        abort(CancellationError())
    }

    /// Ends both directions and cancels the handler.
    private func abort(_ reason: any Error) {
        incoming.end(sender: reason, readerEnd: .failure(reason))
        outgoing.end(sender: reason, readerEnd: .failure(reason))
        lifetime.cancelTask()
    }

    private static let finished = MicroError(
        .closed, "this side of the stream has finished sending", origin: MicroError.Origin.transport)
    private static let peerEnded = MicroError(
        .closed, "the other side has ended the stream", origin: MicroError.Origin.transport)
}
