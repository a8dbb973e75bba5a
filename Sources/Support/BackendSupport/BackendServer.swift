// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What messages say about the servers of one kind.
package struct BackendKind: Hashable, Sendable {
    /// What servers are used for.
    package enum Role: String, Sendable {
        case registry
        case broker
        case transport

        /// Who reports an error.
        package var origin: String { "micro.\(rawValue)" }
        /// The setting of the addresses.
        package var addressSetting: String { "MICRO_\(rawValue.uppercased())_ADDRESS" }
    }

    /// What it is used for here.
    package let role: Role
    /// Such as `Consul`.
    package let name: String
    /// One of them, with its article, such as `a Consul agent`.
    package let nameWithArticle: String
    /// The setting of the authority to trust.
    package let authoritySetting: String
    /// The setting of the certificate to show.
    package let certificateSetting: String
    /// The setting of that certificate's key.
    package let keySetting: String

    /// A kind of servers.
    package init(
        _ role: Role, name: String, nameWithArticle: String, authoritySetting: String, certificateSetting: String,
        keySetting: String
    ) {
        self.role = role
        self.name = name
        self.nameWithArticle = nameWithArticle
        self.authoritySetting = authoritySetting
        self.certificateSetting = certificateSetting
        self.keySetting = keySetting
    }
}

/// One of the servers that may be asked.
package struct BackendServer: Hashable, Sendable, CustomStringConvertible {
    /// What it is.
    package let kind: BackendKind
    /// Its place among the addresses.
    package let number: Int
    /// Without a path, and without a slash at the end.
    package let url: String

    /// One server.
    package init(kind: BackendKind, number: Int, url: String) {
        self.kind = kind
        self.number = number
        self.url = url
    }

    /// Such as `Consul at http://127.0.0.1:8500`.
    package var description: String { "\(kind.name) at \(url)" }
}
