// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A request to start TLS on an open connection.
struct CurlTLSUpgrade: Sendable {
    let deadline: ContinuousClock.Instant
    /// Resolved by the socket's thread.
    let completion = Promise<Void>()
}
