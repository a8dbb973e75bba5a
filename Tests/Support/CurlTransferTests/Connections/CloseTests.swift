// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import TestSupport
import Testing

@Suite(.blocking, .timeLimit(.minutes(1)))
struct CloseTests {
    @Test(arguments: drivers)
    func closeEndsInFlightRequests(driver: CurlTransfer.Driver) async throws {
        let requests = Counter()
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            requests.add()
            _ = connection.readToEnd()
        }
        defer { server.stop() }
        let http = CurlTransfer(configuration: .init(driver: driver))
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    let kind = await failureKind {
                        try await http.perform(CurlRequest(url: server.url, timeout: .seconds(60)))
                    }
                    #expect(kind == .closed)
                }
            }
            #expect(await eventually { requests.value == 8 })
            await http.close()
        }
        #expect(await eventually { server.openConnections == 0 })
        let kind = await failureKind { try await http.perform(CurlRequest(url: server.url)) }
        #expect(kind == .closed)
        #expect(server.acceptedConnections == 8)
    }

    @Test(arguments: drivers)
    func closeIsIdempotentAndConcurrent(driver: CurlTransfer.Driver) async throws {
        let server = try ScriptedServer { _ in ScriptedResponse() }
        defer { server.stop() }
        let http = CurlTransfer(configuration: .init(driver: driver))
        _ = try await http.perform(CurlRequest(url: server.url))
        await withTaskGroup { group in
            for _ in 0..<10 { group.addTask { await http.close() } }
        }
        await http.close()
        #expect(await eventually { server.openConnections == 0 })
    }

    @Test func requestAfterCloseFailsWithoutEarlierRequest() async throws {
        let http = CurlTransfer()
        await http.close()
        let kind = await failureKind { try await http.perform(CurlRequest(url: "http://127.0.0.1:1/")) }
        #expect(kind == .closed)
    }

    @Test(arguments: drivers)
    func closeDuringRequestsCompletesOrFailsThem(driver: CurlTransfer.Driver) async throws {
        let server = try ScriptedServer { _ in ScriptedResponse() }
        defer { server.stop() }
        var random = SeededGenerator(seed: 11)
        for _ in 0..<20 {
            let http = CurlTransfer(configuration: .init(driver: driver))
            let delay = Int.random(in: 0...3000, using: &random)
            await withTaskGroup { group in
                for number in 0..<40 {
                    group.addTask {
                        let task = Task { try await http.perform(CurlRequest(url: server.url)) }
                        if number.isMultiple(of: 3) { task.cancel() }
                        switch await task.result {
                        case .success(let response):
                            #expect(response.status == 200)
                        case .failure(let error):
                            #expect(error is CancellationError || (error as? CurlError)?.kind == .closed)
                        }
                    }
                }
                try? await Task.sleep(for: .microseconds(delay))
                await http.close()
            }
        }
        #expect(await eventually { server.openConnections == 0 })
    }

    @Test(arguments: drivers)
    func releasedTransferClosesConnections(driver: CurlTransfer.Driver) async throws {
        let server = try ScriptedServer { _ in ScriptedResponse() }
        defer { server.stop() }
        do {
            let http = CurlTransfer(configuration: .init(driver: driver))
            _ = try await http.perform(CurlRequest(url: server.url))
            #expect(server.openConnections == 1)
        }
        #expect(await eventually { server.openConnections == 0 })
    }
}
