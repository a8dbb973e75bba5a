// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

extension NATSServer {
    /// What a server has beside the configuration that all share.
    package struct Settings: Sendable {
        /// How a server and its clients prove who they are.
        package struct TLS: Sendable {
            /// The server's certificate and key.
            package var identity: Certificates.Identity
            /// Path of the authority of the clients' certificates, which they have to show then.
            package var clientAuthorityFile: String?
            /// Whether TLS begins before the server says anything, which nats-server 2.10.4 and later can.
            package var isFirst: Bool

            /// A server with a certificate.
            package init(
                identity: Certificates.Identity, clientAuthorityFile: String? = nil, isFirst: Bool = false
            ) {
                self.identity = identity
                self.clientAuthorityFile = clientAuthorityFile
                self.isFirst = isFirst
            }
        }

        /// What a client has to know.
        package enum Credentials: Sendable {
            /// A name and its password.
            case password(user: String, String)
            /// A token.
            case token(String)
        }

        /// To speak only TLS, also below HTTP.
        package var tls: TLS?
        /// To serve only clients that know these.
        package var credentials: Credentials?
        /// Whether it has JetStream.
        package var hasJetStream = true
        /// The largest message, headers and body together, in bytes; 1 MiB if nil.
        package var maximumPayload: Int?
        /// Further configuration, in the server's language. A block replaces the one of the same name that is shared.
        package var configuration = ""
        /// Kept, as their files go with them.
        var certificates: Certificates?

        /// Plain, unless given.
        package init(tls: TLS? = nil, credentials: Credentials? = nil) {
            self.tls = tls
            self.credentials = credentials
        }

        /// TLS, and credentials if given, as in `docker/compose.secure.yml`.
        package static func secure(
            _ certificates: Certificates, credentials: Credentials? = nil, isTLSFirst: Bool = false
        ) async throws -> Self {
            let identity = try await certificates.identity("nats", subjectAlternativeName: "IP:127.0.0.1")
            var settings = Self(tls: TLS(identity: identity, isFirst: isTLSFirst), credentials: credentials)
            settings.certificates = certificates
            return settings
        }

        /// The whole configuration: the shared one, and what is different.
        ///
        /// - Parameters:
        ///   - file: The path of the shared one.
        ///   - folder: Where the result will be: a server includes files only by paths relative to that.
        func text(including file: String, from folder: URL) -> String {
            let root = String(repeating: "../", count: folder.pathComponents.count - 1)
            var lines = ["include \"\(root)\(file.dropFirst())\""]
            if let tls, tls.isFirst || tls.clientAuthorityFile != nil { lines.append(Self.block(tls)) }
            if !hasJetStream { lines.append("jetstream: false") }
            if let maximumPayload { lines.append("max_payload: \(maximumPayload)") }
            return (lines + [configuration, ""]).joined(separator: "\n")
        }

        /// How the credentials are told to the server.
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
