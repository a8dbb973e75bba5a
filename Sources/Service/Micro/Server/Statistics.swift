// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The endpoint `Debug.Stats`: the statistics of a service's own endpoints.
///
/// Like ``Health``, the registry does not list it.
enum Statistics {
    static let endpoint = "Debug.Stats"

    struct Request: Codable, Sendable {}

    struct Response: Codable, Sendable {
        /// The time since the service was created, in seconds.
        var uptime: Double
        /// By the name of the endpoint.
        var endpoints: [String: EndpointStatistics.Summary]
    }
}
