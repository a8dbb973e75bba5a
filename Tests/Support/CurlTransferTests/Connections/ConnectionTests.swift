// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import TestSupport
import Testing

@Suite(.blocking, .timeLimit(.minutes(1)))
struct ConnectionTests {
    @Test(arguments: drivers)
    func sequentialRequestsShareAConnection(driver: CurlTransfer.Driver) async throws {
        let server = try ScriptedServer { request in ScriptedResponse(text: request.target) }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            for number in 0..<50 {
                let response = try await http.perform(CurlRequest(url: "\(server.url)/\(number)"))
                #expect(response.body == Array("/\(number)".utf8))
            }
        }
        #expect(server.acceptedConnections == 1)
    }

    @Test(arguments: drivers)
    func concurrentConnectionsAreReused(driver: CurlTransfer.Driver) async throws {
        let barriers = [ThreadBarrier(count: 64), ThreadBarrier(count: 64)]
        let server = try ScriptedServer { request in
            // Responds when all requests have arrived.
            barriers[request.target.hasPrefix("/0/") ? 0 : 1].arriveAndWait()
            return ScriptedResponse(text: request.target)
        }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            for round in 0..<2 {
                try await withThrowingTaskGroup { group in
                    for number in 0..<64 {
                        group.addTask {
                            let response = try await http.perform(CurlRequest(url: "\(server.url)/\(round)/\(number)"))
                            #expect(response.body == Array("/\(round)/\(number)".utf8))
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
        #expect(barriers.map(\.arrivals) == [64, 64])
        #expect(server.acceptedConnections == 64)
    }

    @Test(arguments: drivers)
    func idleConnectionsSurviveLongPolls(driver: CurlTransfer.Driver) async throws {
        let polls = ThreadBarrier(count: 41)
        let server = try ScriptedServer { request in
            if request.target == "/poll" { polls.arriveAndWait() }
            return ScriptedResponse()
        }
        defer { server.stop() }
        try await withTransfer(driver, maxIdleConnections: 2) { http in
            try await withThrowingTaskGroup { group in
                for _ in 0..<40 {
                    group.addTask { _ = try await http.perform(CurlRequest(url: server.url + "/poll")) }
                }
                #expect(await eventually { polls.arrivals == 40 })
                for _ in 0..<10 { _ = try await http.perform(CurlRequest(url: server.url)) }
                #expect(server.acceptedConnections == 41)
                polls.arriveAndWait()
                try await group.waitForAll()
            }
        }
    }

    @Test(arguments: drivers, ["GET", "PUT"])
    func idleConnectionClosedByServerIsReplaced(driver: CurlTransfer.Driver, method: String) async throws {
        let server = try ScriptedServer { request in ScriptedResponse(body: request.body) }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let request = CurlRequest(method: method, url: server.url, body: method == "PUT" ? [1, 2, 3] : nil)
            _ = try await http.perform(request)
            server.disconnectAll()
            #expect(await eventually { server.openConnections == 0 })
            let response = try await http.perform(request)
            #expect(response.body == request.body ?? [])
        }
        #expect(server.acceptedConnections == 2)
    }

    @Test(arguments: drivers, [false, true])
    func connectionClosedDuringReuseIsReplaced(driver: CurlTransfer.Driver, byReset: Bool) async throws {
        let server = try ScriptedServer { connection in
            guard let first = try connection.readRequest() else { return }
            try connection.write(ScriptedResponse(body: first.body))
            // The connection ends after the second request.
            _ = try connection.readRequest()
            if byReset { connection.reset() }
        }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let request = CurlRequest(method: "PUT", url: server.url, body: [1, 2, 3])
            for _ in 0..<3 {
                let response = try await http.perform(request)
                #expect(response.body == [1, 2, 3])
            }
        }
        #expect(server.acceptedConnections == 3)
    }

    @Test(arguments: drivers)
    func refusedConnectionFailsQuickly(driver: CurlTransfer.Driver) async throws {
        let server = try ScriptedServer { _ in ScriptedResponse() }
        server.stop()
        // The port stays bound without listening, so that no other process gets it.
        try await withTransfer(driver) { http in
            let time = await ContinuousClock().measure {
                let kind = await failureKind {
                    try await http.perform(CurlRequest(url: server.url, timeout: .seconds(60)))
                }
                #expect(kind == .couldNotConnect)
            }
            #expect(time < .seconds(30))
        }
    }

    @Test func unresolvableHostIsReported() async throws {
        try await withTransfer(.preferred) { http in
            // A label has at most 63 characters: the resolver rejects it without a query.
            let name = String(repeating: "a", count: 64) + ".invalid"
            let kind = await failureKind { try await http.perform(CurlRequest(url: "http://\(name)/")) }
            #expect(kind == .couldNotResolve)
        }
    }

    @Test(arguments: drivers)
    func requestWithoutResponseTimesOut(driver: CurlTransfer.Driver) async throws {
        let server = try ScriptedServer { connection in _ = connection.readToEnd() }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let time = await ContinuousClock().measure {
                let kind = await failureKind {
                    try await http.perform(CurlRequest(url: server.url, timeout: .milliseconds(300)))
                }
                #expect(kind == .timedOut)
            }
            #expect(time >= .milliseconds(299))
            #expect(await eventually { server.openConnections == 0 })
        }
    }

    @Test(arguments: drivers)
    func slowBodyTimesOut(driver: CurlTransfer.Driver) async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while true {
                try connection.write("x")
                Thread.sleep(forTimeInterval: 0.01)
            }
        }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let kind = await failureKind {
                try await http.perform(CurlRequest(url: server.url, timeout: .milliseconds(200)))
            }
            #expect(kind == .timedOut)
        }
    }

    @Test(arguments: [Duration.zero, .seconds(-1), .seconds(Int64.min), .nanoseconds(1)])
    func nonPositiveTimeoutFailsImmediately(timeout: Duration) async throws {
        let server = try ScriptedServer { connection in _ = connection.readToEnd() }
        defer { server.stop() }
        try await withTransfer(.preferred) { http in
            let kind = await failureKind { try await http.perform(CurlRequest(url: server.url, timeout: timeout)) }
            #expect(kind == .timedOut)
        }
    }
}
