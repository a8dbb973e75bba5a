// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import MicroCore
import Synchronization

/// A record with one node.
package func record(
    _ name: String, node: String = "a", port: Int? = 80, version: String = "1"
) -> ServiceRecord {
    ServiceRecord(
        name: name, version: version, nodes: [Node(id: "\(name)-\(node)", address: "10.0.0.1", port: port)])
}

/// A name that no other test has.
package func uniqueName(_ prefix: String = "svc") -> String {
    "\(prefix)-\(UUID().uuidString.lowercased().prefix(8))"
}

/// Runs `body` with a registry and closes it, whatever happens.
package func closing<Adapter: Registry, Value>(
    _ registry: Adapter, _ body: (Adapter) async throws -> Value
) async throws -> Value {
    let result: Result<Value, any Error>
    do { result = .success(try await body(registry)) } catch { result = .failure(error) }
    await registry.close()
    return try result.get()
}

/// The code of what the operation throws; nil if it succeeds.
package func errorCode(_ operation: () async throws -> Void) async -> MicroError.Code? {
    do {
        try await operation()
        return nil
    } catch { return (error as? MicroError)?.code }
}

/// The states of a watch.
package final class RegistryStateRecorder: Sendable {
    private let states = Mutex<[RegistryState]>([])
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// All that came, in order.
    package var all: [RegistryState] { states.withLock { $0 } }

    /// The newest one.
    package var value: RegistryState? { states.withLock { $0.last } }

    package init(_ watch: RegistryWatch) {
        let task = Task { [weak self] in
            for await state in watch { self?.states.withLock { $0.append(state) } }
        }
        self.task.withLock { $0 = task }
    }

    package var isLive: Bool {
        if case .live = value?.freshness { true } else { false }
    }

    /// Why the last state is not live; nil if it is, or if there is none.
    package var cause: MicroError? {
        switch value?.freshness {
        case .stale(_, let cause), .unknown(let cause): cause
        case .live, nil: nil
        }
    }
}
