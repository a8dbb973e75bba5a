// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import DequeModule
import NIOCore
import Synchronization

/// What a subscription's adapter has put and its readers have not taken, within bounds.
final class DeliveryInbox: Sendable {
    private struct Content {
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

    private let content = Mutex(Content())
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
    var count: Int { content.withLock(\.buffer.count) }

    var totalDropped: Int { content.withLock(\.totalDropped) }

    // MARK: The adapter's side

    func put(_ deliveries: some Collection<Delivery>) {
        let (refused, resumeReaders) = content.withLock { content -> ([Delivery], (() -> Void)?) in
            guard !hasEnded, !content.isDraining else { return (Array(deliveries), nil) }
            for delivery in deliveries {
                content.bytes += delivery.message.size
                content.buffer.append(delivery)
            }
            return (makeRoom(&content), dequeueReader(&content))
        }
        // Outside the lock: who is told may come back here.
        resumeReaders?()
        for delivery in refused { delivery.receipt?.settle(.returned) }
    }

    /// Drops the oldest beyond the limits.
    private func makeRoom(_ content: inout Content) -> [Delivery] {
        var dropped: [Delivery] = []
        while content.buffer.count > maxCount || (content.bytes > maxBytes && content.buffer.count > 1) {
            // What has to be settled is bounded by who asks the backend for it.
            guard content.buffer.first?.receipt == nil, let oldest = content.buffer.popFirst() else { break }
            content.bytes -= oldest.message.size
            content.dropped += 1
            content.totalDropped += 1
            if oldest.receipt != nil { dropped.append(oldest) }
        }
        return dropped
    }

    private func dequeueReader(_ content: inout Content) -> (() -> Void)? {
        guard !content.readers.isEmpty, !content.buffer.isEmpty else { return nil }
        let reader = content.readers.removeFirst()
        let batch = takeBatch(reader.limit, &content)
        // With several readers the rest is for the others.
        let resumeOthers = dequeueReader(&content)
        return {
            reader.continuation.resume(returning: batch)
            resumeOthers?()
        }
    }

    // MARK: The readers' side

    /// Waits for deliveries; empty once the subscription has ended, or the task is cancelled. Who gets some holds them
    /// until giveBack(_:).
    func take(atMost limit: Int, isolation actor: isolated (any Actor)?) async -> Deque<Delivery> {
        let id = content.withLock { content in
            content.nextID += 1
            return content.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation(isolation: actor) { continuation in
                let result = content.withLock { content -> Deque<Delivery>? in
                    // Asked under the lock: the handler below either comes later and finds the reader, or came first.
                    if hasEnded || Task.isCancelled { return [] }
                    if !content.buffer.isEmpty { return takeBatch(limit, &content) }
                    if content.isDraining { return [] }
                    content.readers.append((id, limit, continuation))
                    return nil
                }
                if let result { continuation.resume(returning: result) }
            }
        } onCancel: {
            let reader = content.withLock { content in
                content.readers.firstIndex { $0.id == id }.map { content.readers.remove(at: $0) }
            }
            reader?.continuation.resume(returning: [])
        }
    }

    private func takeBatch(_ limit: Int, _ content: inout Content) -> Deque<Delivery> {
        // What has to be settled in time is not kept waiting behind others.
        var batch = Self.take(content.buffer.first?.receipt == nil ? limit : 1, from: &content.buffer)
        if content.dropped > 0 { batch[0].droppedBefore = content.dropped }
        content.dropped = 0
        content.activeReaderCount += 1
        for delivery in batch {
            content.bytes -= delivery.message.size
            guard let receipt = delivery.receipt else { continue }
            content.unsettledCount += 1
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
        let result = content.withLock { content -> ReturnResult in
            content.activeReaderCount -= 1
            for case let receipt? in rest.map(\.receipt) {
                content.unsettledCount -= 1
                receipt.markUndelivered()
            }
            guard !hasEnded, !rest.isEmpty else { return (rest, takeDrainersIfIdle(&content), nil) }
            for delivery in rest.reversed() {
                content.bytes += delivery.message.size
                content.buffer.prepend(delivery)
            }
            // Others may wait for what this one leaves.
            return ([], [], dequeueReader(&content))
        }
        result.resumeReaders?()
        for delivery in result.refused { delivery.receipt?.settle(.returned) }
        for drainer in result.drainers { drainer.resume() }
    }

    /// A delivery that was handed out was settled.
    func didSettleDelivery() {
        let drainers = content.withLock { content in
            content.unsettledCount -= 1
            return takeDrainersIfIdle(&content)
        }
        for drainer in drainers { drainer.resume() }
    }

    // MARK: The end

    func end() {
        guard !ended.exchange(true, ordering: .acquiringAndReleasing) else { return }
        let (rest, readers, drainers) = content.withLock { content in
            defer { (content.buffer, content.bytes, content.readers, content.drainers) = ([], 0, [], []) }
            return (content.buffer, content.readers, content.drainers)
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
            let (isDone, readers) = content.withLock { content in
                content.isDraining = true
                defer { content.readers = [] }
                let isDone = hasEnded || content.isIdle
                if !isDone { content.drainers.append(continuation) }
                return (isDone, content.readers)
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

    private func takeDrainersIfIdle(_ content: inout Content) -> [CheckedContinuation<Void, Never>] {
        guard content.isDraining, content.isIdle else { return [] }
        defer { content.drainers = [] }
        return content.drainers
    }
}
