// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore

/// The errors of calls and streams. `call` names the call, such as `greeter Greeter.Hello at _INBOX.x`, and `broker` the
/// product, such as `NATS`.
extension MicroError {
    /// The address has no listener.
    package static func noListener(_ call: String, broker: String, isSafeToRetry: Bool = true) -> MicroError {
        MicroError(
            .unavailable, "\(call): \(broker) reports no listener at this address", origin: Origin.transport,
            isSafeToRetry: isSafeToRetry)
    }

    /// The peer has stopped responding.
    package static func peerUnavailable(_ call: String) -> MicroError {
        MicroError(.unavailable, "\(call): the peer is no longer available", origin: Origin.transport)
    }

    /// The reply to a message on a lost connection may never arrive.
    package static func connectionLost(_ call: String, broker: String) -> MicroError {
        MicroError(
            .unavailable, "\(call): the connection to \(broker) was lost during the call", origin: Origin.transport)
    }

    /// No response arrived before the deadline.
    package static func noResponse(_ call: String, isSafeToRetry: Bool = false) -> MicroError {
        MicroError(
            .deadlineExceeded, "\(call) did not respond before the deadline", origin: Origin.transport,
            isSafeToRetry: isSafeToRetry)
    }

    /// The error that a caller gets in place of a response which cannot be sent.
    package static func unsendableResponse(_ cause: any Error) -> MicroError {
        let error = cause as? MicroError
        return MicroError(
            error?.code == .payloadTooLarge ? .payloadTooLarge : .internal,
            "the response cannot be sent: \(error?.message ?? "\(cause)")", origin: Origin.server, cause: cause)
    }
}
