// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

#if os(Linux)
import CurlTransfer
import TestSupport
import Testing

/// Host names with several addresses, and names whose address changes.
@Suite(.timeLimit(.minutes(1)), .serialized, .enabled(if: HostsFile.isAvailable, "needs the privilege to mount"))
struct NameResolutionTests {
    @Test(arguments: drivers)
    func nextAddressIsTriedWithinDeadline(driver: CurlTransfer.Driver) async throws {
        let (server, unresponsive) = try listeners()
        defer { server.stop() }
        // getaddrinfo returns 127.0.0.1 first, as it equals the source address (RFC 6724, rule 9).
        let hosts = try HostsFile("127.0.0.1 several.test\n127.0.0.2 several.test\n")
        defer { hosts.stop() }
        try await withTaskExecutorPreference(hosts) {
            try await withTransfer(driver) { http in
                let response = try await http.perform(
                    CurlRequest(
                        url: "http://several.test:\(server.port)/", timeout: .seconds(5), connectTimeout: .seconds(4)))
                #expect(response.body == Array("ok".utf8))
            }
        }
        withExtendedLifetime(unresponsive) {}
    }

    /// A server and a listener at two addresses with the same port. The port that is free at one address may be in use at the
    /// other one.
    private func listeners(attempts: Int = 10) throws -> (LoopbackServer, UnresponsiveListener) {
        let server = try LoopbackServer(host: "127.0.0.2")
        do { return (server, try UnresponsiveListener(host: "127.0.0.1", port: server.port)) } catch {
            server.stop()
            guard attempts > 1 else { throw error }
            return try listeners(attempts: attempts - 1)
        }
    }

    @Test(arguments: drivers)
    func nameIsResolvedAgainAfterFailedConnection(driver: CurlTransfer.Driver) async throws {
        let server = try ScriptedServer { _ in ScriptedResponse(text: "ok") }
        defer { server.stop() }
        let hosts = try HostsFile("127.0.0.2 moving.test\n")
        defer { hosts.stop() }
        try await withTaskExecutorPreference(hosts) {
            try await withTransfer(driver) { http in
                let request = CurlRequest(url: "http://moving.test:\(server.port)/")
                // Nothing listens at the first address.
                #expect(await failureKind { try await http.perform(request) } == .couldNotConnect)
                try hosts.replace(with: "127.0.0.1 moving.test\n")
                let response = try await http.perform(request)
                #expect(response.body == Array("ok".utf8))
            }
        }
    }
}
#endif
