// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let close = [
        RegistryCase(
            "R55", .core,
            "Closing a client twice succeeds and ends its watches; every later operation fails as closed.",
            rationale: "Operations of a closed client hang, crash or succeed."
        ) { context in
            let client = try await context.makeClient()
            try await context.register(context.record(), by: client)
            let recorder = context.record(try client.watch("svc"))
            try await context.eventually("the watch has a first state", within: context.bounds.timeouts.recovery) {
                recorder.last != nil
            }
            await client.close()
            await client.close()
            try await context.eventually("the watch ends") { recorder.hasEnded }
            try await context.expectError(.closed, from: "registering") {
                try await context.register(context.record(), by: client)
            }
            try await context.expectError(.closed, from: "deregistering") {
                try await client.deregister(context.record())
            }
            try await context.expectError(.closed, from: "looking up") { _ = try await client.lookUp("svc") }
            try await context.expectError(.closed, from: "listing") { _ = try await client.list() }
            try await context.expectError(.closed, from: "watching") { _ = try client.watch("svc") }
            // The registration stays until its time to live ends.
            try await context.eventually(context.reader, sees: [context.record()])
        },
        RegistryCase(
            "R91", .core, "Closing a client does not affect the watches and registrations of other clients.",
            rationale: "Clients share connections or watches, and closing one client ends them for all."
        ) { context in
            let client = try await context.makeClient()
            try await context.register(context.record())
            let recorders = [
                context.record(try context.reader.watch("svc")), context.record(try context.reader.watch(nil)),
            ]
            let closed = context.record(try client.watch("svc"))
            for recorder in recorders + [closed] {
                try await context.eventually(
                    recorder, sees: [context.record()], within: context.bounds.timeouts.recovery)
            }
            await client.close()
            try await context.eventually("the watch of the closed client ends") { closed.hasEnded }
            try await context.never("a watch of another client ends or becomes stale") {
                recorders.contains { $0.hasEnded || !$0.isLive }
            }
            let newer = context.record(port: 9)
            try await context.register(newer)
            for recorder in recorders {
                try await context.eventually(recorder, sees: [newer], within: context.bounds.timeouts.recovery)
            }
        },
    ]
}
