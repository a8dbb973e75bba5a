// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import NIOCore

/// Groups the messages of one read by subscription. Delivering them together, with one buffer for their bodies, is
/// cheaper than delivering each message separately.
struct NATSMessageBatch {
    private struct Entry {
        let subject: String
        let reply: String?
        let block: NATSHeaderBlock?
        let start: Int
        let size: Int
    }

    /// The size at which a buffer accepts no more bodies, because a retained body retains the whole buffer.
    private static let maxSharedBufferSize = 16 * 1024

    private let subscriptions: [UInt64: NATSSubscription]
    private var subscription: NATSSubscription?
    private var entries: [Entry] = []
    private var bodies = ByteBuffer()

    init(_ subscriptions: [UInt64: NATSSubscription]) { self.subscriptions = subscriptions }

    /// Adds a message. A message for a subscription that no longer exists is dropped.
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

    /// Delivers the collected messages.
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

    /// The text of a subject. It is usually the subject of the subscription, whose string is reused.
    private static func text(_ bytes: UnsafeRawBufferPointer, expected: String) -> String {
        var expected = expected
        let isExpected = expected.withUTF8 { UnsafeRawBufferPointer($0).isSame(as: bytes) }
        return isExpected ? expected : String(decoding: bytes, as: UTF8.self)
    }
}

extension UnsafeRawBufferPointer {
    /// Whether both contain the same bytes. `memcmp` is many times faster than a loop.
    func isSame(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count, let left = baseAddress, let right = other.baseAddress else {
            return count == 0 && other.count == 0
        }
        return memcmp(left, right, count) == 0
    }
}
