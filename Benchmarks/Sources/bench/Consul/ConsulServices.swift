// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Logging
import Micro
import MicroConsul

/// Registers services for an hour, under the names that other measurements look for: `svc-1`, `svc-2` and so on.
struct ConsulServices: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Registers services in Consul.")

    @Option(help: "The address of Consul's HTTP interface, HOST:PORT.")
    var address: String

    @Option(help: "How many services there are.")
    var services = 1

    @Option(help: "How many nodes each of them has.")
    var nodes = 3

    static func name(_ number: Int) -> String { "svc-\(number)" }

    func run() async throws {
        var configuration = ConsulConfiguration()
        configuration.address = address
        let registry = try ConsulRegistry(configuration: configuration)
        // Consul may just be starting: no news that it is not there yet.
        let silent = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        try await Registration(of: record(1), in: registry, logger: silent).start(within: .seconds(30))
        for number in 1...services { try await registry.register(record(number), timeToLive: .seconds(3600)) }
        await registry.close()
    }

    private func record(_ number: Int) -> ServiceRecord {
        let name = Self.name(number)
        let nodes = (1...nodes).map {
            Node(
                id: "\(name)-\($0)", address: "127.0.0.1", port: 10_000 + $0,
                metadata: ["transport": "http", "protocol": "http"])
        }
        return ServiceRecord(name: name, version: "1.0.0", nodes: nodes)
    }
}
