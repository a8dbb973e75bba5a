// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryTestContext {
    /// Runs the body while a heartbeat keeps the record registered in a registry, and a watch of another client sees it.
    func withHeartbeat(in registry: any Registry, _ body: (WatchRecorder) async throws -> Void) async throws {
        var configuration = Registration.Configuration()
        configuration.timeToLive = bounds.timeToLive
        let registration = try Registration(of: record(), in: registry, configuration: configuration, logger: .silent)
        try await registration.start(within: bounds.recoveryTimeout)
        let heartbeat = Task { await registration.run() }
        defer { heartbeat.cancel() }
        let recorder = record(try b.watch("svc"))
        try await eventually(recorder, sees: [record()])
        try await body(recorder)
        heartbeat.cancel()
        await heartbeat.value
    }
}
