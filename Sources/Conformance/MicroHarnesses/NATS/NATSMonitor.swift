// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import MicroConformance
import MicroNATS

/// Reads the monitoring endpoints of a NATS server.
struct NATSMonitor: Sendable {
    /// The response of `/connz`.
    private struct Connz: Decodable {
        struct Connection: Decodable {
            let subjects: [String]?

            private enum CodingKeys: String, CodingKey { case subjects = "subscriptions_list" }
        }

        let connections: [Connection]
    }

    /// The response of `/jsz`.
    private struct Jsz: Decodable { let consumers: Int? }

    private let transfer = CurlTransfer()
    private let url: String

    init(_ address: String) { url = "http://\(address)" }

    /// Counts connections, subscriptions and consumers. The inbox subscription of a client is not counted: it exists from
    /// the first request until the connection ends.
    func resourceCounts() async throws -> ResourceCounts {
        let connections = try await request("/connz?limit=10000&subs=1", Connz.self).connections
        let consumers = try await request("/jsz", Jsz.self).consumers ?? 0
        let subjects = connections.flatMap { $0.subjects ?? [] }.filter { !$0.hasPrefix(NATSSubject.replyInboxPrefix) }
        return ResourceCounts(subscriptions: consumers + subjects.count, connections: connections.count)
    }

    private func request<Response: Decodable>(_ path: String, _ type: Response.Type) async throws -> Response {
        let response = try await transfer.perform(CurlRequest(url: url + path, timeout: .seconds(5)))
        return try JSONDecoder().decode(type, from: Data(response.body))
    }
}
