// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// The TCP connections between the members of a cluster. Each goes through a relay before the member that accepts it.
///
/// All members reach one member by the same address, and open connections in both directions. So, to cut off a member,
/// a relay has to know who has opened a connection: the process that owns the socket at its other end.
final class PartitionProxy: Sendable {
    /// One member: where the relay listens, and where the member does.
    struct Route: Sendable {
        let listener: RawListener
        let host: String
        let port: Int
    }

    private struct ConnectionPair {
        let members: Set<Int>
        let connections: [RawConnection]
    }

    private struct State {
        var isolatedMember: Int?
        var isClosed = false
        var pairs: [ObjectIdentifier: ConnectionPair] = [:]
    }

    private let routes: [Route]
    private let state = Box()

    /// On its own, so that the threads do not keep the relays alive.
    private final class Box: Sendable {
        let state = Mutex(State())

        var isClosed: Bool { state.withLock { $0.isClosed } }

        /// Waits while one of the members is cut off; false if the relays were closed meanwhile.
        func waitUntilReachable(_ members: Set<Int>) -> Bool {
            while true {
                let (isCut, isClosed) = state.withLock { state in
                    (state.isolatedMember.map(members.contains) ?? false, state.isClosed)
                }
                if isClosed { return false }
                if !isCut { return true }
                Thread.sleep(forTimeInterval: 0.005)
            }
        }
    }

    /// Relays to members, not working yet: what connects before ``start(processes:)`` waits.
    init(_ routes: [Route]) { self.routes = routes }

    deinit { close() }

    /// Begins to relay.
    ///
    /// - Parameter processes: The process of each member that runs now.
    func start(processes: @escaping @Sendable () -> [Int32?]) {
        for (index, route) in routes.enumerated() {
            Self.thread { [state] in
                while !state.isClosed {
                    guard let connection = route.listener.accept() else { continue }
                    Self.thread { Self.serve(connection, to: index, route, processes(), state) }
                }
            }
        }
    }

    /// Lets nothing pass between a member and the others. Connections stay open, and what is sent waits.
    func isolate(_ member: Int) throws {
        guard ProcessSockets.isSupported else { throw TestServerError(description: "partitions need Linux's /proc") }
        state.state.withLock { $0.isolatedMember = member }
    }

    /// Lets everything pass, also what has waited.
    func heal() { state.state.withLock { $0.isolatedMember = nil } }

    /// Ends all connections, and the threads.
    func close() {
        let pairs = state.state.withLock { state in
            state.isClosed = true
            return state.pairs.values
        }
        for connection in pairs.flatMap(\.connections) { connection.shutDown() }
    }

    private static func serve(
        _ client: RawConnection, to member: Int, _ route: Route, _ processes: [Int32?], _ box: Box
    ) {
        guard let members = members(of: client, to: member, processes) else { return }
        guard box.waitUntilReachable(members), let server = try? RawConnection(host: route.host, port: route.port)
        else { return }
        let id = ObjectIdentifier(client)
        let pair = ConnectionPair(members: members, connections: [client, server])
        let isClosed = box.state.withLock { state in
            state.pairs[id] = pair
            return state.isClosed
        }
        if isClosed { return }
        let responseThread = thread { pump(from: server, to: client, members, box) }
        pump(from: client, to: server, members, box)
        responseThread.wait()
        box.state.withLock { $0.pairs[id] = nil }
    }

    /// The two that a connection is between; nil if the one that opened it is gone.
    private static func members(of client: RawConnection, to member: Int, _ processes: [Int32?]) -> Set<Int>? {
        guard ProcessSockets.isSupported else { return [member] }
        return client.remotePort.flatMap { ProcessSockets.owner(ofPort: $0, among: processes) }.map { [member, $0] }
    }

    /// Passes on what comes until one side ends, and ends both then.
    private static func pump(from source: RawConnection, to sink: RawConnection, _ members: Set<Int>, _ box: Box) {
        while let bytes = source.read(), box.waitUntilReachable(members), sink.write(bytes) {}
        _ = box.waitUntilReachable(members)
        source.shutDown()
        sink.shutDown()
    }

    @discardableResult
    private static func thread(_ body: @escaping @Sendable () -> Void) -> DispatchGroup {
        let group = DispatchGroup()
        group.enter()
        let thread = Thread {
            body()
            group.leave()
        }
        thread.stackSize = 512 * 1024
        thread.start()
        return group
    }
}

/// Which process has which socket, as Linux tells.
enum ProcessSockets {
    /// Whether it can be told here.
    static var isSupported: Bool { FileManager.default.fileExists(atPath: "/proc/net/tcp") }

    /// Which of the processes has the socket of a local port that is connected; nil if none.
    static func owner(ofPort port: Int, among processes: [Int32?]) -> Int? {
        let inodes = Set(inodes(ofPort: port))
        return processes.firstIndex { process in
            guard let process else { return false }
            let folder = "/proc/\(process)/fd"
            let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return files.contains { file in
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(file)")
                return target.map { inodes.contains($0) } ?? false
            }
        }
    }

    /// The sockets bound to a port, as the links to them read: a line has the local address in its second column, as
    /// `0100007F:1F90`, and the inode in its tenth.
    private static func inodes(ofPort port: Int) -> [String] {
        // `Data(contentsOf:)` ends with the first read that is shorter than asked for, which is one page here.
        let table = try? FileHandle(forReadingAtPath: "/proc/net/tcp")?.readToEnd()
        return String(decoding: table ?? Data(), as: UTF8.self).split(separator: "\n").dropFirst().compactMap { line in
            let columns = line.split(separator: " ", maxSplits: 10)
            guard columns.count > 9, Int(columns[1].suffix(4), radix: 16) == port, columns[9] != "0" else { return nil }
            return "socket:[\(columns[9])]"
        }
    }
}
