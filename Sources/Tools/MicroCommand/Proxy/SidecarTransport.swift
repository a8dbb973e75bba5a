// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import MicroCore
import NIOCore

/// Calls through a sidecar: its route `/rpc`, which takes JSON.
struct SidecarTransport: Transport {
    /// The transport's name, which no node has.
    static let name = "sidecar"

    let client: SidecarClient

    var name: String { Self.name }

    var capabilities: TransportCapabilities {
        TransportCapabilities(features: [.streams], maxBodySize: 16 * 1024 * 1024)
    }

    func call(_ request: TransportRequest, to address: Address) async throws -> TransportResponse {
        try await call(request, at: address)
    }

    /// Calls the node at an address, or one that the sidecar selects (nil).
    func call(_ request: TransportRequest, at address: Address?) async throws -> TransportResponse {
        try Self.checkJSON(request)
        let remaining = max(.milliseconds(1), request.deadline - .now)
        var members = [
            "\"service\":\(JSONText.quoted(request.service))", "\"endpoint\":\(JSONText.quoted(request.endpoint))",
            "\"request\":\(String(decoding: request.body.readableBytesView, as: UTF8.self))",
        ]
        if let address { members.append("\"address\":\(JSONText.quoted("\(address)"))") }
        var headers = request.headers.map { ($0.name, $0.value) }
        headers += [
            ("Content-Type", "application/json"), ("Timeout", "\(max(1, Int(remaining.seconds.rounded(.up))))"),
        ]
        let response = try await client.send(
            "POST", "/rpc", headers: headers, body: Array("{\(members.joined(separator: ","))}".utf8),
            timeout: remaining)
        return TransportResponse(
            contentType: response.headers["content-type"] ?? "application/json", body: ByteBuffer(bytes: response.body))
    }

    func open(_ request: TransportRequest, to address: Address) async throws -> TransportStream {
        try await open(request, at: address)
    }

    /// Opens a stream to the node at an address, or to one that the sidecar selects (nil).
    func open(_ request: TransportRequest, at address: Address?) async throws -> TransportStream {
        try Self.checkJSON(request)
        return try await SidecarStream.open(request, at: address, through: client)
    }

    private static func checkJSON(_ request: TransportRequest) throws {
        guard request.contentType.hasSuffix("json") else {
            throw MicroError(
                .unsupported, "a sidecar forwards only JSON: omit --content-type", origin: MicroError.Origin.client)
        }
    }

    func bind(to address: Address) async throws -> any TransportListener {
        throw MicroError(.unsupported, "a sidecar has no listener", origin: MicroError.Origin.transport)
    }

    func close() async { await client.close() }
}
