// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The endpoints that every service has. As in go-micro, the registry does not list them.
///
/// `Debug.Health` and `Debug.Stats` respond with go-micro's messages. Later versions of go-micro refuse JSON with other
/// fields than their own, so that the state of the registration and of each endpoint have endpoints of their own.
enum DebugEndpoints {
    /// go-micro's health check.
    static let health = "Debug.Health"
    /// go-micro's statistics of the process.
    static let stats = "Debug.Stats"
    /// The status of the service's registration: a ``RegistrationSummary``.
    static let registration = "Debug.Registration"
    /// The statistics of the service's own endpoints: an ``EndpointsSummary``.
    static let endpoints = "Debug.Endpoints"

    /// A request without fields.
    struct Request: Codable, Sendable {}

    /// The response of ``registration``.
    struct RegistrationSummary: Codable, Sendable {
        /// `starting`, `registered`, `lost` or `restored`.
        var status: String
        /// The reason for a lost registration.
        var cause: String?

        init(_ status: RegistrationStatus?) {
            self.status = status?.name ?? "starting"
            cause = status?.cause?.message
        }
    }

    /// The response of ``endpoints``.
    struct EndpointsSummary: Codable, Sendable {
        /// The time since the service was created, in seconds.
        var uptime: Double
        /// By the name of the endpoint.
        var endpoints: [String: EndpointStatistics.Summary]
    }
}
