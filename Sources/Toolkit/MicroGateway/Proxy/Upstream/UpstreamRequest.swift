// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import MicroCore
import NIOCore
package import NIOHTTP1

/// A request to a node.
package struct UpstreamRequest: Sendable {
    /// Whether the node is reached over TLS.
    package let isSecure: Bool
    package let address: Address
    /// The method, the target, and the header fields with the framing of the body.
    package let head: HTTPRequestHead
    package let body: ProxyBody

    /// Creates a request. `Host` is the address unless the header fields have one. The framing of the body replaces that of the
    /// header fields.
    ///
    /// - Parameter target: The path and the query, percent-encoded.
    package init(
        _ method: HTTPMethod, _ target: String, at address: Address, isSecure: Bool = false, headers: HTTPHeaders = [:],
        body: ProxyBody = .buffered(.init())
    ) {
        self.isSecure = isSecure
        self.address = address
        self.body = body
        var headers = headers
        headers.remove(name: "Content-Length")
        headers.remove(name: "Transfer-Encoding")
        if !headers.contains(name: "Host") { headers.add(name: "Host", value: "\(address)") }
        switch body {
        case .buffered(let body):
            // RFC 9110, section 8.6: these methods define a meaning for a body.
            guard body.readableBytes > 0 || [.POST, .PUT, .PATCH].contains(method) else { break }
            headers.add(name: "Content-Length", value: String(body.readableBytes))
        case .streamed(_, let size?): headers.add(name: "Content-Length", value: String(size))
        case .streamed(_, nil): headers.add(name: "Transfer-Encoding", value: "chunked")
        }
        head = HTTPRequestHead(version: .http1_1, method: method, uri: target, headers: headers)
    }

    /// The port of the address, or that of the scheme.
    var port: Int { address.port ?? (isSecure ? 443 : 80) }

    /// Checks what a node could misread (RFC 9112, section 11): the text between the fields is written as it is.
    ///
    /// - Throws: ``UpstreamError`` with `invalidRequest`.
    func validate() throws(UpstreamError) {
        // TRACE has no body, and a response to CONNECT has no end.
        guard head.method != .TRACE, head.method != .CONNECT else {
            throw .invalidRequest("\(head.method) is not passed on")
        }
        guard (1...65535).contains(port) else { throw .invalidRequest("the port \(port)") }
        guard head.uri.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw .invalidRequest("a space or a control character in the target")
        }
        for (name, value) in head.headers {
            guard name.utf8.allSatisfy(\.isTokenCharacter), !name.isEmpty,
                value.utf8.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) })
            else { throw .invalidRequest("the header field \(NameRules.quoted(name))") }
        }
    }

    /// The place that an absolute URL with `http` or `https` names; nil for any other text.
    package static func place(of url: String) -> (address: Address, isSecure: Bool, target: String)? {
        guard let parts = URLComponents(string: url), let host = parts.host, !host.isEmpty,
            let scheme = parts.scheme?.lowercased(), ["http", "https"].contains(scheme),
            (1...65535).contains(parts.port ?? 80)
        else { return nil }
        let isSecure = scheme == "https"
        let path = parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath
        // The host of an IPv6 address is in brackets.
        let address = Address(
            host: host.trimmingCharacters(in: ["[", "]"]), port: parts.port ?? (isSecure ? 443 : 80))
        return (address, isSecure, path + (parts.percentEncodedQuery.map { "?\($0)" } ?? ""))
    }
}

extension UInt8 {
    /// Whether the byte may be part of a field's name (RFC 9110, section 5.6.2).
    fileprivate var isTokenCharacter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "^"), UInt8(ascii: "`"),
            UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
