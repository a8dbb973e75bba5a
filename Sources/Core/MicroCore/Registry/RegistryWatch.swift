// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The states of a registry, from the present one on.
///
/// * The first element is the present state, or `unknown` with its cause if nothing could be read within the deadline.
/// * Then comes every later state. A slow reader gets the newest and misses those between: memory stays bounded.
/// * Never two equivalent ones in a row.
/// * When the backend goes away, the last state comes once more, marked `stale` with its cause, and again only when the
///   code of the cause changes. When it is back, one live state follows.
/// * It ends when it is cancelled, when the reading task is cancelled, when nobody holds it any more, and when its
///   registry is closed.
///
/// It is for one reader: with several, each state goes to one of them.
///
/// ```swift
/// for await state in try registry.watch("greeter") {
///     print(state["greeter"].flatMap(\.nodes).count)
/// }
/// ```
public struct RegistryWatch: AsyncSequence, Sendable {
    /// A state of the scope that is watched.
    public typealias Element = RegistryState
    /// Failures are part of the states.
    public typealias Failure = Never

    private let reader: Reader

    /// Makes a watch and the half that feeds it, for the author of an adapter.
    ///
    /// - Parameter onEnd: Called once, when the watch ends from whichever side. It must not block.
    public static func makeStream(
        onEnd: @escaping @Sendable () -> Void = {}
    ) -> (watch: RegistryWatch, source: Source) {
        let buffer = LatestStateBuffer(onEnd: onEnd)
        return (RegistryWatch(reader: Reader(buffer: buffer)), Source(buffer: buffer))
    }

    /// Ends the watch. Cancelling twice is fine.
    public func cancel() { reader.buffer.end() }

    /// The reading half.
    public func makeAsyncIterator() -> Iterator { Iterator(reader: reader) }

    /// Reads a watch.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let reader: Reader

        /// The next state; nil once the watch has ended.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async -> RegistryState? {
            let buffer = reader.buffer
            return await withTaskCancellationHandler {
                await withCheckedContinuation(isolation: actor) { buffer.receive($0) }
            } onCancel: {
                buffer.end()
            }
        }
    }

    /// Feeds a watch.
    public struct Source: Sendable {
        fileprivate let buffer: LatestStateBuffer

        /// Hands over the present state. It replaces one that was not read yet, and is dropped if it is equivalent to
        /// the last.
        public func yield(_ state: RegistryState) { buffer.put(state) }

        /// Ends the watch.
        public func finish() { buffer.end() }
    }

    /// Ends the watch once nobody can read it any more.
    fileprivate final class Reader: Sendable {
        let buffer: LatestStateBuffer

        init(buffer: LatestStateBuffer) { self.buffer = buffer }

        deinit { buffer.end() }
    }
}

/// A place for one state: the newest that was not read yet.
private final class LatestStateBuffer: Sendable {
    private struct State {
        var pending: RegistryState?
        var lastRead: RegistryState?
        var waiting: [CheckedContinuation<RegistryState?, Never>] = []
        var hasEnded = false
    }

    private let state = Mutex(State())
    private let onEnd: @Sendable () -> Void

    init(onEnd: @escaping @Sendable () -> Void) { self.onEnd = onEnd }

    func put(_ newState: RegistryState) {
        let reader = state.withLock { state -> CheckedContinuation<RegistryState?, Never>? in
            guard !state.hasEnded else { return nil }
            if let last = state.lastRead, newState.isEquivalent(to: last) {
                state.pending = nil
                return nil
            }
            guard !state.waiting.isEmpty else {
                state.pending = newState
                return nil
            }
            state.lastRead = newState
            return state.waiting.removeFirst()
        }
        reader?.resume(returning: newState)
    }

    func receive(_ reader: CheckedContinuation<RegistryState?, Never>) {
        let result = state.withLock { state -> RegistryState?? in
            if state.hasEnded { return .some(nil) }
            guard let newest = state.pending else {
                state.waiting.append(reader)
                return nil
            }
            state.pending = nil
            state.lastRead = newest
            return .some(newest)
        }
        if let result { reader.resume(returning: result) }
    }

    func end() {
        let readers = state.withLock { state -> [CheckedContinuation<RegistryState?, Never>]? in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            state.pending = nil
            defer { state.waiting = [] }
            return state.waiting
        }
        guard let readers else { return }
        for reader in readers { reader.resume(returning: nil) }
        onEnd()
    }
}
