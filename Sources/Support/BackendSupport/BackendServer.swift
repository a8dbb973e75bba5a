// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore

/// One server of a backend.
package struct BackendServer: Hashable, Sendable, CustomStringConvertible {
    /// The backend that it belongs to.
    package let kind: BackendKind
    /// The index of its address in the configuration.
    package let number: Int
    /// Its URL, without a path and without a trailing slash.
    package let url: String

    /// Creates a server.
    package init(kind: BackendKind, number: Int, url: String) {
        self.kind = kind
        self.number = number
        self.url = url
    }

    /// Its host and port; nil if the URL has none.
    package var address: Address? {
        let authority = url.split(separator: "/").dropFirst().first
        guard var address = authority.flatMap({ try? Address(parsing: String($0)) }) else { return nil }
        address.port = address.port ?? (url.hasPrefix("https:") ? 443 : 80)
        return address
    }

    /// The product and the URL, such as `Consul at http://127.0.0.1:8500`.
    package var description: String { "\(kind.name) at \(url)" }
}
