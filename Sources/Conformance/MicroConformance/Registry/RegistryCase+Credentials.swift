// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let credentials = [
        RegistryCase(
            "R41", .fault, "A watch whose credentials are revoked turns stale because of them, and asks again slowly",
            rationale: "Watches go on with what they may not see any more, or hammer the backend.",
            actions: [.revokeCredentials], hooks: [.revocableCredentials, .endpoint]
        ) { context in
            let proxy = try await context.makeProxy()
            let client = try await context.makeClient {
                $0.credentials = .revocable
                $0.addresses = [proxy.address]
            }
            try await context.register(context.record())
            let recorder = context.record(try client.watch("svc"))
            try await context.eventually(recorder, sees: [context.record()], within: context.bounds.recoveryTimeout)
            try await context.perform(.revokeCredentials)
            try await context.eventually(
                "the state turns stale as unauthenticated", within: context.bounds.halfOpenTimeout
            ) {
                if case .stale(_, let cause) = recorder.last?.freshness {
                    cause.code == .unauthenticated
                } else {
                    false
                }
            }
            try context.expect(recorder.last?["svc"], is: [context.record()], "the stale state")
            let before = proxy.traffic.clientReadCount
            try await context.never("the watch ends, or empties", during: .seconds(2)) {
                recorder.hasEnded || recorder.last?["svc"] != [context.record()]
            }
            let sent = proxy.traffic.clientReadCount - before
            try context.expect(sent <= 10, "a refused watch asks slowly, not \(sent) times in two seconds")
            try await context.expectError(.unauthenticated, from: "looking up with revoked credentials") {
                _ = try await client.lookUp("svc")
            }
        },
        RegistryCase(
            "R46", .fault, "Who is not known is unauthenticated, who may not is denied, and no text tells a secret",
            rationale: "Refusals are read as emptiness or as an outage, and tokens end up in logs.",
            hooks: [.wrongCredentials, .unprivilegedCredentials]
        ) { context in
            try await context.register(context.record())
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
                let what = "with \(credentials) credentials"
                let operations: [(String, () async throws -> Void)] = [
                    ("looking up \(what)", { _ = try await client.lookUp("svc") }),
                    ("listing \(what)", { _ = try await client.list() }),
                    ("registering \(what)", { try await client.register(context.record(node: "x"), timeToLive: nil) }),
                    ("deregistering \(what)", { try await client.deregister(context.record()) }),
                ]
                for (what, operation) in operations {
                    let error = try await context.expectError(code, from: what, operation)
                    texts.append("\(error) \(String(reflecting: error))")
                }
                for name in ["svc", nil] {
                    let recorder = context.record(try client.watch(name))
                    try await context.eventually(
                        "a watch \(what) is unknown as \(code)", within: context.bounds.recoveryTimeout
                    ) {
                        if case .unknown(let cause) = recorder.last?.freshness { cause.code == code } else { false }
                    }
                    texts.append("\(recorder.states)")
                }
            }
            try await context.eventually(context.b, sees: [context.record()])
            for secret in context.harness.secrets {
                try context.expect(
                    !(texts + logRecorder.lines).contains { $0.contains(secret) }, "no text and no log tells a secret")
            }
        },
        RegistryCase(
            "R47", .fault, "A certificate of an unknown authority, or for another name, is refused",
            rationale: "go-micro does not verify certificates.", hooks: [.tls]
        ) { context in
            try await context.register(context.record())
            try await context.eventually(context.b, sees: [context.record()])
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
                let error = try await context.expectError(.unavailable, from: "looking up by \(what)") {
                    _ = try await client.lookUp("svc")
                }
                try context.expect(!error.message.isEmpty, "the error says what is wrong")
                try await context.expectError(.unavailable, from: "registering by \(what)") {
                    try await client.register(context.record(node: "x"), timeToLive: nil)
                }
                let recorder = context.record(try client.watch("svc"))
                try await context.eventually("a watch by \(what) is unknown", within: context.bounds.recoveryTimeout) {
                    if case .unknown = recorder.last?.freshness { true } else { false }
                }
                try await context.never("it sees something") { recorder.states.contains { !$0["svc"].isEmpty } }
            }
        },
    ]
}
