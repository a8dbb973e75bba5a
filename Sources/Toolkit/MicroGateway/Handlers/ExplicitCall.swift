// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import GoMicroWire
import Hummingbird
import Micro
import MicroEdge
package import NIOCore

/// The body of `POST /rpc`: `{"service":"go.micro.api.greeter","endpoint":"Say.Hello","request":{"name":"John"}}`. `method` is
/// go-micro's older name of `endpoint`; a request in a string is the JSON text of the message.
package struct ExplicitCall {
    package let target: GatewayTarget
    package let message: ByteBuffer
    /// The address of the node to call; nil to select a node.
    package let address: String?

    /// Reads a body.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` that names the missing member.
    package init(_ body: ByteBuffer) throws {
        guard let members = JSONSlices.members(of: body) else {
            throw MicroError(.invalidArgument, "the body is not a JSON object", origin: "go.micro.rpc")
        }
        let values = Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        func text(_ name: String) -> String? {
            guard let value = values[name], value.readableBytesView.first == UInt8(ascii: "\"") else { return nil }
            return JSONSlices.unquoted(value).flatMap { $0.isEmpty ? nil : $0 }
        }
        target = try Self.target(service: text("service"), endpoint: text("endpoint") ?? text("method"))
        message = text("request").map { ByteBuffer(string: $0) } ?? values["request"] ?? ByteBuffer(string: "{}")
        address = text("address")
    }

    /// Creates a call from the fields of a form.
    ///
    /// - Parameter request: The JSON text of the message.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` that names the missing field.
    package init(service: String?, endpoint: String?, address: String?, request: String?) throws {
        target = try Self.target(service: service, endpoint: endpoint)
        guard let request else {
            throw MicroError(
                .invalidArgument, "error decoding request string: it is empty; send JSON", origin: "go.micro.rpc")
        }
        message = ByteBuffer(string: request)
        self.address = address
    }

    private static func target(service: String?, endpoint: String?) throws -> GatewayTarget {
        guard let service else {
            throw MicroError(.invalidArgument, "invalid service", origin: "go.micro.rpc")
        }
        guard let endpoint else {
            throw MicroError(.invalidArgument, "invalid endpoint", origin: "go.micro.rpc")
        }
        return GatewayTarget(service: service, endpoint: endpoint)
    }
}
