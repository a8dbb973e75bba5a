// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes
package import MicroCore

/// The header fields of a client's request that reach services and subscribers.
package enum PassedHeaders {
    /// The fields of HTTP itself, of browsers, and those with credentials for the sidecar.
    private static let withheld: Set = [
        "accept", "authorization", "connection", "cookie",
        "expect",
        "forwarded", "host", "keep-alive", "origin", "proxy-authorization", "proxy-connection", "referer", "te",
        "timeout", "trailer", "transfer-encoding", "upgrade", "user-agent", "x-api-key", "x-forwarded-for",
        "x-forwarded-host", "x-forwarded-proto", "x-real-ip",
    ]

    private static let withheldPrefixes = ["accept-", "content-", "sec-"]

    /// The fields as headers of a call or an event; several values of a name are joined by commas, as in go-micro.
    ///
    /// - Parameter names: The names of internal fields of go-micro (`Micro-…`) that pass in spite of their prefix, in lower
    ///   case.
    package static func headers(of fields: HTTPFields, allowing names: Set<String> = []) -> Headers {
        let listed = Set(
            fields[values: .connection].flatMap { $0.split(separator: ",") }
                .map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() })
        var headers: Headers = [:]
        for field in fields {
            let name = field.name.canonicalName
            guard !withheld.contains(name), !listed.contains(name), !withheldPrefixes.contains(where: name.hasPrefix),
                !name.contains("_"),
                names.contains(name) || !isInternal(name)
            else { continue }
            headers[field.name.rawName] = headers[field.name.rawName].map { "\($0),\(field.value)" } ?? field.value
        }
        return headers
    }

    /// Whether go-micro gives a meaning to a field, which a client must not set.
    private static func isInternal(_ name: String) -> Bool { name.hasPrefix("micro-") || name.hasPrefix("x-micro-") }
}
