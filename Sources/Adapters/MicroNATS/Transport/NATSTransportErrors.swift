// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// What can go wrong with a call by NATS. `callDescription` names the call, such as `greeter Greeter.Hello at _INBOX.x`.
extension MicroError {
    /// Nobody subscribes to the address.
    static func natsNoResponders(_ callDescription: String, isSafeToRetry: Bool = true) -> MicroError {
        MicroError(
            .unavailable, "\(callDescription): nobody listens there, as NATS says", origin: Origin.transport,
            isSafeToRetry: isSafeToRetry)
    }

    /// The peer was there and is not any more.
    static func natsPeerGone(_ callDescription: String) -> MicroError {
        MicroError(.unavailable, "\(callDescription): the other side is gone", origin: Origin.transport)
    }

    /// What was asked on a connection that is lost may never be answered.
    static func natsConnectionLost(_ callDescription: String) -> MicroError {
        MicroError(
            .unavailable, "\(callDescription): the connection to NATS was lost before the end", origin: Origin.transport
        )
    }

    static func natsDeadlineExceeded(_ callDescription: String, isSafeToRetry: Bool = false) -> MicroError {
        MicroError(
            .deadlineExceeded, "\(callDescription) did not answer in time", origin: Origin.transport,
            isSafeToRetry: isSafeToRetry
        )
    }

    static func natsInvalidEnvelope(_ callDescription: String) -> MicroError {
        MicroError(
            .internal, "\(callDescription) answered what is no message of go-micro's transport",
            origin: Origin.transport)
    }

    static func natsTransportClosed(_ transport: String, wasSent: Bool = false) -> MicroError {
        MicroError(.closed, "the transport (\(transport)) is closed", origin: Origin.transport, isSafeToRetry: !wasSent)
    }

    /// What the connection reports, which is a broker's as well.
    static func natsTransport(_ error: any Error) -> any Error {
        guard var error = error as? MicroError, error.origin == Origin.broker else { return error }
        error.origin = Origin.transport
        return error
    }

    /// What is wrong with the configuration, which speaks of a broker where nothing else is said.
    static func natsTransportConfiguration(_ error: any Error) -> any Error {
        guard var error = natsTransport(error) as? MicroError else { return error }
        error.message = error.message.split(separator: "MICRO_BROKER_", omittingEmptySubsequences: false)
            .joined(separator: "MICRO_TRANSPORT_")
        return error
    }
}
