// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Makes the same requests as `transfer-load` with async-http-client, and prints the same line.
struct AsyncHTTPClientBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "async-http-client", abstract: "Measures async-http-client.")

    @Argument(help: "The URL to request.")
    var url: String

    @OptionGroup var load: LoadGenerator

    func run() async throws {
        var configuration = HTTPClient.Configuration()
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = load.callers
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        try await load.measure("ahc") { [url] _ in
            var request = HTTPClientRequest(url: url)
            request.headers = ["User-Agent": "swift-micro", "Accept": "*/*"]
            let response = try await client.execute(request, timeout: .seconds(10))
            let body = try await response.body.collect(upTo: 16 * 1024 * 1024)
            guard response.status == .ok, body.readableBytes > 0 else {
                throw BenchError("status \(response.status.code), \(body.readableBytes) bytes")
            }
        }
        try await client.shutdown()
    }
}
