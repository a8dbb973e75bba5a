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
        }
    ]
}
