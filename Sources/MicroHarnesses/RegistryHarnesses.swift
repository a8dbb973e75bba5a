// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Configuration
public import MicroConformance
import MicroConsul
import MicroCore
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
            let control = try await makeControl(control, of: name, ComposedConsul(configuration))
            return try await ConsulRegistryHarness(configuration, control: control)
        case "etcd":
            var configuration = EtcdConfiguration(configReader: reader)
            if let address { configuration.address = address }
            let control = try await makeControl(control, of: name, ComposedEtcd(configuration))
            return try await EtcdRegistryHarness(configuration, control: control)
        case "memory":
            guard control == nil else {
                throw MicroError(
                    .invalidArgument, "the memory registry has its own control: leave the other out",
                    origin: "conformance")
            }
            return MemoryRegistryHarness()
        default:
            throw MicroError(
                .invalidArgument, "no registry named \"\(name)\": choose one of \(names.joined(separator: ", "))",
                origin: "conformance")
        }
    }

    private static func makeControl(
        _ source: ControlSource?, of name: String, _ server: some ComposedServer
    ) async throws -> (any BackendControl)? {
        guard case .compose(let file)? = source else { return nil }
        return try await ComposeControl(ComposeCommand(file: file), service: name, server: server)
    }
}
