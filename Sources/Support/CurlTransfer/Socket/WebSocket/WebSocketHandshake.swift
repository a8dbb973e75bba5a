// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The opening handshake of a WebSocket client (RFC 6455, section 4.1).
struct WebSocketHandshake {
    /// The maximum size of the response header, in bytes.
    private static let maxHeaderSize = 16 * 1024

    private let host: String
    private let path: String
    private let headers: [(name: String, value: String)]
    private let key: String
    private var header: [UInt8] = []

    init(host: String, path: String, headers: [(name: String, value: String)]) {
        self.host = host
        self.path = path
        self.headers = headers
        var generator = SystemRandomNumberGenerator()
        key = Data((0..<16).map { _ in generator.next() as UInt8 }).base64EncodedString()
    }

    /// The request, which opens the handshake.
    var request: [UInt8] {
        let lines = [
            "GET \(path) HTTP/1.1", "Host: \(host)", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Key: \(key)", "Sec-WebSocket-Version: 13", "User-Agent: swift-micro",
        ]
        let fields = headers.map { "\($0.name): \($0.value)" }
        return Array((lines + fields + ["", ""]).joined(separator: "\r\n").utf8)
    }

    /// Parses received bytes of the response.
    ///
    /// - Returns: The bytes after the response; nil if the response is not complete.
    mutating func receive(_ bytes: some Sequence<UInt8>) throws(CurlError) -> [UInt8]? {
        header.append(contentsOf: bytes)
        guard let end = header.firstRange(of: Array("\r\n\r\n".utf8)) else {
            guard header.count <= Self.maxHeaderSize else { throw CurlError.headersTooLarge }
            return nil
        }
        try check(String(decoding: header[..<end.lowerBound], as: UTF8.self))
        return Array(header[end.upperBound...])
    }

    private func check(_ response: String) throws(CurlError) {
        var lines = response.components(separatedBy: "\r\n")[...]
        let status = lines.popFirst() ?? ""
        guard status.hasPrefix("HTTP/1.1 101") else {
            throw handshakeError(
                "the server did not open a WebSocket at \(path): it responded with \"\(status.prefix(60))\"")
        }
        var fields: [String: String] = [:]
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        guard fields["upgrade"]?.lowercased() == "websocket", fields["sec-websocket-extensions"] == nil,
            fields["sec-websocket-accept"] == Self.accept(key)
        else { throw handshakeError("the server's response does not match the WebSocket handshake") }
    }

    /// The value of `Sec-WebSocket-Accept` for a key.
    static func accept(_ key: String) -> String {
        Data(SHA1.digest(of: Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))).base64EncodedString()
    }

    private func handshakeError(_ problem: String) -> CurlError { CurlError(kind: .badResponse, message: problem) }
}
