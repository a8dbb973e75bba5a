// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The endpoints that every service has. As in go-micro, the registry does not list them.
///
/// `Debug.Health` and `Debug.Stats` respond with go-micro's messages. Later versions of go-micro reject JSON with
/// unknown fields, so the state of the registration and the statistics of each endpoint have separate endpoints.
enum DebugEndpoints {
    /// go-micro's health check.
    static let health = "Debug.Health"
    /// Responds while the process serves requests: `GET /healthz` of the HTTP transport.
    static let live = ProbeEndpoint.live
    /// Responds while the service is ready for calls: `GET /readyz` of the HTTP transport.
    static let ready = ProbeEndpoint.ready
    /// go-micro's statistics of the process.
    static let stats = "Debug.Stats"
    /// The status of the service's registration: a ``RegistrationSummary``.
    static let registration = "Debug.Registration"
    /// The statistics of the service's own endpoints and subscriptions: an ``EndpointsSummary``.
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
        /// Sorted by topic.
        var subscriptions: [SubscriptionSummary]
    }

    /// The statistics of a subscription since the service was created.
    struct SubscriptionSummary: Codable, Sendable {
        /// The topic, or the pattern.
        var topic: String
        /// The queue; nil without one.
        var queue: String?
        /// The number of deliveries that were handled.
        var events: Int
        /// The number of deliveries whose handling failed.
        var errors: Int
        /// The number of events that were dropped because the handler was slower than the publishers.
        var dropped: Int
        /// The number of deliveries being handled.
        var inFlight: Int
        /// The median duration of handling an event in seconds, at most 25 % too high; 0 without events.
        var p50: Double
        /// The 99th percentile of these durations in seconds, at most 25 % too high; 0 without events.
        var p99: Double

        init(_ handler: EventHandler) {
            let summary = handler.statistics.summary
            (topic, queue, dropped) = (handler.topic, handler.queue, handler.dropped)
            (events, errors, inFlight) = (summary.calls, summary.errors, summary.inFlight)
            (p50, p99) = (summary.p50, summary.p99)
        }
    }
}
