// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// An error that is sent as an HTTP status, because the request is not a valid call.
struct HTTPStatusError: Error {
    let error: MicroError

    /// The status, which is that of the code.
    var status: Int { error.code.status }

    init(_ code: MicroError.Code, _ message: String) {
        error = MicroError(code, message, origin: MicroError.Origin.server)
    }

    init(_ error: MicroError) { self.error = error }
}
