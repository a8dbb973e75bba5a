// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    /// Cases about a backend that is down or suspended.
    static let outages = [
        RegistryCase(
            "R29", .fault, "Deregistering and closing end in time while the backend is down.",
            rationale: "Shutdowns hang on a registry that does not respond.", actions: [.stop, .start]
        ) { context in
            let client = try await context.makeClient()
            try await context.register(context.record(), by: client)
            let recorder = context.record(try client.watch("svc"))
            try await context.eventually(recorder, sees: [context.record()])
            try await context.perform(.stop)
            let limit = context.bounds.timeouts.operation
            let duration = try await context.measure {
                try await context.expectError(.unavailable, .deadlineExceeded, from: "deregistering") {
                    try await context.withTimeout(limit, "deregistering ends") {
                        try await client.deregister(context.record())
                    }
                }
                try await context.withTimeout(limit, "closing ends") { await client.close() }
            }
            try context.expect(
                duration < limit * 2, "deregistering and closing take at most \(limit * 2); they took \(duration)")
        },
        RegistryCase(
            "R44", .fault,
            "A client created while the backend is down reports unavailable and unknown, and works once it is up.",
            rationale: "Clients that start before the backend never recover, or report an empty registry.",
            actions: [.stop, .start]
        ) { context in
            try await context.register(context.record())
            try await context.eventually(context.reader, sees: [context.record()])
            try await context.perform(.stop)
            let client = try await context.makeClient()
            let error = try await context.expectError(.unavailable, .deadlineExceeded, from: "looking up") {
                _ = try await client.lookUp("svc")
            }
            try context.expect(!error.message.isEmpty, "the error has a message")
            let recorder = context.record(try client.watch("svc"))
            try await context.eventually("the first state is unknown", within: context.bounds.timeouts.recovery) {
                recorder.states.first?.isUnknown ?? false
            }
            try await context.perform(.start)
            try await context.eventually("the watched state becomes live", within: context.bounds.timeouts.recovery) {
                recorder.isLive
            }
            try await context.eventually("a lookup succeeds", within: context.bounds.timeouts.recovery) {
                do { _ = try await client.lookUp("svc") } catch is MicroError { return false }
                return true
            }
        },
        RegistryCase(
            "R50", .fault, "Operations on a backend that is down fail as unavailable and never return an empty result.",
            rationale: "An empty result looks like a service without nodes.",
            actions: [.stop, .start]
        ) { context in
            try await context.register(context.record())
            try await context.eventually(context.reader, sees: [context.record()])
            try await context.perform(.stop)
            try await context.expectError(.unavailable, .deadlineExceeded, from: "looking up") {
                _ = try await context.reader.lookUp("svc")
            }
            try await context.expectError(.unavailable, .deadlineExceeded, from: "listing") {
                _ = try await context.reader.list()
            }
            try await context.expectError(.unavailable, .deadlineExceeded, from: "registering") {
                try await context.register(context.record(node: "other"))
            }
        },
        RegistryCase(
            "R58", .fault, "Operations on a suspended backend fail in time, and the client recovers when it resumes.",
            rationale: "A process under SIGSTOP, or a host that swaps, keeps its connections open.",
            actions: [.pause, .resume]
        ) { context in
            let shortTimeoutClient = try await context.makeClient { $0.timeout = .seconds(1) }
            try await context.register(context.record())
            let recorder = context.record(try context.reader.watch("svc"))
            try await context.eventually(recorder, sees: [context.record()])
            try await context.eventually(shortTimeoutClient, sees: [context.record()])
            try await context.perform(.pause)
            try await context.expectError(.deadlineExceeded, .unavailable, from: "looking up") {
                _ = try await shortTimeoutClient.lookUp("svc")
            }
            try await context.expectError(.deadlineExceeded, .unavailable, from: "registering") {
                try await shortTimeoutClient.register(context.record(node: "x"), timeToLive: .seconds(60))
            }
            try await context.expectError(.deadlineExceeded, .unavailable, from: "listing") {
                _ = try await shortTimeoutClient.list()
            }
            try context.expect(!recorder.hasEnded, "the watch does not end")
            try context.expect(recorder.records(), is: [context.record()], "the watched state")
            try await context.perform(.resume)
            let newer = context.record(node: "newer", port: 9)
            try await context.eventuallyRegisters(newer)
            try await shortTimeoutClient.deregister(context.record(node: "x"))
            try await context.eventuallyEqualsLookup(recorder, containing: newer.nodes[0])
        },
        RegistryCase(
            "R121", .fault, "A watch of a backend that is suspended becomes stale within the bound, and recovers.",
            rationale: """
                A backend that stops or hangs keeps its watches open in silence. A client that removes nodes whose \
                heartbeats are missing then loses all of them.
                """, actions: [.pause, .resume]
        ) { context in
            try await context.register(context.record())
            // Its time to live is shorter than the time within which an outage must be detected.
            let shortLived = context.record("svc-short")
            try await context.writer.register(shortLived, timeToLive: Self.shortTimeToLive(context.bounds))
            let recorder = context.record(try context.reader.watch("svc"))
            let shortRecorder = context.record(try context.reader.watch("svc-short"))
            try await context.eventually(recorder, sees: [context.record()], within: context.bounds.timeouts.recovery)
            try await context.eventually(
                shortRecorder, sees: [shortLived], of: "svc-short", within: context.bounds.timeouts.recovery)
            try await context.perform(.pause)
            try await context.eventuallyStale(recorder, within: context.bounds.timeouts.halfOpen)
            try await context.eventuallyStale(shortRecorder, within: context.bounds.timeouts.halfOpen)
            try context.expect(recorder.records(), is: [context.record()], "the stale state")
            try context.expect(shortRecorder.records(of: "svc-short"), is: [shortLived], "the stale state")
            try context.expect(
                shortRecorder.states.drop { $0["svc-short"].isEmpty }.allSatisfy { !$0["svc-short"].isEmpty },
                "no node expires during the outage, when no heartbeat can reach the backend")
            try await context.perform(.resume)
            try await context.eventuallyRegisters(shortLived)
            let newer = context.record(node: "newer", port: 9)
            try await context.eventuallyRegisters(newer)
            try await context.eventuallyEqualsLookup(recorder, containing: newer.nodes[0])
        },
    ]

    /// A time to live that expires during the outage, before the outage must be detected, and not before the
    /// outage begins.
    private static func shortTimeToLive(_ bounds: RegistryBounds) -> Duration {
        max(bounds.expiry.timeToLive, min(.seconds(10), bounds.timeouts.halfOpen / 3))
    }
}
