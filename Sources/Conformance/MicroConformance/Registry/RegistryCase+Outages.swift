// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let outages = [
        RegistryCase(
            "R25", .fault, "A wiped backend has a living service back by its heartbeat, with nothing done by anybody",
            rationale: "The costliest bug of all: a registry restarted empty stays empty until every service restarts.",
            actions: [.wipe]
        ) { context in
            try await context.withHeartbeat(in: context.a) { recorder in
                try await context.perform(.wipe)
                try await context.eventually(
                    context.b, sees: [context.record()], within: context.bounds.recoveryTimeout)
                try await context.eventually(recorder, sees: [context.record()], within: context.bounds.recoveryTimeout)
            }
        },
        RegistryCase(
            "R26", .fault, "After an outage longer than the time to live the service is back, once",
            rationale: "Heartbeats give up, or come back as a second node.", actions: [.stop, .start]
        ) { context in
            try await context.withHeartbeat(in: context.a) { recorder in
                try await context.perform(.stop)
                try await context.eventually("the watch tells of the outage", within: context.bounds.recoveryTimeout) {
                    if case .stale = recorder.last?.freshness { true } else { false }
                }
                try await context.never("the watch ends", during: context.bounds.timeToLive) { recorder.hasEnded }
                try await context.perform(.start)
                try await context.eventually(
                    context.b, sees: [context.record()], within: context.bounds.recoveryTimeout)
            }
        },
        RegistryCase(
            "R29", .fault, "Deregistering and closing are bounded in time even when the backend is down",
            rationale: "Shutdowns hang on a registry that does not answer.", actions: [.stop, .start]
        ) { context in
            let client = try await context.makeClient()
            try await context.register(context.record(), by: client)
            let recorder = context.record(try client.watch("svc"))
            try await context.eventually(recorder, sees: [context.record()])
            try await context.perform(.stop)
            let (started, limit) = (ContinuousClock.now, context.bounds.operationTimeout)
            try await context.expectError(.unavailable, .deadlineExceeded, from: "deregistering") {
                let late = ConformanceFailure("deregistering takes \(limit) at most, and was cut off")
                try await context.withTimeout(limit, orThrow: late) { try await client.deregister(context.record()) }
            }
            let late = ConformanceFailure("closing takes \(limit) at most, and was cut off")
            try await context.withTimeout(limit, orThrow: late) { await client.close() }
            try context.expect(ContinuousClock.now - started < limit * 2, "leaving takes \(limit * 2) at most")
        },
        RegistryCase(
            "R38", .fault,
            "A watch survives an outage: its last state turns stale, and what happened meanwhile follows",
            rationale: "Watches end silently, or come back with what was true before.", actions: [.stop, .start]
        ) { context in
            try await context.register(context.record())
            let recorder = context.record(try context.b.watch("svc"))
            try await context.eventually(recorder, sees: [context.record()])
            try await context.perform(.stop)
            try await context.eventually("the state turns stale", within: context.bounds.recoveryTimeout) {
                if case .stale = recorder.last?.freshness { true } else { false }
            }
            try context.expect(recorder.last?["svc"], is: [context.record()], "the stale state")
            try await context.perform(.start)
            let newer = context.record(node: "newer", port: 9)
            try await context.eventually(
                "the backend takes registrations again", within: context.bounds.recoveryTimeout
            ) {
                do { try await context.register(newer) } catch is MicroError { return false }
                return true
            }
            try await context.eventually("the watch equals a fresh look-up", within: context.bounds.recoveryTimeout) {
                guard let last = recorder.last, case .live = last.freshness else { return false }
                let records = try await context.b.lookUp("svc")
                return last["svc"] == records && records.flatMap(\.nodes).contains(newer.nodes[0])
            }
        },
        RegistryCase(
            "R44", .fault, "A backend that is down at the start is unavailable and unknown, and works once it is there",
            rationale: "Clients that were made too early never recover, or take silence for emptiness.",
            actions: [.stop, .start]
        ) { context in
            try await context.register(context.record())
            try await context.eventually(context.b, sees: [context.record()])
            try await context.perform(.stop)
            let client = try await context.makeClient()
            let error = try await context.expectError(.unavailable, .deadlineExceeded, from: "looking up") {
                _ = try await client.lookUp("svc")
            }
            try context.expect(!error.message.isEmpty, "the error says what failed")
            let recorder = context.record(try client.watch("svc"))
            try await context.eventually("the first state is unknown", within: context.bounds.recoveryTimeout) {
                if case .unknown = recorder.states.first?.freshness { true } else { false }
            }
            try await context.perform(.start)
            try await context.eventually("the watch becomes live", within: context.bounds.recoveryTimeout) {
                if case .live = recorder.last?.freshness { true } else { false }
            }
            try await context.eventually("a look-up works", within: context.bounds.recoveryTimeout) {
                do { _ = try await client.lookUp("svc") } catch is MicroError { return false }
                return true
            }
        },
        RegistryCase(
            "R50", .fault, "A backend that is down is an error, never an empty result",
            rationale: "Read as \"no instances\", an outage of the registry becomes one of everything.",
            actions: [.stop, .start]
        ) { context in
            try await context.register(context.record())
            try await context.eventually(context.b, sees: [context.record()])
            try await context.perform(.stop)
            try await context.expectError(.unavailable, .deadlineExceeded, from: "looking up") {
                _ = try await context.b.lookUp("svc")
            }
            try await context.expectError(.unavailable, .deadlineExceeded, from: "listing") {
                _ = try await context.b.list()
            }
            try await context.expectError(.unavailable, .deadlineExceeded, from: "registering") {
                try await context.register(context.record(node: "other"))
            }
        },
        RegistryCase(
            "R58", .fault, "A backend that halts without a word is an error in time, and no harm once it goes on",
            rationale: "A process under SIGSTOP, or a host that swaps, keeps its connections open.",
            actions: [.pause, .resume]
        ) { context in
            let shortTimeoutClient = try await context.makeClient { $0.timeout = .seconds(1) }
            try await context.register(context.record())
            let recorder = context.record(try context.b.watch("svc"))
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
            try context.expect(
                !recorder.hasEnded && recorder.last?["svc"] == [context.record()], "the watch keeps its state")
            try await context.perform(.resume)
            let newer = context.record(node: "newer", port: 9)
            try await context.eventually(
                "the backend takes registrations again", within: context.bounds.recoveryTimeout
            ) {
                do { try await context.register(newer) } catch is MicroError { return false }
                return true
            }
            try await shortTimeoutClient.deregister(context.record(node: "x"))
            try await context.eventually("the watch equals a fresh look-up", within: context.bounds.recoveryTimeout) {
                guard let last = recorder.last, case .live = last.freshness else { return false }
                let records = try await context.b.lookUp("svc")
                return last["svc"] == records && records.flatMap(\.nodes).contains(newer.nodes[0])
            }
        },
        RegistryCase(
            "R59", .fault, "A backend that is killed and started again has its living service back, once",
            rationale: "What is in flight when a server dies is lost, or done twice.", actions: [.kill, .start]
        ) { context in
            try await context.withHeartbeat(in: context.a) { recorder in
                try await context.perform(.kill)
                try await context.eventually("the watch tells of the outage", within: context.bounds.recoveryTimeout) {
                    if case .stale = recorder.last?.freshness { true } else { false }
                }
                try await context.perform(.start)
                try await context.eventually(
                    context.b, sees: [context.record()], within: context.bounds.recoveryTimeout)
                try await context.eventually(recorder, sees: [context.record()], within: context.bounds.recoveryTimeout)
            }
        },
    ]
}
