// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// The faults of one connection, some of which wait for their trigger.
struct ActiveFaults {
    private struct Entry {
        let fault: NetworkFault
        /// The patterns that the trigger waits for; empty if the fault is active.
        var pendingPatterns: [FlowDirection: PatternScanner] = [:]
        /// The number of bytes that were forwarded since the fault became active.
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

    /// - Parameter number: The number of the connection, starting at 1.
    init(connection number: Int) { self.number = number }

    /// Replaces the faults. A fault that stays keeps its state.
    mutating func replace(by faults: [NetworkFault]) {
        let applicable = faults.filter { $0.connections == .all || $0.connections == .number(number) }
        entries = applicable.map { fault in entries.first { $0.fault == fault } ?? Entry(fault) }
    }

    /// Whether a fault is active on this connection.
    func contains(_ fault: NetworkFault) -> Bool { entries.contains { $0.isActive && $0.fault == fault } }

    /// Registers bytes that are forwarded.
    ///
    /// - Returns: The number of bytes that may be forwarded, up to a pattern that activates another fault.
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

    /// The combined rules of the active faults for one direction.
    func rules(_ flowDirection: FlowDirection) -> FlowRules {
        var rules = FlowRules()
        for entry in entries where entry.isActive {
            rules.add(entry.fault, flowDirection, passed: entry.passed[flowDirection] ?? 0)
        }
        return rules
    }
}
