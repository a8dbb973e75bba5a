// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Hummingbird
import Logging
import Micro

/// A JSON service in hummingbird with its defaults, for an HTTP load generator. It prints its address as the first
/// line.
struct HummingbirdServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Responds to POST / with the received JSON, using hummingbird.")

    private struct Message: Codable, ResponseCodable {
        var text: String
    }

    func run() async throws {
        let router = Router()
        router.post("/") { request, context in try await request.decode(as: Message.self, context: context) }
        var logger = Logger(label: "bench")
        logger.logLevel = .warning
        let application = Application(
            router: router, configuration: .init(address: .hostname(EchoParameters.address.host, port: 0)),
            onServerRunning: { channel in
                announce(Address(host: EchoParameters.address.host, port: channel.localAddress?.port))
            },
            logger: logger)
        try await application.runService()
    }
}
