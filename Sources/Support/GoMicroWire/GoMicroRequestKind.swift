// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The kind of a request, as a peer of this toolkit states it in the header `Micro-Kind`: `call Greeter.Hello`.
///
/// go-micro has no reliable mark. `Micro-Stream` and `Micro-Id` may be missing or empty, and a Go handler that calls on
/// forwards the headers of its own caller, `Micro-Kind` included. For that reason the value names the endpoint, and the
/// kind of an endpoint decides how a request without a matching value is handled.
package enum GoMicroRequestKind: String, Sendable {
    case call
    case stream

    /// The name of the header.
    package static let headerName = "Micro-Kind"

    /// The value of the header for a request to an endpoint.
    package func headerValue(for endpoint: String) -> String { "\(rawValue) \(endpoint)" }

    /// Reads the header of a request to an endpoint.
    ///
    /// - Returns: Nil without the header, and if it names another endpoint: a peer that is not of this toolkit has
    ///   forwarded it.
    package init?(headerValue: String?, for endpoint: String) {
        guard let headerValue,
            let kind = [Self.call, .stream].first(where: { $0.headerValue(for: endpoint) == headerValue })
        else { return nil }
        self = kind
    }
}
