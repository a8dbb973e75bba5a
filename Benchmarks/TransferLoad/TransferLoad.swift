// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CurlTransfer

/// Gets a URL with `CurlTransfer` from several callers at once. A program of the root package, as `CurlTransfer` is
/// `package`; `LoadGenerator.swift` and `Figures.swift` are links to those of `bench`.
@main
struct TransferLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transfer-load", abstract: "Measures CurlTransfer beside bench transfer-peer.")

    @Argument(help: "What to get.")
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
