// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import NIOCore

/// The response of `Debug.Stats`.
struct NodeStatistics: Sendable, Codable {
    /// The start of the process, in seconds since 1970.
    var started: Int?
    /// The time since the start, in seconds.
    var uptime: Int?
    /// The resident memory, in bytes.
    var memory: Int?
    var threads: Int?
    /// The total pause of garbage collection, in nanoseconds.
    var gc: Int?

    private enum CodingKeys: String, CodingKey { case started, uptime, memory, threads, gc }

    /// Reads numbers, and the strings that protobuf's JSON has in their place.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func number(_ key: CodingKeys) -> Int? {
            if let number = try? container.decode(Int.self, forKey: key) { return max(0, number) }
            return (try? container.decode(String.self, forKey: key)).flatMap { Int($0) }.map { max(0, $0) }
        }
        started = number(.started)
        // Zeros are left out.
        uptime = number(.uptime) ?? (started == nil ? nil : 0)
        memory = number(.memory)
        threads = number(.threads)
        gc = number(.gc)
    }

    /// Reads the statistics of nodes, all at the same time.
    ///
    /// - Returns: The statistics by node ID, without those of nodes that do not answer within a second.
    static func read(
        of service: String, _ nodes: [Node], over transport: any Transport
    ) async -> [String: NodeStatistics] {
        let calls = DebugCalls(transport: transport, timeout: .seconds(1))
        let results = await calls.callAll(service, nodes, "Debug.Stats", as: NodeStatistics.self)
        return results.reduce(into: [:]) { statistics, result in
            if case .success(let value) = result.outcome { statistics[result.node.id] = value }
        }
    }
}
