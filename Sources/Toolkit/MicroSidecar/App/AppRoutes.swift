// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import MicroCore
import MicroEdge
import NIOCore

/// `/health` and `/metadata`: what a sidecar knows of its apps.
struct AppRoutes: Sendable {
    private struct Metadata: Encodable {
        let version: String
        let apps: [AppRunner.Status]
    }

    let supervisor: AppSupervisor

    /// Checks the apps now. The response is empty, or has the error of the first one that is not healthy.
    func health(of request: Request) async throws -> Response {
        guard [.get, .head].contains(request.method) else {
            throw HTTPError(.methodNotAllowed, headers: [.allow: "GET, HEAD"])
        }
        guard !supervisor.runners.isEmpty else {
            throw MicroError(.notFound, "the sidecar has no app", origin: MicroError.Origin.edge)
        }
        for runner in supervisor.runners { try await runner.probe.run() }
        return Response(status: .ok)
    }

    /// The version of the sidecar and the states of the apps, as JSON.
    func metadata(for request: Request) throws -> Response {
        guard [.get, .head].contains(request.method) else {
            throw HTTPError(.methodNotAllowed, headers: [.allow: "GET, HEAD"])
        }
        return try .json(Metadata(version: SwiftMicro.version, apps: supervisor.runners.map(\.status)))
    }
}
