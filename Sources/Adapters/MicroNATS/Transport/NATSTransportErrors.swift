// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The errors of calls and streams. `callDescription` names the call, such as `greeter Greeter.Hello at _INBOX.x`.
extension MicroError {
    /// The address has no listener.
    static func natsNoResponders(_ callDescription: String, isSafeToRetry: Bool = true) -> MicroError {
        MicroError(
            .unavailable, "\(callDescription): NATS reports no listener at this address", origin: Origin.transport,
            isSafeToRetry: isSafeToRetry)
    }

    /// The peer has stopped responding.
    static func natsPeerGone(_ callDescription: String) -> MicroError {
        MicroError(.unavailable, "\(callDescription): the peer is gone", origin: Origin.transport)
    }

    /// The reply to a message on a lost connection may never arrive.
    static func natsConnectionLost(_ callDescription: String) -> MicroError {
        MicroError(
            .unavailable, "\(callDescription): the connection to NATS was lost before the end", origin: Origin.transport
        )
    }

    static func natsDeadlineExceeded(_ callDescription: String, isSafeToRetry: Bool = false) -> MicroError {
        MicroError(
            .deadlineExceeded, "\(callDescription) did not respond before the deadline", origin: Origin.transport,
            isSafeToRetry: isSafeToRetry)
    }

    static func natsInvalidEnvelope(_ callDescription: String) -> MicroError {
        MicroError(
            .internal, "\(callDescription) sent a message that is not in go-micro's format", origin: Origin.transport)
    }
}
