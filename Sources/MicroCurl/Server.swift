// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What messages say about the servers of one kind.
package struct ServerKind: Hashable, Sendable {
    /// Such as `Consul`.
    package let name: String
    /// One of them, with its article, such as `a Consul agent`.
    package let one: String
    /// The setting of the authority to trust.
    package let authoritySetting: String
    /// The setting of the certificate to show.
    package let certificateSetting: String
    /// The setting of that certificate's key.
    package let keySetting: String

    /// A kind of servers.
    package init(
        name: String, one: String, authoritySetting: String, certificateSetting: String, keySetting: String
    ) {
        self.name = name
        self.one = one
        self.authoritySetting = authoritySetting
        self.certificateSetting = certificateSetting
        self.keySetting = keySetting
    }
}

/// One of the servers that may be asked.
package struct Server: Hashable, Sendable, CustomStringConvertible {
    /// What it is.
    package let kind: ServerKind
    /// Its place among the addresses.
    package let number: Int
    /// Without a path, and without a slash at the end.
    package let url: String

    /// Such as `Consul at http://127.0.0.1:8500`.
    package var description: String { "\(kind.name) at \(url)" }
}
