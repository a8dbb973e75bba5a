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

    private struct Held {
        var item: Item
        let arrival: NIODeadline
        /// −1…1: where in the jitter it lies.
        let luck: Double
    }

    private enum Step {
        case goOn
        /// Until something else happens.
        case wait
        case waitUntil(NIODeadline)
    }

    /// How much is held back before reading stops, in bytes. One read brings 64 KiB at most, which makes it 1 MiB.
    private static let limit = (1024 - 64) * 1024
    /// How many pieces are written before other connections of the event loop have their turn.
    private static let turn = 16

    let way: Way
    /// Where the bytes come from.
    var source: (any Channel)?
    /// Where they go to; nil while it is not connected.
    var sink: (any Channel)?
    weak var connection: ProxiedConnection?
    /// Whether nothing can be written any more.
    private(set) var isEnded = false
    /// Whether so much came during a silence that some of it was dropped.
    private(set) var hasLost = false

    private let loop: any EventLoop
    private var held = CircularBuffer<Held>()
    private var heldBytes = 0
    private var unwritten = 0
    private var nextPiece = NIODeadline.distantPast
    private var timer: Scheduled<Void>?
    private var isReadWithheld = false
    private var isPumping = false

    init(_ way: Way, on loop: any EventLoop) {
        self.way = way
        self.loop = loop
    }

    // MARK: - From the source

    /// Whether more may be read; if not, it is done later.
    func mayRead() -> Bool {
        let mayRead = isEnded || heldBytes < Self.limit || connection?.rules(way).isSilent == true
        isReadWithheld = !mayRead
        return mayRead
    }

    func receive(_ bytes: ByteBuffer) {
        if heldBytes >= Self.limit, connection?.rules(way).isSilent == true {
            hasLost = true
        } else {
            heldBytes += bytes.readableBytes
            hold(.bytes(bytes))
        }
    }

    func receiveEnd() { hold(.end) }

    func receiveReset() { hold(.reset) }

    private func hold(_ item: Item) {
        held.append(Held(item: item, arrival: .now(), luck: .random(in: -1...1)))
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
        var next = Step.goOn
        for _ in 0..<Self.turn {
            next = step()
            guard case .goOn = next else { break }
        }
        switch next {
        case .goOn: schedule(.now())
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
    func endSink() {
        guard !isEnded else { return }
        isEnded = true
        sink?.close(mode: .output, promise: nil)
        connection?.flowHasEnded()
    }

    private func step() -> Step {
        guard let connection, !connection.isFinished else { return .wait }
        let rules = connection.rules(way)
        if rules.ending != nil || rules.untilCut == 0 {
            guard unwritten == 0 else { return .wait }
            connection.enforce()
        }
        guard !rules.isBlocked, let sink, let first = held.first else { return .wait }
        let due = first.arrival + rules.delay(luck: first.luck, isClosing: first.item.isClosing)
        guard due <= .now() else { return .waitUntil(due) }
        switch first.item {
        case .bytes(let bytes): return isEnded ? dropFirst(bytes) : pass(bytes, rules, to: sink)
        case .end:
            guard unwritten == 0 else { return .wait }
            held.removeFirst()
            endSink()
        case .reset:
            held.removeFirst()
            connection.finish(.reset)
        }
        return .goOn
    }

    private func pass(_ bytes: ByteBuffer, _ rules: FlowRules, to sink: any Channel) -> Step {
        guard let connection, sink.isWritable, rules.untilCut != 0 else { return .wait }
        guard rules.bytesPerSecond == nil || nextPiece <= .now() else { return .waitUntil(nextPiece) }
        let largest = rules.piece(of: bytes.readableBytes)
        let count = connection.pass(bytes.readableBytesView.prefix(largest), way)
        var rest = bytes
        guard let piece = rest.readSlice(length: count) else { return .wait }
        heldBytes -= count
        if rest.readableBytes > 0 { held[held.startIndex].item = .bytes(rest) } else { held.removeFirst() }
        write(piece, to: sink)
        nextPiece = .now() + rules.pause(after: count)
        // A byte by itself reaches the other side by itself only if it has time to leave.
        return rules.isSliced ? .waitUntil(nextPiece) : .goOn
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
        heldBytes -= bytes.readableBytes
        held.removeFirst()
        return .goOn
    }

    private func drop() {
        held.removeAll()
        heldBytes = 0
    }

    private func schedule(_ time: NIODeadline) {
        timer = loop.assumeIsolated().scheduleTask(deadline: time) { [weak self] in self?.pump() }
    }
}
