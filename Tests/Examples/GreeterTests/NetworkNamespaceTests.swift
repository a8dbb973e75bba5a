// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestServers
import TestSupport
import Testing

private let canCreateNetworkNamespaces =
    geteuid() == 0 && ["/usr/bin/unshare", "/usr/sbin/ip"].allSatisfy(FileManager.default.isExecutableFile)

/// The address that a service registers, in network namespaces with several interfaces. Needs root, and `unshare` and `ip` of
/// Linux.
@Suite(.startsServers, .timeLimit(.minutes(2)), .enabled(if: canCreateNetworkNamespaces, "needs root, unshare and ip"))
struct NetworkNamespaceTests {
    /// `eth0` in the given network, with a peer that keeps it connected, and a bridge of Docker that is down.
    private static func interfaces(_ address: String) -> String {
        """
        set -e
        ip link set lo up
        ip link add eth0 type veth peer name peer0
        ip addr add \(address) dev eth0
        ip link set eth0 up
        ip link set peer0 up
        ip link add docker0 type bridge
        ip addr add 172.17.0.1/16 dev docker0
        """
    }

    /// Starts a greeter in a namespace with a registry that does not respond, and returns its output.
    private func output(
        _ script: String, listen: String = ":58090", registry: String
    ) async throws -> String {
        let greeter = try ChildProcess(
            "/usr/bin/unshare", ["-n", "/bin/sh", "-c", "\(script)\nexec \"$0\"", Greeter.path(of: "greeter-server")],
            environment: [
                "MICRO_REGISTRY": "consul", "MICRO_REGISTRY_ADDRESS": registry, "MICRO_SERVER_ADDRESS": listen,
                "MICRO_SERVER_START_TIMEOUT": "100ms",
            ])
        // Only the end of its startup can end the greeter.
        #expect(await greeter.exitStatus(within: .seconds(60)) != nil)
        return greeter.text
    }

    @Test func localAddressOfRouteToRegistryIsAdvertised() async throws {
        let text = try await output(Self.interfaces("192.0.2.2/24"), registry: "192.0.2.9:8500")
        #expect(text.contains("advertise=192.0.2.2:58090"), "\(text)")
        let both = try await output(
            Self.interfaces("192.0.2.2/24") + "\nip link set docker0 up\nip link set peer0 master docker0",
            registry: "192.0.2.9")
        #expect(both.contains("advertise=192.0.2.2:58090"), "\(both)")
    }

    @Test(arguments: ["10.1.2.3", "100.64.7.1"]) func interfaceThatIsUpIsAdvertisedForLocalRegistry(
        _ host: String
    ) async throws {
        let text = try await output(Self.interfaces("\(host)/24"), registry: "127.0.0.1:8500")
        #expect(text.contains("advertise=\(host):58090"), "\(text)")
    }

    @Test func addressOfIPv6IsAdvertised() async throws {
        let script = Self.interfaces("fd00::2/64 nodad")
        let text = try await output(script, listen: "[::]:58090", registry: "[fd00::9]:8500")
        #expect(text.contains("advertise=[fd00::2]:58090"), "\(text)")
        let local = try await output(script, listen: "[::]:58090", registry: "127.0.0.1:8500")
        #expect(local.contains("advertise=[fd00::2]:58090"), "\(local)")
        let onIPv4 = try await output(script, registry: "127.0.0.1:8500")
        #expect(onIPv4.contains("listen on [::]:58090"), "\(onIPv4)")
    }

    @Test func withoutSuitableInterfaceTheErrorNamesTheSetting() async throws {
        let text = try await output(Self.interfaces("198.51.100.2/24"), registry: "127.0.0.1:8500")
        #expect(text.contains("set MICRO_SERVER_ADVERTISE to") && !text.contains("MICRO_BROKER"), "\(text)")
        #expect(!text.contains("advertise="), "\(text)")
    }
}
