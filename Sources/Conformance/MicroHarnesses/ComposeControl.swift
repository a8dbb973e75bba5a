// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore

/// What is done to a server through its own interface, while its container runs.
protocol ContainerBackend: Sendable {
    /// The address with its scheme.
    var url: String { get }
    /// What cannot be done to it.
    var unsupportedActions: Set<BackendAction> { get }
    /// Whether it answers, and has a leader.
    func isServing() async -> Bool
    /// Makes it forget its history, by a restart if need be.
    func compact(restart: () async throws -> Void) async throws
    /// Takes away what keeps registrations alive.
    func revoke() async throws
}

extension ContainerBackend {
    /// It has no credentials that could be taken back.
    var unsupportedActions: Set<BackendAction> { [.revokeCredentials] }
}

/// What can be done to a backend in a container, which compose started.
struct ComposeControl: BackendControl {
    /// How long a server may take to serve again.
    private static let startTimeout = Duration.seconds(60)

    private let compose: ComposeCommand
    private let service: String
    private let server: any ContainerBackend

    /// Creates a control, and asks compose for the container: a file without it is noticed here, not in every case.
    ///
    /// - Parameter service: Its name in the compose file.
    /// - Throws: ``MicroCore/MicroError``.
    init(_ compose: ComposeCommand, service: String, server: any ContainerBackend) async throws {
        (self.compose, self.service, self.server) = (compose, service, server)
        guard try await compose.run("ps", "-q", service).contains(where: { !$0.isWhitespace }) else {
            throw MicroError(
                .unavailable, "compose runs no container of \(service): bring it up, or leave the control out",
                origin: "conformance")
        }
    }

    var actions: Set<BackendAction> { Set(BackendAction.allCases).subtracting(server.unsupportedActions) }

    func perform(_ action: BackendAction) async throws {
        switch action {
        case .stop: try await compose.run("stop", service)
        case .kill: try await compose.run("kill", service)
        case .start: try await start()
        case .pause: try await compose.run("pause", service)
        case .resume: try await resume()
        case .wipe:
            // With its anonymous volumes.
            try await compose.run("rm", "-sfv", service)
            try await compose.run("up", "-d", service)
            try await waitUntilServing()
        case .compact:
            try await server.compact {
                try await compose.run("kill", service)
                try await start()
            }
        case .revoke: try await server.revoke()
        case .revokeCredentials:
            throw MicroError(.unsupported, "a container has no action \(action)", origin: "conformance")
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
            // It is as it should be.
        }
    }

    private func waitUntilServing() async throws {
        let deadline = ContinuousClock.now + Self.startTimeout
        while !(await server.isServing()) {
            guard .now < deadline else {
                throw MicroError(
                    .deadlineExceeded,
                    "\(service) does not serve at \(server.url) \(Self.startTimeout) after compose started it: see its log",
                    origin: "conformance")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
