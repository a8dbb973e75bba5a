// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A received HTTP/1.1 response, with its framing.
package struct RawHTTPResponse: Sendable {
    /// The status.
    package let status: Int
    /// Keys are in lower case. The values of a field that is repeated are joined with commas.
    package let headers: [String: String]
    /// Includes the framing of chunks.
    package let body: String

    /// The body without the framing of chunks; nil if it is not well-formed.
    package var content: String? {
        guard headers["transfer-encoding"] == "chunked" else { return body }
        var content = ""
        var rest = Substring(body)
        while let line = rest.range(of: "\r\n"), let count = Int(rest[..<line.lowerBound], radix: 16) {
            if count == 0 { return content }
            guard let end = rest.index(line.upperBound, offsetBy: count, limitedBy: rest.endIndex) else { return nil }
            content += rest[line.upperBound..<end]
            rest = rest[end...].dropFirst()
        }
        return nil
    }

    /// The body as JSON; nil if it is not valid JSON.
    package var json: Any? {
        try? JSONSerialization.jsonObject(with: Data((content ?? "").utf8), options: .fragmentsAllowed)
    }

    /// - Parameter text: Everything that was received on the connection.
    package init?(_ text: String) {
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        guard let status = lines[0].split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else { return nil }
        self.status = status
        headers = Dictionary(
            lines.dropFirst().map { line in
                let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                return (parts[0].lowercased(), parts.last ?? "")
            }, uniquingKeysWith: { "\($0), \($1)" })
        body = String(text[end.upperBound...])
    }

    /// Sends the bytes of a request on a new connection to 127.0.0.1, and reads until the server closes it.
    ///
    /// - Returns: The first response; nil if there is none within 10 s.
    package static func exchange(_ request: String, port: Int) throws -> RawHTTPResponse? {
        let socket = try RawSocket(port: port)
        socket.write(request.utf8)
        var bytes: [UInt8] = []
        while case .bytes(let more) = socket.read(within: .seconds(10)), !more.isEmpty { bytes += more }
        return RawHTTPResponse(String(decoding: bytes, as: UTF8.self))
    }
}
