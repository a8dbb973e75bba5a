// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Configuration
import MicroConformance
import MicroHarnesses

/// `micro conformance registry`
struct ConformanceRegistryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry", abstract: "Puts a registry adapter to the cases of the registry contract.",
        discussion: """
            The exit status is 0 if every case that the adapter claims passed, and 1 if not. Each case works in \
            namespaces of its own (that about go-micro, which has none, under names of its own) and cleans up after \
            itself: the backend may be in use.

            A token, a user and certificates come from the environment, as with a service: CONSUL_HTTP_TOKEN, \
            CONSUL_CACERT, CONSUL_CLIENT_CERT, CONSUL_CLIENT_KEY; ETCDCTL_USER, ETCDCTL_CACERT, ETCDCTL_CERT, ETCDCTL_KEY.

            With --control the cases stop, kill, halt and wipe the backend: everything in it is lost.
            """)

    @Option(help: "The adapter: \(RegistryHarnesses.names.joined(separator: ", ")).")
    var registry: String

    @Option(help: "Where its backend is, HOST:PORT; MICRO_REGISTRY_ADDRESS otherwise, else the adapter's default.")
    var registryAddress: String?

    @OptionGroup var conformanceOptions: ConformanceOptions

    func validate() throws { try conformanceOptions.validate("registry", named: registry, address: registryAddress) }

    func run() async throws {
        try await conformanceOptions.run { options in
            let harness = try await RegistryHarnesses.make(
                registry, address: registryAddress, control: try conformanceOptions.controlSource(),
                configuration: ConfigReader(provider: EnvironmentVariablesProvider()))
            return RegistryRunner(harness, options: options)
        }
    }
}
