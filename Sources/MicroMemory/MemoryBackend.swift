// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The memory that registries and transports of one process share: what a server is to the other adapters.
///
/// Those made without one share ``shared``; a test makes one of its own.
public final class MemoryBackend: Sendable {
    /// The backend of this process.
    public static let shared = MemoryBackend()

    let registry = MemoryRegistryStore()
    let listeners = Mutex<[Address: MemoryListener]>([:])

    /// Creates an empty backend.
    public init() {}
}
