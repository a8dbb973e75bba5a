// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import TestServers
import Testing

/// `openssl s_server`, which responds to every request with a page about the connection.
final class OpenSSLServer {
    let port: Int
    private let process: Process

    /// Starts the server. It requires a client certificate if `clientAuthority` is given.
    init(_ identity: Certificates.Identity, clientAuthority: String? = nil) throws {
        let output = Pipe()
        process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Machine.path(of: "openssl")))
        process.arguments =
            ["s_server", "-accept", "127.0.0.1:0", "-www", "-cert", identity.certificate, "-key", identity.key]
            + (clientAuthority.map { ["-Verify", "1", "-verify_return_error", "-CAfile", $0] } ?? [])
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.start()
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
            Self.stop(process)
            throw TestServerError(description: "openssl s_server did not start: \(text)")
        }
        port = found
    }

    func stop() { Self.stop(process) }

    private static func stop(_ process: Process) {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
