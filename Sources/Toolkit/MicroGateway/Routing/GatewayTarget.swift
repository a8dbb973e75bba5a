// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The endpoint that a request calls.
package struct GatewayTarget: Sendable, Hashable, CustomStringConvertible {
    /// The name of the service.
    package var service: String
    /// The name of the endpoint.
    package var endpoint: String

    /// The service and the endpoint, separated by a blank.
    package var description: String { "\(service) \(endpoint)" }
}
