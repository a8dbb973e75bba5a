// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import TestSupport
import Testing

/// The time limit of a response that has begun.
@Suite(.timeLimit(.minutes(1))) struct ResponseTimeoutTests {
    private func response(
        to request: (String) -> CurlRequest, _ handler: @escaping @Sendable (ScriptedConnection) throws -> Void
    ) async throws -> CurlResponse {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try handler(connection)
            _ = connection.readToEnd()
        }
        let transfer = CurlTransfer()
        let result: Result<CurlResponse, any Error>
        do { result = .success(try await transfer.perform(request(server.url))) } catch { result = .failure(error) }
        await transfer.close()
        server.stop()
        return try result.get()
    }

    private func longPoll(_ url: String) -> CurlRequest {
        var request = CurlRequest(url: url, timeout: .seconds(50))
        request.responseTimeout = .milliseconds(300)
        return request
    }

    @Test(arguments: ["HTTP/1.1 200 OK\r\nX-A: ", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"])
    func responseThatStallsTimesOut(_ beginning: String) async throws {
        let started = ContinuousClock.now
        let error = try await #require(throws: CurlError.self) {
            _ = try await response(to: longPoll) { try $0.write(beginning) }
        }
        #expect(error.kind == .timedOut)
        #expect(ContinuousClock.now - started < .seconds(30))
    }

    @Test func waitForTheResponseIsNotLimited() async throws {
        let response = try await response(to: longPoll) { connection in
            // Longer than the limit of the response.
            Thread.sleep(forTimeInterval: 1)
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        }
        #expect(response.status == 200 && response.body == Array("ok".utf8))
    }
}
