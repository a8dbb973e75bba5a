// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The two envelope formats of go-micro's protocol before v1.0.
package enum LegacyRPCFormat: Sendable {
    /// `application/proto-rpc`: see ``ProtoRPCHeader``.
    case protobuf
    /// `application/json-rpc`: see ``JSONRPCEnvelope``.
    case json

    /// The envelope format by media type, for requests whose headers name no endpoint. Clients of v0.14 label an envelope
    /// with the media type of the message in it.
    private static let formatsWithoutHeaders: [String: LegacyRPCFormat] = [
        "application/json": .json, "application/json-rpc": .json, "application/octet-stream": .protobuf,
        "application/proto-rpc": .protobuf, "application/protobuf": .protobuf,
    ]

    /// The format of a received request; nil if it has no envelope.
    init?(of request: TransportRequest) {
        let mediaType = MediaType.essence(of: request.contentType)
        // Fast path: if the headers name the endpoint, only a media type that ends in "c" (…-rpc) can be an envelope.
        guard mediaType.utf8.last == UInt8(ascii: "c") || request.endpoint.isEmpty,
            let format = Self.formatsWithoutHeaders[mediaType]
        else { return nil }
        // With an endpoint in the headers, only these two media types are envelopes.
        guard request.endpoint.isEmpty || mediaType == format.envelopeContentType else { return nil }
        self = format
    }

    /// The format for messages of a media type; nil if the protocol does not support it.
    init?(messageContentType: String) {
        switch MediaType.essence(of: messageContentType) {
        case "application/protobuf": self = .protobuf
        case "application/json": self = .json
        default: return nil
        }
    }

    /// Whether a request with this media type can name the endpoint in its body.
    package static func namesEndpoint(inBodyOf contentType: String) -> Bool {
        formatsWithoutHeaders[MediaType.essence(of: contentType)] != nil
    }

    /// The media type of an envelope.
    var envelopeContentType: String {
        switch self {
        case .protobuf: "application/proto-rpc"
        case .json: "application/json-rpc"
        }
    }

    /// The media type of the message in an envelope.
    var messageContentType: String {
        switch self {
        case .protobuf: "application/protobuf"
        case .json: "application/json"
        }
    }
}
