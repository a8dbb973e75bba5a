// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore

// The JSON of the protocol's INFO and CONNECT, under the names of the documentation
// (https://docs.nats.io/reference/reference-protocols/nats-protocol).

/// Describes a server: sent as `INFO` when a client connects and when the information changes.
struct ServerInfo: Sendable, Decodable {
    var version: String?
    /// The largest payload that the server accepts, including headers, in bytes.
    var maxPayload: Int?
    /// Whether the server accepts only TLS.
    var tlsRequired: Bool?
    /// Whether the server accepts TLS.
    var tlsAvailable: Bool?
    /// Whether the server is about to shut down, so that clients should connect to another one.
    var lameDuckMode: Bool?
    /// The addresses of the cluster's servers, `host:port`.
    var connectURLs: [String]?
    /// The same for WebSocket clients.
    var webSocketConnectURLs: [String]?

    private enum CodingKeys: String, CodingKey {
        case version
        case maxPayload = "max_payload"
        case tlsRequired = "tls_required"
        case tlsAvailable = "tls_available"
        case lameDuckMode = "ldm"
        case connectURLs = "connect_urls"
        case webSocketConnectURLs = "ws_connect_urls"
    }

    /// Reads the JSON of an `INFO`; nil if it cannot be read.
    init?(parsing bytes: UnsafeRawBufferPointer) {
        guard let info = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else { return nil }
        self = info
    }
}

/// Describes a client: sent as `CONNECT`. Contains secrets.
struct ConnectOptions: Encodable {
    var verbose = false
    var pedantic = false
    var tlsRequired: Bool
    var name = "swift-micro"
    var lang = "swift"
    /// The version of this adapter, which servers only display.
    var version = SwiftMicro.version
    /// 1: the client accepts further `INFO`s.
    var protocolVersion = 1
    var echo = true
    var headers = true
    var noResponders = true
    var user: String?
    var pass: String?
    var authToken: String?

    init(_ login: NATSLogin, usesTLS: Bool) {
        tlsRequired = usesTLS
        switch login {
        case .anonymous: break
        case .user(let name, let password): (user, pass) = (name, password.reveal())
        case .token(let token): authToken = token.reveal()
        }
    }

    private enum CodingKeys: String, CodingKey {
        case verbose, pedantic, name, lang, version, echo, headers, user, pass
        case tlsRequired = "tls_required"
        case protocolVersion = "protocol"
        case noResponders = "no_responders"
        case authToken = "auth_token"
    }
}
