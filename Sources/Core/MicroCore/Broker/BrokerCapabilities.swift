// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The number of times that a message is delivered if a connection or a process fails.
public enum DeliveryGuarantee: String, Sendable, Hashable, CaseIterable {
    /// A message is delivered once. It is lost if a connection or a process fails.
    case atMostOnce
    /// A message is delivered once. It is delivered again if a connection or a process fails, or if it is not acknowledged.
    case atLeastOnce
}

/// The capabilities of a broker, and its limits.
public struct BrokerCapabilities: Sendable, Hashable {
    /// The number of times that a message is delivered on failures.
    public var delivery: DeliveryGuarantee
    /// The supported optional parts of the contract.
    public var features: BrokerFeatures
    /// The maximum body size of a message without headers, in bytes. If a server sets the limit, this is the last value
    /// that the server announced.
    public var maxBodySize: Int

    /// Creates capabilities.
    public init(delivery: DeliveryGuarantee, features: BrokerFeatures, maxBodySize: Int) {
        self.delivery = delivery
        self.features = features
        self.maxBodySize = maxBodySize
    }
}
