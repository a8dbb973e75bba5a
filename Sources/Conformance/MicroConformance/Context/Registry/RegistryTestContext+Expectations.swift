// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryTestContext {
    /// Expects a client to find exactly these records of a service within a bound.
    func eventually(
        _ client: any Registry, sees records: [ServiceRecord], of name: String = "svc", within bound: Duration? = nil
    ) async throws {
        try await eventually("the lookup of \(name)", is: Self.sorted(records), within: bound) {
            Self.sorted(try await client.lookUp(name))
        }
    }

    /// Expects the latest state of a watch to be live, with exactly these records of a service, within a bound.
    func eventually(
        _ recorder: WatchRecorder, sees records: [ServiceRecord], of name: String = "svc", within bound: Duration? = nil
    ) async throws {
        let bound = bound ?? bounds.defaultTimeout
        let expected = Self.sorted(records)
        do {
            try await eventually("the state is as expected", within: bound) {
                recorder.isLive && Self.sorted(recorder.records(of: name)) == expected
            }
        } catch is ConformanceFailure {
            guard recorder.isLive else { throw ConformanceFailure(Self.missingState(recorder, of: name, after: bound)) }
            // It may have arrived since.
            try expect(
                Self.sorted(recorder.records(of: name)), is: expected, "the watched state of \(name) after \(bound)")
        }
    }

    /// Expects the watch to become stale within a bound.
    func eventuallyStale(_ recorder: WatchRecorder, within bound: Duration? = nil) async throws {
        try await eventually("the watched state becomes stale", within: bound ?? bounds.timeouts.recovery) {
            recorder.isStale
        }
    }

    /// Expects the backend to accept a registration within the recovery timeout.
    func eventuallyRegisters(_ record: ServiceRecord) async throws {
        try await eventually("the backend accepts registrations again", within: bounds.timeouts.recovery) {
            do { try await self.register(record) } catch is MicroError { return false }
            return true
        }
    }

    /// Expects the latest state of a watch to be live and equal to a lookup of the reader, with a given node.
    func eventuallyEqualsLookup(_ recorder: WatchRecorder, containing node: Node) async throws {
        try await eventually(
            "the watched state is live and equals a lookup with the node \(node.id)", within: bounds.timeouts.recovery
        ) {
            guard recorder.isLive else { return false }
            let records = try await self.reader.lookUp("svc")
            return recorder.records() == records && records.flatMap(\.nodes).contains(node)
        }
    }

    /// Expects the backend to hold no more watches than before, if it can count them.
    func eventuallyHasNoMoreWatches(than before: ResourceCounts?) async throws {
        guard let before = before?.watches else { return }
        try await eventually("the backend holds at most \(before) watches", within: bounds.timeouts.recovery) {
            try await self.harness.resourceCounts()?.watches ?? 0 <= before
        }
    }

    /// The records in the order of their versions, with the nodes in the order of their IDs.
    static func sorted(_ records: [ServiceRecord]) -> [ServiceRecord] {
        records.map { record in
            var record = record
            record.nodes.sort { $0.id < $1.id }
            return record
        }.sorted { $0.version < $1.version }
    }

    private static func missingState(_ recorder: WatchRecorder, of name: String, after bound: Duration) -> String {
        let start = "the watched state of \(name) after \(bound): expected a live state, found "
        if let cause = recorder.staleCause { return start + "a stale one: \(cause)" }
        if let cause = recorder.unknownCause { return start + "an unknown one: \(cause)" }
        return start + (recorder.hasEnded ? "the end of the watch" : "none")
    }
}
