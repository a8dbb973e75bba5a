// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    /// The life of listeners and transports.
    static let lifecycle = [
        TransportCase(
            "T40", .core, "A listener that takes the place of another is called at once",
            rationale: "After a restart of the server, clients fail until they are restarted too."
        ) { context in
            var address = context.harness.bindAddress
            for number in 0..<3 {
                let server = try await context.makeTransport()
                let listener = try await context.serve(by: server, at: address) { request in
                    TransportResponse(contentType: request.contentType, body: ByteBuffer(string: "\(number)"))
                }
                address = listener.address
                try context.expect(try await context.call(at: address), is: "\(number)", "who answers")
                await server.close()
                try await context.expectError(.unavailable, from: "a call while nobody listens") {
                    try await context.call(at: address)
                }
            }
        },
        TransportCase(
            "T41", .core, "Closing a transport ends its calls and listeners, and everything afterwards is closed",
            rationale: "Something of it runs on, and keeps the process from ending."
        ) { context in
            let gate = AsyncGate()
            let server = try await context.makeTransport()
            let listener = try await context.serve(by: server) { request in
                await gate.wait()
                return TransportResponse(contentType: request.contentType)
            }
            let client = try await context.makeTransport()
            let call = Task { try await context.call(at: listener.address, by: client) }
            try await context.eventually("the call has come") { gate.arrivals == 1 }
            await client.close()
            let ended = try await context.expectError(.closed, .unavailable, from: "a call whose client is closed") {
                _ = try await call.value
            }
            try context.expect(!ended.isSafeToRetry, "what was sent is not safe to retry")
            try await context.eventually("the handler was cancelled", within: context.bounds.cancellationTimeout) {
                gate.cancellations == 1
            }
            try await context.expectError(.closed, from: "a call of a closed transport") {
                try await context.call(at: listener.address, by: client)
            }
            try await context.expectError(.closed, from: "binding with a closed transport") {
                _ = try await client.bind(to: context.harness.bindAddress)
            }
            if context.claims.contains("streams") {
                try await context.expectError(.closed, from: "a stream of a closed transport") {
                    _ = try await context.open(at: listener.address, by: client)
                }
            }
            await server.close()
            try await context.expectError(.unavailable, from: "a call of a listener whose transport is closed") {
                try await context.call(at: listener.address)
            }
        },
        TransportCase(
            "T51", .core, "Binding to what is taken, or is no address, is a clear error",
            rationale: "A service listens nowhere, and does not say so."
        ) { context in
            let listener = try await context.serve()
            let another = try await context.makeTransport()
            let taken = try await context.expectError(.unavailable, from: "binding to an address that is taken") {
                _ = try await another.bind(to: listener.address)
            }
            try context.expect(taken.message.contains(listener.address.host), "the message names the address")
            try context.expect(try await context.call("still", at: listener.address), is: "still", "a call after that")
            let running = try await another.bind(to: context.harness.bindAddress)
            let task = Task { try await running.run(TransportTestContext.echo) }
            try context.expect(try await context.call("a", at: running.address), is: "a", "a call")
            try await context.expectError(.closed, from: "running a listener twice") {
                try await running.run(TransportTestContext.echo)
            }
            await running.drain(deadline: .now + .seconds(1))
            try await task.value
        },
        TransportCase(
            "T52", .core, "Two closes and two drains are fine, also while calls come in",
            rationale: "The second close hangs, or crashes."
        ) { context in
            let server = try await context.makeTransport()
            let listener = try await context.serve(by: server)
            let callers = (0..<16).map { _ in
                Task {
                    while !Task.isCancelled {
                        do { try await context.call(at: listener.address) } catch is MicroError {
                            try await Task.sleep(for: .milliseconds(1))
                        }
                    }
                }
            }
            try await context.call(at: listener.address)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<2 {
                    group.addTask { await listener.drain(deadline: .now + .milliseconds(100)) }
                    group.addTask { await server.close() }
                }
            }
            await server.close()
            await listener.drain(deadline: .now)
            for caller in callers { caller.cancel() }
            for caller in callers { _ = await caller.result }
        },
        TransportCase(
            "T63", .core,
            "A drain refuses new calls with what is safe to retry, lets those in flight finish, and cuts off the rest",
            rationale: "A restart costs calls."
        ) { context in
            let (short, endless) = (AsyncGate(), AsyncGate())
            let server = try await context.makeTransport()
            let listener = try await context.serve(by: server) { request in
                switch request.endpoint {
                case "Case.Short": await short.wait()
                case "Case.Endless": await endless.wait()
                default: break
                }
                // What is cut off does not count as finished.
                try Task.checkCancellation()
                return TransportResponse(contentType: request.contentType, body: request.body)
            }
            try await context.call(at: listener.address)
            let finishing = Task { try await context.call("done", "Case.Short", at: listener.address) }
            let cut = Task { try await context.call("x", "Case.Endless", at: listener.address) }
            try await context.eventually("both calls have come") { short.arrivals == 1 && endless.arrivals == 1 }
            let drained = Task { await listener.drain(deadline: .now + .seconds(1)) }
            try await context.eventually("new calls are refused, safe to retry") {
                do {
                    try await context.call(at: listener.address)
                    return false
                } catch let error as MicroError { return error.code == .unavailable && error.isSafeToRetry }
            }
            try await context.never("a call in flight is cut off before the deadline") {
                short.cancellations + endless.cancellations > 0
            }
            short.open()
            try context.expect(try await finishing.value, is: "done", "the call that was in flight")
            let start = ContinuousClock.now
            await drained.value
            try context.expect(ContinuousClock.now - start < .seconds(3), "the drain ends soon after its deadline")
            let error = try await context.expectError(.unavailable, from: "the call that does not end") {
                _ = try await cut.value
            }
            try context.expect(!error.isSafeToRetry, "what has run is not safe to retry")
        },
    ]
}
