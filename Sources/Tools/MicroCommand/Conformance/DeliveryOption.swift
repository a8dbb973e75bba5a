// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MicroCore

/// The type of RabbitMQ's durable queues (`x-queue-type`) as the value of an option.
enum QueueTypeOption: String, ExpressibleByArgument, CaseIterable {
    case classic, quorum
}

/// A delivery guarantee as the value of an option.
enum DeliveryOption: String, ExpressibleByArgument, CaseIterable {
    case atMostOnce = "at-most-once"
    case atLeastOnce = "at-least-once"

    var guarantee: DeliveryGuarantee {
        switch self {
        case .atMostOnce: .atMostOnce
        case .atLeastOnce: .atLeastOnce
        }
    }
}
