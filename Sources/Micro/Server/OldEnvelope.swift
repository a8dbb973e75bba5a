// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import NIOCore

/// The envelopes of go-micro's first protocol, in which it calls an explicit address and every node without `protocol` in its
/// metadata: the message travels inside of another one, and so does its answer, also if that is an error.
struct OldEnvelope: Sendable {
    private enum Kind {
        /// `application/proto-rpc`: a length of four bytes and a header (1: method, 2: number, 3: error), a length and the
        /// message.
        case protobuf(number: UInt64)
        /// `application/json-rpc` (https://www.jsonrpc.org/specification_v1), with one parameter.
        case json(id: Data)
    }

    private let kind: Kind
    private let contentType: String
    /// What is inside.
    let request: TransportRequest

    /// Opens an envelope; nil if the request is in none.
    ///
    /// - Throws: ``MicroError`` with `invalidArgument` if it cannot be read.
    init?(_ outer: TransportRequest) throws {
        // Most are not.
        guard outer.contentType.utf8.last == UInt8(ascii: "c") else { return nil }
        contentType = outer.contentType
        var inner = outer
        switch outer.contentType {
        case "application/proto-rpc":
            inner.contentType = "application/protobuf"
            var bytes = outer.body
            guard let header = bytes.readLengthPrefixedSlice(as: UInt32.self),
                let body = bytes.readLengthPrefixedSlice(as: UInt32.self), bytes.readableBytes == 0
            else { throw Self.malformed(outer) }
            inner.body = body
            kind = .protobuf(number: Self.number(in: header))
        case "application/json-rpc":
            inner.contentType = "application/json"
            guard
                let call = try? JSONSerialization.jsonObject(with: Data(outer.body.readableBytesView))
                    as? [String: Any],
                let parameters = call["params"] as? [Any], parameters.count == 1,
                let body = Self.json(parameters[0]), let id = Self.json(call["id"] ?? NSNull())
            else { throw Self.malformed(outer) }
            inner.body = ByteBuffer(bytes: body)
            kind = .json(id: id)
        default: return nil
        }
        request = inner
    }

    /// Answers what is inside, and puts the answer into an envelope. Errors travel in it, too.
    ///
    /// - Throws: `CancellationError`.
    func answered(by handler: TransportHandler) async throws -> TransportResponse {
        do {
            var response = try await handler(request)
            response.body = sealed(response.body, error: nil)
            response.contentType = contentType
            return response
        } catch let error as MicroError {
            let text = MicroError(answering: request, with: error).wireText
            return TransportResponse(contentType: contentType, body: sealed(ByteBuffer(), error: text))
        }
    }

    private func sealed(_ body: ByteBuffer, error: String?) -> ByteBuffer {
        var envelope = ByteBuffer()
        switch kind {
        case .protobuf(let number):
            // The error is shorter than 64 KiB.
            var header = ByteBuffer(bytes: [0x0A, 0, 0x11])
            header.writeInteger(number, endianness: .little)
            header.writeInteger(UInt8(0x1A))
            header.writeVariant(error?.utf8.count ?? 0)
            header.writeString(error ?? "")
            for part in [header, body] {
                envelope.writeInteger(UInt32(part.readableBytes))
                envelope.writeImmutableBuffer(part)
            }
        case .json(let id):
            envelope.writeString(#"{"id":"#)
            envelope.writeBytes(id)
            envelope.writeString(#","result":"#)
            let result = body.readableBytes > 0 ? String(buffer: body).trimmingCharacters(in: .newlines) : "null"
            envelope.writeString(result)
            envelope.writeString(#","error":"#)
            envelope.writeBytes(error.flatMap { Self.json($0) } ?? Data("null".utf8))
            envelope.writeString("}\n")
        }
        return envelope
    }

    /// The number in the header of a call, by which go-micro tells answers apart: the field 2 of eight bytes.
    private static func number(in header: ByteBuffer) -> UInt64 {
        var bytes = header
        while let tag = bytes.readInteger(as: UInt8.self) {
            switch tag {
            case 0x11: return bytes.readInteger(endianness: .little) ?? 0
            // Texts, which are shorter than 16 KiB.
            case 0x0A, 0x1A:
                guard let size = bytes.readVariant(), bytes.readSlice(length: size) != nil else { return 0 }
            default: return 0
            }
        }
        return 0
    }

    private static func json(_ value: Any) -> Data? {
        try? JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed, .withoutEscapingSlashes])
    }

    private static func malformed(_ request: TransportRequest) -> MicroError {
        MicroError(
            .invalidArgument, "the body is no envelope of \(request.contentType)", origin: MicroError.Origin.server)
    }
}

extension ByteBuffer {
    /// Protocol buffers' variable-length integers (https://protobuf.dev/programming-guides/encoding/#varints).
    fileprivate mutating func writeVariant(_ value: Int) {
        var rest = value
        while rest > 0x7F {
            writeInteger(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        writeInteger(UInt8(rest))
    }

    /// One of them, up to 2^28; nil if there is none.
    fileprivate mutating func readVariant() -> Int? {
        var value = 0
        for shift in stride(from: 0, to: 28, by: 7) {
            guard let byte = readInteger(as: UInt8.self) else { return nil }
            value |= Int(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }
}
