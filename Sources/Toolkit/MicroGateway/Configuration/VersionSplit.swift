// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// How the requests for a service are distributed among its versions, such as for a canary release.
public struct VersionSplit: Sendable, Hashable {
    /// The shares of the versions, in any unit. Versions without a share get no requests, unless no version with a share is
    /// registered: then requests go to all versions.
    public var weights: [String: Int]

    /// The name of a header field: requests with the same value go to the same version. Nil, the default, selects a version for
    /// each request by chance.
    public var stickyHeader: String?

    /// Creates a split.
    public init(weights: [String: Int], stickyHeader: String? = nil) {
        self.weights = weights
        self.stickyHeader = stickyHeader
    }

    /// Selects one of the registered versions.
    ///
    /// - Parameters:
    ///   - registered: The versions that have nodes.
    ///   - point: Selects by its remainder: random, or the hash of a key.
    /// - Returns: Nil if no version with a share is registered.
    func version(of registered: Set<String>, at point: UInt64) -> String? {
        // A weight is limited so that the sum of all cannot overflow.
        let shares = weights.filter { registered.contains($0.key) && $0.value > 0 }
            .mapValues { UInt64(min($0, 1_000_000)) }.sorted { $0.key < $1.key }
        let total = shares.reduce(0) { $0 + $1.value }
        guard total > 0 else { return nil }
        var rest = point % total
        return shares.first { share in
            defer { rest -= min(rest, share.value) }
            return rest < share.value
        }?.key
    }
}
