// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
public import MicroConformance
public import MicroConsul
public import MicroCore

/// The Consul registry, put to the test on an agent that runs already.
public struct ConsulRegistryHarness: RegistryHarness {
    /// What a reader of a report is told; the version of Consul is the one that the agent tells.
    public let subject: Subject
    /// What the adapter keeps with an agent on the same machine.
    public let bounds: RegistryBounds
    /// The hook to the agent, if the caller has one: nobody stops a server because he knows its address.
    public let control: (any BackendControl)?

    private let configuration: ConsulConfiguration
    private let agent: ConsulAgentClient

    /// Creates a harness, and asks the agent for its version: one that is not there is noticed here, not in every case.
    ///
    /// - Throws: ``MicroCore/MicroError`` that names the address.
    public init(
        _ configuration: ConsulConfiguration = .init(), bounds: RegistryBounds = Self.defaultBounds,
        control: (any BackendControl)? = nil
    ) async throws {
        self.configuration = configuration
        self.bounds = bounds
        self.control = control
        // The adapter knows what is a valid configuration.
        await (try ConsulRegistry(configuration: configuration, logger: .silent)).close()
        agent = ConsulAgentClient(configuration)
        subject = Subject(
            adapter: "ConsulRegistry", adapterVersion: conformanceKitVersion, backend: "Consul",
            backendVersion: try await agent.version())
    }

    /// Creates a harness for the agent at an address.
    public init(address: String, token: Secret? = nil, control: (any BackendControl)? = nil) async throws {
        var configuration = ConsulConfiguration()
        configuration.address = address
        configuration.token = token
        try await self.init(configuration, control: control)
    }

    /// The bounds of ``init(_:bounds:control:)``. On a loaded machine another client sees a write after 20 ms; a watch
    /// waits 5 s at most before it asks a lost agent again. An agent notices within 10 ms that a time to live is over,
    /// but now and then tells the catalogue only with its next sync, a minute later (seen with 1.8.7).
    public static var defaultBounds: RegistryBounds {
        RegistryBounds(
            convergence: .seconds(1), timeToLive: .seconds(3), shortestTimeToLive: .seconds(1),
            expirySlack: .seconds(75), heal: .seconds(10), changes: 1000)
    }

    /// go-micro, as far as Consul can tell.
    public var goMicro: (any GoMicroPeer)? { ConsulGoMicroPeer(agent: agent) }

    /// See ``MicroConformance/RegistryHarness/makeClient(_:)``.
    public func makeClient(_ options: RegistryClientOptions) async throws -> any Registry {
        var configuration = configuration
        configuration.namespace = options.namespace
        if options.linearizableReads { configuration.consistency = .consistent }
        let registry = try ConsulRegistry(configuration: configuration, logger: .silent)
        if options.linearizableReads, !registry.capabilities.contains(.linearizableReads) {
            await registry.close()
            throw MicroError(
                .unsupported,
                "Consul's consistent reads are not linearizable here: an agent acknowledges a registration before its "
                    + "servers have it", origin: MicroError.Origin.registry)
        }
        return registry
    }
}

extension Logger {
    /// Cases provoke losses and returns all the time: their logs would bury the report.
    static var silent: Logger { Logger(label: "conformance") { _ in SwiftLogNoOpLogHandler() } }
}
