// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What messages say about the servers of one kind.
package struct ServerKind: Hashable, Sendable {
    /// What servers are used for.
    package enum Part: String, Sendable {
        case registry
        case broker

        /// Who reports an error.
        package var origin: String { "micro.\(rawValue)" }
        /// The setting of the addresses.
        package var addressSetting: String { "MICRO_\(rawValue.uppercased())_ADDRESS" }
    }

    /// What it is used for here.
    package let part: Part
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
        _ part: Part, name: String, one: String, authoritySetting: String, certificateSetting: String,
        keySetting: String
    ) {
        self.part = part
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

    /// One server.
    package init(kind: ServerKind, number: Int, url: String) {
        self.kind = kind
        self.number = number
        self.url = url
    }

    /// Such as `Consul at http://127.0.0.1:8500`.
    package var description: String { "\(kind.name) at \(url)" }
}
