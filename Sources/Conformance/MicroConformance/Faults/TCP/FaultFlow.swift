// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// One direction of a connection: takes what comes from one side, and writes it to the other as the faults let it.
///
/// Everything that comes waits in one queue, the end of the stream too, so that the order is kept whatever the faults
/// are, and what was held back flows on when they are lifted.
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
        /// −1…1: where in the jitter it lies.
        let jitterFactor: Double
    }

    private enum Step {
        case proceed
        /// Until something else happens.
        case wait
        case waitUntil(NIODeadline)
    }

    /// How much is held back before reading stops, in bytes. One read brings 64 KiB at most, which makes it 1 MiB.
    private static let maxQueuedBytes = (1024 - 64) * 1024
    /// How many pieces are written before other connections of the event loop have their turn.
    private static let maxWritesPerTurn = 16

    let flowDirection: FlowDirection
    /// Where the bytes come from.
    var source: (any Channel)?
    /// Where they go to; nil while it is not connected.
    var sink: (any Channel)?
    weak var connection: ProxiedConnection?
    /// Whether nothing can be written any more.
    private(set) var isEnded = false
    /// Whether so much came during a silence that some of it was dropped.
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

    // MARK: - From the source

    /// Whether more may be read; if not, it is done later.
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

    // MARK: - To the sink

    /// Passes on what may pass now.
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

    /// Drops everything, and writes nothing more.
    func stop() {
        isEnded = true
        drop()
        timer?.cancel()
        timer = nil
    }

    /// The side that the bytes go to sees the end of the stream.
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
        // A byte by itself reaches the other side by itself only if it has time to leave.
        return rules.isSliced ? .waitUntil(nextWriteTime) : .proceed
    }

    private func write(_ piece: ByteBuffer, to sink: any Channel) {
        unwritten += 1
        sink.writeAndFlush(piece).assumeIsolated().whenComplete { _ in
            self.unwritten -= 1
            // A pattern may have passed, and an end that waits for this.
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
