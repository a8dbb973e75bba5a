// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A case of the broker contract.
public typealias BrokerCase = ConformanceCase<BrokerTestContext>

extension BrokerCase {
    /// The whole catalogue, in the order of the IDs.
    public static let all: [BrokerCase] =
        [
            deliveries, messages, topics, queues, acknowledgements, redeliveries, cancellations, shutdown, backPressure,
            outages,
            durability, requests, credentials, directDeliveries, stress, connectionFaults, networkFailures,
            pausedBackend,
        ].flatMap(\.self)
        .sorted { $0.id < $1.id }
}
