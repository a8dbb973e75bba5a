// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import NIOCore

/// A message as the server has sent it.
struct NATSMessage: Sendable {
    let subject: String
    let reply: String?
    /// A status of the server's own in place of a message, such as 503; nil for a message.
    let status: Int?
    /// What the status means.
    let reason: String
    let headers: Headers
    let body: ByteBuffer
}

/// What a client has subscribed to, for as long as it wants it, whatever the connection.
final class NATSSubscription: Sendable {
    let id: UInt64
    let subject: String
    let queue: String?
    /// Called on the thread of the connection, which it must not block.
    let receive: @Sendable ([NATSMessage]) -> Void

    init(id: UInt64, subject: String, queue: String?, receive: @escaping @Sendable ([NATSMessage]) -> Void) {
        self.id = id
        self.subject = subject
        self.queue = queue
        self.receive = receive
    }
}

/// Collects the messages of one read for the interests that they are for: handing over many at once costs less, and so
/// does one piece of memory for the bodies of many.
struct NATSBatch {
    private struct Entry {
        let subject: String
        let reply: String?
        let block: NATSHeaderBlock?
        let start: Int
        let size: Int
    }

    /// Beyond it a piece of memory is not shared with further bodies: who keeps one of them keeps all of it.
    private static let maxSharedBufferSize = 16 * 1024

    private let subscriptions: [UInt64: NATSSubscription]
    private var subscription: NATSSubscription?
    private var entries: [Entry] = []
    private var bodies = ByteBuffer()

    init(_ subscriptions: [UInt64: NATSSubscription]) { self.subscriptions = subscriptions }

    /// Takes a message. One that nobody is interested in any more is dropped.
    mutating func add(_ head: NATSMessageHead, _ payload: UnsafeRawBufferPointer) {
        if subscription?.id != head.subscriptionID {
            flush()
            subscription = subscriptions[head.subscriptionID]
        }
        guard let subscription else { return }
        if bodies.writerIndex >= Self.maxSharedBufferSize { flush() }
        let body = UnsafeRawBufferPointer(rebasing: payload[head.headerSize...])
        let block =
            head.headerSize == 0
            ? nil : NATSHeaderBlock(parsing: UnsafeRawBufferPointer(rebasing: payload[..<head.headerSize]))
        if bodies.capacity == 0 {
            bodies.reserveCapacity(max(body.count, entries.isEmpty ? 512 : Self.maxSharedBufferSize))
        }
        entries.append(
            Entry(
                subject: Self.text(head.subject, expected: subscription.subject),
                reply: head.reply.map { String(decoding: $0, as: UTF8.self) }, block: block, start: bodies.writerIndex,
                size: body.count))
        bodies.writeBytes(body)
    }

    /// Hands over what was collected.
    mutating func flush() {
        guard let subscription, !entries.isEmpty else { return }
        let messages = entries.map { entry in
            NATSMessage(
                subject: entry.subject, reply: entry.reply, status: entry.block?.status,
                reason: entry.block?.reason ?? "", headers: entry.block?.headers ?? Headers(),
                body: bodies.getSlice(at: entry.start, length: entry.size) ?? ByteBuffer())
        }
        entries.removeAll(keepingCapacity: true)
        bodies = ByteBuffer()
        subscription.receive(messages)
    }

    /// Most messages are for the very subject that was subscribed to, whose text is there already.
    private static func text(_ bytes: UnsafeRawBufferPointer, expected: String) -> String {
        var expected = expected
        let isExpected = expected.withUTF8 { UnsafeRawBufferPointer($0).isSame(as: bytes) }
        return isExpected ? expected : String(decoding: bytes, as: UTF8.self)
    }
}

extension UnsafeRawBufferPointer {
    /// Whether both are the same bytes. The library's own comparison is many times faster than a loop.
    func isSame(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count, let left = baseAddress, let right = other.baseAddress else {
            return count == 0 && other.count == 0
        }
        return memcmp(left, right, count) == 0
    }
}
