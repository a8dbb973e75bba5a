// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroHTTP
import MicroMemory

/// The broker of a test.
enum BrokerKind: String, CaseIterable, Sendable {
    case atMostOnce, atLeastOnce, http

    func make(_ backend: MemoryBackend) throws -> any Broker {
        switch self {
        case .atMostOnce: MemoryBroker(backend: backend, delivery: .atMostOnce)
        case .atLeastOnce: MemoryBroker(backend: backend, delivery: .atLeastOnce)
        case .http: try HTTPBroker(registry: MemoryRegistry(backend: backend))
        }
    }
}
