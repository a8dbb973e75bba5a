// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let credentials = [
        RegistryCase(
            "R41", .fault,
            "A watch whose credentials are revoked becomes stale with the cause `unauthenticated`, and retries slowly.",
            rationale: "Watches continue without permission, or send requests in a loop.",
            actions: [.revokeCredentials], hooks: [.revocableCredentials, .endpoint]
        ) { context in
            let (client, proxy) = try await context.makeRevocableClient()
            try await context.register(context.record())
            let recorder = context.record(try client.watch("svc"))
            try await context.eventually(recorder, sees: [context.record()], within: context.bounds.timeouts.recovery)
            try await context.perform(.revokeCredentials)
            try await context.eventually(
                "the watched state becomes stale as unauthenticated", within: context.bounds.timeouts.halfOpen
            ) { recorder.staleCause?.code == .unauthenticated }
            try context.expect(recorder.records(), is: [context.record()], "the stale state")
            let before = proxy.traffic.clientReadCount
            try await context.never("the watch ends or loses its state", during: .seconds(2)) {
                recorder.hasEnded || recorder.records() != [context.record()]
            }
            let sent = proxy.traffic.clientReadCount - before
            try context.expect(sent <= 10, "a refused watch sends at most 10 requests in 2 s; it sent \(sent)")
            try await context.expectError(.unauthenticated, from: "looking up with revoked credentials") {
                _ = try await client.lookUp("svc")
            }
        },
        RegistryCase(
            "R46", .fault,
            "Unknown credentials fail as unauthenticated, missing permissions as denied; no text contains a secret.",
            rationale: "Refusals are reported as empty results or as outages, and tokens appear in logs.",
            hooks: [.wrongCredentials, .unprivilegedCredentials]
        ) { context in
            try await context.register(context.record())
            let operations: [NamedOperation<any Registry>] = [
                NamedOperation("looking up") { _ = try await $0.lookUp("svc") },
                NamedOperation("listing") { _ = try await $0.list() },
                NamedOperation("registering") { try await $0.register(context.record(node: "x"), timeToLive: nil) },
                NamedOperation("deregistering") { try await $0.deregister(context.record()) },
            ]
            try await context.checkRefusedCredentials(of: operations) { client, code, credentials in
                var texts: [String] = []
                for name in ["svc", nil] {
                    let recorder = context.record(try client.watch(name))
                    try await context.eventually(
                        "a watch with \(credentials) credentials is unknown as \(code)",
                        within: context.bounds.timeouts.recovery
                    ) { recorder.unknownCause?.code == code }
                    texts.append("\(recorder.states)")
                }
                return texts
            }
            try await context.eventually(context.reader, sees: [context.record()])
        },
        RegistryCase(
            "R47", .fault, "A certificate of an unknown authority or for another host name is refused.",
            rationale: "go-micro does not verify certificates.", hooks: [.tls]
        ) { context in
            try await context.register(context.record())
            try await context.eventually(context.reader, sees: [context.record()])
            let operations: [NamedOperation<any Registry>] = [
                NamedOperation("looking up") { _ = try await $0.lookUp("svc") },
                NamedOperation("registering") { try await $0.register(context.record(node: "x"), timeToLive: nil) },
            ]
            try await context.checkRefusedCertificates(of: operations) { client, reason in
                let recorder = context.record(try client.watch("svc"))
                try await context.eventually(
                    "a watch with \(reason) is unknown", within: context.bounds.timeouts.recovery
                ) { recorder.unknownCause != nil }
                try await context.never("the watch sees a record") { recorder.states.contains { !$0["svc"].isEmpty } }
            }
        },
    ]
}
