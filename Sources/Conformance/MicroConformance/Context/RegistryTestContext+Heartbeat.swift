// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryTestContext {
    /// Runs the body while heartbeats keep a record registered, with a watch of the reader that has seen it.
    ///
    /// - Parameters:
    ///   - service: The record; ``record(_:version:node:port:metadata:)`` by default.
    ///   - registry: The client that registers; the writer by default.
    func withHeartbeat(
        of service: ServiceRecord? = nil, in registry: (any Registry)? = nil,
        _ body: (WatchRecorder) async throws -> Void
    ) async throws {
        let service = service ?? record()
        var configuration = Registration.Configuration()
        configuration.timeToLive = bounds.expiry.timeToLive
        let registration = try Registration(
            of: service, in: registry ?? writer, configuration: configuration, logger: .silent)
        try await registration.start(within: bounds.timeouts.recovery)
        let heartbeat = Task { await registration.run() }
        defer { heartbeat.cancel() }
        let recorder = record(try reader.watch("svc"))
        try await eventually(recorder, sees: [service])
        try await body(recorder)
        heartbeat.cancel()
        await heartbeat.value
    }

    /// Expects the record of ``withHeartbeat(of:in:_:)`` to be found again, by a look-up and by the watch, within the
    /// recovery timeout.
    func eventuallyRestored(_ recorder: WatchRecorder) async throws {
        try await eventually(reader, sees: [record()], within: bounds.timeouts.recovery)
        try await eventually(recorder, sees: [record()], within: bounds.timeouts.recovery)
    }
}
