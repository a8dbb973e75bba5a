// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A prefix of paths for which only one service has routes.
struct PathReservation: Sendable {
    let segments: [String]
    let service: String

    /// All reservations, the longest prefix first.
    static func all(_ services: [String: String]) -> [PathReservation] {
        services.map { PathReservation(segments: $0.key.split(separator: "/").map(String.init), service: $0.value) }
            .sorted { ($0.segments.count, $1.service) > ($1.segments.count, $0.service) }
    }
}
