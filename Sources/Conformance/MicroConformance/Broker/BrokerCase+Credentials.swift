// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    static let credentials = [
        BrokerCase(
            "B43", .fault, "Who is not known is unauthenticated, who may not is denied, and no text tells a secret",
            rationale: "Refusals are read as an outage, and passwords end up in logs.",
            hooks: [.wrongCredentials, .unprivilegedCredentials]
        ) { context in
            let recorder = try await context.record()
            let logRecorder = LogRecorder()
            var texts: [String] = []
            for (credentials, code) in [
                (Credentials.wrong, MicroError.Code.unauthenticated), (.unprivileged, .permissionDenied),
            ] {
                let client = try await context.makeClient {
                    $0.credentials = credentials
                    $0.logger = logRecorder.logger
                }
                texts.append("\(client)")
                let operations: [(String, () async throws -> Void)] = [
                    ("publishing", { try await client.publish(BrokerMessage(text: "no"), to: context.topic()) }),
                    ("subscribing", { _ = try await client.subscribe(to: context.topic()) }),
                ]
                for (what, operation) in operations {
                    let error = try await context.expectError(code, from: "\(what) with \(credentials) credentials") {
                        try await operation()
                    }
                    texts.append("\(error) \(String(reflecting: error))")
                }
            }
            try await context.publish(["yes"])
            try await context.eventually(recorder, gets: ["yes"])
            for secret in context.harness.secrets {
                try context.expect(
                    !(texts + logRecorder.lines).contains { $0.contains(secret) }, "no text and no log tells a secret")
            }
        },
        BrokerCase(
            "B62", .fault, "A certificate of an unknown authority, or for another name, is refused",
            rationale: "go-micro does not verify certificates.", hooks: [.tls]
        ) { context in
            let recorder = try await context.record()
            // All of 127.0.0.0/8 is this machine on Linux, and no certificate is for all of it.
            let mismatchedProxy = try await context.makeProxy(host: "127.0.0.2")
            let clients = [
                (what: "an unknown authority", client: try await context.makeClient { $0.trust = .wrongAuthority }),
                (
                    what: "a certificate for another name",
                    client: try await context.makeClient { $0.addresses = [mismatchedProxy.address] }
                ),
            ]
            for (what, client) in clients {
                let error = try await context.expectError(.unavailable, from: "publishing by \(what)") {
                    try await client.publish(BrokerMessage(text: "no"), to: context.topic())
                }
                try context.expect(!error.message.isEmpty, "the error says what is wrong")
                try await context.expectError(.unavailable, from: "subscribing by \(what)") {
                    _ = try await client.subscribe(to: context.topic())
                }
            }
            try await context.publish(["yes"])
            try await context.eventually(recorder, gets: ["yes"])
        },
        BrokerCase(
            "B63", .fault,
            "A client whose credentials are revoked is told so, asks again slowly, and its subscriptions wait",
            rationale: "Refused clients hammer the server, or end what they have subscribed to.",
            actions: [.revokeCredentials], hooks: [.revocableCredentials, .endpoint]
        ) { context in
            let proxy = try await context.makeProxy()
            let client = try await context.makeClient {
                $0.credentials = .revocable
                $0.addresses = [proxy.address]
                $0.timeout = .seconds(1)
            }
            let recorder = try await context.record(client)
            try await context.eventuallyDelivers(from: context.a, to: recorder)
            try await context.perform(.revokeCredentials)
            proxy.dropConnections()
            try await context.eventually("publishing is unauthenticated", within: context.bounds.recoveryTimeout) {
                do { try await client.publish(BrokerMessage(), to: context.topic("other")) } catch let error
                    as MicroError
                {
                    return error.code == .unauthenticated
                }
                return false
            }
            let before = proxy.traffic.connections
            try await context.never("the subscription ends", during: .seconds(2)) { recorder.hasEnded }
            let attempts = proxy.traffic.connections - before
            let allowed = context.bounds.maxAttemptsPerSecond * 2
            try context.expect(
                attempts <= allowed, "a refused client connects \(allowed) times in 2 s at most, not \(attempts)")
        },
    ]
}
