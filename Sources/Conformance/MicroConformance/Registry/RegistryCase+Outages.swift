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
            try await trial.whileBeating(in: trial.a) { recorder in
                try await trial.perform(.wipe)
                try await trial.eventually(trial.b, sees: [trial.record()], within: trial.bounds.heal)
                try await trial.eventually(recorder, sees: [trial.record()], within: trial.bounds.heal)
            }
        },
        RegistryCase(
            "R26", .fault, "After an outage longer than the time to live the service is back, once",
            motive: "Heartbeats give up, or come back as a second node.", actions: [.stop, .start]
        ) { trial in
            try await trial.whileBeating(in: trial.a) { recorder in
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
        RegistryCase(
            "R58", .fault, "A backend that halts without a word is an error in time, and no harm once it goes on",
            motive: "A process under SIGSTOP, or a host that swaps, keeps its connections open.",
            actions: [.pause, .resume]
        ) { trial in
            let hasty = try await trial.makeClient { $0.timeout = .seconds(1) }
            try await trial.register(trial.record())
            let recorder = trial.record(try trial.b.watch("svc"))
            try await trial.eventually(recorder, sees: [trial.record()])
            try await trial.eventually(hasty, sees: [trial.record()])
            try await trial.perform(.pause)
            try await trial.expectError(.deadlineExceeded, .unavailable, from: "looking up") {
                _ = try await hasty.lookUp("svc")
            }
            try await trial.expectError(.deadlineExceeded, .unavailable, from: "registering") {
                try await hasty.register(trial.record(node: "x"), timeToLive: .seconds(60))
            }
            try await trial.expectError(.deadlineExceeded, .unavailable, from: "listing") { _ = try await hasty.list() }
            try trial.expect(
                !recorder.hasEnded && recorder.last?["svc"] == [trial.record()], "the watch keeps its state")
            try await trial.perform(.resume)
            let newer = trial.record(node: "newer", port: 9)
            try await trial.eventually("the backend takes registrations again", within: trial.bounds.heal) {
                do { try await trial.register(newer) } catch is MicroError { return false }
                return true
            }
            try await hasty.deregister(trial.record(node: "x"))
            try await trial.eventually("the watch equals a fresh look-up", within: trial.bounds.heal) {
                guard let last = recorder.last, case .live = last.freshness else { return false }
                let records = try await trial.b.lookUp("svc")
                return last["svc"] == records && records.flatMap(\.nodes).contains(newer.nodes[0])
            }
        },
        RegistryCase(
            "R59", .fault, "A backend that is killed and started again has its living service back, once",
            motive: "What is in flight when a server dies is lost, or done twice.", actions: [.kill, .start]
        ) { trial in
            try await trial.whileBeating(in: trial.a) { recorder in
                try await trial.perform(.kill)
                try await trial.eventually("the watch tells of the outage", within: trial.bounds.heal) {
                    if case .stale = recorder.last?.freshness { true } else { false }
                }
                try await trial.perform(.start)
                try await trial.eventually(trial.b, sees: [trial.record()], within: trial.bounds.heal)
                try await trial.eventually(recorder, sees: [trial.record()], within: trial.bounds.heal)
            }
        },
    ]
}
