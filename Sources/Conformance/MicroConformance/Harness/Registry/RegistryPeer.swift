// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore

/// Writes records to a registry's backend without the adapter, in the layout that the adapter reads.
public protocol RegistryPeer: Sendable {
    /// Stores records that never expire, in a single transaction of the backend.
    ///
    /// - Parameters:
    ///   - records: Records with at most 50 nodes in total.
    ///   - namespace: The namespace of the clients that read them.
    func store(_ records: [ServiceRecord], in namespace: String) async throws

    /// Removes records that ``store(_:in:)`` has stored, in a single transaction.
    func remove(_ records: [ServiceRecord], from namespace: String) async throws
}
