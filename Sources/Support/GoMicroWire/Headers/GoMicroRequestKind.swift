// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The kind of a request, which a swift-micro peer states in the header `Micro-Kind`: `call Greeter.Hello`.
///
/// go-micro has no reliable indicator. `Micro-Stream` and `Micro-Id` may be missing or empty, and a Go handler that
/// makes further calls forwards the headers of its own caller, including `Micro-Kind`. Therefore the value includes the
/// endpoint, and a request without a matching value is handled according to the kind of its endpoint.
package enum GoMicroRequestKind: String, Sendable, CaseIterable {
    case call
    case stream

    /// The name of the header.
    package static let headerName = "Micro-Kind"

    /// The value of the header for a request to an endpoint.
    package func headerValue(for endpoint: String) -> String { "\(rawValue) \(endpoint)" }

    /// Reads the header of a request to an endpoint.
    ///
    /// - Returns: Nil without the header, and if it names another endpoint: then a Go handler has forwarded that of
    ///   its own caller.
    package init?(headerValue: String?, for endpoint: String) {
        guard var headerValue else { return nil }
        var endpoint = endpoint
        // Compares memory, because a server reads the header of each request.
        let kind = headerValue.withUTF8 { value in
            endpoint.withUTF8 { endpoint in
                Self.allCases.first { kind in
                    let name = kind.rawValue.utf8
                    return value.count == name.count + 1 + endpoint.count && value.starts(with: name)
                        && value[name.count] == UInt8(ascii: " ")
                        && value.suffix(endpoint.count).elementsEqual(endpoint)
                }
            }
        }
        guard let kind else { return nil }
        self = kind
    }
}
