// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import TestSupport
import Testing

@Suite(.blocking, .timeLimit(.minutes(1)))
struct CancellationTests {
    @Test(arguments: drivers)
    func cancelledRequestEndsAndClosesConnection(driver: CurlTransfer.Driver) async throws {
        let requests = Counter()
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            requests.add()
            _ = connection.readToEnd()
        }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let task = Task { try await http.perform(CurlRequest(url: server.url, timeout: .seconds(60))) }
            #expect(await eventually { requests.value == 1 })
            let time = await ContinuousClock().measure {
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
            }
            #expect(time < .seconds(30))
            #expect(await eventually { server.openConnections == 0 })
        }
    }

    @Test(arguments: drivers)
    func cancelledTaskSendsNothing(driver: CurlTransfer.Driver) async throws {
        let server = try ScriptedServer { _ in ScriptedResponse() }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await http.perform(CurlRequest(url: server.url))
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(server.acceptedConnections == 0)
            let response = try await http.perform(CurlRequest(url: server.url))
            #expect(response.status == 200)
            #expect(server.acceptedConnections == 1)
        }
    }

    @Test(arguments: drivers)
    func transferSurvivesManyCancellations(driver: CurlTransfer.Driver) async throws {
        let server = try ScriptedServer { request in ScriptedResponse(text: request.target) }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let answered = Counter()
            let cancelled = Counter()
            await withTaskGroup { group in
                for worker in 0..<20 {
                    group.addTask {
                        var random = SeededGenerator(seed: UInt64(worker + 1) &* 0x9E37_79B9_7F4A_7C15)
                        for number in 0..<50 {
                            let target = "/\(worker)/\(number)"
                            let task = Task { try await http.perform(CurlRequest(url: server.url + target)) }
                            if let delay = [nil, 0, 50, 500, 3000].randomElement(using: &random) ?? nil {
                                try? await Task.sleep(for: .microseconds(delay))
                            }
                            task.cancel()
                            switch await task.result {
                            case .success(let response):
                                answered.add()
                                #expect(response.body == Array(target.utf8))
                            case .failure(let error):
                                cancelled.add()
                                #expect(error is CancellationError)
                            }
                        }
                    }
                }
            }
            #expect(answered.value + cancelled.value == 1000)
            #expect(cancelled.value > 0)
            for number in 0..<10 {
                let response = try await http.perform(CurlRequest(url: "\(server.url)/\(number)"))
                #expect(response.body == Array("/\(number)".utf8))
            }
        }
        #expect(await eventually { server.openConnections == 0 })
    }

    @Test(arguments: drivers)
    func cancellationAndTimeoutRace(driver: CurlTransfer.Driver) async throws {
        let server = try ScriptedServer { connection in _ = connection.readToEnd() }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            await withTaskGroup { group in
                for _ in 0..<100 {
                    group.addTask {
                        let task = Task {
                            try await http.perform(CurlRequest(url: server.url, timeout: .milliseconds(20)))
                        }
                        try? await Task.sleep(for: .milliseconds(20))
                        task.cancel()
                        guard case .failure(let error) = await task.result else {
                            Issue.record("a response although the server does not respond")
                            return
                        }
                        #expect(error is CancellationError || (error as? CurlError)?.kind == .timedOut)
                    }
                }
            }
        }
        #expect(await eventually { server.openConnections == 0 })
    }
}
