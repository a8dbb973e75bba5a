// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Micro
import MicroCore
import MicroEdge
import Synchronization
import TestServers
import TestSupport
import Testing

@testable import MicroSidecar

/// Many WebSockets, of which half never read.
@Suite(.faultRun, .blocking, .serialized, .timeLimit(.minutes(5))) struct SubscriberFaultTests {
    private static let subscribers = 1000
    private static let events = 120
    /// The number of events that a reader may lag behind the publisher. Its buffer of 1 MiB holds about 30.
    private static let maxLag = 16
    private static let eventSize = 32 * 1024

    @Test func subscribersThatReadGetAllEventsInBoundedMemory() async throws {
        let fixture = SidecarFixture()
        try await fixture.run {
            $0.allowedHosts = ["test"]
            $0.edge.limits.maxConcurrentRequests = 2 * Self.subscribers
        } _: { (sidecar) async throws in
            let before = ProcessStatistics.current.residentBytes
            let silent = try (0..<(Self.subscribers / 2)).map { _ in
                try RawWebSocket(port: sidecar.port, path: "/broker?topic=load")
            }
            #expect(silent.allSatisfy { $0.status == 101 })
            let counts = Mutex<[Int]>([])
            let threads = 8
            let perThread = Self.subscribers / 2 / threads
            let ready = Counter()
            let progress = Mutex(Array(repeating: 0, count: threads))
            for thread in 0..<threads {
                Thread.runDetached {
                    let sockets = (0..<perThread).compactMap { _ in
                        try? RawWebSocket(port: sidecar.port, path: "/broker?topic=load")
                    }
                    ready.add(sockets.count)
                    var received = sockets.map { _ in 0 }
                    // One event of each socket in turn, as all of them advance together.
                    for number in 0..<Self.events {
                        for (index, socket) in sockets.enumerated() {
                            if Self.readsEvent(from: socket) { received[index] += 1 }
                        }
                        progress.withLock { $0[thread] = number }
                    }
                    counts.withLock { $0 += received }
                }
            }
            #expect(await eventually { ready.value == threads * perThread })
            let connected = ProcessStatistics.current.residentBytes
            var peak = connected
            let body = String(repeating: "x", count: Self.eventSize)
            for number in 0..<Self.events {
                try await fixture.broker.publish(
                    BrokerMessage(headers: ["Content-Type": "text/plain", "N": "\(number)"], text: body), to: "load")
                peak = max(peak, ProcessStatistics.current.residentBytes)
                let isInTime = await eventually(within: .seconds(60)) {
                    progress.withLock { ($0.min() ?? 0) >= number - Self.maxLag }
                }
                try #require(isInTime, "event \(number): \(progress.withLock(\.self))")
            }
            let isComplete = await eventually(within: .seconds(120)) {
                peak = max(peak, ProcessStatistics.current.residentBytes)
                return counts.withLock { $0.count == threads * perThread }
            }
            #expect(isComplete)
            counts.withLock { counts in
                #expect(counts.allSatisfy { $0 == Self.events }, "\(counts.count { $0 != Self.events }) are incomplete")
            }
            let growth = Int64(peak) - Int64(connected)
            let perSubscriber = (Int64(connected) - Int64(before)) / Int64(Self.subscribers)
            #expect(perSubscriber < 128 * 1024, "\(perSubscriber) bytes")
            #expect(growth < 400 * 1024 * 1024, "\(growth) bytes")
            #expect(try sidecar.post("/greeter/say/hello", body: "{}").status == 200)
            withExtendedLifetime(silent) {}
        }
    }

    /// Reads the next event, and answers pings as clients do.
    ///
    /// - Returns: False if the connection has ended, or there is no event.
    private static func readsEvent(from socket: RawWebSocket) -> Bool {
        while let frame = socket.read(within: .seconds(60)) {
            guard frame.opcode == 9 else { return frame.opcode == 1 }
            socket.send(10, frame.payload)
        }
        return false
    }
}
