// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The endpoint `Debug.Stats`: what a service has answered so far, for all endpoints of its own.
///
/// Like ``Health`` it is not in the registry.
enum Statistics {
    static let endpoint = "Debug.Stats"

    struct Request: Codable, Sendable {}

    struct Response: Codable, Sendable {
        /// Since the process made the service, in seconds.
        var uptime: Double
        /// By the name of the endpoint.
        var endpoints: [String: EndpointStatistics.Summary]
    }
}
