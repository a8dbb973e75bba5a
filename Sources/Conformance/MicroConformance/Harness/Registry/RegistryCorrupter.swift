// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Stores unreadable records in a registry's backend, as a defective or newer program would.
public protocol RegistryCorrupter: Sendable {
    /// Stores nodes of a service that the adapter cannot decode: truncated, of another type, or in a newer format.
    func corrupt(_ service: String, in namespace: String) async throws

    /// Removes these nodes.
    func repair(_ service: String, in namespace: String) async throws
}
