// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The names of queues and binding keys.
enum RabbitMQNames {
    private static let maxLength = 255

    /// The binding key for a topic or a pattern: `>` stands for one or more words, and AMQP's `#` for any number.
    static func bindingKey(_ pattern: String) -> String {
        guard pattern.hasSuffix(">"), pattern == ">" || pattern.hasSuffix(".>") else { return pattern }
        return pattern == ">" ? "#" : pattern.dropLast() + "*.#"
    }

    /// A queue that subscribers of one topic share.
    ///
    /// - Parameter kind: Distinguishes queues that have other settings.
    static func queue(_ exchange: String, _ topic: String, kind: String, _ name: String) -> String {
        bounded("\(exchange)/\(topic)/\(kind)/\(name)")
    }

    /// The queue in which messages of another queue wait for their next delivery.
    static func retryQueue(of queue: String, milliseconds: Int64) -> String {
        bounded("\(queue)/retry/\(milliseconds)")
    }

    /// Replaces the end of a name that is too long by its hash.
    private static func bounded(_ name: String) -> String {
        guard name.utf8.count > maxLength else { return name }
        var (hash, reversed) = (FNV1a(), FNV1a())
        hash.combine(name.utf8)
        reversed.combine(String(name.reversed()).utf8)
        let suffix = "#\(String(hash.value, radix: 36))\(String(reversed.value, radix: 36))"
        return String(decoding: name.utf8.prefix(maxLength - suffix.utf8.count), as: UTF8.self) + suffix
    }
}

extension Duration {
    /// The delays of redeliveries, in milliseconds: each has a queue of its own.
    private static let retryDelays: [Int64] = [
        50, 100, 250, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000,
    ]
    /// The longest delay, in milliseconds: 20 days. A server accepts times below 2^32.
    private static let maxRetryDelay: Int64 = 20 * 24 * 3_600_000

    /// The delay of a redelivery in milliseconds: rounded up to one of a few values, above an hour to whole hours.
    var retryMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let exact = min(seconds, Self.maxRetryDelay / 1000) * 1000 + attoseconds / 1_000_000_000_000_000
        if let delay = Self.retryDelays.first(where: { $0 >= exact }) { return delay }
        return min((exact + 3_599_999) / 3_600_000 * 3_600_000, Self.maxRetryDelay)
    }
}
