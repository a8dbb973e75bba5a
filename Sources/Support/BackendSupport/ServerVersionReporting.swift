// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// An adapter whose server sends its version when a connection is opened.
package protocol ServerVersionReporting {
    /// The product and version of the connected server, such as `NATS 2.11.8`; nil without a connection.
    func serverVersion() async -> String?
}
