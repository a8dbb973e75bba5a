// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MicroConformance
import MicroHarnesses

/// `micro conformance registry`
struct ConformanceRegistryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry", abstract: "Runs the registry cases against a live backend.",
        discussion: """
            The exit status is 0 if every case that applies to the adapter passes, and 1 otherwise. \
            Each case uses namespaces of its own and removes what it has written, so the backend may be in use. The \
            case about go-micro's records, which have no namespace, uses unique service names.

            Credentials and certificates are read from the environment, as in a service: CONSUL_HTTP_TOKEN, \
            CONSUL_CACERT, CONSUL_CLIENT_CERT, CONSUL_CLIENT_KEY; ETCDCTL_USER, ETCDCTL_CACERT, ETCDCTL_CERT, ETCDCTL_KEY; \
            KUBERNETES_TOKEN, KUBERNETES_CACERT, KUBERNETES_CERT, KUBERNETES_KEY, KUBECONFIG.

            With --control the cases stop, kill, pause and wipe the backend. All its data is lost.
            """)

    @OptionGroup(title: "Settings") var settings: SettingsOptions

    @OptionGroup var conformanceOptions: ConformanceOptions

    func validate() throws {
        try conformanceOptions.validate(.registry, settings.registry, address: settings.registryAddress)
    }

    func run() async throws {
        try await conformanceOptions.run(.registry, settings, address: settings.registryAddress) {
            RegistryRunner($0, options: $1)
        }
    }
}
