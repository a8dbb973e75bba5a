// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// One direction of a connection: reads from one side, and writes to the other side according to the faults.
///
/// Everything is queued, including the end of the stream, so that any faults preserve the order, and retained bytes are
/// forwarded when the faults end.
final class FaultFlow {
    private enum Item {
        case bytes(ByteBuffer)
        case end
        case reset

        var isClosing: Bool {
            if case .bytes = self { false } else { true }
        }
    }

    private struct QueuedItem {
        var item: Item
        let arrival: NIODeadline
        /// The part of the jitter that applies, within −1…1.
        let jitterFactor: Double
    }

    private enum Step {
        case proceed
        /// Stops until the next event.
        case wait
        case waitUntil(NIODeadline)
    }

    /// The number of queued bytes at which reading stops. Including one more read of at most 64 KiB, the limit is 1
    /// MiB.
    private static let maxQueuedBytes = (1024 - 64) * 1024
    /// The number of writes before other connections of the event loop can proceed.
    private static let maxWritesPerTurn = 16

    let flowDirection: FlowDirection
    /// The channel that is read.
    var source: (any Channel)?
    /// The channel that is written to; nil until it is connected.
    var sink: (any Channel)?
    weak var connection: ProxiedConnection?
    /// Whether nothing more can be written.
    private(set) var isEnded = false
    /// Whether bytes were dropped because the queue was full during ``NetworkFault/Kind/unresponsive``.
    private(set) var hasDroppedBytes = false

    private let loop: any EventLoop
    private var queue = CircularBuffer<QueuedItem>()
    private var queuedBytes = 0
    private var unwritten = 0
    private var nextWriteTime = NIODeadline.distantPast
    private var timer: Scheduled<Void>?
    private var isReadWithheld = false
    private var isPumping = false

    init(_ flowDirection: FlowDirection, on loop: any EventLoop) {
        self.flowDirection = flowDirection
        self.loop = loop
    }

    // MARK: - Reading

    /// Whether more may be read. If not, the read is performed later.
    func mayRead() -> Bool {
        let mayRead =
            isEnded || queuedBytes < Self.maxQueuedBytes || connection?.rules(flowDirection).isUnresponsive == true
        isReadWithheld = !mayRead
        return mayRead
    }

    func receive(_ bytes: ByteBuffer) {
        if queuedBytes >= Self.maxQueuedBytes, connection?.rules(flowDirection).isUnresponsive == true {
            hasDroppedBytes = true
        } else {
            queuedBytes += bytes.readableBytes
            enqueue(.bytes(bytes))
        }
    }

    func receiveEnd() { enqueue(.end) }

    func receiveReset() { enqueue(.reset) }

    private func enqueue(_ item: Item) {
        queue.append(QueuedItem(item: item, arrival: .now(), jitterFactor: .random(in: -1...1)))
        pump()
    }

    // MARK: - Writing

    /// Forwards everything that may be forwarded now.
    func pump() {
        guard !isPumping else { return }
        isPumping = true
        defer { isPumping = false }
        timer?.cancel()
        timer = nil
        var next = Step.proceed
        for _ in 0..<Self.maxWritesPerTurn {
            next = step()
            guard case .proceed = next else { break }
        }
        switch next {
        case .proceed: schedule(.now())
        case .wait: break
        case .waitUntil(let time): schedule(time)
        }
        if isReadWithheld, mayRead() { source?.read() }
    }

    /// Drops the queue, and stops writing.
    func stop() {
        isEnded = true
        drop()
        timer?.cancel()
        timer = nil
    }

    /// Ends the stream to the sink.
    func closeSink() {
        guard !isEnded else { return }
        isEnded = true
        sink?.close(mode: .output, promise: nil)
        connection?.flowDidEnd()
    }

    private func step() -> Step {
        guard let connection, !connection.isFinished else { return .wait }
        let rules = connection.rules(flowDirection)
        if rules.ending != nil || rules.bytesUntilCut == 0 {
            guard unwritten == 0 else { return .wait }
            connection.enforce()
        }
        guard !rules.isBlocked, let sink, let first = queue.first else { return .wait }
        let due = first.arrival + rules.delay(jitterFactor: first.jitterFactor, isClosing: first.item.isClosing)
        guard due <= .now() else { return .waitUntil(due) }
        switch first.item {
        case .bytes(let bytes): return isEnded ? dropFirst(bytes) : pass(bytes, rules, to: sink)
        case .end:
            guard unwritten == 0 else { return .wait }
            queue.removeFirst()
            closeSink()
        case .reset:
            queue.removeFirst()
            connection.finish(.reset)
        }
        return .proceed
    }

    private func pass(_ bytes: ByteBuffer, _ rules: FlowRules, to sink: any Channel) -> Step {
        guard let connection, sink.isWritable, rules.bytesUntilCut != 0 else { return .wait }
        guard rules.bytesPerSecond == nil || nextWriteTime <= .now() else { return .waitUntil(nextWriteTime) }
        let maxLength = rules.writeSize(of: bytes.readableBytes)
        let count = connection.pass(bytes.readableBytesView.prefix(maxLength), flowDirection)
        var rest = bytes
        guard let piece = rest.readSlice(length: count) else { return .wait }
        queuedBytes -= count
        if rest.readableBytes > 0 { queue[queue.startIndex].item = .bytes(rest) } else { queue.removeFirst() }
        write(piece, to: sink)
        nextWriteTime = .now() + rules.pause(after: count)
        // Bytes arrive separately only if each is sent before the next one is written.
        return rules.isSliced ? .waitUntil(nextWriteTime) : .proceed
    }

    private func write(_ piece: ByteBuffer, to sink: any Channel) {
        unwritten += 1
        sink.writeAndFlush(piece).assumeIsolated().whenComplete { _ in
            self.unwritten -= 1
            // The bytes may have activated a fault, or the end of the stream may wait for them.
            if self.unwritten == 0 { self.connection?.resume() }
        }
    }

    private func dropFirst(_ bytes: ByteBuffer) -> Step {
        queuedBytes -= bytes.readableBytes
        queue.removeFirst()
        return .proceed
    }

    private func drop() {
        queue.removeAll()
        queuedBytes = 0
    }

    private func schedule(_ time: NIODeadline) {
        timer = loop.assumeIsolated().scheduleTask(deadline: time) { [weak self] in self?.pump() }
    }
}
