// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// One of the two directions of a connection.
enum Way: Hashable {
    case toServer
    case toClient
}

extension Fault.Direction {
    func includes(_ way: Way) -> Bool {
        switch self {
        case .toServer: way == .toServer
        case .toClient: way == .toClient
        case .both: true
        }
    }
}

/// The faults of one connection: which of them are in force by now.
struct FaultsInForce {
    private struct Entry {
        let fault: Fault
        /// Empty if in force. What the trigger still waits for otherwise.
        var awaited: [Way: PatternScanner] = [:]
        /// How many bytes have passed since it is in force.
        var passed: [Way: Int] = [:]

        init(_ fault: Fault) {
            self.fault = fault
            guard case .seen(let pattern, let direction) = fault.trigger, !pattern.isEmpty else { return }
            for way in [Way.toServer, .toClient] where direction.includes(way) {
                awaited[way] = PatternScanner(pattern)
            }
        }

        var isInForce: Bool { awaited.isEmpty }
    }

    private let number: Int
    private var entries: [Entry] = []

    /// - Parameter number: Of the connection, from 1.
    init(connection number: Int) { self.number = number }

    /// Replaces the faults. One that stays keeps what it has seen and counted.
    mutating func replace(by faults: [Fault]) {
        let mine = faults.filter { $0.connections == .all || $0.connections == .number(number) }
        entries = mine.map { fault in entries.first { $0.fault == fault } ?? Entry(fault) }
    }

    /// Whether this fault is in force here.
    func contains(_ fault: Fault) -> Bool { entries.contains { $0.isInForce && $0.fault == fault } }

    /// Lets bytes pass.
    ///
    /// - Returns: How many: not those behind a pattern that brings another fault into force.
    mutating func pass(_ bytes: ByteBufferView, _ way: Way) -> Int {
        let ends = entries.compactMap { entry in
            var scanner = entry.awaited[way]
            return scanner?.scan(bytes)
        }
        let count = ends.min() ?? bytes.count
        for index in entries.indices { advance(&entries[index], bytes.prefix(count), way) }
        return count
    }

    private func advance(_ entry: inout Entry, _ bytes: ByteBufferView, _ way: Way) {
        if entry.isInForce {
            entry.passed[way, default: 0] += bytes.count
        } else if entry.awaited[way]?.scan(bytes) != nil {
            entry.awaited = [:]
        }
    }

    /// What the faults in force demand of one direction.
    func rules(_ way: Way) -> FlowRules {
        var rules = FlowRules()
        for entry in entries where entry.isInForce {
            rules.add(entry.fault, way, passed: entry.passed[way] ?? 0)
        }
        return rules
    }
}
