// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The position of a proxy between a client and a listener.
public enum NetworkPath: Sendable, Hashable {
    /// Nowhere.
    case none
    /// In front of the listener: clients connect to the listener directly, over TCP.
    case listener
    /// In front of the ``ConformanceHarness/endpoint``: both sides connect to a server.
    case server
}
