// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    static let credentials = [
        BrokerCase(
            "B43", .fault, "Who is not known is unauthenticated, who may not is denied, and no text tells a secret",
            motive: "Refusals are read as an outage, and passwords end up in logs.",
            hooks: [.wrongCredentials, .powerlessCredentials]
        ) { trial in
            let recorder = try await trial.record()
            let tape = LogTape()
            var texts: [String] = []
            for (credentials, code) in [
                (Credentials.wrong, MicroError.Code.unauthenticated), (.powerless, .permissionDenied),
            ] {
                let client = try await trial.makeClient {
                    $0.credentials = credentials
                    $0.logger = tape.logger
                }
                texts.append("\(client)")
                let operations: [(String, () async throws -> Void)] = [
                    ("publishing", { try await client.publish(Message(text: "no"), to: trial.topic()) }),
                    ("subscribing", { _ = try await client.subscribe(to: trial.topic()) }),
                ]
                for (what, operation) in operations {
                    let error = try await trial.expectError(code, from: "\(what) with \(credentials) credentials") {
                        try await operation()
                    }
                    texts.append("\(error) \(String(reflecting: error))")
                }
            }
            try await trial.publish(["yes"])
            try await trial.eventually(recorder, gets: ["yes"])
            for secret in trial.harness.secrets {
                try trial.expect(
                    !(texts + tape.lines).contains { $0.contains(secret) }, "no text and no log tells a secret")
            }
        },
        BrokerCase(
            "B62", .fault, "A certificate of an unknown authority, or for another name, is refused",
            motive: "go-micro does not verify certificates.", hooks: [.tls]
        ) { trial in
            let recorder = try await trial.record()
            // All of 127.0.0.0/8 is this machine on Linux, and no certificate is for all of it.
            let elsewhere = try await trial.makeProxy(host: "127.0.0.2")
            let clients = [
                (what: "an unknown authority", client: try await trial.makeClient { $0.trust = .wrongAuthority }),
                (
                    what: "a certificate for another name",
                    client: try await trial.makeClient { $0.addresses = [elsewhere.address] }
                ),
            ]
            for (what, client) in clients {
                let error = try await trial.expectError(.unavailable, from: "publishing by \(what)") {
                    try await client.publish(Message(text: "no"), to: trial.topic())
                }
                try trial.expect(!error.message.isEmpty, "the error says what is wrong")
                try await trial.expectError(.unavailable, from: "subscribing by \(what)") {
                    _ = try await client.subscribe(to: trial.topic())
                }
            }
            try await trial.publish(["yes"])
            try await trial.eventually(recorder, gets: ["yes"])
        },
        BrokerCase(
            "B63", .fault,
            "A client whose credentials are revoked is told so, asks again slowly, and its subscriptions wait",
            motive: "Refused clients hammer the server, or end what they have subscribed to.",
            actions: [.revokeCredentials], hooks: [.revocableCredentials, .entrance]
        ) { trial in
            let proxy = try await trial.makeProxy()
            let client = try await trial.makeClient {
                $0.credentials = .revocable
                $0.addresses = [proxy.address]
                $0.timeout = .seconds(1)
            }
            let recorder = try await trial.record(client)
            try await trial.eventuallyFlows(from: trial.a, to: recorder)
            try await trial.perform(.revokeCredentials)
            proxy.dropConnections()
            try await trial.eventually("publishing is unauthenticated", within: trial.bounds.heal) {
                do { try await client.publish(Message(), to: trial.topic("other")) } catch let error as MicroError {
                    return error.code == .unauthenticated
                }
                return false
            }
            let before = proxy.traffic.connections
            try await trial.never("the subscription ends", during: .seconds(2)) { recorder.hasEnded }
            let attempts = proxy.traffic.connections - before
            let allowed = trial.bounds.attemptsPerSecond * 2
            try trial.expect(
                attempts <= allowed, "a refused client connects \(allowed) times in 2 s at most, not \(attempts)")
        },
    ]
}
