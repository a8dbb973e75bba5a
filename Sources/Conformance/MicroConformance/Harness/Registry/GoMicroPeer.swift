// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore

/// Accesses a registry's backend as a go-micro service does, without the adapter and in go-micro's layout, which has no
/// namespaces.
public protocol GoMicroPeer: Sendable {
    /// Registers a record as go-micro does.
    func register(_ record: ServiceRecord) async throws
    /// Deregisters a record as go-micro does.
    func deregister(_ record: ServiceRecord) async throws
    /// Reads the records of a service as go-micro does.
    func lookUp(_ name: String) async throws -> [ServiceRecord]
}
