// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The endpoint `Debug.Health`, which go-micro's services have as well: the status `ok` and the state of the registration.
///
/// As in go-micro, the registry does not list it.
enum Health {
    static let endpoint = "Debug.Health"

    struct Request: Codable, Sendable {}

    struct Response: Codable, Sendable {
        /// `ok`: a service that responds is able to serve.
        var status = "ok"
        /// `starting`, `registered`, `lost` or `restored`.
        var registration: String
        /// The reason for a lost registration.
        var cause: String?

        init(_ status: RegistrationStatus?) {
            registration = status?.name ?? "starting"
            cause = status?.cause?.message
        }
    }
}
