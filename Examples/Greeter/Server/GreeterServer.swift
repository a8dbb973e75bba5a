// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Configuration
import Foundation
import GreeterContract
import Micro
import MicroBackends

/// Serves `Greeter.Hello` until SIGTERM or SIGINT.
@main
struct GreeterServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "greeter-server",
        abstract: "Serves Greeter.Hello. MICRO_REGISTRY and MICRO_REGISTRY_ADDRESS select the registry.")

    @Option(help: "The listening address, HOST:PORT. Default: MICRO_SERVER_ADDRESS, or a free port of 127.0.0.1.")
    var address: String?

    @Option(name: .customLong("version"), help: "The version to register. Default: MICRO_SERVER_VERSION.")
    var serviceVersion: String?

    func run() async throws {
        try LogConfiguration.environment().bootstrap()
        let service = try Microservice("greeter", backends: .environment, configReader: settings)
        service.handle("Greeter.Hello") { (request: HelloRequest, context) in
            guard !request.name.isEmpty else { throw MicroError(.invalidArgument, "the name is empty") }
            return HelloResponse(
                greeting: "Hello \(request.name)", process: ProcessInfo.processInfo.processIdentifier)
        }
        try await service.runService()
    }

    /// The settings: options take precedence over the environment.
    private var settings: ConfigReader {
        var options: [AbsoluteConfigKey: ConfigValue] = [:]
        if let address { options[["micro", "server", "address"]] = ConfigValue(.string(address), isSecret: false) }
        if let serviceVersion {
            options[["micro", "server", "version"]] = ConfigValue(.string(serviceVersion), isSecret: false)
        }
        return ConfigReader(providers: [InMemoryProvider(values: options), EnvironmentVariablesProvider()])
    }
}
