// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore

/// Controls a backend in a container that compose has started.
struct ComposeControl: BackendControl {
    private static let startTimeout = Duration.seconds(60)

    private let compose: ComposeCommand
    private let service: String
    private let backend: any ContainerBackend

    /// Creates a control and checks that compose runs a container of the service, so that a wrong file fails here and
    /// not in every case.
    ///
    /// - Parameter service: The name of the service in the compose file.
    /// - Throws: ``MicroCore/MicroError``.
    init(_ compose: ComposeCommand, service: String, backend: any ContainerBackend) async throws {
        (self.compose, self.service, self.backend) = (compose, service, backend)
        guard try await compose.run("ps", "-q", service).contains(where: { !$0.isWhitespace }) else {
            throw MicroError(
                .unavailable, "compose runs no container of \(service): start it, or omit --control",
                origin: "conformance")
        }
    }

    var actions: Set<BackendAction> { Set(BackendAction.allCases).subtracting(backend.unsupportedActions) }

    func perform(_ action: BackendAction) async throws {
        guard actions.contains(action) else {
            throw MicroError(.unsupported, "the container of \(service) has no action \(action)", origin: "conformance")
        }
        switch action {
        case .stop: try await compose.run("stop", service)
        case .kill: try await compose.run("kill", service)
        case .start: try await start()
        case .pause: try await compose.run("pause", service)
        case .resume: try await resume()
        case .wipe:
            // -v: with its anonymous volumes.
            try await compose.run("rm", "-sfv", service)
            try await compose.run("up", "-d", service)
            try await waitUntilServing()
        case .compact:
            try await backend.compact {
                try await compose.run("kill", service)
                try await start()
            }
        case .revoke: try await backend.revoke()
        case .revokeCredentials: break
        }
    }

    private func start() async throws {
        try await compose.run("start", service)
        try await waitUntilServing()
    }

    private func resume() async throws {
        do { try await compose.run("unpause", service) } catch let error as MicroError
            where error.message.contains("is not paused")
        {
            // The container already has the requested state.
        }
    }

    private func waitUntilServing() async throws {
        let deadline = ContinuousClock.now + Self.startTimeout
        while !(await backend.isServing()) {
            guard .now < deadline else {
                throw MicroError(
                    .deadlineExceeded,
                    "\(service) at \(backend.url) does not serve within \(Self.startTimeout) of its start: see its log",
                    origin: "conformance")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
