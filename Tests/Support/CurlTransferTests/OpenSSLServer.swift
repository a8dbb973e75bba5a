// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import TestSupport
import Testing

/// A certificate and its key in temporary files, made by `openssl`.
struct TestCertificate {
    let directory: URL
    var certificate: String { directory.appendingPathComponent("certificate.pem").path }
    var key: String { directory.appendingPathComponent("key.pem").path }

    /// Creates a self-signed certificate for a name such as `IP:127.0.0.1`. With a passphrase, the key is encrypted.
    init(subjectAlternativeName name: String = "IP:127.0.0.1", passphrase: String? = nil) throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("curl-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let process = try OpenSSL.start(
            [
                "req", "-x509", "-newkey", "rsa:2048", "-days", "1", "-subj", "/CN=test",
                "-addext", "subjectAltName=\(name)", "-keyout", key, "-out", certificate,
            ] + (passphrase.map { ["-passout", "pass:\($0)"] } ?? ["-nodes"]))
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "openssl req failed")
    }

    func remove() {
        try? FileManager.default.removeItem(at: directory)
    }
}

/// `openssl s_server`, which responds to every request with a page about the connection.
final class OpenSSLServer {
    let port: Int
    private let process: Process

    /// Starts the server. It requires a client certificate if `clientAuthority` is given.
    init(_ identity: TestCertificate, clientAuthority: String? = nil) throws {
        let output = Pipe()
        process = try OpenSSL.start(
            ["s_server", "-accept", "127.0.0.1:0", "-www", "-cert", identity.certificate, "-key", identity.key]
                + (clientAuthority.map { ["-Verify", "1", "-verify_return_error", "-CAfile", $0] } ?? []),
            output: output)
        var text = ""
        var found: Int?
        while found == nil {
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { break }
            text += String(decoding: data, as: UTF8.self)
            // "ACCEPT 127.0.0.1:40123", once it listens.
            let line = text.split(separator: "\n").dropLast(text.hasSuffix("\n") ? 0 : 1)
                .first { $0.hasPrefix("ACCEPT") }
            found = line.flatMap { $0.split(separator: ":").last }.flatMap { Int($0) }
        }
        guard let found else {
            OpenSSL.stop(process)
            throw OpenSSL.Failure(description: "openssl s_server did not start: \(text)")
        }
        port = found
    }

    func stop() {
        OpenSSL.stop(process)
    }
}

enum OpenSSL {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    static let path = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
        .map { "\($0)/openssl" }.first { FileManager.default.isExecutableFile(atPath: $0) }

    static func start(_ arguments: [String], output: Pipe? = nil) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(path))
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output ?? FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.start()
        return process
    }

    /// SIGTERM would not work: the child inherits the signal mask of Swift's worker threads, which block it.
    static func stop(_ process: Process) {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
