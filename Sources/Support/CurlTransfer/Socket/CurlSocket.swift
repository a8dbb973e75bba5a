// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// A bidirectional connection over libcurl: plain, TLS, or within a WebSocket. It has its own thread.
///
/// Writes append to a buffer, which the thread sends immediately. While the thread is running, a small write costs no
/// system call.
package final class CurlSocket: Sendable {
    /// The state of the output buffer.
    package enum WriteCapacity: Sendable {
        case available
        /// The buffer has reached ``highWaterMark``: see ``waitForRoom()``.
        case full
        /// The connection has ended; nothing was appended.
        case closed
    }

    /// The size of the output buffer, in bytes, at which writers should wait: 1 MiB.
    package static let highWaterMark = 1024 * 1024

    private struct State: ~Copyable {
        /// Whether the handshakes are complete and the connection has not ended.
        var isOpen = false
        var hasEnded = false
        var output = CurlOutput()
        /// Nil before the thread has started and after it has ended.
        var wakeup: CurlWakeup?
        /// The output size that wakes the thread; `Int.max` while it is running.
        var wakeThreshold = Int.max
        var isClosing = false
        var upgrade: CurlTLSUpgrade?
        var writers: [Promise<Void>] = []
        var closeWaiters: [Promise<Void>] = []

        mutating func signal() {
            wakeThreshold = .max
            wakeup?.signal()
        }

        mutating func takeWriters() -> [Promise<Void>] {
            defer { writers = [] }
            return writers
        }
    }

    private let state = Mutex(State())
    private let connection = Promise<Void>()

    private init() {}

    /// Connects and performs the TLS and WebSocket handshakes.
    ///
    /// - Parameters:
    ///   - target: The address and the protocols.
    ///   - tls: The TLS settings, also for ``startTLS(timeout:)``.
    ///   - timeout: The time limit of connecting and all handshakes.
    ///   - reader: Receives the bytes. The socket holds it until the connection has ended.
    /// - Throws: `CurlError`; `CancellationError` immediately when the task is cancelled. No other errors.
    package static func connect(
        to target: CurlSocketTarget, tls: CurlTLS, timeout: Duration, reader: any CurlSocketReader
    ) async throws -> CurlSocket {
        try Task.checkCancellation()
        let socket = CurlSocket()
        let deadline = ContinuousClock.now + timeout
        let hasThread = CurlThread.start {
            CurlSocketLoop.run(socket, target, tls, deadline: deadline, reader)
        }
        guard hasThread else {
            throw CurlError(kind: .other, message: "the system cannot create a thread for a connection")
        }
        do {
            try await socket.connection.value()
            return socket
        } catch {
            socket.beginClosing()
            throw error
        }
    }

    /// Appends to the output, also above ``highWaterMark``.
    ///
    /// - Returns: The state of the buffer after the write.
    @discardableResult
    package func write(_ append: (inout CurlOutput) -> Void) -> WriteCapacity {
        write(limit: .max, append)
    }

    /// Appends to the output if it is below ``highWaterMark``.
    ///
    /// - Returns: `available` if the bytes were appended; with `full` and `closed`, nothing was appended.
    package func tryWrite(_ append: (inout CurlOutput) -> Void) -> WriteCapacity {
        write(limit: Self.highWaterMark, append)
    }

    /// Waits until there is room in the output buffer, the connection has ended, or the task is cancelled.
    package func waitForRoom() async {
        while !Task.isCancelled {
            let room = Promise<Void>()
            let isReady = state.withLock { state in
                guard state.isOpen, state.output.count >= Self.highWaterMark else { return true }
                state.writers.append(room)
                return false
            }
            if isReady { return }
            do { try await room.value() } catch {
                state.withLock { state in state.writers.removeAll { $0 === room } }
            }
        }
    }

    /// Performs a TLS handshake on a plain connection, for protocols that start TLS after a greeting. All bytes
    /// received before are plain text; all bytes written after it has returned are encrypted.
    ///
    /// - Parameter timeout: The time limit of the handshake. If it fails, the connection ends.
    /// - Throws: `CurlError`, `CancellationError`. No other errors.
    package func startTLS(timeout: Duration) async throws {
        try Task.checkCancellation()
        let upgrade = CurlTLSUpgrade(deadline: .now + timeout)
        let isAccepted = state.withLock { state in
            guard state.isOpen, !state.isClosing else { return false }
            state.upgrade = upgrade
            state.signal()
            return true
        }
        guard isAccepted else { throw CurlError.socketClosed }
        do { try await upgrade.completion.value() } catch is CancellationError {
            beginClosing()
            throw CancellationError()
        }
    }

    /// Ends the connection without waiting; unsent bytes are dropped.
    package func beginClosing() {
        let writers = state.withLock { state in
            state.isClosing = true
            state.signal()
            return state.takeWriters()
        }
        for writer in writers { writer.resolve() }
    }

    /// Ends the connection and waits for its thread; unsent bytes are dropped. It may be called more than once.
    package func close() async {
        beginClosing()
        let closed = Promise<Void>()
        let hasEnded = state.withLock { state in
            if !state.hasEnded { state.closeWaiters.append(closed) }
            return state.hasEnded
        }
        if !hasEnded { try? await closed.uncancellableValue() }
    }

    private func write(limit: Int, _ append: (inout CurlOutput) -> Void) -> WriteCapacity {
        state.withLock { state in
            guard state.isOpen, !state.isClosing else { return .closed }
            guard state.output.count < limit else { return .full }
            append(&state.output)
            if state.output.count >= state.wakeThreshold { state.signal() }
            return limit < .max || state.output.count < Self.highWaterMark ? .available : .full
        }
    }

    // MARK: Called by the thread

    var isClosing: Bool { state.withLock { $0.isClosing } }

    /// Sets the descriptor that interrupts the thread's wait.
    func threadStarted(_ wakeup: CurlWakeup) { state.withLock { $0.wakeup = wakeup } }

    /// Reports that the handshakes are complete.
    ///
    /// - Throws: `closed` if the caller no longer waits for the connection.
    func handshakesCompleted() throws(CurlError) {
        // Before the caller is resumed, because it may write immediately.
        state.withLock { $0.isOpen = true }
        guard connection.resolve() else { throw .socketClosed }
    }

    /// The next action of the thread.
    enum Action {
        /// Send the output, if any, and receive.
        case serve
        case upgrade(CurlTLSUpgrade)
        case close
    }

    /// Returns the next action, and moves the written bytes into `output` if it is empty.
    func takeOutput(into output: inout CurlOutput) -> Action {
        let (action, writers) = state.withLock { state -> (Action, [Promise<Void>]) in
            state.wakeThreshold = .max
            if state.isClosing { return (.close, []) }
            if let upgrade = state.upgrade.take() { return (.upgrade(upgrade), []) }
            if output.count == 0 { swap(&output, &state.output) }
            return (.serve, state.output.count < Self.highWaterMark ? state.takeWriters() : [])
        }
        for writer in writers { writer.resolve() }
        return action
    }

    /// Prepares the thread's wait. Returns false if there is work to do, so that the thread must not wait.
    ///
    /// - Parameter size: The output size at which the thread is woken; `Int.max` while the thread cannot send.
    func prepareToSleep(untilBytes size: Int) -> Bool {
        state.withLock { state in
            guard !state.isClosing, state.upgrade == nil, state.output.count < size else { return false }
            state.wakeThreshold = size
            return true
        }
    }

    /// Reports the end of the thread and resumes everything that waits.
    func threadEnded(_ error: CurlError) {
        let (upgrade, writers, closeWaiters) = state.withLock { state in
            let remaining = (state.upgrade, state.writers, state.closeWaiters)
            state = State()
            state.hasEnded = true
            state.isClosing = true
            return remaining
        }
        connection.reject(with: error)
        upgrade?.completion.reject(with: error)
        for waiter in writers + closeWaiters { waiter.resolve() }
    }
}
