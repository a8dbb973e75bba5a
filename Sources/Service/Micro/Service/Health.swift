// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The endpoint `Debug.Health`, which go-micro's services have too: `{"status":"ok"}`, and how the registration is.
///
/// Like theirs it is not in the registry.
enum Health {
    static let endpoint = "Debug.Health"

    struct Request: Codable, Sendable {}

    struct Response: Codable, Sendable {
        /// `ok`: who answers, serves.
        var status = "ok"
        /// `starting`, `registered`, `lost` or `restored`.
        var registration: String
        /// Why the registration is lost.
        var cause: String?

        init(_ status: RegistrationStatus?) {
            registration = status?.name ?? "starting"
            cause = status?.cause?.message
        }
    }
}
