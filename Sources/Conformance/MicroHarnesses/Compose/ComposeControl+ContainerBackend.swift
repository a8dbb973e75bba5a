// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance

extension ComposeControl {
    /// Creates a control of a backend that performs actions through its own interface.
    ///
    /// - Parameter service: The name of the service in the compose file.
    /// - Throws: ``MicroCore/MicroError``.
    init(_ compose: ComposeCommand, service: String, backend: any ContainerBackend) async throws {
        var handlers: [BackendAction: Handler] = [
            .compact: { control in
                try await backend.compact {
                    try await control.perform(.kill)
                    try await control.perform(.start)
                }
            },
            .revoke: { _ in try await backend.revoke() },
        ]
        for action in backend.unsupportedActions { handlers[action] = nil }
        try await self.init(compose, service: service, handlers: handlers) { await backend.isServing() }
    }
}
