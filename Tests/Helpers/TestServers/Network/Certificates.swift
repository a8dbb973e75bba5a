// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A certificate authority and the certificates that it has signed, in a temporary folder. They are created by
/// `docker/secure/make-certificates`, like those of the containers.
package final class Certificates: Sendable {
    /// The paths of a certificate and its key, in PEM format.
    package struct Identity: Sendable {
        /// The certificate.
        package let certificate: String
        /// Its key.
        package let key: String
    }

    private let directory: URL
    private let authority: Identity

    /// Whether certificates can be created on this machine.
    package static var canBeCreated: Bool { Machine.path(of: "openssl") != nil }

    /// The path of the authority's certificate.
    package var certificateAuthorityFile: String { authority.certificate }

    /// Creates an authority.
    package init() async throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("certificates-\(UUID().uuidString)")
        authority = Self.identity("authority", in: directory)
        try await Self.make([directory.path])
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    /// Creates a certificate for servers and clients with a name such as `IP:127.0.0.1`.
    ///
    /// - Parameters:
    ///   - subject: The subject, such as `/O=group/CN=user`; nil for the default.
    ///   - passphrase: The passphrase of the key; nil for a key that is not encrypted.
    package func identity(
        _ name: String, subjectAlternativeName: String, subject: String? = nil, passphrase: String? = nil
    ) async throws -> Identity {
        var environment: [String: String] = [:]
        environment["SUBJECT"] = subject
        environment["PASSPHRASE"] = passphrase
        try await Self.make([directory.path, "\(name)=\(subjectAlternativeName)"], environment: environment)
        return Self.identity(name, in: directory)
    }

    private static func identity(_ name: String, in directory: URL) -> Identity {
        Identity(
            certificate: directory.appendingPathComponent("\(name).pem").path,
            key: directory.appendingPathComponent("\(name).key").path)
    }

    private static func make(_ arguments: [String], environment: [String: String] = [:]) async throws {
        let child = try ChildProcess(
            DockerConfiguration.path("secure/make-certificates"), arguments, environment: environment)
        guard await child.exitStatus(within: .seconds(60)) == 0 else {
            throw TestServerError(description: "cannot create certificates: \(child.text)")
        }
    }
}
