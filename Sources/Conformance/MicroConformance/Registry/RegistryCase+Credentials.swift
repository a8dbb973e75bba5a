// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let credentials = [
        RegistryCase(
            "R41", .fault, "A watch whose credentials are revoked turns stale because of them, and asks again slowly",
            motive: "Watches go on with what they may not see any more, or hammer the backend.",
            actions: [.revokeCredentials], hooks: [.revocableCredentials, .entrance]
        ) { trial in
            let proxy = try await trial.makeProxy()
            let client = try await trial.makeClient {
                $0.credentials = .revocable
                $0.addresses = [proxy.address]
            }
            try await trial.register(trial.record())
            let recorder = trial.record(try client.watch("svc"))
            try await trial.eventually(recorder, sees: [trial.record()], within: trial.bounds.heal)
            try await trial.perform(.revokeCredentials)
            try await trial.eventually("the state turns stale as unauthenticated", within: trial.bounds.halfOpen) {
                if case .stale(_, let cause) = recorder.last?.freshness {
                    cause.code == .unauthenticated
                } else {
                    false
                }
            }
            try trial.expect(recorder.last?["svc"], is: [trial.record()], "the stale state")
            let before = proxy.traffic.bursts
            try await trial.never("the watch ends, or empties", during: .seconds(2)) {
                recorder.hasEnded || recorder.last?["svc"] != [trial.record()]
            }
            let sent = proxy.traffic.bursts - before
            try trial.expect(sent <= 10, "a refused watch asks slowly, not \(sent) times in two seconds")
            try await trial.expectError(.unauthenticated, from: "looking up with revoked credentials") {
                _ = try await client.lookUp("svc")
            }
        },
        RegistryCase(
            "R46", .fault, "Who is not known is unauthenticated, who may not is denied, and no text tells a secret",
            motive: "Refusals are read as emptiness or as an outage, and tokens end up in logs.",
            hooks: [.wrongCredentials, .powerlessCredentials]
        ) { trial in
            try await trial.register(trial.record())
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
                let what = "with \(credentials) credentials"
                let operations: [(String, () async throws -> Void)] = [
                    ("looking up \(what)", { _ = try await client.lookUp("svc") }),
                    ("listing \(what)", { _ = try await client.list() }),
                    ("registering \(what)", { try await client.register(trial.record(node: "x"), timeToLive: nil) }),
                    ("deregistering \(what)", { try await client.deregister(trial.record()) }),
                ]
                for (what, operation) in operations {
                    let error = try await trial.expectError(code, from: what, operation)
                    texts.append("\(error) \(String(reflecting: error))")
                }
                for name in ["svc", nil] {
                    let recorder = trial.record(try client.watch(name))
                    try await trial.eventually("a watch \(what) is unknown as \(code)", within: trial.bounds.heal) {
                        if case .unknown(let cause) = recorder.last?.freshness { cause.code == code } else { false }
                    }
                    texts.append("\(recorder.states)")
                }
            }
            try await trial.eventually(trial.b, sees: [trial.record()])
            for secret in trial.harness.secrets {
                try trial.expect(
                    !(texts + tape.lines).contains { $0.contains(secret) }, "no text and no log tells a secret")
            }
        },
        RegistryCase(
            "R47", .fault, "A certificate of an unknown authority, or for another name, is refused",
            motive: "go-micro does not verify certificates.", hooks: [.tls]
        ) { trial in
            try await trial.register(trial.record())
            try await trial.eventually(trial.b, sees: [trial.record()])
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
                let error = try await trial.expectError(.unavailable, from: "looking up by \(what)") {
                    _ = try await client.lookUp("svc")
                }
                try trial.expect(!error.message.isEmpty, "the error says what is wrong")
                try await trial.expectError(.unavailable, from: "registering by \(what)") {
                    try await client.register(trial.record(node: "x"), timeToLive: nil)
                }
                let recorder = trial.record(try client.watch("svc"))
                try await trial.eventually("a watch by \(what) is unknown", within: trial.bounds.heal) {
                    if case .unknown = recorder.last?.freshness { true } else { false }
                }
                try await trial.never("it sees something") { recorder.states.contains { !$0["svc"].isEmpty } }
            }
        },
    ]
}
