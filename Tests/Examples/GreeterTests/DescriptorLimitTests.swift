// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestServers
import TestSupport
import Testing

#if os(Linux)
/// A server that may open few file descriptors.
@Suite(.startsServers, .blocking, .timeLimit(.minutes(2))) struct DescriptorLimitTests {
    private static let limit = 64

    @Test func serverWithoutDescriptorsUsesLittleProcessorTimeAndRecovers() async throws {
        let port = try Machine.freePorts(1)[0]
        let server = try ChildProcess(
            "/bin/bash",
            [
                "-c", "ulimit -n \(Self.limit); exec \"$0\" \"$@\"", Greeter.path(of: "greeter-server"), "--address",
                "127.0.0.1:\(port)",
            ], environment: ["MICRO_REGISTRY": "memory"])
        #expect(await eventually { server.text.contains(" service registered") }, "\(server.text)")

        try await expectLittleProcessorTime(of: server, connectedTo: port)
        #expect(
            await eventually {
                guard let connection = try? RawSocket(port: port) else { return false }
                connection.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
                guard case .bytes = connection.read(within: .seconds(10)) else { return false }
                return true
            })
        server.send(SIGTERM)
        #expect(await server.exitStatus() == 0)
    }

    /// Opens more connections than the server may accept, and closes them.
    private func expectLittleProcessorTime(of server: ChildProcess, connectedTo port: Int) async throws {
        // The kernel completes connections that the server does not accept.
        let connections = try (0..<2 * Self.limit).map { _ in try RawSocket(port: port) }
        #expect(try await eventually { try descriptors(of: server) >= Self.limit })
        let before = try processorTime(of: server)
        let start = ContinuousClock.now
        #expect(await always(during: .seconds(2)) { server.isRunning })
        let used = try processorTime(of: server) - before
        #expect(used < (ContinuousClock.now - start) / 4, "the server used \(used)")
        #expect(connections.count == 2 * Self.limit)
    }

    private func descriptors(of process: ChildProcess) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.id)/fd").count
    }

    /// The time that all threads of a process have run.
    private func processorTime(of process: ChildProcess) throws -> Duration {
        var clock = clockid_t()
        var time = timespec()
        try #require(clock_getcpuclockid(process.id, &clock) == 0 && clock_gettime(clock, &time) == 0)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
#endif
