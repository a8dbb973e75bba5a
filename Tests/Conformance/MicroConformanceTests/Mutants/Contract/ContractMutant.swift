// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing

/// A mutant that was written from a requirement of the contract, not for a case: a change of the hooks of an adapter.
struct ContractMutant<Hooks: Sendable>: Sendable, CustomTestStringConvertible {
    let name: String
    /// The ID of the requirement that the defect breaks.
    let requirement: String
    let change: @Sendable (inout Hooks) -> Void

    init(_ name: String, _ requirement: String, _ change: @escaping @Sendable (inout Hooks) -> Void) {
        self.name = name
        self.requirement = requirement
        self.change = change
    }

    var testDescription: String { "\(name) (\(requirement))" }
}

/// The state of a mutant, of one client or shared by all clients.
final class MutantState: Sendable {
    private let values = Mutex<[String: any Sendable]>([:])

    /// Increments the counter of a key and returns it: 1 for the first call.
    func count(_ key: String = "") -> Int {
        values.withLock { values in
            let count = (values[key] as? Int ?? 0) + 1
            values[key] = count
            return count
        }
    }

    /// The value of a key.
    func value<Value: Sendable>(_ key: String, as type: Value.Type = Value.self) -> Value? {
        values.withLock { $0[key] as? Value }
    }

    /// Stores a value and returns the previous one.
    @discardableResult
    func exchange<Value: Sendable>(_ key: String, _ value: Value) -> Value? {
        values.withLock { values in
            defer { values[key] = value }
            return values[key] as? Value
        }
    }
}
