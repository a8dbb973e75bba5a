// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Takes what comes by a ``CurlSocket``. Both methods are called on the socket's thread, which they must not block.
package protocol CurlSocketReader: AnyObject, Sendable {
    /// Some bytes have come; they are gone when this returns. It may come before ``CurlSocket/connect(to:tls:timeout:reader:)``
    /// has returned.
    func receive(_ bytes: UnsafeRawBufferPointer, from socket: CurlSocket)

    /// The connection is over: nothing comes any more. Called once, if the socket was ever connected; with `closed` after
    /// ``CurlSocket/close()``.
    func end(_ error: CurlError)
}

/// A connection for bytes in both directions, over libcurl: plain, TLS, or inside a WebSocket. One thread of its own
/// serves it.
///
/// Writing appends to a buffer, and the thread sends whatever is in there at once: a small write costs no system call
/// while the thread is awake.
package final class CurlSocket: Sendable {
    /// Whether more should be written now.
    package enum WriteCapacity: Sendable {
        case available
        /// It was taken, but others should wait: see ``waitForRoom()``.
        case full
        /// It was not taken: the connection is over.
        case closed
    }

    /// How many bytes wait to be sent until writers should wait.
    package static let highWaterMark = 1024 * 1024

    private struct State: ~Copyable {
        /// Who waits for the handshakes.
        var connecting: CheckedContinuation<Void, any Error>?
        /// Whether the handshakes are done, and the end has not come.
        var isOpen = false
        var hasEnded = false
        var output = CurlOutput()
        /// Nil until there is a thread, and after its end.
        var wakeup: CurlWakeup?
        /// From how many bytes on the thread, which waits or is about to, has to be told that there is something to send.
        var wakeThreshold = Int.max
        var isClosing = false
        var upgrade: CurlTLSUpgrade?
        var writers: [CheckedContinuation<Bool, Never>] = []
        var closeWaiters: [CheckedContinuation<Void, Never>] = []

        mutating func signal() {
            wakeThreshold = .max
            wakeup?.signal()
        }
    }

    private let state = Mutex(State())

    private init() {}

    /// Connects, and makes the handshakes of TLS and WebSocket.
    ///
    /// - Parameters:
    ///   - timeout: For all of it.
    ///   - reader: Takes what comes. The socket holds it until it has ended.
    /// - Throws: `CurlError`; `CancellationError` at once when the task is cancelled. Nothing else.
    package static func connect(
        to target: CurlSocketTarget, tls: CurlTLS, timeout: Duration, reader: any CurlSocketReader
    ) async throws -> CurlSocket {
        try Task.checkCancellation()
        let socket = CurlSocket()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                socket.start(continuation) {
                    CurlSocketLoop.run(socket, target, tls, deadline: .now + timeout, reader)
                }
            }
        } onCancel: {
            socket.connected(.failure(CancellationError()))
            socket.beginClosing()
        }
        return socket
    }

    private func start(
        _ continuation: CheckedContinuation<Void, any Error>, _ body: @escaping @Sendable () -> Void
    ) {
        let isNew = state.withLock { state in
            guard !state.hasEnded else { return false }
            state.connecting = continuation
            return true
        }
        guard isNew else { return continuation.resume(throwing: CancellationError()) }
        if !CurlThread.start(body) {
            threadEnded(CurlError(kind: .other, message: "the system has no thread left for a connection"))
        }
    }

    /// Appends to what is sent.
    @discardableResult
    package func write(_ append: (inout CurlOutput) -> Void) -> WriteCapacity {
        state.withLock { state in
            guard state.isOpen, !state.isClosing else { return .closed }
            append(&state.output)
            if state.output.count >= state.wakeThreshold { state.signal() }
            return state.output.count < Self.highWaterMark ? .available : .full
        }
    }

    /// Appends to what is sent, unless it should wait: nothing is appended then.
    package func tryWrite(_ append: (inout CurlOutput) -> Void) -> WriteCapacity {
        state.withLock { state in
            guard state.isOpen, !state.isClosing else { return .closed }
            guard state.output.count < Self.highWaterMark else { return .full }
            append(&state.output)
            if state.output.count >= state.wakeThreshold { state.signal() }
            return .available
        }
    }

    /// Returns once there is room to write, the connection has ended, or the task is cancelled.
    package func waitForRoom() async {
        while !Task.isCancelled {
            let isReady = await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isReady = state.withLock { state in
                        guard state.isOpen, state.output.count >= Self.highWaterMark, !Task.isCancelled else {
                            return true
                        }
                        state.writers.append(continuation)
                        return false
                    }
                    if isReady { continuation.resume(returning: true) }
                }
            } onCancel: {
                // Who waits with the cancelled one looks again, and waits again.
                wakeWriters()
            }
            if isReady { return }
        }
    }

    /// Makes a TLS handshake on a connection that has none, as some protocols do after a greeting. What was received
    /// before was plain; what is written after this has returned is not.
    ///
    /// - Parameter timeout: For the handshake. The connection has ended if it fails.
    /// - Throws: `CurlError`, `CancellationError`. Nothing else.
    package func startTLS(timeout: Duration) async throws {
        let upgrade = CurlTLSUpgrade(deadline: .now + timeout)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                upgrade.begin(continuation)
                let isAccepted = state.withLock { state in
                    guard state.isOpen, !state.isClosing, !Task.isCancelled else { return false }
                    state.upgrade = upgrade
                    state.signal()
                    return true
                }
                if !isAccepted {
                    upgrade.end(.failure(Task.isCancelled ? CancellationError() : CurlError.socketClosed))
                }
            }
        } onCancel: {
            upgrade.end(.failure(CancellationError()))
            beginClosing()
        }
    }

    /// Ends the connection; what is not sent yet is dropped. Does not wait.
    package func beginClosing() {
        state.withLock { state in
            state.isClosing = true
            state.signal()
        }
        wakeWriters()
    }

    /// Ends the connection and waits for its thread; what is not sent yet is dropped. May be called again.
    package func close() async {
        beginClosing()
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if state.hasEnded { return true }
                state.closeWaiters.append(continuation)
                return false
            }
            if hasEnded { continuation.resume() }
        }
    }

    private func wakeWriters() {
        let writers = state.withLock { state in
            defer { state.writers = [] }
            return state.writers
        }
        for writer in writers { writer.resume(returning: false) }
    }

    // MARK: The thread's side

    var isClosing: Bool { state.withLock { $0.isClosing } }

    /// From now on the bell gets the thread out of its wait.
    func threadStarted(_ wakeup: CurlWakeup) { state.withLock { $0.wakeup = wakeup } }

    /// The handshakes are done, or have failed. False if nobody waits for that any more.
    @discardableResult
    func connected(_ result: Result<Void, any Error>) -> Bool {
        let continuation = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            guard !state.isOpen, !state.hasEnded else { return nil }
            if case .success = result { state.isOpen = true } else { state.hasEnded = true }
            return state.connecting.take()
        }
        continuation?.resume(with: result)
        return continuation != nil
    }

    /// What the thread has to do next.
    enum Action {
        /// Nothing but to send what it was given, if anything, and to receive.
        case serve
        case upgrade(CurlTLSUpgrade)
        case close
    }

    /// Moves what was written into an empty `output`.
    func takeOutput(into output: inout CurlOutput) -> Action {
        let (action, writers) = state.withLock { state -> (Action, [CheckedContinuation<Bool, Never>]) in
            state.wakeThreshold = .max
            if state.isClosing { return (.close, []) }
            if let upgrade = state.upgrade.take() { return (.upgrade(upgrade), []) }
            if output.count == 0 { swap(&output, &state.output) }
            guard !state.writers.isEmpty, state.output.count < Self.highWaterMark else { return (.serve, []) }
            defer { state.writers = [] }
            return (.serve, state.writers)
        }
        for writer in writers { writer.resume(returning: false) }
        return action
    }

    /// False if there is something to do, so that the thread must not sleep.
    ///
    /// - Parameter size: How much there has to be for that; `Int.max` while the thread cannot send.
    func prepareToSleep(untilBytes size: Int) -> Bool {
        state.withLock { state in
            guard !state.isClosing, state.upgrade == nil, state.output.count < size else { return false }
            state.wakeThreshold = size
            return true
        }
    }

    /// The thread is done; what waits ends.
    func threadEnded(_ error: CurlError) {
        connected(.failure(error))
        let (upgrade, writers, closeWaiters) = state.withLock { state in
            let left = (state.upgrade, state.writers, state.closeWaiters)
            state = State()
            state.hasEnded = true
            state.isClosing = true
            return left
        }
        upgrade?.end(.failure(error))
        for writer in writers { writer.resume(returning: false) }
        for closer in closeWaiters { closer.resume() }
    }
}

/// Somebody who waits for TLS on a connection that is there.
final class CurlTLSUpgrade: Sendable {
    let deadline: ContinuousClock.Instant
    private let state = Mutex<(continuation: CheckedContinuation<Void, any Error>?, result: Result<Void, any Error>?)>(
        (nil, nil))

    init(deadline: ContinuousClock.Instant) { self.deadline = deadline }

    func begin(_ continuation: CheckedContinuation<Void, any Error>) {
        let result = state.withLock { state in
            if state.result == nil { state.continuation = continuation }
            return state.result
        }
        if let result { continuation.resume(with: result) }
    }

    /// Ends the wait; only the first of several counts.
    func end(_ result: Result<Void, any Error>) {
        let continuation = state.withLock { state in
            if state.result == nil { state.result = result }
            return state.continuation.take()
        }
        continuation?.resume(with: result)
    }
}

extension CurlError {
    /// What a connection ends with that its owner has closed.
    static let socketClosed = CurlError(kind: .closed, message: "the connection is closed")
}
