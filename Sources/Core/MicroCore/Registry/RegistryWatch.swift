// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The states of a registry over time, beginning with the current one.
///
/// * The first element is the current state, or `unknown` with its cause if nothing could be read within the adapter's
///   timeout.
/// * Every later state follows. A slow reader gets the newest state and misses the states before it, so that memory is
///   bounded. A live state that replaces a stale one in this way has a ``RegistryState/historyStart``.
/// * Two consecutive states are never equivalent.
/// * When the backend becomes unreachable, the last state is delivered once more, marked `stale` with the cause, and again
///   only when the code of the cause changes. When the backend can be read again, one live state follows.
/// * The watch ends when it is cancelled, when the reading task is cancelled, when its last reference is released, and when
///   its registry is closed.
///
/// A watch has one reader: with several readers, each state goes to one of them. Several watches of one client, even of
/// the same name, each get every state, and end independently.
///
/// ```swift
/// for await state in try registry.watch("greeter") {
///     print(state["greeter"].flatMap(\.nodes).count)
/// }
/// ```
public struct RegistryWatch: AsyncSequence, Sendable {
    /// A state of the watched services.
    public typealias Element = RegistryState
    /// A watch does not throw: failures are part of the states.
    public typealias Failure = Never

    private let handle: Handle

    /// Creates a watch and the source that feeds it, for authors of adapters.
    ///
    /// - Parameter onEnd: Called once when the watch ends, for whatever reason. It must not block.
    public static func makeStream(
        onEnd: @escaping @Sendable () -> Void = {}
    ) -> (watch: RegistryWatch, source: Source) {
        let buffer = LatestStateBuffer(onEnd: onEnd)
        return (RegistryWatch(handle: Handle(buffer: buffer)), Source(buffer: buffer))
    }

    /// Ends the watch. Cancelling twice is allowed.
    public func cancel() { handle.buffer.end() }

    /// Makes an iterator.
    public func makeAsyncIterator() -> Iterator { Iterator(handle: handle) }

    /// Reads a watch.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let handle: Handle

        /// Waits for the next state; nil once the watch has ended.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async -> RegistryState? {
            await handle.buffer.next()
        }
    }

    /// Feeds a watch.
    public struct Source: Sendable {
        fileprivate let buffer: LatestStateBuffer

        /// Delivers the current state. It replaces a state that was not read yet, and is dropped if it is equivalent to
        /// the last state that was read.
        public func yield(_ state: RegistryState) { buffer.put(state) }

        /// Ends the watch.
        public func finish() { buffer.end() }
    }

    /// Ends the watch when its last reader is released.
    fileprivate final class Handle: Sendable {
        let buffer: LatestStateBuffer

        init(buffer: LatestStateBuffer) { self.buffer = buffer }

        deinit { buffer.end() }
    }
}

/// Holds the newest state that was not read yet.
private final class LatestStateBuffer: Sendable {
    private struct State {
        var pending: RegistryState?
        var lastRead: RegistryState?
        var readers: [Promise<RegistryState?>] = []
        var hasEnded = false

        mutating func take() -> RegistryState? {
            guard let newest = pending else { return nil }
            (pending, lastRead) = (nil, newest)
            return newest
        }

        /// Replaces the state that was not read yet. The new state keeps the information that the history began again.
        mutating func replacePending(with newState: RegistryState) {
            var newState = newState
            if let pending {
                newState.historyStart = [newState.historyStart, pending.historyStart].compactMap(\.self).max()
                if case (.stale, .live) = (pending.freshness, newState.freshness) { newState.historyStart = .now }
            }
            pending = newState
        }
    }

    private let state = Mutex(State())
    private let onEnd: @Sendable () -> Void

    init(onEnd: @escaping @Sendable () -> Void) { self.onEnd = onEnd }

    func put(_ newState: RegistryState) {
        let reader = state.withLock { state -> Promise<RegistryState?>? in
            guard !state.hasEnded else { return nil }
            if let last = state.lastRead, newState.isEquivalent(to: last) {
                state.pending = nil
                return nil
            }
            guard !state.readers.isEmpty else {
                state.replacePending(with: newState)
                return nil
            }
            state.lastRead = newState
            return state.readers.removeFirst()
        }
        // A cancelled reader has ended the watch, so its state is not passed to another reader.
        reader?.resolve(with: .success(newState))
    }

    /// Waits for the next state; nil once the watch has ended. Cancelling the task ends the watch.
    func next() async -> RegistryState? {
        let promise = Promise<RegistryState?>()
        let available = state.withLock { state -> RegistryState?? in
            if state.hasEnded { return .some(nil) }
            if let newest = state.take() { return newest }
            state.readers.append(promise)
            return .none
        }
        if let available, !Task.isCancelled { return available }
        do { return try await promise.value() } catch {
            end()
            return nil
        }
    }

    func end() {
        let readers = state.withLock { state -> [Promise<RegistryState?>]? in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            state.pending = nil
            defer { state.readers = [] }
            return state.readers
        }
        guard let readers else { return }
        for reader in readers { reader.resolve(with: .success(nil)) }
        onEnd()
    }
}
