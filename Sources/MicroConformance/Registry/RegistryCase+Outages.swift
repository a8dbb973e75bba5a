// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let outages = [
        RegistryCase(
            "R25", .fault, "A wiped backend has a living service back by its heartbeat, with nothing done by anybody",
            motive: "The costliest bug of all: a registry restarted empty stays empty until every service restarts.",
            actions: [.wipe]
        ) { trial in
            try await trial.whileBeating { recorder in
                try await trial.perform(.wipe)
                try await trial.eventually(trial.b, sees: [trial.record()], within: trial.bounds.heal)
                try await trial.eventually(recorder, sees: [trial.record()], within: trial.bounds.heal)
            }
        },
        RegistryCase(
            "R26", .fault, "After an outage longer than the time to live the service is back, once",
            motive: "Heartbeats give up, or come back as a second node.", actions: [.stop, .start]
        ) { trial in
            try await trial.whileBeating { recorder in
                try await trial.perform(.stop)
                try await trial.eventually("the watch tells of the outage", within: trial.bounds.heal) {
                    if case .stale = recorder.last?.freshness { true } else { false }
                }
                try await trial.never("the watch ends", during: trial.bounds.timeToLive) { recorder.hasEnded }
                try await trial.perform(.start)
                try await trial.eventually(trial.b, sees: [trial.record()], within: trial.bounds.heal)
            }
        },
        RegistryCase(
            "R29", .fault, "Deregistering and closing are bounded in time even when the backend is down",
            motive: "Shutdowns hang on a registry that does not answer.", actions: [.stop, .start]
        ) { trial in
            let client = try await trial.makeClient()
            try await trial.register(trial.record(), by: client)
            let recorder = trial.record(try client.watch("svc"))
            try await trial.eventually(recorder, sees: [trial.record()])
            try await trial.perform(.stop)
            let (started, limit) = (ContinuousClock.now, trial.bounds.operation)
            try await trial.expectError(.unavailable, .deadlineExceeded, from: "deregistering") {
                let late = ConformanceFailure("deregistering takes \(limit) at most, and was cut off")
                try await trial.bounded(limit, orThrow: late) { try await client.deregister(trial.record()) }
            }
            let late = ConformanceFailure("closing takes \(limit) at most, and was cut off")
            try await trial.bounded(limit, orThrow: late) { await client.close() }
            try trial.expect(ContinuousClock.now - started < limit * 2, "leaving takes \(limit * 2) at most")
        },
        RegistryCase(
            "R38", .fault,
            "A watch survives an outage: its last state turns stale, and what happened meanwhile follows",
            motive: "Watches end silently, or come back with what was true before.", actions: [.stop, .start]
        ) { trial in
            try await trial.register(trial.record())
            let recorder = trial.record(try trial.b.watch("svc"))
            try await trial.eventually(recorder, sees: [trial.record()])
            try await trial.perform(.stop)
            try await trial.eventually("the state turns stale", within: trial.bounds.heal) {
                if case .stale = recorder.last?.freshness { true } else { false }
            }
            try trial.expect(recorder.last?["svc"], is: [trial.record()], "the stale state")
            try await trial.perform(.start)
            let newer = trial.record(node: "newer", port: 9)
            try await trial.eventually("the backend takes registrations again", within: trial.bounds.heal) {
                do { try await trial.register(newer) } catch is MicroError { return false }
                return true
            }
            try await trial.eventually("the watch equals a fresh look-up", within: trial.bounds.heal) {
                guard let last = recorder.last, case .live = last.freshness else { return false }
                let records = try await trial.b.lookUp("svc")
                return last["svc"] == records && records.flatMap(\.nodes).contains(newer.nodes[0])
            }
        },
        RegistryCase(
            "R44", .fault, "A backend that is down at the start is unavailable and unknown, and works once it is there",
            motive: "Clients that were made too early never recover, or take silence for emptiness.",
            actions: [.stop, .start]
        ) { trial in
            try await trial.register(trial.record())
            try await trial.eventually(trial.b, sees: [trial.record()])
            try await trial.perform(.stop)
            let client = try await trial.makeClient()
            let error = try await trial.expectError(.unavailable, .deadlineExceeded, from: "looking up") {
                _ = try await client.lookUp("svc")
            }
            try trial.expect(!error.message.isEmpty, "the error says what failed")
            let recorder = trial.record(try client.watch("svc"))
            try await trial.eventually("the first state is unknown", within: trial.bounds.heal) {
                if case .unknown = recorder.states.first?.freshness { true } else { false }
            }
            try await trial.perform(.start)
            try await trial.eventually("the watch becomes live", within: trial.bounds.heal) {
                if case .live = recorder.last?.freshness { true } else { false }
            }
            try await trial.eventually("a look-up works", within: trial.bounds.heal) {
                do { _ = try await client.lookUp("svc") } catch is MicroError { return false }
                return true
            }
        },
        RegistryCase(
            "R50", .fault, "A backend that is down is an error, never an empty result",
            motive: "Read as \"no instances\", an outage of the registry becomes one of everything.",
            actions: [.stop, .start]
        ) { trial in
            try await trial.register(trial.record())
            try await trial.eventually(trial.b, sees: [trial.record()])
            try await trial.perform(.stop)
            try await trial.expectError(.unavailable, .deadlineExceeded, from: "looking up") {
                _ = try await trial.b.lookUp("svc")
            }
            try await trial.expectError(.unavailable, .deadlineExceeded, from: "listing") {
                _ = try await trial.b.list()
            }
            try await trial.expectError(.unavailable, .deadlineExceeded, from: "registering") {
                try await trial.register(trial.record(node: "other"))
            }
        },
    ]
}

extension RegistryTrial {
    /// Runs the body while a heartbeat keeps the record registered and a watch sees it.
    fileprivate func whileBeating(_ body: (WatchRecorder) async throws -> Void) async throws {
        var configuration = Registration.Configuration()
        configuration.timeToLive = bounds.timeToLive
        let registration = try Registration(of: record(), in: a, configuration: configuration, logger: .silent)
        try await registration.start(within: bounds.heal)
        let heartbeat = Task { await registration.run() }
        defer { heartbeat.cancel() }
        let recorder = record(try b.watch("svc"))
        try await eventually(recorder, sees: [record()])
        try await body(recorder)
        heartbeat.cancel()
        await heartbeat.value
    }
}
