// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore
import TestSupport
import Testing

/// The effect of each fault on a plain client and on the server.
@Suite(.serialized, .blocking, .timeLimit(.minutes(2)))
struct FaultTests {
    private let server: LineServer
    private let proxy: FaultProxy
    private let clock = ContinuousClock()

    init() async throws {
        server = try LineServer()
        proxy = try await FaultProxy(to: server.address)
    }

    /// Opens a connection and exchanges a line.
    private func connect() throws -> RawClient {
        let client = try RawClient(proxy.address)
        try #require(client.echo("hello") == .line("hello"))
        return client
    }

    // MARK: - Connecting

    @Test func refusesConnections() async throws {
        let client = try connect()
        for _ in 0..<100 {
            proxy.faults = [.refuse]
            #expect(await refusesConnection(at: proxy.address))
            #expect(client.echo("open") == .line("open"))
            proxy.faults = []
            #expect(try RawClient(proxy.address).echo("again") == .line("again"))
        }
        #expect(proxy.traffic.connections == 101)
    }

    @Test func keepsPortWhileRefusing() async throws {
        proxy.faults = [.refuse]
        // Another listener must not get the port.
        let others = try (0..<300).map { _ in try ScriptedServer { _ in } }
        defer { for other in others { other.stop() } }
        proxy.faults = []
        #expect(try RawClient(proxy.address).echo("mine") == .line("mine"))
    }

    @Test func refusesSingleConnectionWithReset() throws {
        proxy.faults = [.refuse.onConnection(2)]
        _ = try connect()
        #expect(try RawClient(proxy.address).receive() == .reset)
        _ = try connect()
    }

    @Test func silenceHoldsBackNewConnections() throws {
        proxy.faults = [.unresponsive]
        let client = try RawClient(proxy.address)
        #expect(client.echo("anyone", within: .milliseconds(200)) == .timedOut)
        #expect(server.acceptedConnections == 0)
        proxy.faults = []
        #expect(client.receive() == .line("anyone"))
    }

    @Test func silenceReadsAndDiscardsData() throws {
        proxy.faults = [.unresponsive]
        let client = try RawClient(proxy.address)
        let bytes = [UInt8](repeating: 65, count: 32 * 1024 * 1024)
        #expect(client.send(bytes, timeout: .seconds(30)) == bytes.count)
        #expect(client.receive(within: .milliseconds(50)) == .timedOut)
        // The discarded bytes cannot be recovered.
        proxy.faults = []
        #expect(client.receive() == .reset)
    }

    // MARK: - Time

    @Test func latencyDelaysData() throws {
        let client = try connect()
        proxy.faults = [.latency(.milliseconds(60))]
        var time = clock.measure { #expect(client.echo("there and back") == .line("there and back")) }
        #expect(time >= .milliseconds(120))
        proxy.faults = [
            .latency(.milliseconds(60)).inDirection(.toServer), .latency(.milliseconds(40)).inDirection(.toServer),
        ]
        time = clock.measure { #expect(client.echo("there") == .line("there")) }
        #expect(time >= .milliseconds(100))
        proxy.faults = [.latency(.seconds(3600))]
        client.send("lifted\n")
        #expect(client.receive(within: .milliseconds(50)) == .timedOut)
        proxy.faults = []
        #expect(client.receive() == .line("lifted"))
    }

    @Test func jitterKeepsOrder() async throws {
        let client = try connect()
        proxy.faults = [.latency(.milliseconds(10), jitter: .milliseconds(10))]
        var expected = ""
        for number in 0..<300 {
            let clientReadCount = proxy.traffic.clientReadCount
            client.send("line \(number)\n")
            expected += "line \(number)\n"
            // One read of the proxy per line.
            #expect(await eventually { proxy.traffic.clientReadCount > clientReadCount })
        }
        #expect(String(decoding: client.receive(count: expected.utf8.count).bytes, as: UTF8.self) == expected)
    }

    @Test func jitterCanShortenLatency() throws {
        let client = try connect()
        proxy.faults = [.latency(.seconds(1), jitter: .seconds(1)).inDirection(.toServer)]
        // One of many is enough.
        let isShorter = (0..<50).contains { _ in
            clock.measure { #expect(client.echo("jitter") == .line("jitter")) } < .milliseconds(950)
        }
        #expect(isShorter)
    }

    @Test func dripLimitsThroughput() throws {
        let client = try connect()
        proxy.faults = [.bandwidthLimit(bytesPerSecond: 2_000).inDirection(.toClient)]
        let time = clock.measure {
            client.send("send 4000\n")
            #expect(client.receive(count: 4000).bytes == LineServer.pattern(4000))
        }
        // There is no delay after the last chunk.
        #expect(time >= .milliseconds(1950))
        // At a tenth of the speed, it would take 20 s.
        #expect(time < .seconds(20))
    }

    @Test func sliceSplitsData() throws {
        let client = try connect()
        // The bandwidth limit alone results in 25 chunks.
        proxy.faults = [.slice, .bandwidthLimit(bytesPerSecond: 2_000)]
        client.send("send 1000\n")
        var bytes: [UInt8] = []
        var reads = 0
        while bytes.count < 1000, case .bytes(let more) = client.receive() {
            bytes += more
            reads += 1
        }
        #expect(bytes == LineServer.pattern(1000))
        #expect(reads > 100)
    }

    // MARK: - Black holes

    @Test func blackHoleHoldsBackData() throws {
        let client = try connect()
        proxy.faults = [.blackHole]
        #expect(client.echo("hole", within: .milliseconds(200)) == .timedOut)
        #expect(server.lines == ["hello"])
        proxy.faults = []
        #expect(client.receive() == .line("hole"))
    }

    @Test func blackHoleAppliesToOneDirection() async throws {
        let client = try connect()
        proxy.faults = [.blackHole.inDirection(.toClient)]
        client.send("hole\n")
        #expect(await eventually { server.lines == ["hello", "hole"] })
        #expect(client.receive(within: .milliseconds(200)) == .timedOut)
        proxy.faults = [.blackHole.inDirection(.toServer)]
        #expect(client.receive() == .line("hole"))
    }

    @Test func blackHoleHoldsBackConnectionEnds() async throws {
        var client: RawClient? = try connect()
        let leaver = try connect()
        proxy.faults = [.blackHole]
        client?.resetOnClose()
        client = nil
        leaver.endSending()
        #expect(await eventually { proxy.traffic.openConnections == 0 })
        #expect(await always(during: .milliseconds(200)) { server.ends.isEmpty })
        proxy.faults = []
        #expect(await eventually { Set(server.ends) == [.end, .reset] })
    }

    @Test func blackHoleBufferIsBounded() throws {
        let client = try connect()
        let count = 64 * 1024 * 1024
        let pattern = LineServer.pattern(count)
        proxy.faults = [.blackHole]
        client.send("take \(count)\n")
        let sent = client.send(pattern, timeout: .milliseconds(300))
        // The size of the socket buffers depends on the system.
        #expect(sent < 32 * 1024 * 1024)
        proxy.faults = []
        client.send(Array(pattern[sent...]))
        #expect(client.receive(within: .seconds(60)) == .line("right"))
    }

    // MARK: - Ends

    @Test func halfCloseEndsClientDirection() async throws {
        let client = try connect()
        proxy.faults = [.halfClose]
        #expect(client.receive() == .end)
        client.send("still heard\n")
        #expect(await eventually { server.lines == ["hello", "still heard"] })
        #expect(server.ends.isEmpty)
        client.endSending()
        #expect(await eventually { server.ends == [.end] })
    }

    @Test func halfCloseEndsServerDirection() async throws {
        let client = try connect()
        client.send("last\n")
        #expect(client.receive() == .line("last"))
        proxy.faults = [.halfClose.inDirection(.toServer)]
        #expect(await eventually { server.ends == [.end] })
        #expect(client.receive() == .end)
    }

    @Test func resetEndsBothSides() async throws {
        let client = try connect()
        proxy.faults = [.reset]
        #expect(client.receive() == .reset)
        #expect(await eventually { server.ends == [.reset] })
        #expect(try RawClient(proxy.address).receive() == .reset)
    }

    @Test func resetAppliesToOneSide() async throws {
        let client = try connect()
        proxy.faults = [.reset.inDirection(.toClient)]
        #expect(client.receive() == .reset)
        #expect(await eventually { server.ends == [.end] })
        proxy.faults = []
        let other = try connect()
        proxy.faults = [.reset.inDirection(.toServer)]
        #expect(other.receive() == .end)
        #expect(await eventually { server.ends == [.end, .reset] })
    }

    @Test(arguments: [1, 6, 100, 100_000])
    func cutsAfterByteCount(_ count: Int) throws {
        let client = try connect()
        proxy.faults = [.cut(afterBytes: count)]
        client.send("send 200000\n")
        let (bytes, last) = client.receive()
        #expect(bytes.count == count)
        #expect(LineServer.pattern(200_000).starts(with: bytes))
        #expect(last == .reset)
    }

    @Test func cutsImmediately() throws {
        let client = try connect()
        proxy.faults = [.cut(afterBytes: 0)]
        #expect(client.receive() == .reset)
    }

    @Test func delaysClose() throws {
        let client = try connect()
        proxy.faults = [.slowClose(.milliseconds(300))]
        let time = clock.measure {
            client.send("promptly\nbye\n")
            let (bytes, last) = client.receive()
            #expect(bytes == Array("promptly\n".utf8))
            #expect(last == .end)
        }
        #expect(time >= .milliseconds(300))
    }

    @Test func flapResetsConnectionsPeriodically() async throws {
        proxy.faults = [.flap(every: .milliseconds(30))]
        for _ in 0..<5 { #expect(try RawClient(proxy.address).receive() == .reset) }
        proxy.faults = []
        let client = try connect()
        #expect(client.receive(within: .milliseconds(150)) == .timedOut)
        #expect(client.echo("steady") == .line("steady"))
    }

    // MARK: - Scopes and triggers

    @Test func affectsOnlyNthConnection() throws {
        proxy.faults = [.blackHole.onConnection(2)]
        let clients = try (0..<3).map { _ in try RawClient(proxy.address) }
        #expect(clients[0].echo("first") == .line("first"))
        #expect(clients[1].echo("second", within: .milliseconds(150)) == .timedOut)
        #expect(clients[2].echo("third") == .line("third"))
    }

    @Test func triggersOnPattern() async throws {
        let client = try connect()
        let other = try connect()
        proxy.faults = [.reset.afterPattern("wait=")]
        #expect(client.echo("wait") == .line("wait"))
        // The pattern arrives in chunks, after a partial match.
        for piece in ["wa", "wai", "t"] {
            let passed = proxy.traffic.bytesToServer
            client.send(piece)
            #expect(await eventually { proxy.traffic.bytesToServer == passed + piece.utf8.count })
        }
        client.send("=behind\n")
        #expect(client.receive() == .reset)
        #expect(await eventually { server.ends == [.reset] })
        // The bytes after the pattern were not forwarded, so the line is incomplete.
        #expect(server.lines == ["hello", "hello", "wait"])
        #expect(other.echo("alive") == .line("alive"))
    }

    @Test func triggersOnPatternOfOtherDirection() async throws {
        let client = try connect()
        proxy.faults = [.blackHole.inDirection(.toClient).afterPattern("watch\n", .toServer)]
        #expect(client.echo("look") == .line("look"))
        client.send("watch\n")
        #expect(await eventually { server.lines.last == "watch" })
        #expect(client.receive(within: .milliseconds(150)) == .timedOut)
        // Another fault does not reset the trigger.
        proxy.faults.append(.slice)
        #expect(client.echo("still", within: .milliseconds(150)) == .timedOut)
        proxy.faults = []
        #expect(client.receive(count: 12).bytes == Array("watch\nstill\n".utf8))
    }

    @Test func patternEndsOtherDirection() async throws {
        let client = try connect()
        // The response is empty, so only the request can trigger the fault.
        proxy.faults = [.halfClose.afterPattern("send 0\n", .toServer)]
        client.send("send 0\n")
        #expect(client.receive() == .end)
        #expect(await eventually { server.lines.last == "send 0" })
    }

    @Test func cutsAfterPattern() throws {
        let client = try connect()
        proxy.faults = [NetworkFault(.cut(afterBytes: 3), direction: .toClient, trigger: .pattern(Array("B".utf8)))]
        client.send("AABCDEFGH\n")
        // The pattern is already in the request: the response is cut after three bytes.
        let (bytes, last) = client.receive()
        #expect(String(decoding: bytes, as: UTF8.self) == "AAB")
        #expect(last == .reset)
    }

    @Test func faultsCombine() throws {
        let client = try connect()
        proxy.faults = [.slice, .latency(.milliseconds(50)), .bandwidthLimit(bytesPerSecond: 5_000), .slowClose(.zero)]
        let time = clock.measure {
            client.send("all of it\n")
            #expect(client.receive(count: 10).bytes == Array("all of it\n".utf8))
        }
        #expect(time >= .milliseconds(100))
    }
}
