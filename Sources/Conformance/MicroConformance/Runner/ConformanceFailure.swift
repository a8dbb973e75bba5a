// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The reason why an adapter fails a case.
package struct ConformanceFailure: Error, Sendable, CustomStringConvertible {
    /// The expectation, and the actual value or event.
    package let description: String

    package init(_ description: String) { self.description = description }
}
