// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import DequeModule
import NIOCore
import Synchronization

/// What a subscription's adapter has put and its readers have not taken, within bounds.
final class DeliveryInbox: Sendable {
    private struct State {
        var buffer: Deque<Delivery> = []
        var bytes = 0
        /// Since the last delivery that was taken.
        var dropped = 0
        var totalDropped = 0
        var readers: [(id: Int, limit: Int, continuation: CheckedContinuation<Deque<Delivery>, Never>)] = []
        var nextID = 0
        /// Readers that have not come back for more.
        var activeReaderCount = 0
        /// Deliveries that were handed out and are not settled; of brokers with acknowledgements.
        var unsettledCount = 0
        var isDraining = false
        var drainers: [CheckedContinuation<Void, Never>] = []

        var isIdle: Bool { buffer.isEmpty && activeReaderCount == 0 && unsettledCount == 0 }
    }

    private let state = Mutex(State())
    private let ended = Atomic(false)
    private let hasNotifiedEnd = Atomic(false)
    private let maxCount: Int
    private let maxBytes: Int
    private let onEnd: @Sendable () -> Void

    init(maxCount: Int, maxBytes: Int, onEnd: @escaping @Sendable () -> Void) {
        self.maxCount = maxCount
        self.maxBytes = maxBytes
        self.onEnd = onEnd
    }

    var hasEnded: Bool { ended.load(ordering: .acquiring) }

    /// How many wait to be taken.
    var count: Int { state.withLock(\.buffer.count) }

    var totalDropped: Int { state.withLock(\.totalDropped) }

    // MARK: The adapter's side

    func put(_ deliveries: some Collection<Delivery>) {
        let (refused, resumeReaders) = state.withLock { state -> ([Delivery], (() -> Void)?) in
            guard !hasEnded, !state.isDraining else { return (Array(deliveries), nil) }
            for delivery in deliveries {
                state.bytes += delivery.message.size
                state.buffer.append(delivery)
            }
            return (makeRoom(&state), dequeueReader(&state))
        }
        // Outside the lock: who is told may come back here.
        resumeReaders?()
        for delivery in refused { delivery.receipt?.settle(.returned) }
    }

    /// Drops the oldest beyond the limits.
    private func makeRoom(_ state: inout State) -> [Delivery] {
        var dropped: [Delivery] = []
        while state.buffer.count > maxCount || (state.bytes > maxBytes && state.buffer.count > 1) {
            // What has to be settled is bounded by who asks the backend for it.
            guard state.buffer.first?.receipt == nil, let oldest = state.buffer.popFirst() else { break }
            state.bytes -= oldest.message.size
            state.dropped += 1
            state.totalDropped += 1
            if oldest.receipt != nil { dropped.append(oldest) }
        }
        return dropped
    }

    private func dequeueReader(_ state: inout State) -> (() -> Void)? {
        guard !state.readers.isEmpty, !state.buffer.isEmpty else { return nil }
        let reader = state.readers.removeFirst()
        let batch = takeBatch(reader.limit, &state)
        // With several readers the rest is for the others.
        let resumeOthers = dequeueReader(&state)
        return {
            reader.continuation.resume(returning: batch)
            resumeOthers?()
        }
    }

    // MARK: The readers' side

    /// Waits for deliveries; empty once the subscription has ended, or the task is cancelled. Who gets some holds them
    /// until giveBack(_:).
    func take(atMost limit: Int, isolation actor: isolated (any Actor)?) async -> Deque<Delivery> {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation(isolation: actor) { continuation in
                let result = state.withLock { state -> Deque<Delivery>? in
                    // Asked under the lock: the handler below either comes later and finds the reader, or came first.
                    if hasEnded || Task.isCancelled { return [] }
                    if !state.buffer.isEmpty { return takeBatch(limit, &state) }
                    if state.isDraining { return [] }
                    state.readers.append((id, limit, continuation))
                    return nil
                }
                if let result { continuation.resume(returning: result) }
            }
        } onCancel: {
            let reader = state.withLock { state in
                state.readers.firstIndex { $0.id == id }.map { state.readers.remove(at: $0) }
            }
            reader?.continuation.resume(returning: [])
        }
    }

    private func takeBatch(_ limit: Int, _ state: inout State) -> Deque<Delivery> {
        // What has to be settled in time is not kept waiting behind others.
        var batch = Self.take(state.buffer.first?.receipt == nil ? limit : 1, from: &state.buffer)
        if state.dropped > 0 { batch[0].droppedBefore = state.dropped }
        state.dropped = 0
        state.activeReaderCount += 1
        for delivery in batch {
            state.bytes -= delivery.message.size
            guard let receipt = delivery.receipt else { continue }
            state.unsettledCount += 1
            receipt.markDelivered(from: self)
        }
        return batch
    }

    /// Moves the first so many, and copies none.
    private static func take(_ limit: Int, from buffer: inout Deque<Delivery>) -> Deque<Delivery> {
        var batch = Deque<Delivery>()
        guard buffer.count > limit else {
            swap(&batch, &buffer)
            return batch
        }
        batch.reserveCapacity(limit)
        for _ in 0..<limit { batch.append(buffer.removeFirst()) }
        return batch
    }

    /// A reader is done with what it has taken, but for the rest.
    func returnBatch(_ rest: Deque<Delivery>) {
        typealias ReturnResult = (
            refused: Deque<Delivery>, drainers: [CheckedContinuation<Void, Never>], resumeReaders: (() -> Void)?
        )
        let result = state.withLock { state -> ReturnResult in
            state.activeReaderCount -= 1
            for case let receipt? in rest.map(\.receipt) {
                state.unsettledCount -= 1
                receipt.markUndelivered()
            }
            guard !hasEnded, !rest.isEmpty else { return (rest, takeDrainersIfIdle(&state), nil) }
            for delivery in rest.reversed() {
                state.bytes += delivery.message.size
                state.buffer.prepend(delivery)
            }
            // Others may wait for what this one leaves.
            return ([], [], dequeueReader(&state))
        }
        result.resumeReaders?()
        for delivery in result.refused { delivery.receipt?.settle(.returned) }
        for drainer in result.drainers { drainer.resume() }
    }

    /// A delivery that was handed out was settled.
    func didSettleDelivery() {
        let drainers = state.withLock { state in
            state.unsettledCount -= 1
            return takeDrainersIfIdle(&state)
        }
        for drainer in drainers { drainer.resume() }
    }

    // MARK: The end

    func end() {
        guard !ended.exchange(true, ordering: .acquiringAndReleasing) else { return }
        let (rest, readers, drainers) = state.withLock { state in
            defer { (state.buffer, state.bytes, state.readers, state.drainers) = ([], 0, [], []) }
            return (state.buffer, state.readers, state.drainers)
        }
        for delivery in rest { delivery.receipt?.settle(.returned) }
        for reader in readers { reader.continuation.resume(returning: []) }
        for drainer in drainers { drainer.resume() }
        notifyEnd()
    }

    /// Nothing more is wanted from the backend.
    private func notifyEnd() {
        if !hasNotifiedEnd.exchange(true, ordering: .acquiringAndReleasing) { onEnd() }
    }

    func drain(deadline: ContinuousClock.Instant) async -> Bool {
        let timer = DeadlineQueue.shared.schedule(at: deadline) { self.end() }
        notifyEnd()
        await withCheckedContinuation { continuation in
            let (isDone, readers) = state.withLock { state in
                state.isDraining = true
                defer { state.readers = [] }
                let isDone = hasEnded || state.isIdle
                if !isDone { state.drainers.append(continuation) }
                return (isDone, state.readers)
            }
            // They wait, so that there is nothing more for them.
            for reader in readers { reader.continuation.resume(returning: []) }
            if isDone { continuation.resume() }
        }
        DeadlineQueue.shared.cancel(timer)
        let isComplete = !hasEnded
        end()
        return isComplete
    }

    private func takeDrainersIfIdle(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
        guard state.isDraining, state.isIdle else { return [] }
        defer { state.drainers = [] }
        return state.drainers
    }
}
