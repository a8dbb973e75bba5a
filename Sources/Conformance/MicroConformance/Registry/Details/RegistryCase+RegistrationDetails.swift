// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

extension RegistryCase {
    /// Cases about expiry, cancellation and the reports of a heartbeat.
    static let registrationDetails = [
        RegistryCase(
            "R97", .fault, "Looking up and watching a node does not extend its time to live.",
            rationale: "A read refreshes the lease, and the nodes of dead processes stay while clients read."
        ) { context in
            let expiry = context.bounds.expiry
            let recorder = context.record(try context.reader.watch("svc"))
            let timeToLive = try await context.writer.register(context.record(), timeToLive: expiry.timeToLive)
                .timeToLive
            try await context.eventually(recorder, sees: [context.record()], within: context.bounds.timeouts.recovery)
            try await context.eventually(
                context.reader, sees: [], within: (timeToLive ?? expiry.timeToLive) + expiry.slack)
            try await context.eventually(recorder, sees: [], within: context.bounds.timeouts.recovery)
        },
        RegistryCase(
            "R102", .core, "An operation of a cancelled task throws CancellationError and has no effect.",
            rationale: "Operations continue in the background, and register a node after the caller has timed out."
        ) { context in
            let cancelled: [(name: String, body: @Sendable (any Registry) async throws -> Void)] = [
                ("registering", { try await $0.register(context.record(), timeToLive: .seconds(60)) }),
                ("deregistering", { try await $0.deregister(context.record("kept")) }),
                ("looking up", { _ = try await $0.lookUp("kept") }), ("listing", { _ = try await $0.list() }),
            ]
            try await context.register(context.record("kept"))
            try await context.eventually(context.reader, sees: [context.record("kept")], of: "kept")
            for (name, body) in cancelled {
                let gate = AsyncGate()
                let task = Task {
                    await gate.wait()
                    try await body(context.writer)
                }
                try await context.eventually("the task has started") { gate.arrivals == 1 }
                task.cancel()
                try await context.expectCancellation(of: name) {
                    try await context.withTimeout(.seconds(1), "\(name) ends when cancelled") { try await task.value }
                }
            }
            try await context.never("a cancelled registration has an effect") {
                try await !context.reader.lookUp("svc").isEmpty
            }
            try context.expect(
                try await context.reader.lookUp("kept"), is: [context.record("kept")], "the lookup of the kept service"
            )
        },
        RegistryCase(
            "R103", .capability, "A heartbeat reports that its node was lost, with the cause, and that it is restored.",
            rationale: "A heartbeat restores a lost node silently, or reports a loss with every refresh.",
            capabilities: ["foreignDeregistration"]
        ) { context in
            let statuses = Mutex<[String]>([])
            var configuration = Registration.Configuration()
            configuration.timeToLive = context.bounds.expiry.timeToLive
            let record = context.record()
            let registration = try Registration(
                of: record, in: context.writer, configuration: configuration, logger: .silent
            ) { status in
                statuses.withLock { $0.append(status.name + (status.cause.map { " \($0.code)" } ?? "")) }
            }
            try await registration.start(within: context.bounds.timeouts.recovery)
            let heartbeat = Task { await registration.run() }
            defer { heartbeat.cancel() }
            try await context.eventually(context.reader, sees: [record])
            try await context.never("a loss is reported", during: configuration.timeToLive) {
                statuses.withLock(\.self) != ["registered"]
            }
            try await context.reader.deregister(record)
            try await context.eventually(
                "the statuses", is: ["registered", "lost notFound", "restored"],
                within: configuration.timeToLive + context.bounds.timeouts.recovery
            ) { statuses.withLock(\.self) }
            try await context.eventually(context.reader, sees: [record])
            heartbeat.cancel()
            await heartbeat.value
            try await context.eventually(context.reader, sees: [])
        },
        RegistryCase(
            "R116", .capability, "A heartbeat refreshes at its interval, however long its time to live is.",
            rationale: "The adapter skips refreshes, and a lost node stays lost for a third of a long time to live.",
            capabilities: ["foreignDeregistration"]
        ) { context in
            var configuration = Registration.Configuration()
            configuration.timeToLive = max(.seconds(90), context.bounds.timeouts.recovery * 6)
            configuration.interval = .milliseconds(100)
            let record = context.record()
            let registration = try Registration(
                of: record, in: context.writer, configuration: configuration, logger: .silent)
            try await registration.start(within: context.bounds.timeouts.recovery)
            let heartbeat = Task { await registration.run() }
            defer { heartbeat.cancel() }
            try await context.eventually(context.reader, sees: [record])
            let recorder = context.record(try context.reader.watch("svc"))
            try await context.eventually(recorder, sees: [record], within: context.bounds.timeouts.recovery)
            let before = recorder.states.count
            try await context.reader.deregister(record)
            try await context.eventually(
                "the node is absent and then restored", within: context.bounds.timeouts.recovery
            ) {
                let later = recorder.states.dropFirst(before)
                return later.contains { $0["svc"].isEmpty } && later.last?["svc"] == [record]
            }
            heartbeat.cancel()
            await heartbeat.value
            try await context.eventually(context.reader, sees: [])
        },
        RegistryCase(
            "R107", .core, "The time to live of the latest registration applies, even if it is longer.",
            rationale: "The first lease of a node stays in force."
        ) { context in
            let timeToLive = context.bounds.expiry.timeToLive
            try await context.writer.register(context.record(), timeToLive: timeToLive)
            try await context.register(context.record())
            try await context.eventually(context.reader, sees: [context.record()])
            try await context.never(
                "the node expires", during: timeToLive * 2 + min(context.bounds.expiry.slack, .seconds(1))
            ) { try await context.reader.lookUp("svc").isEmpty }
        },
        RegistryCase(
            "R108", .fault,
            "Every operation on a backend that is down fails promptly as unavailable, and names the address.",
            rationale: "One of the operations returns a cached result, another kind of error or a success.",
            actions: [.stop, .start]
        ) { context in
            let record = context.record()
            try await context.register(record)
            try await context.eventually(context.reader, sees: [record])
            _ = try await context.reader.list()
            try await context.perform(.stop)
            let client = context.reader
            let operations: [(name: String, body: () async throws -> Void)] = [
                ("looking up", { _ = try await client.lookUp("svc") }), ("listing", { _ = try await client.list() }),
                ("registering", { try await client.register(record, timeToLive: .seconds(60)) }),
                ("deregistering", { try await client.deregister(record) }),
            ]
            for (name, body) in operations {
                let error = try await context.expectError(.unavailable, .deadlineExceeded, from: name, body)
                try context.expect(
                    Self.names(error.message, client.description), "the message names the backend: \(error.message)")
            }
            let recorder = context.record(try client.watch("other"))
            try await context.eventually("the first state is unknown", within: context.bounds.timeouts.recovery) {
                recorder.unknownCause?.code == .unavailable || recorder.unknownCause?.code == .deadlineExceeded
            }
            try await context.perform(.start)
            try await context.eventually("the watch becomes live", within: context.bounds.timeouts.recovery) {
                recorder.isLive
            }
        },
        RegistryCase(
            "R96", .fault, "If an error response contains the credentials, the errors of the adapter do not.",
            rationale: "Proxies repeat the request in their error page, with its token.", hooks: [.http]
        ) { context in
            guard let secret = context.secrets.first(where: { !$0.isEmpty }) else {
                throw CaseNotRunnable("needs a harness with `secrets`")
            }
            let proxy = try await context.makeHTTPProxy()
            let client = try await context.makeClient { $0.addresses = [proxy.address] }
            for status in [500, 502, 503, 400, 429] {
                proxy.faults = [
                    .status(status, body: "cannot forward: X-Consul-Token: \(secret) Authorization: \(secret)")
                ]
                do {
                    _ = try await client.lookUp("svc")
                    throw ConformanceFailure("a lookup with responses of status \(status) fails")
                } catch let error as MicroError {
                    try context.expect(
                        !"\(error) \(error.message)".contains(secret), "an error does not contain the secret")
                }
            }
            proxy.faults = []
        },
    ]

    /// Whether a message contains a word of a description that is an address.
    private static func names(_ message: String, _ description: String) -> Bool {
        let words = description.split(whereSeparator: { " ,/".contains($0) }).filter {
            $0.contains(":") && $0.count > 6
        }
        return words.isEmpty || words.contains { message.contains($0) }
    }
}
