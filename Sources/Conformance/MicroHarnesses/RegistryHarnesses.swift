// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
public import Configuration
public import MicroConformance
import MicroConsul
import MicroEtcd

/// The harnesses of this toolkit's registries, by name.
public enum RegistryHarnesses {
    /// The names, as in `MICRO_REGISTRY`.
    public static let names = ["consul", "etcd", "memory"]

    /// Makes one for a backend that runs already.
    ///
    /// - Parameters:
    ///   - name: One of ``names``.
    ///   - address: Where the backend is; nil for what the configuration says.
    ///   - control: How the server behind it is reached, to stop, kill and pause it; nil if it is not.
    ///   - reader: What the adapter is configured by besides: its token, and its certificates.
    /// - Throws: ``MicroCore/MicroError``: there is no such harness, the backend is not there, or it cannot be controlled.
    public static func make(
        _ name: String, address: String?, control: ControlSource? = nil, configuration reader: ConfigReader
    ) async throws -> any RegistryHarness {
        switch name {
        case "consul":
            var configuration = ConsulConfiguration(configReader: reader)
            if let address { configuration.address = address }
            let control = try await HarnessFactory.control(control, of: name, ConsulContainerBackend(configuration))
            return try await ConsulRegistryHarness(configuration, control: control)
        case "etcd":
            var configuration = EtcdConfiguration(configReader: reader)
            if let address { configuration.address = address }
            let control = try await HarnessFactory.control(control, of: name, EtcdContainerBackend(configuration))
            return try await EtcdRegistryHarness(configuration, control: control)
        case "memory":
            try HarnessFactory.validateMemoryHarness("registry", controlledBy: control)
            return MemoryRegistryHarness()
        default: throw HarnessFactory.unknownHarness("registry", name, of: names)
        }
    }
}
