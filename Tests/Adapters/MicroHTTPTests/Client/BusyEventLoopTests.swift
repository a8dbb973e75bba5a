// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import MicroCore
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import MicroHTTP

/// Events that a client's event loop has not handled yet because it is busy.
@Suite(.blocking, .timeLimit(.minutes(1))) struct BusyEventLoopTests {
    /// With one event loop, which every connection uses.
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let eventLoop: any EventLoop
    private let executor: HTTPLoopExecutor
    private let pool: HTTPConnectionPool
    private let peer: ScriptedServer
    private let requests = Counter()

    init() async throws {
        eventLoop = group.next()
        var configuration = HTTPConfiguration()
        configuration.eventLoopGroup = group
        pool = HTTPConnectionPool(configuration: configuration, wireFormat: HTTPCallWireFormat(), security: nil)
        executor = try await eventLoop.submit { [eventLoop] in HTTPLoopExecutor(eventLoop) }.get()
        peer = try ScriptedServer { [requests] connection in
            while let request = try connection.readRequest() {
                requests.add()
                let type = request["Content-Type"] ?? ""
                try connection.write(ScriptedResponse(headers: [("Content-Type", type)], body: request.body))
            }
        }
    }

    /// Runs on the event loop.
    private func runOnEventLoop(_ body: @escaping @Sendable () async throws -> Void) async throws {
        defer { peer.stop() }
        try await Task(executorPreference: executor, operation: body).value
        await pool.close()
        try await group.shutdownGracefully()
    }

    private func call(_ submit: @escaping (HTTPConnectionPool, HTTPCall) -> Void = { $0.submit($1) }) async throws {
        let call = try HTTPCall(
            .test(), to: .local(peer.port), id: 1, in: HTTPCallWireFormat(), limits: pool.configuration)
        _ = try await withUnsafeThrowingContinuation { continuation in
            if call.state.begin(continuation) { submit(pool, call) }
        }
    }

    @Test(
        "a connection that the peer has closed is not used, although the event loop has not noticed",
        arguments: [1, 20])
    func connectionClosedByPeerIsNotReused(afterCalls count: Int) async throws {
        try await runOnEventLoop {
            for _ in 0..<count { try await call() }
            peer.disconnectAll()
            let end = ContinuousClock.now + .milliseconds(5)
            while peer.openConnections > 0 || ContinuousClock.now < end {}
            try await call()
            #expect(peer.acceptedConnections == 2)
        }
    }

    @Test("a call that was cancelled before it was written is not sent, and its connection carries the next one")
    func cancelledCallIsNotSent() async throws {
        try await runOnEventLoop {
            try await call()
            await callAndCancel()
            // Runs what is queued on the event loop.
            try await eventLoop.submit {}.get()
            try await call()
            #expect(requests.value == 2 && peer.acceptedConnections == 1)
        }
    }

    @Test("no connection is opened for a cancelled call") func cancelledCallOpensNoConnection()
        async throws
    {
        try await runOnEventLoop {
            await callAndCancel()
            try await eventLoop.submit {}.get()
            try await call()
            #expect(requests.value == 1 && peer.acceptedConnections == 1)
        }
    }

    /// Another thread submits a call and cancels it while the event loop is busy.
    private func callAndCancel() async {
        await #expect(throws: CancellationError.self) {
            try await call { pool, call in
                let isDone = DispatchSemaphore(value: 0)
                DispatchQueue.global().async {
                    pool.submit(call)
                    call.cancel()
                    isDone.signal()
                }
                isDone.wait()
            }
        }
    }
}
