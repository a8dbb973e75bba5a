// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore
import NIOCore

/// Records the deliveries of a subscription.
package typealias DeliveryRecorder = SequenceRecorder<Subscription>

extension DeliveryRecorder {
    /// The recorded subscription.
    var subscription: Subscription { source }

    /// The deliveries so far.
    package var deliveries: [Delivery] { elements }

    /// The bodies of the deliveries so far.
    package var texts: [String] { elements.map(\.text) }
}

extension Delivery {
    /// The body as text.
    var text: String { String(buffer: message.body) }
}
