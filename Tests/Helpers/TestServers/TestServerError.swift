// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// An error while a server or a program of a test is set up.
package struct TestServerError: Error, CustomStringConvertible {
    package let description: String

    /// Creates an error with a text.
    package init(description: String) { self.description = description }
}
