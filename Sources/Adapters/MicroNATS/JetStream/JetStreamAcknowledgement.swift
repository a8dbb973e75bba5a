// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A client's response to a delivered message.
enum JetStreamAcknowledgement {
    case acknowledge
    case reject(after: Duration?)
    /// The message must not be delivered again, although it was not handled.
    case terminate

    var message: BrokerMessage {
        switch self {
        case .acknowledge: BrokerMessage(text: "+ACK")
        case .reject(let delay?) where delay > .zero:
            BrokerMessage(text: "-NAK {\"delay\": \(delay.wholeNanoseconds)}")
        case .reject: BrokerMessage(text: "-NAK")
        case .terminate: BrokerMessage(text: "+TERM")
        }
    }
}
