// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

extension NATSServer {
    /// The settings of a server in addition to the shared configuration.
    package struct Settings: Sendable {
        /// The certificates of the server and its clients.
        package struct TLS: Sendable {
            /// The server's certificate and key.
            package var identity: Certificates.Identity
            /// The path of the authority of the clients' certificates; nil if clients need no certificate.
            package var clientAuthorityFile: String?
            /// Whether the TLS handshake comes before `INFO`, which needs nats-server 2.10.4 or later.
            package var isFirst: Bool

            /// Creates TLS settings.
            package init(
                identity: Certificates.Identity, clientAuthorityFile: String? = nil, isFirst: Bool = false
            ) {
                self.identity = identity
                self.clientAuthorityFile = clientAuthorityFile
                self.isFirst = isFirst
            }
        }

        /// The credentials that clients need.
        package enum Credentials: Sendable {
            /// A user and a password.
            case password(user: String, String)
            /// A token.
            case token(String)
        }

        /// The TLS settings; nil for plain TCP and WebSockets.
        package var tls: TLS?
        /// The required credentials; nil if clients need none.
        package var credentials: Credentials?
        /// Whether JetStream is enabled.
        package var hasJetStream = true
        /// The maximum size of headers and body together, in bytes; nil for 1 MiB.
        package var maximumPayload: Int?
        /// Further configuration in the server's format. A block replaces the shared block with the same name.
        package var configuration = ""
        /// Retained, because the files are deleted with this object.
        var certificates: Certificates?

        /// Creates settings.
        package init(tls: TLS? = nil, credentials: Credentials? = nil) {
            self.tls = tls
            self.credentials = credentials
        }

        /// TLS and optional credentials, as in `docker/compose.secure.yml`.
        package static func secure(
            _ certificates: Certificates, credentials: Credentials? = nil, isTLSFirst: Bool = false
        ) async throws -> Self {
            let identity = try await certificates.identity("nats", subjectAlternativeName: "IP:127.0.0.1")
            var settings = Self(tls: TLS(identity: identity, isFirst: isTLSFirst), credentials: credentials)
            settings.certificates = certificates
            return settings
        }

        /// The complete configuration: the shared file and these settings.
        ///
        /// - Parameters:
        ///   - file: The path of the shared file.
        ///   - folder: The folder of the result. A server includes files only by paths relative to it.
        func text(including file: String, from folder: URL) -> String {
            let root = String(repeating: "../", count: folder.pathComponents.count - 1)
            var lines = ["include \"\(root)\(file.dropFirst())\""]
            if let tls, tls.isFirst || tls.clientAuthorityFile != nil { lines.append(Self.block(tls)) }
            if !hasJetStream { lines.append("jetstream: false") }
            if let maximumPayload { lines.append("max_payload: \(maximumPayload)") }
            return (lines + [configuration, ""]).joined(separator: "\n")
        }

        /// The command-line flags for the credentials.
        var credentialFlags: [String] {
            switch credentials {
            case .password(let user, let password): ["--user", user, "--pass", password]
            case .token(let token): ["--auth", token]
            case nil: []
            }
        }

        private static func block(_ tls: TLS) -> String {
            var keys = ["cert_file: $NATS_SERVER_CERTIFICATE", "key_file: $NATS_SERVER_KEY"]
            if let authority = tls.clientAuthorityFile { keys += ["ca_file: \"\(authority)\"", "verify: true"] }
            if tls.isFirst { keys.append("handshake_first: true") }
            return "tls { \(keys.joined(separator: ", ")) }"
        }
    }
}
