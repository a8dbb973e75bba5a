// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import MicroCore
import NIOCore

/// The description of the routes for people: one page of HTML without scripts and without anything from elsewhere.
///
/// Names and descriptions come from services, so that every text is escaped, and a policy forbids the browser to run or load
/// anything (Content Security Policy, level 3).
struct OpenAPIPage {
    private let document: OpenAPIDocument

    init(_ document: OpenAPIDocument) { self.document = document }

    /// The page as a response.
    func response() -> Response {
        let nonce = String(UInt64.random(in: .min ... .max), radix: 36)
        let policy = "default-src 'none'; style-src 'nonce-\(nonce)'; base-uri 'none'; frame-ancestors 'none'"
        var headers: HTTPFields = [
            .contentType: "text/html; charset=utf-8", .contentSecurityPolicy: policy, .cacheControl: "no-store",
        ]
        headers[.xContentTypeOptions] = "nosniff"
        return Response(
            status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: html(nonce: nonce))))
    }

    /// The text of the page.
    func html(nonce: String) -> String {
        let operations = document.operations
        let body =
            operations.isEmpty
            ? "<p>No service has declared a route.</p>" : operations.map(Self.section).joined(separator: "\n")
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>API</title>
            <style nonce="\(nonce)">
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }
            summary { cursor: pointer; padding: .4em 0; }
            code, pre { font: 14px/1.4 ui-monospace, monospace; }
            pre { background: #8881; padding: .8em; overflow: auto; }
            .method { display: inline-block; min-width: 5em; font-weight: 600; }
            </style>
            </head>
            <body>
            <h1>API</h1>
            <p>As <a href="openapi.json">OpenAPI 3.1</a>.</p>
            \(body)
            </body>
            </html>

            """
    }

    private static func section(_ operation: OpenAPIDocument.Operation) -> String {
        var parts = [
            """
            <details><summary><code><span class="method">\(escaped(operation.method))</span>\(escaped(operation.path))</code> \
            \(escaped(operation.summary))</summary>
            """
        ]
        if let description = operation.description { parts.append("<p>\(escaped(description))</p>") }
        if !operation.parameters.isEmpty {
            let items = operation.parameters.map {
                "<li><code>\(escaped($0.name))</code> in the \(escaped($0.place))</li>"
            }
            parts.append("<ul>\(items.joined())</ul>")
        }
        for (title, schema) in [("Request", operation.request), ("Response", operation.response)] {
            guard let schema else { continue }
            parts.append("<h3>\(title)</h3><pre>\(escaped(schema))</pre>")
        }
        parts.append("</details>")
        return parts.joined(separator: "\n")
    }

    /// A text as HTML, also in an attribute.
    static func escaped(_ text: String) -> String {
        text.reduce(into: "") { html, character in
            switch character {
            case "&": html += "&amp;"
            case "<": html += "&lt;"
            case ">": html += "&gt;"
            case "\"": html += "&quot;"
            case "'": html += "&#39;"
            default: html.append(character)
            }
        }
    }
}
