// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryTestContext {
    /// Runs the body while heartbeats keep ``record(_:version:node:port:metadata:)`` registered, with a watch of the
    /// reader that has seen it.
    ///
    /// - Parameter registry: The client that registers; the writer by default.
    func withHeartbeat(
        in registry: (any Registry)? = nil, _ body: (WatchRecorder) async throws -> Void
    ) async throws {
        var configuration = Registration.Configuration()
        configuration.timeToLive = bounds.expiry.timeToLive
        let registration = try Registration(
            of: record(), in: registry ?? writer, configuration: configuration, logger: .silent)
        try await registration.start(within: bounds.timeouts.recovery)
        let heartbeat = Task { await registration.run() }
        defer { heartbeat.cancel() }
        let recorder = record(try reader.watch("svc"))
        try await eventually(recorder, sees: [record()])
        try await body(recorder)
        heartbeat.cancel()
        await heartbeat.value
    }

    /// Expects the record of ``withHeartbeat(in:_:)`` to be found again, by a look-up and by the watch, within the
    /// recovery timeout.
    func eventuallyRestored(_ recorder: WatchRecorder) async throws {
        try await eventually(reader, sees: [record()], within: bounds.timeouts.recovery)
        try await eventually(recorder, sees: [record()], within: bounds.timeouts.recovery)
    }
}
