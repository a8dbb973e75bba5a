// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    private static func operations(of context: BrokerTestContext) -> [NamedOperation<any Broker>] {
        [
            NamedOperation("publishing") { try await $0.publish(BrokerMessage(text: "no"), to: context.topic()) },
            NamedOperation("subscribing") { _ = try await $0.subscribe(to: context.topic()) },
        ]
    }

    static let credentials = [
        BrokerCase(
            "B43", .fault,
            "Unknown credentials fail as unauthenticated, missing permissions as denied; no text contains a secret.",
            rationale: "Refusals are reported as outages, and passwords appear in logs.",
            hooks: [.wrongCredentials, .unprivilegedCredentials]
        ) { context in
            let recorder = try await context.record()
            try await context.checkRefusedCredentials(of: operations(of: context))
            try await context.publish(["yes"])
            try await context.eventually(recorder, gets: ["yes"])
        },
        BrokerCase(
            "B62", .fault, "A certificate of an unknown authority or for another host name is refused.",
            rationale: "go-micro does not verify certificates.", hooks: [.tls]
        ) { context in
            let recorder = try await context.record()
            try await context.checkRefusedCertificates(of: operations(of: context))
            try await context.publish(["yes"])
            try await context.eventually(recorder, gets: ["yes"])
        },
        BrokerCase(
            "B63", .fault,
            "A client with revoked credentials fails as unauthenticated, retries slowly, and keeps its subscriptions.",
            rationale: "Refused clients connect in a loop, or end their subscriptions.",
            actions: [.revokeCredentials], hooks: [.revocableCredentials, .endpoint]
        ) { context in
            let (client, proxy) = try await context.makeRevocableClient(timeout: .seconds(1))
            let recorder = try await context.record(client)
            try await context.eventuallyDelivers(from: context.publisher, to: recorder)
            try await context.perform(.revokeCredentials)
            proxy.dropConnections()
            try await context.eventually("publishing is unauthenticated", within: context.bounds.timeouts.recovery) {
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
            let limit = context.bounds.limits.maxConnectionAttemptsPerSecond * 2
            try context.expect(
                attempts <= limit, "a refused client connects at most \(limit) times in 2 s; it did \(attempts) times")
        },
    ]
}
