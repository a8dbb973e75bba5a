// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import GoMicroWire
import MicroCore
import NIOCore

/// Converts between calls and messages: go-micro's headers are in the header table, and the body is unchanged.
struct RabbitMQCallFormat: Sendable {
    /// The bytes of a header frame that are reserved for properties other than headers.
    private static let reservedHeaderSize = 1024
    /// The maximum size of the fields of a request that replies repeat, in bytes.
    private static let maxRepeatedSize = 8 * 1024

    let maxBodySize: Int
    let maxFrameSize: Int

    /// The limits of a connection.
    init(_ connection: RabbitMQConnectionManager) {
        maxBodySize = connection.configuration.maxMessageSize
        maxFrameSize = connection.currentSession?.maxFrameSize ?? 128 * 1024
    }

    /// Checks the size of a message. The server would close the connection on larger headers.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `payloadTooLarge`.
    func check(_ fields: GoMicroHeaders.Fields, body: ByteBuffer, of what: String) throws(MicroError) {
        // Each field has a length, a type and the length of the value.
        let size = fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 6 }
        let maxHeaderSize = maxFrameSize - AMQPFrame.overhead - Self.reservedHeaderSize
        guard body.readableBytes <= maxBodySize, size <= maxHeaderSize else {
            throw MicroError(
                .payloadTooLarge,
                "the \(what) is too large: its body has \(body.readableBytes) of at most \(maxBodySize) bytes, its headers "
                    + "\(size) of at most \(maxHeaderSize)", origin: MicroError.Origin.transport, isSafeToRetry: true)
        }
    }

    /// The properties of a message, as go-micro writes them: all headers are long strings in the table.
    static func properties(
        _ fields: GoMicroHeaders.Fields = [], mark: RabbitMQStreamMark? = nil
    ) -> AMQPProperties {
        var properties = AMQPProperties()
        properties.headers.fields = fields.map { .init(name: $0.name, value: .string($0.value)) }
        properties.timestamp = UInt64(max(0, Date().timeIntervalSince1970))
        properties.type = mark?.text
        return properties
    }

    /// The fields of a received message as text. Tables and arrays are omitted.
    static func fields(of properties: AMQPProperties) -> GoMicroHeaders.Fields {
        properties.headers.fields.compactMap { field -> GoMicroHeaders.Fields.Element? in
            guard let text = field.value.text else { return nil }
            return (field.name, text)
        }
    }

    /// Whether the fields of a request that a reply repeats leave room for the other fields of the reply. The server
    /// closes the connection of a listener if the header fields of a reply do not fit into one frame.
    static func canRepeat(_ headers: GoMicroHeaders, _ idFields: GoMicroHeaders.Fields) -> Bool {
        let size = idFields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        return size + headers.contentType.utf8.count + (headers.service ?? "").utf8.count <= maxRepeatedSize
    }

    /// The fields by which a client finds its call, which the reply repeats under the names that the client used: `Micro-Id`,
    /// or `Micro-ID` in go-micro v4 and later.
    static func idFields(in fields: GoMicroHeaders.Fields) -> GoMicroHeaders.Fields {
        fields.filter { ["micro-id", "x-micro-id"].contains($0.name.lowercased()) }
    }
}
