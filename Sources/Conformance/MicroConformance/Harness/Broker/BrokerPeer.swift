// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import NIOCore

/// Publishes to a broker's backend without the adapter.
public protocol BrokerPeer: Sendable {
    /// Publishes the bytes to a topic unchanged, without an envelope, and without headers as far as the backend
    /// permits.
    ///
    /// - Throws: An error if the message could not be published; the case fails with it.
    func publish(_ body: ByteBuffer, to topic: String) async throws
}
