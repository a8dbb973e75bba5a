// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// An error that is sent as an HTTP status: the request is not a call.
struct HTTPStatusError: Error {
    let status: Int
    let error: MicroError

    init(_ status: Int, _ code: MicroError.Code, _ message: String) {
        self.status = status
        error = MicroError(code, message, origin: MicroError.Origin.server)
    }

    /// An error with the status of its code.
    init(_ error: MicroError) {
        status = error.code.status
        self.error = error
    }
}
