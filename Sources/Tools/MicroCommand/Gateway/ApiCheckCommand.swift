// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Logging
import MicroCore
import MicroEdge
import MicroGateway

/// `micro api check`
struct ApiCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Checks the configuration of the gateway and its files.",
        discussion: "micro api check --config gateway.json")

    @OptionGroup(title: "Gateway") var gateway: ApiOptions
    @OptionGroup(title: "Settings") var settings: SettingsOptions

    func run() async throws {
        let settings = try gateway.resolved(with: settings)
        let configuration = try await GatewaySettings(settings.reader, logger: Logger(label: "micro.api"))
            .configuration()
        try configuration.check()
        let details = [
            "\(configuration.rules.count) rules", "shares of \(configuration.versions.count) services",
            "\(configuration.reservedPaths.count) reserved paths",
            "\(configuration.edge.authenticators.count) ways to authenticate",
        ]
        try Console.standard.line(
            StyledText(
                "the configuration for \(configuration.edge.address) is valid: \(details.joined(separator: ", "))"))
    }
}
