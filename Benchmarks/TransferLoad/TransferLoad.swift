// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CurlTransfer

/// Requests a URL with `CurlTransfer` from several concurrent callers. It belongs to the root package, because
/// `CurlTransfer` is `package`. `LoadGenerator.swift` and `Measurements.swift` are symbolic links to the files of
/// `bench`.
@main
struct TransferLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transfer-load", abstract: "Measures CurlTransfer, for comparison with bench async-http-client.")

    @Argument(help: "The URL to request.")
    var url: String

    @OptionGroup var load: LoadGenerator

    func run() async throws {
        let transfer = CurlTransfer()
        try await load.measure("curl") { [url] _ in
            let response = try await transfer.perform(CurlRequest(url: url))
            guard response.status == 200, !response.body.isEmpty else {
                throw BenchError("status \(response.status), \(response.body.count) bytes")
            }
        }
        await transfer.close()
    }
}
