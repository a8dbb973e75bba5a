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
    ///   - reader: What the adapter is configured by besides: its token, and its certificates.
    ///   - composeFile: The file of docker compose with the backend's container, whose service has the name of the
    ///     registry; nil if cases are to leave the backend alone.
    /// - Throws: ``MicroCore/MicroError``: there is no such harness, or the backend is not there.
    public static func make(
        _ name: String, address: String?, configuration reader: ConfigReader, composeFile: String? = nil
    ) async throws -> any RegistryHarness {
        switch name {
        case "consul":
            var configuration = ConsulConfiguration(configReader: reader)
            if let address { configuration.address = address }
            let control = try await Self.control(composeFile, of: name) {
                ControlledConsul(agent: ConsulAgentClient(configuration))
            }
            return try await ConsulRegistryHarness(configuration, control: control)
        case "etcd":
            var configuration = EtcdConfiguration(configReader: reader)
            if let address { configuration.address = address }
            let control = try await Self.control(composeFile, of: name) {
                ControlledEtcd(member: EtcdMemberClient(configuration))
            }
            return try await EtcdRegistryHarness(configuration, control: control)
        case "memory": return MemoryRegistryHarness()
        default:
            throw MicroError(
                .invalidArgument, "no registry named \"\(name)\": choose one of \(names.joined(separator: ", "))",
                origin: "conformance")
        }
    }

    private static func control(
        _ composeFile: String?, of service: String, _ server: () -> any ControlledServer
    ) async throws -> ComposeControl? {
        guard let composeFile else { return nil }
        return try await ComposeControl(
            compose: ComposeCommand(file: composeFile), service: service, server: server())
    }
}
