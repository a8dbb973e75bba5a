// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let shutdown = [
        RegistryCase(
            "R55", .core, "Closing twice is fine, ends all watches, and everything afterwards is closed",
            rationale: "Operations after close hang, crash, or quietly work."
        ) { context in
            let client = try await context.makeClient()
            try await context.register(context.record(), by: client)
            let recorder = context.record(try client.watch("svc"))
            try await context.eventually("there is a first state", within: context.bounds.recoveryTimeout) {
                recorder.last != nil
            }
            await client.close()
            await client.close()
            try await context.eventually("its watches end") { recorder.hasEnded }
            try await context.expectError(.closed, from: "registering") {
                try await context.register(context.record(), by: client)
            }
            try await context.expectError(.closed, from: "deregistering") {
                try await client.deregister(context.record())
            }
            try await context.expectError(.closed, from: "looking up") { _ = try await client.lookUp("svc") }
            try await context.expectError(.closed, from: "listing") { _ = try await client.list() }
            try await context.expectError(.closed, from: "watching") { _ = try client.watch("svc") }
            // What it registered stays until its time to live ends.
            try await context.eventually(context.b, sees: [context.record()])
        }
    ]
}
