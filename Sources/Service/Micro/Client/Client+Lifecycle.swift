// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Configuration
public import MicroCore
public import ServiceLifecycle
import Synchronization

extension Client: Service {
    /// Waits for a graceful shutdown or the cancellation of the task, then closes the client: see ``close()``. The client can
    /// be used before.
    ///
    /// Add it to a `ServiceGroup` before the services that use it, because a group shuts its services down in reverse order.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `closed` if the client has run before.
    public func run() async throws {
        guard !hasRun.exchange(true, ordering: .relaxed) else {
            throw MicroError(
                .closed, "the client has run before: create a new one for each run", origin: MicroError.Origin.client)
        }
        // A cancellation also closes the client.
        do { try await gracefulShutdown() } catch {}
        await close()
    }
}

/// Creates a client, runs a body with it, and closes it afterwards, even if the body throws.
///
/// ```swift
/// try await withClient { client in
///     let response: HelloResponse = try await client.call("greeter", "Greeter.Hello", HelloRequest(name: "John"))
/// }
/// ```
///
/// - Parameters:
///   - configuration: The configuration of the client; by default the one that the settings give.
///   - registry: The registry that finds services; by default the one that the settings select.
///   - transport: The transport of calls; by default the one that the settings select.
///   - broker: The broker of events; by default the one that the settings select.
///   - backends: The adapters that the settings select from by name.
///   - configReader: The settings; by default the environment variables of the process.
///   - body: Uses the client.
/// - Returns: The result of the body.
/// - Throws: The errors of the initializer and of the body.
public func withClient<Value>(
    configuration: Client.Configuration? = nil, registry: (any Registry)? = nil, transport: (any Transport)? = nil,
    broker: (any Broker)? = nil, backends: Backends = .builtIn, configReader: ConfigReader? = nil,
    _ body: (Client) async throws -> Value
) async throws -> Value {
    let client = try Client(
        configuration: configuration, registry: registry, transport: transport, broker: broker, backends: backends,
        configReader: configReader)
    do {
        let value = try await body(client)
        await client.close()
        return value
    } catch {
        await client.close()
        throw error
    }
}
