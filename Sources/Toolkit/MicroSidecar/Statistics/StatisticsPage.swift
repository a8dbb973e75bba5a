// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The page of `/stats` for browsers. It has no scripts, and is loaded again every 5 s.
struct StatisticsPage {
    let document: RequestStatistics.Document

    /// Whether a client asks for the page rather than for JSON.
    static func isWanted(by request: Request) -> Bool {
        request.headers[.accept]?.lowercased().contains("text/html") == true
            && request.headers[.contentType]?.lowercased().hasPrefix("application/json") != true
    }

    /// The response with the page.
    var response: Response {
        var headers: HTTPFields = [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"]
        headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: html)))
    }

    /// The page. Its values are numbers, formatted times and a formatted memory size, none of which contains characters
    /// that HTML requires to be escaped.
    private var html: String {
        let classes = ["20x", "30x", "40x", "50x"]
        let rows = document.counters.reversed().map { window in
            let counts = classes.map { "<td>\(window.statusCodes[$0] ?? 0)</td>" }.joined()
            return "<tr><td>\(Self.time(window.timestamp))</td><td>\(window.requests)</td>\(counts)</tr>"
        }
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head><meta charset="utf-8"><meta http-equiv="refresh" content="5"><title>Statistics</title></head>
            <body>
            <h1>Statistics</h1>
            <p>Started \(Self.time(document.started)), memory \(document.memory), threads \(document.threads)</p>
            <table>
            <tr><th>Time</th><th>Requests</th>\(classes.map { "<th>\($0)</th>" }.joined())</tr>
            \(rows.joined(separator: "\n"))
            </table>
            </body>
            </html>

            """
    }

    private static func time(_ seconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
    }
}
