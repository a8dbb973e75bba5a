// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The position of a proxy between a client and a listener.
public enum NetworkPath: Sendable, Hashable {
    /// The suite cannot place a proxy.
    case none
    /// In front of the listener, for transports whose clients connect to listeners over TCP.
    case listener
    /// In front of the ``ConformanceHarness/endpoint``, for transports whose clients and listeners connect to a server.
    case server
}
