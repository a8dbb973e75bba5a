// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    /// Cases about closing transports and draining listeners.
    static let shutdown = [
        TransportCase(
            "T41", .core, "Closing a transport ends its calls and listeners; every later operation fails as closed.",
            rationale: "Parts of a closed transport continue to run, and keep the process alive."
        ) { context in
            let gate = AsyncGate()
            let server = try await context.makeTransport()
            let listener = try await context.serve(by: server) { request in
                await gate.wait()
                return TransportResponse(contentType: request.contentType)
            }
            let client = try await context.makeTransport()
            let call = Task { try await context.call(at: listener.address, by: client) }
            try await context.eventually("the service gets the call") { gate.arrivals == 1 }
            await client.close()
            let error = try await context.expectError(.closed, .unavailable, from: "a call whose client is closed") {
                _ = try await call.value
            }
            try context.expect(!error.isSafeToRetry, "a call that was sent is not safe to retry")
            try await context.eventually("the handler is cancelled", within: context.bounds.timeouts.cancellation) {
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
            "T52", .core, "Closing and draining succeed repeatedly and concurrently, also during calls.",
            rationale: "The second close hangs or crashes."
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
            "A drain refuses new calls as safe to retry, waits for calls in flight, and cancels them at its deadline.",
            rationale: "A restart of the server makes calls fail."
        ) { context in
            let (short, endless) = (AsyncGate(), AsyncGate())
            let server = try await context.makeTransport()
            let listener = try await context.serve(by: server) { request in
                switch request.endpoint {
                case "Case.Short": await short.wait()
                case "Case.Endless": await endless.wait()
                default: break
                }
                // A cancelled call must not respond as if it had finished.
                try Task.checkCancellation()
                return TransportResponse(contentType: request.contentType, body: request.body)
            }
            try await context.call(at: listener.address)
            let finishing = Task { try await context.call("done", "Case.Short", at: listener.address) }
            let cancelled = Task { try await context.call("x", "Case.Endless", at: listener.address) }
            try await context.eventually("the service gets both calls") {
                short.arrivals == 1 && endless.arrivals == 1
            }
            let hasDrained = CallCounter()
            let drained = Task {
                await listener.drain(deadline: .now + .seconds(1))
                hasDrained.add()
            }
            try await context.eventually("new calls are refused") {
                do {
                    try await context.call(at: listener.address)
                    return false
                } catch let error as MicroError {
                    try context.expect(error.code, is: .unavailable, "the code of a refused call: \(error)")
                    try context.expect(error.isSafeToRetry, "a refused call is safe to retry; it failed as \(error)")
                    return true
                }
            }
            try await context.never("the drain returns, or a call in flight is cancelled, before the deadline") {
                short.cancellations + endless.cancellations + hasDrained.value > 0
            }
            short.open()
            try context.expect(try await finishing.value, is: "done", "the response of the call in flight")
            let duration = try await context.measure { await drained.value }
            try context.expect(duration < .seconds(3), "the drain ends soon after its deadline; it took \(duration)")
            let error = try await context.expectError(.unavailable, from: "a call that does not end") {
                _ = try await cancelled.value
            }
            try context.expect(!error.isSafeToRetry, "a call that has run is not safe to retry")
        },
    ]
}
