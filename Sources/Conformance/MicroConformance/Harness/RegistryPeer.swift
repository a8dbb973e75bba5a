// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore

/// Does at the backend what cases need beside the adapter: without it, in the layout that the adapter reads.
public protocol RegistryPeer: Sendable {
    /// Stores records that never expire, all in one transaction of the backend.
    ///
    /// - Parameters:
    ///   - records: At most 50 nodes over all.
    ///   - namespace: That of the clients that read them.
    func store(_ records: [ServiceRecord], in namespace: String) async throws

    /// Removes what ``store(_:in:)`` has stored, all in one transaction.
    func remove(_ records: [ServiceRecord], from namespace: String) async throws
}

/// Spoils what is stored, as a bug or a newer version of somebody else's does.
public protocol RegistryCorrupter: Sendable {
    /// Stores nodes of a service that the adapter cannot make sense of: cut off, of another type, of a newer format.
    func corrupt(_ service: String, in namespace: String) async throws

    /// Removes them.
    func repair(_ service: String, in namespace: String) async throws
}
