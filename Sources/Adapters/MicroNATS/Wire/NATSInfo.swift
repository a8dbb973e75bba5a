// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What a server says of itself, at first and whenever that changes
/// ([INFO](https://docs.nats.io/reference/reference-protocols/nats-protocol#info)).
struct NATSInfo: Sendable, Decodable {
    var version: String?
    var headers: Bool?
    var maxPayload: Int?
    var requiresTLS: Bool?
    var offersTLS: Bool?
    var requiresAuthentication: Bool?
    var isLameDuck: Bool?
    var hasJetStream: Bool?
    var servers: [String]?
    var webSocketServers: [String]?

    private enum CodingKeys: String, CodingKey {
        case version, headers
        case maxPayload = "max_payload"
        case requiresTLS = "tls_required"
        case offersTLS = "tls_available"
        case requiresAuthentication = "auth_required"
        case isLameDuck = "ldm"
        case hasJetStream = "jetstream"
        case servers = "connect_urls"
        case webSocketServers = "ws_connect_urls"
    }

    /// Reads the JSON behind `INFO`; nil for anything else.
    init?(parsing bytes: UnsafeRawBufferPointer) {
        guard let info = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else { return nil }
        self = info
    }
}
