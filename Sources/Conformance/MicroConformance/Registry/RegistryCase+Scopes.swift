// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let scopes = [
        RegistryCase(
            "R55", .core, "Closing twice is fine, ends all watches, and everything afterwards is closed",
            motive: "Operations after close hang, crash, or quietly work."
        ) { trial in
            let client = try await trial.makeClient()
            try await trial.register(trial.record(), by: client)
            let recorder = trial.record(try client.watch("svc"))
            try await trial.eventually("there is a first state", within: trial.bounds.heal) { recorder.last != nil }
            await client.close()
            await client.close()
            try await trial.eventually("its watches end") { recorder.hasEnded }
            try await trial.expectError(.closed, from: "registering") {
                try await trial.register(trial.record(), by: client)
            }
            try await trial.expectError(.closed, from: "deregistering") { try await client.deregister(trial.record()) }
            try await trial.expectError(.closed, from: "looking up") { _ = try await client.lookUp("svc") }
            try await trial.expectError(.closed, from: "listing") { _ = try await client.list() }
            try await trial.expectError(.closed, from: "watching") { _ = try client.watch("svc") }
            // What it registered stays until its time to live ends.
            try await trial.eventually(trial.b, sees: [trial.record()])
        }
    ]
}
