// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import TestSupport

/// Relays the TCP connections between the members of a cluster. Each member has a relay in front of its listener.
///
/// All members reach a member by the same address, and connections are opened in both directions. To isolate a member,
/// a relay must determine which member has opened a connection: the process that owns the socket of the client's port.
final class PartitionProxy: Sendable {
    /// The listener of a member's relay, and the address of the member.
    struct Route: Sendable {
        let listener: RawListener
        let host: String
        let port: Int
    }

    private struct ConnectionPair {
        let members: Set<Int>
        let sockets: [RawSocket]
    }

    private struct State {
        var isolatedMember: Int?
        var isClosed = false
        var pairs: [ObjectIdentifier: ConnectionPair] = [:]
    }

    /// The threads of the relays retain this object rather than the proxy, so that the proxy can be released.
    private final class SharedState: Sendable {
        let state = Mutex(State())

        var isClosed: Bool { state.withLock { $0.isClosed } }

        /// Waits while one of the members is isolated; returns false if the proxy is closed.
        func waitUntilReachable(_ members: Set<Int>) -> Bool {
            while true {
                let (isIsolated, isClosed) = state.withLock { state in
                    (state.isolatedMember.map(members.contains) ?? false, state.isClosed)
                }
                if isClosed { return false }
                if !isIsolated { return true }
                Thread.sleep(forTimeInterval: 0.005)
            }
        }
    }

    private let routes: [Route]
    private let shared = SharedState()

    /// Creates relays. Connections wait until ``start(processes:)``.
    init(_ routes: [Route]) { self.routes = routes }

    deinit { close() }

    /// Starts to relay.
    ///
    /// - Parameter processes: Returns the process of each member; nil for a member that does not run.
    func start(processes: @escaping @Sendable () -> [Int32?]) {
        for (index, route) in routes.enumerated() {
            Thread.runDetached { [shared] in
                while !shared.isClosed {
                    guard let socket = route.listener.accept() else { continue }
                    Thread.runDetached { Self.serve(socket, to: index, route, processes(), shared) }
                }
            }
        }
    }

    /// Holds back all data between a member and the others. Connections stay open.
    func isolate(_ member: Int) throws {
        guard ProcessSockets.isSupported else { throw TestServerError(description: "partitions need Linux's /proc") }
        shared.state.withLock { $0.isolatedMember = member }
    }

    /// Ends the isolation, and forwards the data that was held back.
    func heal() { shared.state.withLock { $0.isolatedMember = nil } }

    /// Ends all connections and threads.
    func close() {
        let pairs = shared.state.withLock { state in
            state.isClosed = true
            return state.pairs.values
        }
        for socket in pairs.flatMap(\.sockets) { socket.shutDown() }
    }

    private static func serve(
        _ client: RawSocket, to member: Int, _ route: Route, _ processes: [Int32?], _ shared: SharedState
    ) {
        guard let members = members(of: client, to: member, processes), shared.waitUntilReachable(members),
            let server = try? RawSocket(host: route.host, port: route.port)
        else { return }
        let id = ObjectIdentifier(client)
        let isClosed = shared.state.withLock { state in
            state.pairs[id] = ConnectionPair(members: members, sockets: [client, server])
            return state.isClosed
        }
        if isClosed { return }
        let responses = DispatchGroup()
        responses.enter()
        Thread.runDetached {
            forward(from: server, to: client, members, shared)
            responses.leave()
        }
        forward(from: client, to: server, members, shared)
        responses.wait()
        shared.state.withLock { $0.pairs[id] = nil }
    }

    /// The two members of a connection; nil if the member that has opened it is not known.
    private static func members(of client: RawSocket, to member: Int, _ processes: [Int32?]) -> Set<Int>? {
        guard ProcessSockets.isSupported else { return [member] }
        return client.remotePort.flatMap { ProcessSockets.owner(ofPort: $0, among: processes) }.map { [member, $0] }
    }

    /// Forwards bytes until one side ends, and then ends both sides.
    private static func forward(
        from source: RawSocket, to sink: RawSocket, _ members: Set<Int>, _ shared: SharedState
    ) {
        while case .bytes(let bytes) = source.read(), shared.waitUntilReachable(members), sink.write(bytes) {}
        _ = shared.waitUntilReachable(members)
        source.shutDown()
        sink.shutDown()
    }
}
