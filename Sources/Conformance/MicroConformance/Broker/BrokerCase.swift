// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A case of the broker contract.
public typealias BrokerCase = ConformanceCase<BrokerTrial>

extension BrokerCase {
    /// The whole catalogue, in the order of the IDs.
    public static let all: [BrokerCase] =
        [
            deliveries, messages, topics, queues, acknowledgements, redeliveries, endings, closings, flow, outages,
            histories, requests, credentials, directDeliveries, stress, connections, links, halts,
        ].flatMap(\.self)
        .sorted { $0.id < $1.id }
}
