// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The settings that can be given as options, in the environment and in a context.
enum SettingName: String, CaseIterable {
    case registry
    case registryAddress = "registry-address"
    case registryNamespace = "registry-namespace"
    case broker
    case brokerAddress = "broker-address"
    case transport
    case transportAddress = "transport-address"
    case selector
    case clientRequestTimeout = "client-request-timeout"
    case clientRetries = "client-retries"
    case proxyAddress = "proxy-address"
    case context

    /// The names of the options, without `--`.
    static let flags = Set(allCases.map(\.rawValue))

    /// The environment variable, such as `MICRO_REGISTRY_ADDRESS`.
    var variable: String { "MICRO_" + rawValue.uppercased().replacing("-", with: "_") }
}
