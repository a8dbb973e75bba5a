// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MicroCore

/// `micro register`
struct RegisterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register", abstract: "Registers a service that cannot register itself (register service JSON).",
        subcommands: [RegisterServiceCommand.self], defaultSubcommand: RegisterServiceCommand.self)
}

/// `micro register service`
struct RegisterServiceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service", abstract: "Registers a service, and keeps it registered until Ctrl-C.",
        discussion: """
            micro register service '{"name":"greeter","version":"1","nodes":[{"id":"greeter-1","address":"10.0.0.5",\
            "port":8080}]}'

            The JSON is go-micro's: name, version, metadata, endpoints, and nodes with id, address, port and metadata. With \
            --output json, each change of the registration is a line.
            """)

    @OptionGroup var definition: ServiceDefinition

    @Option(help: "How long the record stays without a heartbeat, such as 30s.")
    var ttl = "30s"

    @Flag(help: "Register without a time limit, and exit. The record stays until it is deregistered.")
    var once = false

    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var settings: SettingsOptions

    func validate() throws { _ = try TimeLimit.parse(ttl, option: "--ttl") }

    func run() async throws {
        let record = try await definition.record()
        let timeToLive = try TimeLimit.parse(ttl, option: "--ttl")
        try await settings.resolved().withRegistry { registry in
            guard !once else {
                try await registry.register(record, timeToLive: nil)
                return try write("registered", record)
            }
            var configuration = Registration.Configuration()
            configuration.timeToLive = timeToLive
            let registration = try Registration(of: record, in: registry, configuration: configuration) { status in
                guard status.name != "registered" else { return }
                // A closed output does not end the registration.
                if output.isJSON { try? write(status.name, record) }
                Console.standard.message("registration \(status.name)")
            }
            try await registration.start(within: .seconds(30))
            try write("registered", record)
            Console.standard.message("\(record.name) is registered until Ctrl-C")
            await registration.run()
        }
    }

    private func write(_ status: String, _ record: ServiceRecord) throws {
        guard output.isJSON else { return try Console.standard.line("ok") }
        try Console.standard.jsonLine(RegistrationOutcome(record, status))
    }
}

/// The JSON of `micro register` and `micro deregister`.
private struct RegistrationOutcome: Encodable {
    let service: String
    /// The IDs of the nodes.
    let nodes: [String]
    /// `registered`, `lost`, `restored` or `deregistered`.
    let status: String

    init(_ record: ServiceRecord, _ status: String) {
        service = record.name
        nodes = record.nodes.map(\.id)
        self.status = status
    }
}

/// `micro deregister`
struct DeregisterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deregister", abstract: "Removes nodes from the registry (deregister service JSON).",
        subcommands: [DeregisterServiceCommand.self], defaultSubcommand: DeregisterServiceCommand.self)
}

/// `micro deregister service`
struct DeregisterServiceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service", abstract: "Removes the nodes of a record from the registry.",
        discussion: """
            A running service registers itself again with its next heartbeat. If the definition has no address \
            for a node, the registered address is used.
            """)

    @OptionGroup var definition: ServiceDefinition
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var settings: SettingsOptions

    func run() async throws {
        let record = try await definition.record(needsAddresses: false)
        try await settings.resolved().withRegistry { registry in
            try await registry.deregister(record)
        }
        guard output.isJSON else { return try Console.standard.line("ok") }
        try Console.standard.jsonLine(RegistrationOutcome(record, "deregistered"))
    }
}
