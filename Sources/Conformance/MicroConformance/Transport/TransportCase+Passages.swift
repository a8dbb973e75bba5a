// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    /// What happens on the way between a client and a listener.
    static let passages = [
        TransportCase(
            "T34", .fault, "A connection that is reset after the request is a typed error, and the next call works",
            motive: "A broken connection is reported as an answer, or breaks all later calls.", hooks: [.passage]
        ) { trial in
            let listener = try await trial.serve()
            let proxy = try await trial.makeProxy(before: listener.address)
            let (client, address) = try await trial.way(through: proxy, to: listener.address)
            try await trial.call(at: address, by: client)
            let large = ByteBuffer(repeating: 0x41, count: min(500_000, trial.capabilities.largestBody))
            for count in [1, 40, 5_000, 200_000] {
                proxy.faults = [Fault.cut(afterBytes: count).towards(.toClient)]
                proxy.dropConnections()
                let request = trial.request(body: large, within: .seconds(5))
                try await trial.expectError(
                    .unavailable, .deadlineExceeded, .internal,
                    from: "a call cut off after \(count) bytes of the answer"
                ) { _ = try await client.call(request, to: address) }
                proxy.faults = []
                try await trial.eventuallyAnswers(address, by: client)
            }
        },
        TransportCase(
            "T35", .fault, "A peer that accepts and says nothing is given up at the deadline",
            motive: "A hanging server hangs all who call it.", hooks: [.passage]
        ) { trial in
            let listener = try await trial.serve()
            let proxy = try await trial.makeProxy(before: listener.address)
            let (client, address) = try await trial.way(through: proxy, to: listener.address)
            try await trial.call(at: address, by: client)
            proxy.faults = [.blackHole]
            let start = ContinuousClock.now
            let request = trial.request(within: trial.bounds.deadline)
            try await trial.expectError(.deadlineExceeded, .unavailable, from: "a call into a black hole") {
                _ = try await client.call(request, to: address)
            }
            let time = ContinuousClock.now - start
            try trial.expect(time < trial.bounds.deadline * 1.5, "it ends at the deadline, and not after \(time)")
            proxy.faults = []
            proxy.dropConnections()
            try await trial.eventuallyAnswers(address, by: client)
        },
        TransportCase(
            "T36", .fault, "Bytes that come one by one make the same calls",
            motive: "Parsers expect a message in one piece.", hooks: [.passage]
        ) { trial in
            let listener = try await trial.serve()
            let proxy = try await trial.makeProxy(before: listener.address)
            let (client, address) = try await trial.way(through: proxy, to: listener.address)
            proxy.faults = [.slice]
            for number in 0..<3 {
                let body = ByteBuffer(repeating: UInt8(number), count: 700)
                let request = trial.request(headers: ["number": "\(number)"], body: body)
                let response = try await client.call(request, to: address)
                try trial.expect(response.body, is: body, "the body")
                try trial.expect(response.headers["number"], is: "\(number)", "the header")
            }
        },
        TransportCase(
            "T37", .fault, "While nobody can be reached, no call tries more often than twice",
            motive: "Clients in trouble storm the server that is to come back.", hooks: [.passage]
        ) { trial in
            let listener = try await trial.serve()
            let proxy = try await trial.makeProxy(before: listener.address)
            let (client, address) = try await trial.way(through: proxy, to: listener.address)
            try await trial.call(at: address, by: client)
            proxy.faults = [.reset]
            proxy.dropConnections()
            let before = proxy.traffic.connections
            let start = ContinuousClock.now
            for _ in 0..<20 {
                let request = trial.request(within: .milliseconds(200))
                try await trial.expectError(.unavailable, .deadlineExceeded, from: "a call that is reset") {
                    _ = try await client.call(request, to: address)
                }
            }
            let attempts = proxy.traffic.connections - before
            // Who connects by itself may do so with a pause besides.
            let extra = Int((ContinuousClock.now - start) / .milliseconds(50))
            try trial.expect(attempts <= 40 + extra, "20 calls try 40 times at most, and not \(attempts) times")
            proxy.faults = []
            try await trial.eventuallyAnswers(address, by: client)
        },
        TransportCase(
            "T38", .fault, "A connection that the peer has closed is never handed out",
            motive: "A call is lost on a connection that was dead before.", hooks: [.passage]
        ) { trial in
            guard trial.harness.passage == .listener else { throw CaseNotRunnable("passage: listener") }
            let listener = try await trial.serve()
            let proxy = try await trial.makeProxy(before: listener.address)
            for number in 0..<30 {
                try trial.expect(try await trial.call("\(number)", at: proxy.address), is: "\(number)", "the answer")
                proxy.dropConnections()
                // The other side of the connection has to hear of it.
                try await Task.sleep(for: .milliseconds(5))
            }
        },
        TransportCase(
            "T39", .fault, "With 64 calls at a time, a client holds no more connections than it says",
            motive: "Each call takes a connection of its own, and keeps it.", hooks: [.passage]
        ) { trial in
            let listener = try await trial.serve()
            let proxy = try await trial.makeProxy(before: listener.address)
            let (client, address) = try await trial.way(through: proxy, to: listener.address)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<64 {
                    group.addTask {
                        for number in stride(from: worker, to: trial.bounds.calls, by: 64) {
                            try await trial.call("\(number)", at: address, by: client)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let connections = proxy.traffic.connections
            try trial.expect(
                connections <= trial.bounds.connections,
                "\(trial.bounds.calls) calls take \(trial.bounds.connections) connections at most, and not \(connections)"
            )
        },
        TransportCase(
            "T62", .fault, "A stream whose connection breaks fails on both sides, and the next one works",
            motive: "A broken connection is taken for the end of the stream.", needs: ["streams"], hooks: [.passage]
        ) { trial in
            guard trial.harness.passage == .listener else { throw CaseNotRunnable("passage: listener") }
            let failures = CallCounter()
            let listener = try await trial.serve(streams: { _ in
                { _, stream in
                    do {
                        for try await message in stream { try await stream.send(message) }
                    } catch {
                        failures.add()
                        throw error
                    }
                }
            })
            let proxy = try await trial.makeProxy(before: listener.address)
            for count in 1...3 {
                let stream = try await trial.open(at: proxy.address)
                var answers = stream.makeAsyncIterator()
                try await stream.send("hello")
                try trial.expect(try await answers.next().map { String(buffer: $0) }, is: "hello", "the answer")
                proxy.dropConnections()
                try await trial.expectError(.unavailable, from: "a stream whose connection broke") {
                    _ = try await answers.next()
                }
                try await trial.eventually("the handler sees it, too", within: trial.bounds.cancellation) {
                    failures.value == count
                }
            }
        },
    ]
}
