// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A case of the registry contract.
public typealias RegistryCase = ConformanceCase<RegistryTestContext>

extension RegistryCase {
    /// The whole catalogue, in the order of the IDs.
    public static let all: [RegistryCase] =
        [
            lookUps, records, names, deregistrations, heartbeats, watches, shutdown, outages, leases, backendHistory,
            networkFailures,
            credentials, stress, connectionFaults, responseFaults,
        ].flatMap(\.self)
        .sorted { $0.id < $1.id }
}

/// Reads that cases use again and again.
extension RegistryTestContext {
    /// Waits until a client reads exactly these records of a service.
    func eventually(
        _ client: any Registry, sees records: [ServiceRecord], of name: String = "svc", within bound: Duration? = nil
    ) async throws {
        try await eventually("look-up of \(name)", is: Self.sorted(records), within: bound) {
            Self.sorted(try await client.lookUp(name))
        }
    }

    /// Waits until the newest state of a watch has exactly these records of a service, and is live.
    func eventually(
        _ recorder: WatchRecorder, sees records: [ServiceRecord], of name: String = "svc", within bound: Duration? = nil
    ) async throws {
        try await eventually("newest state of the watch of \(name)", is: Self.sorted(records), within: bound) {
            guard let last = recorder.last, case .live = last.freshness else { return nil }
            return Self.sorted(last[name])
        }
    }

    /// By version, with the nodes by ID.
    static func sorted(_ records: [ServiceRecord]) -> [ServiceRecord] {
        records.map { record in
            var record = record
            record.nodes.sort { $0.id < $1.id }
            return record
        }.sorted { $0.version < $1.version }
    }

    private func eventually(
        _ what: String, is expected: [ServiceRecord], within bound: Duration?, _ read: () -> [ServiceRecord]?
    ) async throws {
        try await eventually(what, is: Optional(expected), within: bound) { read() }
    }
}
