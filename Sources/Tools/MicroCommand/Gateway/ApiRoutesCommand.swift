// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MicroCore
import MicroGateway

/// `micro api routes`
struct ApiRoutesCommand: AsyncParsableCommand {
    private struct Document: Encodable {
        let routes: [RouteDescription]
        let problems: [String]
    }

    static let configuration = CommandConfiguration(
        commandName: "routes", abstract: "Shows the routes that a gateway has now.",
        discussion: """
            The routes that services have declared in the metadata of their endpoints, and the paths of their other public \
            endpoints. Routes that are ignored are written to the standard error, with the reasons.
            """)

    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Gateway") var gateway: ApiOptions
    @OptionGroup(title: "Settings") var settings: SettingsOptions

    func run() async throws {
        let routes = try await gateway.routes(settings)
        guard !output.isJSON else {
            return try Console.standard.json(Document(routes: routes.routes, problems: routes.problems))
        }
        var table = Table("METHOD", "PATH", "SERVICE", "ENDPOINT", "HANDLER")
        for route in routes.routes {
            table.add(
                StyledText(route.methods.isEmpty ? "*" : route.methods.joined(separator: ",")),
                StyledText((route.hosts.isEmpty ? "" : route.hosts.joined(separator: ",")) + route.path),
                StyledText(route.service), StyledText(route.endpoint), StyledText(route.handler.rawValue))
        }
        try Console.standard.table(table)
        for problem in routes.problems { Console.standard.message("ignored: \(problem)") }
    }
}

extension ApiOptions {
    /// The routes for the current state of the registry.
    func routes(_ settings: SettingsOptions) async throws -> GatewayRoutes {
        let settings = try resolved(with: settings)
        var configuration = GatewayConfiguration()
        try configuration.apply(settings.reader, allowing: ["jwt"])
        return try await settings.withRegistry { [configuration] registry in
            var records: [ServiceRecord] = []
            for name in try await registry.list() { records += try await registry.lookUp(name) }
            return GatewayRoutes(RegistryState(records), configuration: configuration)
        }
    }
}
