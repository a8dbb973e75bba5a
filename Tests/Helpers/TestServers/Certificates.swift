// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// An authority and the certificates that it signs, made in a directory of their own by the script that
/// the containers use: `docker/secure/make-certificates`.
package final class Certificates: Sendable {
    /// A certificate and its key, as paths of PEM files.
    package struct Identity: Sendable {
        /// The certificate.
        package let certificate: String
        /// Its key.
        package let key: String
    }

    private let directory: URL
    private let authority: Identity

    /// Whether they can be made here.
    package static var canBeCreated: Bool { Machine.path(of: "openssl") != nil }

    /// Path of the authority's certificate.
    package var certificateAuthorityFile: String { authority.certificate }

    /// Makes an authority.
    package init() async throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("certificates-\(UUID().uuidString)")
        authority = Self.identity("authority", in: directory)
        try await Self.make([directory.path])
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    /// A certificate for servers and clients, for a name such as `IP:127.0.0.1`.
    package func identity(_ name: String, subjectAlternativeName: String) async throws -> Identity {
        try await Self.make([directory.path, "\(name)=\(subjectAlternativeName)"])
        return Self.identity(name, in: directory)
    }

    private static func identity(_ name: String, in directory: URL) -> Identity {
        Identity(
            certificate: directory.appendingPathComponent("\(name).pem").path,
            key: directory.appendingPathComponent("\(name).key").path)
    }

    private static func make(_ arguments: [String]) async throws {
        let child = try ChildProcess(DockerConfiguration.path("secure/make-certificates"), arguments)
        guard await child.exitStatus() == 0 else {
            throw TestServerError(description: "no certificates were made: \(child.text)")
        }
    }
}
