// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    /// What happens on the way between a client and a listener.
    static let networkFaults = [
        TransportCase(
            "T34", .fault, "A connection that is reset after the request is a typed error, and the next call works",
            rationale: "A broken connection is reported as an answer, or breaks all later calls.", hooks: [.networkPath]
        ) { context in
            let listener = try await context.serve()
            let proxy = try await context.makeProxy(before: listener.address)
            let (client, address) = try await context.path(through: proxy, to: listener.address)
            try await context.call(at: address, by: client)
            let large = ByteBuffer(repeating: 0x41, count: min(500_000, context.capabilities.maxBodySize))
            for count in [1, 40, 5_000, 200_000] {
                proxy.faults = [Fault.cut(afterBytes: count).inDirection(.toClient)]
                proxy.dropConnections()
                let request = context.request(body: large, within: .seconds(5))
                try await context.expectError(
                    .unavailable, .deadlineExceeded, .internal,
                    from: "a call cut off after \(count) bytes of the answer"
                ) { _ = try await client.call(request, to: address) }
                proxy.faults = []
                try await context.eventuallyResponds(address, by: client)
            }
        },
        TransportCase(
            "T35", .fault, "A peer that accepts and says nothing is given up at the deadline",
            rationale: "A hanging server hangs all who call it.", hooks: [.networkPath]
        ) { context in
            let listener = try await context.serve()
            let proxy = try await context.makeProxy(before: listener.address)
            let (client, address) = try await context.path(through: proxy, to: listener.address)
            try await context.call(at: address, by: client)
            proxy.faults = [.blackHole]
            let start = ContinuousClock.now
            let request = context.request(within: context.bounds.deadline)
            try await context.expectError(.deadlineExceeded, .unavailable, from: "a call into a black hole") {
                _ = try await client.call(request, to: address)
            }
            let time = ContinuousClock.now - start
            try context.expect(time < context.bounds.deadline * 1.5, "it ends at the deadline, and not after \(time)")
            proxy.faults = []
            proxy.dropConnections()
            try await context.eventuallyResponds(address, by: client)
        },
        TransportCase(
            "T36", .fault, "Bytes that come one by one make the same calls",
            rationale: "Parsers expect a message in one piece.", hooks: [.networkPath]
        ) { context in
            let listener = try await context.serve()
            let proxy = try await context.makeProxy(before: listener.address)
            let (client, address) = try await context.path(through: proxy, to: listener.address)
            proxy.faults = [.slice]
            for number in 0..<3 {
                let body = ByteBuffer(repeating: UInt8(number), count: 700)
                let request = context.request(headers: ["number": "\(number)"], body: body)
                let response = try await client.call(request, to: address)
                try context.expect(response.body, is: body, "the body")
                try context.expect(response.headers["number"], is: "\(number)", "the header")
            }
        },
        TransportCase(
            "T37", .fault, "While nobody can be reached, no call tries more often than twice",
            rationale: "Clients in trouble storm the server that is to come back.", hooks: [.networkPath]
        ) { context in
            let listener = try await context.serve()
            let proxy = try await context.makeProxy(before: listener.address)
            let (client, address) = try await context.path(through: proxy, to: listener.address)
            try await context.call(at: address, by: client)
            proxy.faults = [.reset]
            proxy.dropConnections()
            let before = proxy.traffic.connections
            let start = ContinuousClock.now
            for _ in 0..<20 {
                let request = context.request(within: .milliseconds(200))
                try await context.expectError(.unavailable, .deadlineExceeded, from: "a call that is reset") {
                    _ = try await client.call(request, to: address)
                }
            }
            let attempts = proxy.traffic.connections - before
            // Who connects by itself may do so with a pause besides.
            let extra = Int((ContinuousClock.now - start) / .milliseconds(50))
            try context.expect(attempts <= 40 + extra, "20 calls try 40 times at most, and not \(attempts) times")
            proxy.faults = []
            try await context.eventuallyResponds(address, by: client)
        },
        TransportCase(
            "T38", .fault, "A connection that the peer has closed is never handed out",
            rationale: "A call is lost on a connection that was dead before.", hooks: [.networkPath]
        ) { context in
            guard context.harness.networkPath == .listener else { throw CaseNotRunnable("passage: listener") }
            let listener = try await context.serve()
            let proxy = try await context.makeProxy(before: listener.address)
            for number in 0..<30 {
                try context.expect(
                    try await context.call("\(number)", at: proxy.address), is: "\(number)", "the answer")
                proxy.dropConnections()
                // The other side of the connection has to hear of it.
                try await Task.sleep(for: .milliseconds(5))
            }
        },
        TransportCase(
            "T39", .fault, "With 64 calls at a time, a client holds no more connections than it says",
            rationale: "Each call takes a connection of its own, and keeps it.", hooks: [.networkPath]
        ) { context in
            let listener = try await context.serve()
            let proxy = try await context.makeProxy(before: listener.address)
            let (client, address) = try await context.path(through: proxy, to: listener.address)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<64 {
                    group.addTask {
                        for number in stride(from: worker, to: context.bounds.calls, by: 64) {
                            try await context.call("\(number)", at: address, by: client)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let connections = proxy.traffic.connections
            try context.expect(
                connections <= context.bounds.maxConnections,
                "\(context.bounds.calls) calls take \(context.bounds.maxConnections) connections at most, and not \(connections)"
            )
        },
        TransportCase(
            "T62", .fault, "A stream whose connection breaks fails on both sides, and the next one works",
            rationale: "A broken connection is taken for the end of the stream.", needs: ["streams"],
            hooks: [.networkPath]
        ) { context in
            guard context.harness.networkPath == .listener else { throw CaseNotRunnable("passage: listener") }
            let failures = CallCounter()
            let listener = try await context.serve(streams: { _ in
                { _, stream in
                    do {
                        for try await message in stream { try await stream.send(message) }
                    } catch {
                        failures.add()
                        throw error
                    }
                }
            })
            let proxy = try await context.makeProxy(before: listener.address)
            for count in 1...3 {
                let stream = try await context.open(at: proxy.address)
                var responses = stream.makeAsyncIterator()
                try await stream.send("hello")
                try context.expect(try await responses.next().map { String(buffer: $0) }, is: "hello", "the answer")
                proxy.dropConnections()
                try await context.expectError(.unavailable, from: "a stream whose connection broke") {
                    _ = try await responses.next()
                }
                try await context.eventually("the handler sees it, too", within: context.bounds.cancellationTimeout) {
                    failures.value == count
                }
            }
        },
    ]
}
