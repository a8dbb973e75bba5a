// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The kind of a request, which a swift-micro peer states in the header `Micro-Kind`: `call Greeter.Hello`.
///
/// go-micro has no reliable indicator. `Micro-Stream` and `Micro-Id` may be missing or empty, and a Go handler that
/// makes further calls forwards the headers of its own caller, including `Micro-Kind`. Therefore the value includes the
/// endpoint, and a request without a matching value is handled according to the kind of its endpoint.
package enum GoMicroRequestKind: String, Sendable {
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
        // Avoids a copy, because a server reads it for each request.
        guard let bytes = headerValue?.utf8, let space = bytes.firstIndex(of: UInt8(ascii: " ")),
            bytes[bytes.index(after: space)...].elementsEqual(endpoint.utf8)
        else { return nil }
        let name = bytes[..<space]
        if name.elementsEqual("call".utf8) {
            self = .call
        } else if name.elementsEqual("stream".utf8) {
            self = .stream
        } else {
            return nil
        }
    }
}
