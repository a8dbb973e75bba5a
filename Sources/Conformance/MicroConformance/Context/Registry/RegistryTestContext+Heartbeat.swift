// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

extension RegistryTestContext {
    /// Runs the body while heartbeats keep a record registered. The body starts once a watch of the reader has seen the
    /// record, and gets the recorder of that watch.
    ///
    /// - Parameters:
    ///   - service: The record; ``record(_:version:node:port:metadata:)`` by default.
    ///   - registry: The client that registers; the writer by default.
    ///   - losesNode: Whether the body makes the backend lose the node. If true, the heartbeat must report `lost` and
    ///     then `restored`. If false, it must report only `registered`; the body runs up to three times if it fails after
    ///     the machine delayed a heartbeat for nearly the time to live. Nil if the outcome depends on timing.
    func withHeartbeat(
        of service: ServiceRecord? = nil, in registry: (any Registry)? = nil, losesNode: Bool? = nil,
        _ body: (WatchRecorder) async throws -> Void
    ) async throws {
        for _ in 1..<3 where losesNode == false {
            let heartbeats = TimedHeartbeats(registry ?? writer)
            do {
                return try await withOneHeartbeat(of: service ?? record(), in: heartbeats, losesNode: false, body)
            } catch let failure as ConformanceFailure {
                // Heartbeats are due after a third of the time to live. After a pause of nearly all of it, the node may
                // have expired.
                guard heartbeats.longestPause >= bounds.expiry.timeToLive * 0.8 else { throw failure }
            }
        }
        try await withOneHeartbeat(of: service ?? record(), in: registry ?? writer, losesNode: losesNode, body)
    }

    private func withOneHeartbeat(
        of service: ServiceRecord, in registry: any Registry, losesNode: Bool?,
        _ body: (WatchRecorder) async throws -> Void
    ) async throws {
        let statuses = StatusRecorder()
        var configuration = Registration.Configuration()
        configuration.timeToLive = bounds.expiry.timeToLive
        let registration = try Registration(of: service, in: registry, configuration: configuration, logger: .silent) {
            statuses.add($0)
        }
        try await registration.start(within: bounds.timeouts.recovery)
        let heartbeat = Task { await registration.run() }
        do {
            let recorder = record(try reader.watch("svc"))
            try await eventually(recorder, sees: [service])
            try await body(recorder)
            if losesNode == true {
                try await eventually("the heartbeat reports the restoration", within: bounds.timeouts.recovery) {
                    statuses.names.last == "restored"
                }
            }
        } catch {
            (registry as? TimedHeartbeats)?.stop()
            heartbeat.cancel()
            // An adapter may ignore the cancellation.
            let timeoutError = MicroError(.deadlineExceeded, "the heartbeat does not end", origin: "conformance")
            try? await withDeadline(.now + bounds.timeouts.operation, orThrow: timeoutError) { await heartbeat.value }
            throw error
        }
        heartbeat.cancel()
        await heartbeat.value
        let names = statuses.names
        if losesNode == false { try expect(names, is: ["registered"], "the statuses of the heartbeat") }
        let alternating = names.indices.map { $0 == 0 ? "registered" : $0.isMultiple(of: 2) ? "restored" : "lost" }
        try expect(names, is: alternating, "the statuses of the heartbeat")
    }

    /// Expects the default record, ``record(_:version:node:port:metadata:)``, to be found again by a lookup and by the
    /// watch, within the recovery timeout.
    func eventuallyRestored(_ recorder: WatchRecorder) async throws {
        try await eventually(reader, sees: [record()], within: bounds.timeouts.recovery)
        try await eventually(recorder, sees: [record()], within: bounds.timeouts.recovery)
    }
}

/// The statuses of a heartbeat.
private final class StatusRecorder: Sendable {
    private let statuses = Mutex<[String]>([])

    /// The names of the statuses, in their order.
    var names: [String] { statuses.withLock(\.self) }

    func add(_ status: RegistrationStatus) { statuses.withLock { $0.append(status.name) } }
}
