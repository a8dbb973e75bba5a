// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Configuration
import Foundation
import GreeterContract
import Logging
import Micro
import MicroBackends

/// Answers `Greeter.Hello` until SIGTERM or SIGINT.
@main
struct GreeterServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "greeter-server",
        abstract: "A service that greets. MICRO_REGISTRY and MICRO_REGISTRY_ADDRESS say where it registers.")

    @Option(help: "Where to listen, HOST:PORT; MICRO_SERVER_ADDRESS otherwise, else a free port of 127.0.0.1.")
    var address: String?

    @Option(name: .customLong("version"), help: "The version to register; MICRO_SERVER_VERSION otherwise.")
    var serviceVersion: String?

    func run() async throws {
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        let service = try Microservice("greeter", backends: .environment, configuration: settings)
        service.handle("Greeter.Hello") { (request: HelloRequest, context) in
            guard !request.name.isEmpty else { throw MicroError(.invalidArgument, "a greeting needs a name") }
            return HelloResponse(
                greeting: "Hello \(request.name)", process: ProcessInfo.processInfo.processIdentifier)
        }
        try await service.runService()
    }

    /// The options, in front of the environment.
    private var settings: ConfigReader {
        var options: [AbsoluteConfigKey: ConfigValue] = [:]
        if let address { options[["micro", "server", "address"]] = ConfigValue(.string(address), isSecret: false) }
        if let serviceVersion {
            options[["micro", "server", "version"]] = ConfigValue(.string(serviceVersion), isSecret: false)
        }
        return ConfigReader(providers: [InMemoryProvider(values: options), EnvironmentVariablesProvider()])
    }
}
