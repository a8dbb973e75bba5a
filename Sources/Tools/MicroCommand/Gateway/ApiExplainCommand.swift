// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MicroCore
import MicroGateway

/// `micro api explain`
struct ApiExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Explains which endpoint responds to a request.",
        discussion: "micro api explain GET /users/1")

    @Argument(help: "The method.")
    var method: String

    @Argument(help: "The path, with or without a query.")
    var path: String

    @Option(help: "The host of the request.")
    var host: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Gateway") var gateway: ApiOptions
    @OptionGroup(title: "Settings") var settings: SettingsOptions

    func run() async throws {
        let explanation = try await gateway.routes(settings).explain(
            method: method.uppercased(), target: path, host: host)
        guard !output.isJSON else { return try Console.standard.json(explanation) }
        let isEvent = explanation.handler == .event
        var lines = [
            ("path", explanation.path), ("handler", explanation.handler.rawValue),
            (isEvent ? "topic" : "service", explanation.service),
        ]
        if !explanation.endpoint.isEmpty { lines.append((isEvent ? "event" : "endpoint", explanation.endpoint)) }
        lines.append(("route", explanation.route.map(Self.text) ?? "none declared: the path names the endpoint"))
        for (name, value) in explanation.variables.sorted(by: { $0.key < $1.key }) {
            lines.append(("variable", "\(name) = \(value)"))
        }
        for other in explanation.others { lines.append(("less specific", Self.text(other))) }
        for (name, value) in lines {
            try Console.standard.line(StyledText(name.padding(to: 15), .dim) + StyledText(value))
        }
    }

    private static func text(_ route: RouteDescription) -> String {
        let methods = route.methods.isEmpty ? "all methods" : route.methods.joined(separator: ",")
        return "\(route.path) (\(methods)) of \(route.service) \(route.endpoint)"
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
