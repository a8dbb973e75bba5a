// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Micro
import MicroBackends

/// The options that select and configure registry, broker and transport: the same for all commands, before or after the
/// command.
struct SettingsOptions: ParsableArguments {
    @Option(
        help: "The registry: consul, etcd, memory, … (MICRO_REGISTRY).",
        completion: .list(Backends.environment.registries.keys.sorted()))
    var registry: String?

    @Option(help: "The address of the registry (MICRO_REGISTRY_ADDRESS).")
    var registryAddress: String?

    @Option(help: "The namespace in the registry (MICRO_REGISTRY_NAMESPACE).")
    var registryNamespace: String?

    @Option(
        help: "The broker: nats, http, memory, … (MICRO_BROKER).",
        completion: .list(Backends.environment.brokers.keys.sorted()))
    var broker: String?

    @Option(help: "The address of the broker (MICRO_BROKER_ADDRESS).")
    var brokerAddress: String?

    @Option(
        help: "The transport: http, nats, … (MICRO_TRANSPORT).",
        completion: .list(Backends.environment.transports.keys.sorted()))
    var transport: String?

    @Option(help: "The address of the transport's server (MICRO_TRANSPORT_ADDRESS).")
    var transportAddress: String?

    @Option(help: "The strategy that selects a node (MICRO_SELECTOR).")
    var selector: String?

    @Option(help: "The time limit of a call, such as 5s (MICRO_CLIENT_REQUEST_TIMEOUT).")
    var clientRequestTimeout: String?

    @Option(help: "The maximum number of retries of a call (MICRO_CLIENT_RETRIES).")
    var clientRetries: String?

    @Option(help: "Send everything through the sidecar at HOST:PORT (MICRO_PROXY_ADDRESS).")
    var proxyAddress: String?

    @Option(
        help: "The context whose settings apply: see micro context (MICRO_CONTEXT).",
        completion: .custom { _, _, _ in Completion.contexts() })
    var context: String?

    /// The values of the options that are given, by environment variable.
    var variables: [String: String] {
        let options: [(SettingName, String?)] = [
            (.registry, registry), (.registryAddress, registryAddress), (.registryNamespace, registryNamespace),
            (.broker, broker), (.brokerAddress, brokerAddress), (.transport, transport),
            (.transportAddress, transportAddress), (.selector, selector),
            (.clientRequestTimeout, clientRequestTimeout), (.clientRetries, clientRetries),
            (.proxyAddress, proxyAddress), (.context, context),
        ]
        return options.reduce(into: [:]) { variables, option in
            if let value = option.1, !value.isEmpty { variables[option.0.variable] = value }
        }
    }

    /// The value of an option that is given, by its name without `--`.
    func value(named name: String) -> String? { SettingName(rawValue: name).flatMap { variables[$0.variable] } }

    /// The settings in force.
    ///
    /// - Throws: ``CommandError`` if the contexts cannot be read, or there is no context of the name.
    func resolved() throws -> Settings { try Settings(options: variables) }
}
