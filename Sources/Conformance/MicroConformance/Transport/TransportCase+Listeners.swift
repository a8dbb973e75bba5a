// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    /// Cases about binding and replacing listeners.
    static let listeners = [
        TransportCase(
            "T40", .core, "A listener that replaces another one at the same address is called immediately.",
            rationale: "After a restart of the server, clients fail until they are restarted as well."
        ) { context in
            var address = context.harness.bindAddress
            for number in 0..<3 {
                let server = try await context.makeTransport()
                let listener = try await context.serve(by: server, at: address) { request in
                    TransportResponse(contentType: request.contentType, body: ByteBuffer(string: "\(number)"))
                }
                address = listener.address
                try context.expect(
                    try await context.call(at: address), is: "\(number)", "the number of the listener")
                await server.close()
                try await context.expectError(.unavailable, from: "a call without a listener") {
                    try await context.call(at: address)
                }
            }
        },
        TransportCase(
            "T51", .core, "Binding to an address in use fails with an error that names it.",
            rationale: "A service does not listen, and does not report it."
        ) { context in
            let listener = try await context.serve()
            let another = try await context.makeTransport()
            let error = try await context.expectError(.unavailable, from: "binding to an address in use") {
                _ = try await another.bind(to: listener.address)
            }
            try context.expect(
                error.message.contains(listener.address.host), "the message names the address: \(error.message)")
            try await context.expectStillServing(listener.address, after: "the failed bind")
            let running = try await another.bind(to: context.harness.bindAddress)
            let task = Task { try await running.run(TransportTestContext.echo) }
            try context.expect(try await context.call("a", at: running.address), is: "a", "the response")
            try await context.expectError(.closed, from: "running a listener twice") {
                try await running.run(TransportTestContext.echo)
            }
            await running.drain(deadline: .now + .seconds(1))
            try await task.value
        },
    ]
}
