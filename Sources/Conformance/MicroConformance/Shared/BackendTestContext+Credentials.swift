// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BackendTestContext {
    /// Checks that operations with unknown credentials are unauthenticated, those without permission are denied, and no
    /// text contains a secret.
    ///
    /// - Parameter extra: Further checks of a client with the expected code; returns the texts that it has seen.
    func checkRefusedCredentials(
        of operations: [NamedOperation<Client>],
        extra: (_ client: Client, _ code: MicroError.Code, _ credentials: CredentialKind) async throws -> [String] = {
            _, _, _ in []
        }
    ) async throws {
        let logRecorder = LogRecorder()
        var texts: [String] = []
        for (credentials, code) in [
            (CredentialKind.wrong, MicroError.Code.unauthenticated), (.unprivileged, .permissionDenied),
        ] {
            let client = try await makeClient {
                $0.credentials = credentials
                $0.logger = logRecorder.logger
            }
            texts.append("\(client)")
            for operation in operations {
                let name = "\(operation.name) with \(credentials) credentials"
                let error = try await expectError(code, from: name) { try await operation.run(client) }
                texts.append("\(error) \(String(reflecting: error))")
            }
            texts += try await extra(client, code, credentials)
        }
        for secret in secrets {
            try expect(
                !(texts + logRecorder.lines).contains { $0.contains(secret) },
                "no error, description or log contains a secret")
        }
    }

    /// Checks that a client refuses a certificate of an unknown authority, and one for another host name.
    ///
    /// - Parameter extra: Further checks of a client whose certificate check fails for the given reason.
    func checkRefusedCertificates(
        of operations: [NamedOperation<Client>],
        extra: (_ client: Client, _ reason: String) async throws -> Void = { _, _ in }
    ) async throws {
        // On Linux, all of 127.0.0.0/8 is the loopback interface, and no certificate covers 127.0.0.2.
        let mismatchedProxy = try await makeProxy(host: "127.0.0.2")
        let clients = [
            (reason: "an unknown authority", client: try await makeClient { $0.trust = .wrongAuthority }),
            (
                reason: "a certificate for another name",
                client: try await makeClient { $0.addresses = [mismatchedProxy.address] }
            ),
        ]
        for (reason, client) in clients {
            for operation in operations {
                let error = try await expectError(.unavailable, from: "\(operation.name) with \(reason)") {
                    try await operation.run(client)
                }
                try expect(!error.message.isEmpty, "the error has a message")
            }
            try await extra(client, reason)
        }
    }
}
