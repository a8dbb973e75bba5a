// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// One of the two directions of a connection.
enum FlowDirection: Hashable {
    case toServer
    case toClient
}

extension NetworkFault.Direction {
    func includes(_ flowDirection: FlowDirection) -> Bool {
        switch self {
        case .toServer: flowDirection == .toServer
        case .toClient: flowDirection == .toClient
        case .both: true
        }
    }
}

/// The faults of one connection: which of them are in force by now.
struct ActiveFaults {
    private struct Entry {
        let fault: NetworkFault
        /// Empty if in force. What the trigger still waits for otherwise.
        var pendingPatterns: [FlowDirection: PatternScanner] = [:]
        /// How many bytes have passed since it is in force.
        var passed: [FlowDirection: Int] = [:]

        init(_ fault: NetworkFault) {
            self.fault = fault
            guard case .pattern(let pattern, let direction) = fault.trigger, !pattern.isEmpty else { return }
            for flowDirection in [FlowDirection.toServer, .toClient] where direction.includes(flowDirection) {
                pendingPatterns[flowDirection] = PatternScanner(pattern)
            }
        }

        var isActive: Bool { pendingPatterns.isEmpty }
    }

    private let number: Int
    private var entries: [Entry] = []

    /// - Parameter number: Of the connection, from 1.
    init(connection number: Int) { self.number = number }

    /// Replaces the faults. One that stays keeps what it has seen and counted.
    mutating func replace(by faults: [NetworkFault]) {
        let mine = faults.filter { $0.connections == .all || $0.connections == .number(number) }
        entries = mine.map { fault in entries.first { $0.fault == fault } ?? Entry(fault) }
    }

    /// Whether this fault is in force here.
    func contains(_ fault: NetworkFault) -> Bool { entries.contains { $0.isActive && $0.fault == fault } }

    /// Lets bytes pass.
    ///
    /// - Returns: How many: not those behind a pattern that brings another fault into force.
    mutating func pass(_ bytes: ByteBufferView, _ flowDirection: FlowDirection) -> Int {
        let ends = entries.compactMap { entry in
            var scanner = entry.pendingPatterns[flowDirection]
            return scanner?.scan(bytes)
        }
        let count = ends.min() ?? bytes.count
        for index in entries.indices { advance(&entries[index], bytes.prefix(count), flowDirection) }
        return count
    }

    private func advance(_ entry: inout Entry, _ bytes: ByteBufferView, _ flowDirection: FlowDirection) {
        if entry.isActive {
            entry.passed[flowDirection, default: 0] += bytes.count
        } else if entry.pendingPatterns[flowDirection]?.scan(bytes) != nil {
            entry.pendingPatterns = [:]
        }
    }

    /// What the faults in force demand of one direction.
    func rules(_ flowDirection: FlowDirection) -> FlowRules {
        var rules = FlowRules()
        for entry in entries where entry.isActive {
            rules.add(entry.fault, flowDirection, passed: entry.passed[flowDirection] ?? 0)
        }
        return rules
    }
}
