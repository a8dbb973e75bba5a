// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    /// Cases about the recovery after a backend was restarted or wiped.
    static let restarts = [
        RegistryCase(
            "R25", .fault, "After the backend was wiped, the next heartbeat restores a live service.",
            rationale: "A registry that restarts empty stays empty until every service is restarted.",
            actions: [.wipe]
        ) { context in
            try await context.withHeartbeat(losesNode: true) { recorder in
                try await context.perform(.wipe)
                try await context.eventuallyRestored(recorder)
            }
        },
        RegistryCase(
            "R26", .fault, "After an outage longer than the time to live, heartbeats restore a live service, once.",
            rationale: "Heartbeats stop retrying, or register the service as a second node.", actions: [.stop, .start]
        ) { context in
            try await context.withHeartbeat(losesNode: true) { recorder in
                try await context.perform(.stop)
                try await context.eventuallyStale(recorder)
                try await context.never("the watch ends", during: context.bounds.expiry.timeToLive) {
                    recorder.hasEnded
                }
                try await context.perform(.start)
                try await context.eventually(
                    context.reader, sees: [context.record()], within: context.bounds.timeouts.recovery)
            }
        },
        RegistryCase(
            "R38", .fault,
            "During an outage a watch keeps its last state as stale; afterwards it catches up with the changes.",
            rationale: "Watches end without notice, or resume with an outdated state.", actions: [.stop, .start]
        ) { context in
            try await context.register(context.record())
            let recorder = context.record(try context.reader.watch("svc"))
            try await context.eventually(recorder, sees: [context.record()])
            try await context.perform(.stop)
            try await context.eventuallyStale(recorder)
            try context.expect(recorder.records(), is: [context.record()], "the stale state")
            try await context.perform(.start)
            let newer = context.record(node: "newer", port: 9)
            try await context.eventuallyRegisters(newer)
            try await context.eventuallyEqualsLookup(recorder, containing: newer.nodes[0])
        },
        RegistryCase(
            "R59", .fault, "After the backend was killed and started again, heartbeats restore a live service, once.",
            rationale: "A request in flight is lost or executed twice when a server dies.", actions: [.kill, .start]
        ) { context in
            try await context.withHeartbeat { recorder in
                try await context.perform(.kill)
                try await context.eventuallyStale(recorder)
                try await context.perform(.start)
                try await context.eventuallyRestored(recorder)
            }
        },
        RegistryCase(
            "R92", .fault, "A watch of all services becomes live again after an outage, and sees later changes.",
            rationale: "Watching all services is often a second code path, without its own recovery.",
            actions: [.stop, .start]
        ) { context in
            try await context.register(context.record())
            let recorder = context.record(try context.reader.watch(nil))
            try await context.eventually(recorder, sees: [context.record()], within: context.bounds.timeouts.recovery)
            try await context.perform(.stop)
            try await context.eventuallyStale(recorder)
            try context.expect(recorder.records(), is: [context.record()], "the stale state")
            try await context.perform(.start)
            try await context.eventually("the watched state becomes live", within: context.bounds.timeouts.recovery) {
                recorder.isLive
            }
            let newer = context.record("newer")
            try await context.eventuallyRegisters(newer)
            try await context.eventually(
                recorder, sees: [newer], of: "newer", within: context.bounds.timeouts.recovery)
        },
        RegistryCase(
            "R120", .fault, "A watch that is open while the backend loses its data sees later registrations.",
            rationale: "A watch resumes at a version that an empty backend has not reached, and waits in silence.",
            actions: [.wipe]
        ) { context in
            for port in 1...50 { try await context.register(context.record("old", port: port)) }
            let recorder = context.record(try context.reader.watch(nil))
            try await context.eventually(
                recorder, sees: [context.record("old", port: 50)], of: "old", within: context.bounds.timeouts.recovery)
            try await context.perform(.wipe)
            for port in [8, 9] {
                let newer = context.record("newer", port: port)
                try await context.eventuallyRegisters(newer)
                try await context.eventually(
                    recorder, sees: [newer], of: "newer", within: context.bounds.timeouts.recovery)
            }
            try context.expect(recorder.records(of: "old"), is: [], "the services before the loss")
        },
    ]
}
