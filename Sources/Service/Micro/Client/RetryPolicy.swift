// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The limits of the retries of one call.
struct RetryPolicy: Sendable {
    /// The number of attempts after the first one.
    let maxRetries: Int
    /// The delay before the same node is tried again.
    let backoff: Backoff
    /// The nodes that may be tried.
    let filter: NodeFilter
}
