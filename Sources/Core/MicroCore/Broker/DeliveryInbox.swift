// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import DequeModule
import NIOCore
import Synchronization

/// The bounded buffer between the adapter that feeds a subscription and the tasks that read it.
final class DeliveryInbox: Sendable {
    private typealias Batch = Deque<Delivery>

    private struct Reader {
        let maxBatchSize: Int
        let promise: Promise<Deque<Delivery>>
    }

    private struct State {
        var buffer: Deque<Delivery> = []
        var bytes = 0
        /// The number of deliveries dropped since the last one that was taken.
        var dropped = 0
        var totalDropped = 0
        var readers: Deque<Reader> = []
        /// The number of batches that readers have taken and not returned.
        var activeBatchCount = 0
        /// The number of deliveries with acknowledgements that were taken and not settled.
        var unsettledCount = 0
        var isDraining = false
        var drainers: [Promise<Bool>] = []

        var isIdle: Bool { buffer.isEmpty && activeBatchCount == 0 && unsettledCount == 0 }
    }

    /// Why the backend delivers nothing at the moment.
    let problem = Mutex<MicroError?>(nil)
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

    /// The number of buffered deliveries.
    var count: Int { state.withLock(\.buffer.count) }

    var totalDropped: Int { state.withLock(\.totalDropped) }

    // MARK: Feeding

    func put(_ deliveries: some Collection<Delivery>) {
        let batches = state.withLock { state -> [(Reader, Batch)]? in
            guard !hasEnded, !state.isDraining else { return nil }
            for delivery in deliveries {
                state.bytes += delivery.message.size
                state.buffer.append(delivery)
            }
            dropExcess(&state)
            return takeBatchesForReaders(&state)
        }
        guard let batches else { return returnToBackend(deliveries) }
        hand(batches)
    }

    /// Drops the oldest deliveries beyond the limits. Deliveries with acknowledgements are not dropped: the adapter
    /// bounds them by limiting the number that it requests from the backend.
    private func dropExcess(_ state: inout State) {
        while state.buffer.count > maxCount || (state.bytes > maxBytes && state.buffer.count > 1) {
            guard state.buffer.first?.receipt == nil, let oldest = state.buffer.popFirst() else { return }
            state.bytes -= oldest.message.size
            state.dropped += 1
            state.totalDropped += 1
        }
    }

    private func takeBatchesForReaders(_ state: inout State) -> [(Reader, Batch)] {
        var batches: [(Reader, Batch)] = []
        while !state.buffer.isEmpty, let reader = state.readers.popFirst() {
            batches.append((reader, takeBatch(reader.maxBatchSize, &state)))
        }
        return batches
    }

    /// Resumes readers. Call it without the lock, since a reader may use the inbox immediately.
    private func hand(_ batches: [(Reader, Batch)]) {
        for (reader, batch) in batches where !reader.promise.resolve(with: .success(batch)) {
            // The reader was cancelled: its batch goes to other readers.
            returnBatch(batch)
        }
    }

    private func returnToBackend(_ deliveries: some Sequence<Delivery>) {
        for delivery in deliveries { delivery.receipt?.settle(.returned) }
    }

    // MARK: Reading

    /// Waits for deliveries. The caller owns a batch that is not empty until it calls ``returnBatch(_:)``.
    ///
    /// - Returns: The deliveries; none once the subscription has ended, or if the task is cancelled.
    func take(atMost maxBatchSize: Int) async -> Deque<Delivery> {
        let (batch, promise) = state.withLock { state -> (Batch, Promise<Deque<Delivery>>?) in
            if hasEnded || Task.isCancelled { return ([], nil) }
            if !state.buffer.isEmpty { return (takeBatch(maxBatchSize, &state), nil) }
            if state.isDraining { return ([], nil) }
            let promise = Promise<Deque<Delivery>>()
            state.readers.append(Reader(maxBatchSize: maxBatchSize, promise: promise))
            return ([], promise)
        }
        guard let promise else { return batch }
        do { return try await promise.value() } catch {
            state.withLock { state in state.readers.removeAll { $0.promise === promise } }
            return []
        }
    }

    private func takeBatch(_ maxBatchSize: Int, _ state: inout State) -> Batch {
        // A delivery with an acknowledgement timeout does not wait behind others in a batch.
        var batch = Self.take(state.buffer.first?.receipt == nil ? maxBatchSize : 1, from: &state.buffer)
        if state.dropped > 0 { batch[0].droppedBefore += state.dropped }
        state.dropped = 0
        state.activeBatchCount += 1
        for delivery in batch {
            state.bytes -= delivery.message.size
            guard let receipt = delivery.receipt else { continue }
            state.unsettledCount += 1
            receipt.markDelivered(from: self)
        }
        return batch
    }

    /// Moves the first deliveries out of the buffer without copying them.
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

    /// Ends the use of a batch, and puts back the deliveries that were not consumed.
    func returnBatch(_ rest: Deque<Delivery>) {
        typealias Result = (refused: Batch, drainers: [Promise<Bool>], batches: [(Reader, Batch)])
        let result = state.withLock { state -> Result in
            state.activeBatchCount -= 1
            for case let receipt? in rest.map(\.receipt) {
                state.unsettledCount -= 1
                receipt.markUndelivered()
            }
            guard !hasEnded, !rest.isEmpty else { return (rest, takeDrainersIfIdle(&state), []) }
            for delivery in rest.reversed() {
                state.bytes += delivery.message.size
                state.buffer.prepend(delivery)
            }
            return ([], [], takeBatchesForReaders(&state))
        }
        hand(result.batches)
        returnToBackend(result.refused)
        for drainer in result.drainers { drainer.resolve(with: .success(true)) }
    }

    /// Records that a delivery which was taken has been settled.
    func didSettleDelivery() {
        let drainers = state.withLock { state in
            state.unsettledCount -= 1
            return takeDrainersIfIdle(&state)
        }
        for drainer in drainers { drainer.resolve(with: .success(true)) }
    }

    // MARK: Ending

    func end() {
        guard !ended.exchange(true, ordering: .acquiringAndReleasing) else { return }
        let (rest, readers, drainers) = state.withLock { state in
            defer { (state.buffer, state.bytes, state.readers, state.drainers) = ([], 0, [], []) }
            return (state.buffer, state.readers, state.drainers)
        }
        returnToBackend(rest)
        for reader in readers { reader.promise.resolve(with: .success([])) }
        for drainer in drainers { drainer.resolve(with: .success(false)) }
        notifyEnd()
    }

    /// Reports to the adapter that the subscription takes no more deliveries.
    private func notifyEnd() {
        if !hasNotifiedEnd.exchange(true, ordering: .acquiringAndReleasing) { onEnd() }
    }

    /// Takes no more deliveries and waits until the inbox is idle, or until the deadline, even in a cancelled task.
    ///
    /// - Returns: Whether the inbox became idle; false if it had ended before.
    func drain(deadline: ContinuousClock.Instant) async -> Bool {
        let timer = DeadlineQueue.shared.schedule(at: deadline) { self.end() }
        notifyEnd()
        // Resolved with whether the inbox is idle.
        let drainer = Promise<Bool>()
        let readers = state.withLock { state in
            state.isDraining = true
            defer { state.readers = [] }
            if hasEnded || state.isIdle {
                drainer.resolve(with: .success(!hasEnded))
            } else {
                state.drainers.append(drainer)
            }
            return state.readers
        }
        // A waiting reader means that the buffer is empty: it gets no more deliveries.
        for reader in readers { reader.promise.resolve(with: .success([])) }
        // Never throws: it is resolved, not rejected.
        let isComplete = (try? await drainer.uncancellableValue()) ?? false
        DeadlineQueue.shared.cancel(timer)
        end()
        return isComplete
    }

    private func takeDrainersIfIdle(_ state: inout State) -> [Promise<Bool>] {
        guard state.isDraining, state.isIdle else { return [] }
        defer { state.drainers = [] }
        return state.drainers
    }
}
