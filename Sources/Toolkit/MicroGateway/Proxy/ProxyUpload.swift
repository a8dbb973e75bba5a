// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import MicroCore
package import NIOCore
import Synchronization

/// Passes the body of a request on while it arrives, up to a maximum size.
///
/// The HTTP client reads the body in a separate task, which may outlive the request. The HTTP server supports only one
/// reader, and after the response reads the rest itself. So only the task of this object reads, when the client asks,
/// and it has ended when ``stop()`` returns.
package final class ProxyUpload: AsyncSequence, Sendable {
    package typealias Element = ByteBuffer

    private struct State {
        /// The client waits for a part.
        var demand: Promise<ByteBuffer?>?
        /// The task waits for a demand.
        var waiter: Promise<Void>?
        var hasStarted = false
        var isStopped = false
        /// Why the body ended early; also the error of the request then.
        var failure: (any Error)?
    }

    private let state = Mutex(State())
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// Begins to pass a body on.
    ///
    /// - Parameter maxSize: The maximum size, in bytes. A larger body ends with 413.
    init(_ body: RequestBody, maxSize: Int) {
        let task = Task { await self.run(body, maxSize: maxSize) }
        self.task.withLock { $0 = task }
    }

    /// Whether parts of the body were taken: then the request cannot be repeated.
    var hasStarted: Bool { state.withLock(\.hasStarted) }

    /// Records that the body is about to be sent.
    func markStarted() { state.withLock { $0.hasStarted = true } }

    /// Why the body ended early; nil if it did not.
    var failure: (any Error)? { state.withLock { $0.failure } }

    /// Stops reading, without waiting for it.
    func cancel() {
        let demand = state.withLock { state in
            state.isStopped = true
            return state.demand.take()
        }
        demand?.reject(with: CancellationError())
        task.withLock(\.self)?.cancel()
    }

    /// Stops reading, and returns when nothing is read any longer. Stopping twice has no effect.
    func stop() async {
        cancel()
        await task.withLock(\.self)?.value
    }

    package func makeAsyncIterator() -> Iterator { Iterator(upload: self) }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let upload: ProxyUpload

        package func next() async throws -> ByteBuffer? { try await upload.nextPart() }
    }

    private func nextPart() async throws -> ByteBuffer? {
        let demand = Promise<ByteBuffer?>()
        let waiter = try state.withLock { state in
            state.hasStarted = true
            if let failure = state.failure { throw failure }
            guard !state.isStopped else { throw CancellationError() }
            state.demand = demand
            return state.waiter.take()
        }
        waiter?.resolve()
        return try await demand.value()
    }

    private func run(_ body: RequestBody, maxSize: Int) async {
        var remaining = maxSize
        var parts = body.makeAsyncIterator()
        do {
            while true {
                try await waitForDemand()
                let part = try await parts.next()
                remaining -= part?.readableBytes ?? 0
                guard remaining >= 0 else { throw HTTPError(.contentTooLarge, message: "the body is too large") }
                state.withLock { $0.demand.take() }?.resolve(with: .success(part))
                if part == nil { return }
            }
        } catch {
            let demand = state.withLock { state in
                if !state.isStopped { state.failure = error }
                return state.demand.take()
            }
            demand?.reject(with: error)
        }
    }

    private func waitForDemand() async throws {
        let waiter = Promise<Void>()
        let hasDemand = state.withLock { state in
            if state.demand == nil { state.waiter = waiter }
            return state.demand != nil
        }
        if !hasDemand { try await waiter.value() }
        try Task.checkCancellation()
    }
}
