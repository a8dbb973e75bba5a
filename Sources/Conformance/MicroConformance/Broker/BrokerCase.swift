// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A case of the broker contract.
public typealias BrokerCase = ConformanceCase<BrokerTestContext>

extension BrokerCase {
    /// All cases of the broker contract, in the order of their IDs.
    public static let all: [BrokerCase] = ordered([
        deliveries, subscribers, headers, bodies, topics, queues, requests, acknowledgements, redelivery,
        durability, cancellation, close, outages, restarts, networkFailures, credentials, connectionFaults, stress,
        models, subscriptionDetails, readerDetails, settlementDetails,
    ])
}
