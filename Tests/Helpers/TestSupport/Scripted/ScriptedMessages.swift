// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// An HTTP/1.1 request that a ``ScriptedServer`` has read.
package struct ScriptedRequest: Sendable {
    /// The method, such as `GET`.
    package var method: String

    /// The path and the query, not decoded.
    package var target: String

    /// The header lines in order; values without surrounding blanks.
    package var headers: [(name: String, value: String)]

    /// The body; empty if there is none.
    package var body: [UInt8] = []

    /// The value of the first header with a name, in any case.
    package subscript(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    init(head: [UInt8]) throws {
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count == 3, words[2] == "HTTP/1.1" else {
            throw ScriptedServerError("not an HTTP/1.1 request: \(lines.first ?? "")")
        }
        method = String(words[0])
        target = String(words[1])
        headers = try lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw ScriptedServerError("not a header: \(line)") }
            let value = parts[1].drop { $0 == " " }
            return (String(parts[0]), String(value))
        }
    }
}

/// An HTTP/1.1 response that a ``ScriptedServer`` writes, with the correct `Content-Length`.
package struct ScriptedResponse: Sendable {
    /// The status code.
    package var status: Int

    /// The header lines in addition to `Content-Length`. `Connection: close` closes the connection after the response.
    package var headers: [(String, String)]

    /// The body.
    package var body: [UInt8]

    /// Creates a response.
    package init(status: Int = 200, headers: [(String, String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Creates a response with a text as its body.
    package init(status: Int = 200, headers: [(String, String)] = [], text: String) {
        self.init(status: status, headers: headers, body: Array(text.utf8))
    }

    var closesConnection: Bool {
        headers.contains { $0.0.lowercased() == "connection" && $0.1.lowercased() == "close" }
    }

    var bytes: [UInt8] {
        var head = "HTTP/1.1 \(status) Scripted\r\nContent-Length: \(body.count)\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        return Array((head + "\r\n").utf8) + body
    }
}
