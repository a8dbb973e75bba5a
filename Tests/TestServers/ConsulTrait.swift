// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import Testing

/// Starts a Consul agent for a suite, once, and stops it afterwards. Where there is none, the suite is skipped with the
/// command that brings one, or fails if `MICRO_REQUIRE_BACKENDS` names Consul.
package struct ConsulTrait: SuiteTrait, TestScoping {
    /// Nil for the agent of `MICRO_TEST_CONSUL_ADDRESS`, where that is set.
    let settings: ConsulServer.Settings?

    /// Runs the suite with ``ConsulServer/current``.
    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let external = settings == nil ? ConsulServer.external : nil
        let server = try external.map(ConsulServer.init(external:)) ?? ConsulServer(settings ?? .init())
        try await server.start()
        let result = await Result { try await ConsulServer.$current.withValue(server) { try await function() } }
        await server.kill()
        try result.get()
    }
}

extension Trait where Self == ConsulTrait {
    /// The agent of the suite, started here or that of `MICRO_TEST_CONSUL_ADDRESS`, is ``ConsulServer/current``.
    package static var consul: Self { Self(settings: nil) }

    /// The agent of the suite, with settings of its own, is ``ConsulServer/current``.
    package static func consul(_ settings: ConsulServer.Settings) -> Self { Self(settings: settings) }
}

extension Trait where Self == ConditionTrait {
    /// Runs where there is a Consul to use, or where one is required.
    package static var whereConsulIs: Self {
        .enabled(
            if: ConsulServer.isInstalled || ConsulServer.external != nil || isRequired,
            "no consul on the PATH: get it from https://developer.hashicorp.com/consul/install")
    }

    /// Runs where Consul is started by the tests, to be killed or to have settings of its own.
    package static var whereConsulCanBeStarted: Self {
        .enabled(
            if: ConsulServer.external == nil && (ConsulServer.isInstalled || isRequired),
            "needs a Consul of its own: none is on the PATH, or MICRO_TEST_CONSUL_ADDRESS names another one")
    }

    private static var isRequired: Bool {
        (ProcessInfo.processInfo.environment["MICRO_REQUIRE_BACKENDS"] ?? "").split(separator: ",")
            .contains { $0.trimmingCharacters(in: .whitespaces) == "consul" }
    }
}

extension ConsulServer {
    /// The agent of the suite that runs now.
    @TaskLocal package static var current: ConsulServer?
}

extension Result where Failure == any Error {
    fileprivate init(catching body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
