// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// An authority and the certificates that it signs, made by `openssl` in a directory of their own.
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
    package static var canBeMade: Bool { Machine.path(of: "openssl") != nil }

    /// Path of the authority's certificate.
    package var authorityFile: String { authority.certificate }

    /// Makes an authority.
    package init() async throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("certificates-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        authority = Self.identity("authority", in: directory)
        try await Self.openssl(
            ["req", "-x509", "-days", "1", "-subj", "/CN=authority", "-out", authority.certificate]
                + Self.newKey(authority.key))
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    /// A certificate for servers and clients, for a name such as `IP:127.0.0.1`.
    package func identity(_ name: String, subjectAlternativeName: String) async throws -> Identity {
        let identity = Self.identity(name, in: directory)
        let (request, extensions) = (identity.certificate + ".csr", identity.certificate + ".ext")
        try Data("subjectAltName=\(subjectAlternativeName)\nextendedKeyUsage=serverAuth,clientAuth\n".utf8)
            .write(to: URL(fileURLWithPath: extensions))
        // No common name: etcd's gateway serves nobody beside client certificates if the server's certificate has one.
        try await Self.openssl(["req", "-subj", "/O=\(name)", "-out", request] + Self.newKey(identity.key))
        try await Self.openssl([
            "x509", "-req", "-in", request, "-CA", authority.certificate, "-CAkey", authority.key, "-CAcreateserial",
            "-days", "1", "-extfile", extensions, "-out", identity.certificate,
        ])
        return identity
    }

    private static func identity(_ name: String, in directory: URL) -> Identity {
        Identity(
            certificate: directory.appendingPathComponent("\(name).pem").path,
            key: directory.appendingPathComponent("\(name).key").path)
    }

    private static func newKey(_ path: String) -> [String] {
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", path]
    }

    private static func openssl(_ arguments: [String]) async throws {
        guard let program = Machine.path(of: "openssl") else {
            throw MachineError(description: "no openssl on the PATH")
        }
        let child = try Child(program, arguments)
        guard await child.exitStatus() == 0 else { throw MachineError(description: "openssl: \(child.text)") }
    }
}
