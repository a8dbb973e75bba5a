// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A permission that a server denied.
enum NATSPermissionDenial: Sendable, Equatable {
    case publication(subject: String)
    /// The ID is present if the permission was revoked, the queue if only the queue is denied.
    case subscription(subject: String, queue: String?, id: UInt64?)

    /// Parses `Permissions Violation for Publish to "x"`, `… for Subscription to "x"`, `… to "x" using queue "q"` and
    /// `… to "x" (sid "1")`; nil for other errors.
    init?(parsing text: String) {
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        let operation = parts[0].lowercased()
        guard operation.hasPrefix("permissions violation for "), parts.count >= 3 else { return nil }
        let subject = String(parts[1])
        guard !operation.contains("for publish") else {
            self = .publication(subject: subject)
            return
        }
        // The value of a detail is between the next two quotes.
        func detail(_ name: String) -> Substring? {
            guard let index = parts.dropFirst(2).firstIndex(where: { $0.hasSuffix(name) }), index + 1 < parts.count
            else { return nil }
            return parts[index + 1]
        }
        self = .subscription(
            subject: subject, queue: detail(" using queue ").map(String.init),
            id: detail("(sid ").flatMap { UInt64($0) })
    }

    /// Whether this denies a subscription.
    func applies(to subscription: NATSSubscription) -> Bool {
        guard case .subscription(let subject, let queue, let id) = self else { return false }
        if let id { return subscription.id == id }
        return subscription.subject == subject && (queue == nil || subscription.queue == queue)
    }
}
