// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore

/// Runs a closure with a resource, and closes the resource in any case.
package func closing<Resource, Value>(
    _ resource: Resource, _ body: (Resource) async throws -> Value, by close: (Resource) async -> Void
) async throws -> Value {
    let result = await Result { try await body(resource) }
    await close(resource)
    return try result.get()
}

/// Runs a closure with a registry, and closes the registry in any case.
package func closing<Adapter: Registry, Value>(
    _ registry: Adapter, _ body: (Adapter) async throws -> Value
) async throws -> Value {
    try await closing(registry, body, by: { await $0.close() })
}

/// Runs a closure with a broker, and closes the broker in any case.
package func closing<Value>(
    _ broker: any Broker, _ body: (any Broker) async throws -> Value
) async throws -> Value {
    try await closing(broker as any Broker, body, by: { await $0.close() })
}
