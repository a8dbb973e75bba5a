// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// Controls a backend in a container that compose has started.
///
/// ```swift
/// let control = try await ComposeControl(file: "compose.yml", service: "zookeeper") {
///     await respondsToRuok("127.0.0.1:2181")
/// }
/// ```
///
/// It runs `docker compose`, or `docker-compose` if the plugin is not installed. ``BackendAction/wipe`` removes the container
/// with its anonymous volumes: everything that is stored in it is lost.
public struct ComposeControl: BackendControl {
    /// Performs an action for which compose has no command, such as a request to the server. The handler receives the
    /// control, so that it can restart the backend.
    public typealias Handler = @Sendable (ComposeControl) async throws -> Void

    private static let startTimeout = Duration.seconds(60)

    private let compose: ComposeCommand
    private let service: String
    private let handlers: [BackendAction: Handler]
    private let isServing: @Sendable () async -> Bool

    /// Creates a control and checks that compose runs a container of the service, so that a wrong file fails here
    /// rather than in every case.
    ///
    /// - Parameters:
    ///   - file: The compose file.
    ///   - service: The name of the service in the compose file.
    ///   - handlers: The supported actions in addition to stopping, killing, starting, pausing, resuming and wiping.
    ///   - isServing: Whether the backend serves requests. It should return within a few seconds.
    /// - Throws: ``/MicroCore/MicroError`` with `unavailable` if compose is not installed or runs no such container.
    public init(
        file: String, service: String, handlers: [BackendAction: Handler] = [:],
        isServing: @escaping @Sendable () async -> Bool
    ) async throws {
        try await self.init(ComposeCommand(file: file), service: service, handlers: handlers, isServing: isServing)
    }

    /// Creates a control that runs a command of compose: see ``init(file:service:handlers:isServing:)``.
    package init(
        _ compose: ComposeCommand, service: String, handlers: [BackendAction: Handler],
        isServing: @escaping @Sendable () async -> Bool
    ) async throws {
        (self.compose, self.service, self.handlers, self.isServing) = (compose, service, handlers, isServing)
        guard try await compose.run("ps", "-q", service).contains(where: { !$0.isWhitespace }) else {
            throw MicroError(
                .unavailable, "compose runs no container of \(service): start it, or omit --control",
                origin: "conformance")
        }
    }

    /// The actions that compose performs, and those that have a handler.
    public var actions: Set<BackendAction> {
        Set([.stop, .kill, .start, .pause, .resume, .wipe]).union(handlers.keys)
    }

    /// Performs an action. A command of compose may take two minutes, and the backend a minute to start.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with the command and its output if it failed; `unsupported` for an action without a
    ///   handler.
    public func perform(_ action: BackendAction) async throws {
        if let handler = handlers[action] { return try await handler(self) }
        switch action {
        case .stop: try await compose.run("stop", service)
        case .kill: try await compose.run("kill", service)
        case .start:
            try await compose.run("start", service)
            try await waitUntilServing()
        case .pause: try await compose.run("pause", service)
        case .resume: try await resume()
        case .wipe:
            // -v: with its anonymous volumes.
            try await compose.run("rm", "-sfv", service)
            try await compose.run("up", "-d", service)
            try await waitUntilServing()
        case .compact, .revoke, .revokeCredentials:
            throw MicroError(.unsupported, "the container of \(service) has no action \(action)", origin: "conformance")
        }
    }

    private func resume() async throws {
        do { try await compose.run("unpause", service) } catch let error as MicroError
            where error.message.contains("is not paused")
        {
            // The container already has the requested state.
        }
    }

    private func waitUntilServing() async throws {
        try await BackendStart.wait(for: service, within: Self.startTimeout, until: isServing) {
            "see its log (docker compose logs \(service))"
        }
    }
}
