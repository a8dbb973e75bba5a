// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroHTTP
import MicroMemory

/// The transport between the services and clients of a test.
enum TransportKind: String, CaseIterable, Sendable {
    case memory, http

    func make(_ backend: MemoryBackend) -> any Transport {
        switch self {
        case .memory: MemoryTransport(backend: backend)
        case .http: HTTPTransport()
        }
    }
}
