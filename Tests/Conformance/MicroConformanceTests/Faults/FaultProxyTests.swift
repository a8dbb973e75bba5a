// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore
import TestSupport
import Testing

/// A `FaultProxy` without faults.
@Suite(.serialized, .blocking, .timeLimit(.minutes(1)))
struct FaultProxyTests {
    private let server: LineServer
    private let proxy: FaultProxy

    init() async throws {
        server = try LineServer()
        proxy = try await FaultProxy(to: server.address)
    }

    @Test func forwardsLongStreamUnchangedInBothDirections() throws {
        let count = 8 * 1024 * 1024
        let pattern = LineServer.pattern(count)
        let client = try RawClient(proxy.address)
        client.send("take \(count)\n")
        client.send(pattern)
        #expect(client.receive() == .line("right"))
        client.send("send \(count)\n")
        // Compared outside the expectation, which would compute a difference of megabytes.
        let isSame = client.receive(count: count).bytes == pattern
        #expect(isSame)
        let traffic = proxy.traffic
        #expect(traffic.bytesToServer == count + "take \(count)\nsend \(count)\n".utf8.count)
        #expect(traffic.bytesToClient == count + "right\n".utf8.count)
    }

    @Test func forwardsEndOfStream() async throws {
        let client = try RawClient(proxy.address)
        #expect(client.echo("one") == .line("one"))
        client.send("last\n")
        client.endSending()
        // The other direction is still open.
        #expect(client.receive() == .line("last"))
        #expect(client.receive() == .end)
        #expect(await eventually { server.ends == [.end] })
        do {
            let other = try RawClient(proxy.address)
            other.send("bye\n")
            #expect(other.receive() == .end)
        }
        #expect(await eventually { proxy.traffic.openConnections == 0 })
    }

    @Test func forwardsReset() async throws {
        var client: RawClient? = try RawClient(proxy.address)
        #expect(client?.echo("one") == .line("one"))
        client?.resetOnClose()
        client = nil
        #expect(await eventually { server.ends == [.reset] })
        #expect(await eventually { proxy.traffic.openConnections == 0 })
    }

    @Test func resetsClientWhenServerIsDown() throws {
        server.stop()
        let client = try RawClient(proxy.address)
        #expect(client.receive() == .reset)
    }

    @Test func countsConnectionsAndBursts() async throws {
        do {
            let clients = try (0..<3).map { _ in try RawClient(proxy.address) }
            for client in clients { #expect(client.echo("one") == .line("one")) }
            #expect(clients[0].echo("two") == .line("two"))
            #expect(proxy.traffic.openConnections == 3)
        }
        #expect(await eventually { proxy.traffic.openConnections == 0 })
        let last = try RawClient(proxy.address)
        #expect(last.echo("three") == .line("three"))
        let traffic = proxy.traffic
        #expect(traffic.connections == 4)
        #expect(traffic.openConnections == 1)
        #expect(traffic.maxOpenConnections == 3)
        #expect(traffic.clientReadCount == 5)
    }

    @Test func dropsConnections() async throws {
        let client = try RawClient(proxy.address)
        #expect(client.echo("one") == .line("one"))
        proxy.dropConnections()
        #expect(client.receive() == .reset)
        #expect(await eventually { server.ends == [.reset] })
        #expect(try RawClient(proxy.address).echo("two") == .line("two"))
    }

    @Test func closeEndsConnectionsAndListener() async throws {
        let client = try RawClient(proxy.address)
        #expect(client.echo("one") == .line("one"))
        proxy.faults = [.flap(every: .milliseconds(50)), .latency(.seconds(60))]
        await proxy.close()
        await proxy.close()
        #expect([.end, .reset].contains(client.receive()))
        #expect(await eventually { server.openConnections == 0 })
        proxy.faults = []
        proxy.dropConnections()
        #expect(await refusesConnection(at: proxy.address))
    }

    @Test func deinitEndsConnectionsAndListener() async throws {
        var forgotten: FaultProxy? = try await FaultProxy(to: server.address)
        let address = try #require(forgotten?.address)
        let client = try RawClient(address)
        #expect(client.echo("one") == .line("one"))
        forgotten?.faults = [.blackHole, .flap(every: .seconds(60))]
        client.send("held back\n")
        forgotten = nil
        #expect([.end, .reset].contains(client.receive()))
        #expect(await eventually { server.openConnections == 0 })
        #expect(await refusesConnection(at: address))
    }

    @Test(arguments: ["0.0.0.0", "192.0.2.1", "localhost", ""])
    func rejectsNonLoopbackHosts(_ host: String) async throws {
        let error = await #expect(throws: MicroError.self) { try await FaultProxy(to: server.address, host: host) }
        #expect(error?.code == .invalidArgument)
        let other = await #expect(throws: MicroError.self) { try await HTTPFaultProxy(to: server.address, host: host) }
        #expect(other?.code == .invalidArgument)
    }

    @Test(arguments: [nil, 0, -1, 65_536])
    func rejectsInvalidUpstreamPorts(_ port: Int?) async throws {
        let upstream = Address(host: "127.0.0.1", port: port)
        let error = await #expect(throws: MicroError.self) { try await FaultProxy(to: upstream) }
        #expect(error?.code == .invalidArgument)
    }

    #if os(Linux)
    @Test func listensOnAnotherLoopbackAddress() async throws {
        let other = try await FaultProxy(to: server.address, host: "127.0.0.2")
        #expect(other.address.host == "127.0.0.2")
        #expect(try RawClient(other.address).echo("one") == .line("one"))
    }
    #endif
}
