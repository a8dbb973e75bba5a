// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    /// Cases about the lifecycle of a listener.
    static let listenerDetails = [
        TransportCase(
            "T87", .core, "A listener reports a problem while its server cannot be reached, and none while it serves.",
            rationale: "A service that no call reaches is shown as healthy."
        ) { context in
            let listener = try await context.serve()
            try await context.call(at: listener.address)
            try context.expect(listener.problem?.code, is: nil, "the problem of a listener that serves")
            // Without a server, calls arrive at the listener itself.
            guard context.harness.networkPath == .server else { return }
            let proxy = try await context.makeProxy()
            let remote = try await context.serve(by: context.makeTransport { $0.address = proxy.address })
            try await context.call(at: remote.address)
            try context.expect(remote.problem?.code, is: nil, "the problem of a listener that serves through a proxy")
            proxy.faults = [.refuse]
            proxy.dropConnections()
            try await context.eventually("a problem is reported", within: context.bounds.timeouts.recovery) {
                remote.problem != nil
            }
            proxy.faults = []
            try await context.eventuallyResponds(remote.address)
            try await context.eventually("the problem ends", within: context.bounds.timeouts.recovery) {
                remote.problem == nil
            }
        },
        TransportCase(
            "T73", .core, "The task of a handler is cancelled at the deadline of its request.",
            rationale: "Handlers continue to run although their caller has gone."
        ) { context in
            let gate = AsyncGate()
            defer { gate.open() }
            let listener = try await context.serve { request in
                await gate.wait()
                // A response at the deadline could be received just before the caller notices that it has passed.
                try Task.checkCancellation()
                return TransportResponse(contentType: request.contentType)
            }
            let limit = context.bounds.timeouts.deadline
            let started = ContinuousClock.now
            try await context.expectError(.deadlineExceeded, from: "a call without a response") {
                _ = try await context.client.call(context.request(within: limit), to: listener.address)
            }
            try await context.eventually("the handler is cancelled", within: context.bounds.timeouts.cancellation) {
                gate.cancellations == 1
            }
            let duration = ContinuousClock.now - started
            try context.expect(
                duration >= limit * 0.9,
                "the handler is cancelled at its deadline of \(limit); it was after \(duration)"
            )
        },
        TransportCase(
            "T75", .core,
            "A drain without calls ends at once and ends the listener; cancelling the listener cancels its calls.",
            rationale: "A shutdown takes its whole time, or leaves handlers and the accepting task behind."
        ) { context in
            let gate = AsyncGate()
            defer { gate.open() }
            let handler: TransportHandler = { request in
                if request.endpoint == "Case.Wait" { await gate.wait() }
                try Task.checkCancellation()
                return TransportResponse(contentType: request.contentType, body: request.body)
            }
            let idle = try await context.server.bind(to: context.harness.bindAddress)
            let running = Task { try await idle.run(handler) }
            try await context.call(at: idle.address)
            let duration = try await context.measure { await idle.drain(deadline: .now + .seconds(20)) }
            try context.expect(duration < .seconds(2), "a drain without calls ends at once; it took \(duration)")
            try await context.withTimeout(.seconds(2), "the listener ends with its drain") { try await running.value }
            try await context.expectError(.unavailable, from: "a call after the drain has returned") {
                try await context.call(at: idle.address)
            }

            let cancelled = try await context.server.bind(to: context.harness.bindAddress)
            let task = Task { try await cancelled.run(handler) }
            let call = Task { try await context.call("x", "Case.Wait", at: cancelled.address) }
            try await context.eventually("the call is handled") { gate.arrivals == 1 }
            task.cancel()
            try await context.eventually("its handler is cancelled", within: context.bounds.timeouts.cancellation) {
                gate.cancellations == 1
            }
            let error = try await context.expectError(.unavailable, from: "a call of a cancelled listener") {
                _ = try await call.value
            }
            try context.expect(!error.isSafeToRetry, "a call whose handler has run is not safe to retry")
            try await context.withTimeout(.seconds(2), "a cancelled listener ends") { _ = await task.result }
        },
        TransportCase(
            "T85", .core,
            "Calls and streams that arrive before the listener runs wait for it, with all their messages.",
            rationale:
                "A service that is called while it starts fails the calls, or loses the first messages of streams."
        ) { context in
            let listener = try await context.server.bind(to: context.harness.bindAddress)
            let address = listener.address
            let call = Task { try await context.call("early", at: address) }
            let hasSent = AsyncGate()
            let sent = ["one", "two", "three"]
            let stream = Task { () throws -> [String] in
                guard context.claims.contains("streams") else { return sent }
                let stream = try await context.client.open(context.request("Case.Stream"), to: address)
                for text in sent { try await stream.send(text) }
                try await stream.finish()
                hasSent.open()
                return try await context.texts(of: stream)
            }
            // A transport may open streams only when the listener runs; in that case, the messages are sent later.
            try? await context.withTimeout(.seconds(1), "the messages are sent") { await hasSent.wait() }
            // A call by the same clients to another listener. When it has ended, everything sent before has arrived.
            try await context.call(at: try await context.serve().address)
            let running = Task {
                try await listener.run(TransportTestContext.echo) { endpoint in
                    guard endpoint == "Case.Stream" else { return nil }
                    return { _, stream in for try await message in stream { try await stream.send(message) } }
                }
            }
            try context.expect(try await call.value, is: "early", "the response to the early call")
            try context.expect(try await stream.value, is: sent, "the messages of the early stream")
            await listener.drain(deadline: .now + .seconds(1))
            try await running.value
        },
        TransportCase(
            "T79", .core, "Calls that race with a drain are handled, or fail at once as safe to retry.",
            rationale:
                "Requests on their way are dropped: callers wait for their deadline, or cannot tell whether they ran."
        ) { context in
            for _ in 0..<5 {
                let server = try await context.makeTransport()
                let listener = try await context.serve(by: server)
                let callers = (0..<32).map { number in
                    Task { () async throws -> MicroError in
                        while true {
                            do { try await context.call("\(number)", at: listener.address) } catch let error
                                as MicroError
                            {
                                return error
                            }
                        }
                    }
                }
                try await context.call(at: listener.address)
                await listener.drain(deadline: .now + .seconds(5))
                for caller in callers {
                    let error = try await caller.value
                    try context.expect(error.code, is: .unavailable, "the code of a call during a drain: \(error)")
                    try context.expect(
                        error.isSafeToRetry, "a call during a drain is safe to retry; it failed as \(error)")
                }
                await server.close()
            }
        },
    ]
}
