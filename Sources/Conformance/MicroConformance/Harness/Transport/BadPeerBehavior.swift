// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// An unusual or invalid behavior of a peer.
public enum BadPeerBehavior: String, Sendable, Hashable, CaseIterable {
    /// Responds successfully, without a body.
    case respondsWithoutBody
    /// Responds to each request twice.
    case respondsTwice
    /// Sends one message of a stream and closes the connection without ending the stream.
    case abandonsStream
    /// Responds with an error whose code is unknown.
    case unknownErrorCode
    /// Responds with an error whose fields are null.
    case nullError
    /// Responds with bytes that are not a response.
    case malformedResponse
    /// Responds with headers that never end.
    case endlessHeaders
    /// Sends less of the body than announced, and closes the connection.
    case truncatedBody
    /// Responds correctly; the case closes its connections between calls with ``BadTransportPeer/closeConnections()``.
    case closesBetweenCalls
}
