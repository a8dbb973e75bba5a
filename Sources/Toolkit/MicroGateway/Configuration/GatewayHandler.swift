// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The ways in which a gateway passes a request on.
public enum GatewayHandler: String, Sendable, CaseIterable, Codable {
    /// The body, or the query of a request without one, is the message of a call.
    case rpc
    /// The whole HTTP request is the message of a call, and its response describes the HTTP response
    /// (``APIRequest``, ``APIResponse``).
    case api
    /// The body is published as an event (``APIEvent``).
    case event
    /// The request is sent to a node of an HTTP service as it is (a reverse proxy).
    case http

    /// The handler of a name, with go-micro's other names: `proxy` for ``http``, and `meta` for ``rpc``, because every handler
    /// here first looks for a declared route.
    public init?(name: String) {
        switch name {
        case "proxy": self = .http
        case "meta": self = .rpc
        default: self.init(rawValue: name)
        }
    }
}
