// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The capabilities of a transport, and its limits.
public struct TransportCapabilities: Sendable, Hashable {
    /// The supported optional parts of the contract.
    public var features: TransportFeatures
    /// The maximum body size of a request, a response or a message of a stream, in bytes. If a server sets the limit,
    /// this is the last value that the server announced.
    public var maxBodySize: Int

    /// Creates capabilities.
    public init(features: TransportFeatures, maxBodySize: Int) {
        self.features = features
        self.maxBodySize = maxBodySize
    }
}
