// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore

/// Describes the servers of one backend for error messages: names and settings.
package struct BackendKind: Hashable, Sendable {
    /// The contract that the servers are used for.
    package enum Role: String, Sendable {
        case registry
        case broker
        case transport

        /// The origin of errors.
        package var origin: String { "micro.\(rawValue)" }
        /// The environment variable with the addresses.
        package var addressSetting: String { "MICRO_\(rawValue.uppercased())_ADDRESS" }
    }

    /// The contract that the servers are used for.
    package let role: Role
    /// The product, such as `Consul`.
    package let name: String
    /// One server with its article, such as `a Consul agent`.
    package let nameWithArticle: String
    /// The environment variable with the file of trusted certificate authorities.
    package let authoritySetting: String
    /// The environment variable with the client certificate's file.
    package let certificateSetting: String
    /// The environment variable with the file of the client certificate's key.
    package let keySetting: String
    /// The environment variables with the credentials, for messages.
    package let credentialsSetting: String
    /// The port of an address without one; nil if the scheme determines it.
    package let defaultPort: Int?
    /// A sentence on the limit of connections, for messages about lost connections; empty if there is none by default.
    package let connectionLimit: String

    /// Creates a description.
    package init(
        _ role: Role, name: String, nameWithArticle: String, authoritySetting: String, certificateSetting: String,
        keySetting: String, credentialsSetting: String = "", defaultPort: Int? = nil, connectionLimit: String = ""
    ) {
        self.role = role
        self.name = name
        self.nameWithArticle = nameWithArticle
        self.authoritySetting = authoritySetting
        self.certificateSetting = certificateSetting
        self.keySetting = keySetting
        self.credentialsSetting = credentialsSetting
        self.defaultPort = defaultPort
        self.connectionLimit = connectionLimit
    }

    /// The error for a setting that is not valid.
    package func invalid(_ problem: String) -> MicroError {
        MicroError(.invalidArgument, problem, origin: role.origin)
    }
}
