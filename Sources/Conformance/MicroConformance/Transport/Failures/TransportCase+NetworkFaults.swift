// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    /// Faults of the network between a client and a listener.
    static let networkFaults = [
        TransportCase(
            "T34", .fault, "A connection that is reset during the response is an error, and later calls succeed.",
            rationale: "A broken connection is taken for a response, or breaks all later calls.",
            hooks: [.networkPath]
        ) { context in
            let server = try await context.serveBehindProxy()
            let large = ByteBuffer(repeating: 0x41, count: min(500_000, context.capabilities.maxBodySize))
            for count in [1, 40, 5_000, 200_000] {
                server.proxy.faults = [NetworkFault.cut(afterBytes: count).inDirection(.toClient)]
                server.proxy.dropConnections()
                let request = context.request(body: large, within: .seconds(5))
                try await context.expectError(
                    .unavailable, .deadlineExceeded, .internal,
                    from: "a call whose connection is reset after \(count) bytes of the response"
                ) { _ = try await server.client.call(request, to: server.address) }
                server.proxy.faults = []
                try await context.eventuallyResponds(server.address, by: server.client)
            }
        },
        TransportCase(
            "T67", .fault, "A call whose connection is reset while its handler runs fails as not safe to retry.",
            rationale: "A retry executes the request a second time.", hooks: [.networkPath]
        ) { context in
            let (gate, calls) = (AsyncGate(), CallCounter())
            let server = try await context.serveBehindProxy { request in
                if request.endpoint == "Case.Wait" {
                    calls.add()
                    await gate.wait()
                }
                return TransportResponse(contentType: request.contentType, body: request.body)
            }
            for count in 1...3 {
                let call = Task {
                    let request = context.request("Case.Wait", within: .seconds(2))
                    _ = try await server.client.call(request, to: server.address)
                }
                try await context.eventually("the service gets the call") { calls.value == count }
                server.proxy.dropConnections()
                let error = try await context.expectError(
                    .unavailable, .deadlineExceeded, from: "a call whose connection is reset"
                ) { try await call.value }
                try context.expect(!error.isSafeToRetry, "a call that has run is not safe to retry; found \(error)")
                try context.expect(calls.value, is: count, "the number of calls that the service got")
                try await context.eventuallyResponds(server.address, by: server.client)
            }
            gate.open()
        },
        TransportCase(
            "T35", .fault, "A call over a black-holed connection ends at its deadline.",
            rationale: "A server that hangs blocks all its callers.", hooks: [.networkPath]
        ) { context in
            let server = try await context.serveBehindProxy()
            server.proxy.faults = [.blackHole]
            let limit = context.bounds.timeouts.deadline
            let duration = try await context.measure {
                let request = context.request(within: limit)
                try await context.expectError(.deadlineExceeded, .unavailable, from: "a call into a black hole") {
                    _ = try await server.client.call(request, to: server.address)
                }
            }
            try context.expect(
                duration < context.bounds.timeouts.maxDeadlineDuration,
                "the call ends at its deadline of \(limit); it took \(duration)")
            server.proxy.faults = []
            server.proxy.dropConnections()
            try await context.eventuallyResponds(server.address, by: server.client)
        },
        TransportCase(
            "T36", .fault, "Calls succeed over a connection that transfers byte by byte.",
            rationale: "Parsers expect a message in one piece.", hooks: [.networkPath]
        ) { context in
            let server = try await context.serveBehindProxy(isConnected: false)
            server.proxy.faults = [.slice]
            for number in 0..<3 {
                let body = ByteBuffer(repeating: UInt8(number), count: 700)
                let request = context.request(headers: ["number": "\(number)"], body: body)
                let response = try await server.client.call(request, to: server.address)
                try context.expect(response.body, is: body, "the body")
                try context.expect(response.headers["number"], is: "\(number)", "the header")
            }
        },
        TransportCase(
            "T37", .fault, "Without a reachable listener, a call tries to connect at most twice.",
            rationale: "Clients flood a server that is about to recover.", hooks: [.networkPath]
        ) { context in
            let server = try await context.serveBehindProxy()
            server.proxy.faults = [.reset]
            server.proxy.dropConnections()
            let before = server.proxy.traffic.connections
            let duration = try await context.measure {
                for _ in 0..<20 {
                    let request = context.request(within: .milliseconds(200))
                    try await context.expectError(.unavailable, .deadlineExceeded, from: "a call that is reset") {
                        _ = try await server.client.call(request, to: server.address)
                    }
                }
            }
            let attempts = server.proxy.traffic.connections - before
            // In addition, an adapter that reconnects in the background may do so every 50 ms.
            let limit = 40 + Int(duration / .milliseconds(50))
            try context.expect(
                attempts <= limit, "20 calls connect at most \(limit) times; they did \(attempts) times")
            server.proxy.faults = []
            try await context.eventuallyResponds(server.address, by: server.client)
        },
        TransportCase(
            "T38", .fault, "A connection that the peer has closed is never used for a call.",
            rationale: "A call fails on a connection that was closed before.", hooks: [.networkPath]
        ) { context in
            let listener = try await context.serve()
            let proxy = try await context.makeListenerProxy(to: listener.address)
            var failures = 0
            for number in 0..<30 {
                do {
                    try context.expect(
                        try await context.call("\(number)", at: proxy.address), is: "\(number)", "the response")
                } catch let error as MicroError where error.code == .unavailable {
                    failures += 1
                    // A busy machine may deliver the end of a connection later than the proxy closes it.
                    try context.expect(failures <= 1, "a call uses a connection that is open; got \(error)")
                }
                proxy.dropConnections()
                try await context.eventually("the proxy has closed the connection") {
                    proxy.traffic.openConnections == 0
                }
            }
        },
        TransportCase(
            "T39", .fault, "With 64 concurrent calls a client holds no more connections than its bound.",
            rationale: "Each call opens a connection of its own and keeps it.", hooks: [.networkPath]
        ) { context in
            let server = try await context.serveBehindProxy(isConnected: false)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<64 {
                    group.addTask {
                        for number in stride(from: worker, to: context.bounds.callCount, by: 64) {
                            try await context.call("\(number)", at: server.address, by: server.client)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let (connections, limit) = (server.proxy.traffic.connections, context.bounds.maxConnections)
            try context.expect(
                connections <= limit,
                "\(context.bounds.callCount) calls open at most \(limit) connections; they opened \(connections)")
        },
        TransportCase(
            "T62", .fault, "A stream whose connection breaks fails on both sides, and the next stream succeeds.",
            rationale: "A broken connection is taken for the end of the stream.", capabilities: ["streams"],
            hooks: [.networkPath]
        ) { context in
            let failures = CallCounter()
            let address = try await context.serveStream { _, stream in
                do {
                    for try await message in stream { try await stream.send(message) }
                } catch {
                    failures.add()
                    throw error
                }
            }
            let proxy = try await context.makeListenerProxy(to: address)
            for count in 1...3 {
                let stream = try await context.open(at: proxy.address)
                var responses = stream.makeAsyncIterator()
                try await stream.send("hello")
                try context.expect(
                    try await responses.next().map { String(buffer: $0) }, is: "hello", "the response")
                proxy.dropConnections()
                try await context.expectError(.unavailable, from: "a stream whose connection broke") {
                    _ = try await responses.next()
                }
                try await context.eventually("the handler fails", within: context.bounds.timeouts.cancellation) {
                    failures.value == count
                }
            }
        },
    ]
}
