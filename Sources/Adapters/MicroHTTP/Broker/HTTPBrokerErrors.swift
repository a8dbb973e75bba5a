// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension MicroError {
    /// The error of a registry or a transport, as the broker reports it.
    var asBrokerError: MicroError {
        var error = self
        if origin == Origin.transport && code == .closed { error.message = MicroError.brokerClosed.message }
        error.origin = Origin.broker
        return error
    }

    /// The error of every operation after the broker was closed.
    static var brokerClosed: MicroError {
        MicroError(.closed, "the HTTP broker is closed", origin: Origin.broker, isSafeToRetry: true)
    }
}
