// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import MicroEdge
import NIOHTTP1

/// The header fields that a reverse proxy passes on.
enum ProxyHeaders {
    /// The fields that apply to one connection only (RFC 9110, section 7.6.1).
    private static let hopByHop: Set = [
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]

    /// The fields that the gateway sets itself, or that a client must not set.
    private static let replaced: Set = [
        "content-length", "expect", "forwarded", "host", "timeout", "x-forwarded-for", "x-forwarded-host",
        "x-forwarded-prefix", "x-forwarded-proto", "x-real-ip", "x-request-id",
    ]

    /// The fields of a client that are passed on.
    static func passed(_ request: GatewayRequest) -> [HTTPField] {
        let incoming = request.http.headers
        let listed = listed(in: incoming[values: .connection])
        // Credentials that the gateway has checked are for the gateway only.
        let credentials: Set =
            request.context.identity == nil
            ? [] : Set(["authorization"] + request.configuration.edge.authenticators.flatMap(\.credentialFields))
        return incoming.filter { field in
            let name = field.name.canonicalName
            return !replaced.contains(name) && !listed.contains(name) && !credentials.contains(name)
                && !isInternal(field.name)
        }
    }

    /// The header of the request to a node.
    static func request(_ request: GatewayRequest) -> HTTPHeaders {
        var headers = HTTPHeaders(passed(request).map { ($0.name.rawName, $0.value) })
        if let host = request.http.head.authority {
            headers.add(name: "Host", value: host)
            headers.add(name: "X-Forwarded-Host", value: host)
        }
        headers.add(name: "X-Forwarded-For", value: request.context.forwardedFor)
        headers.add(name: "X-Forwarded-Proto", value: request.context.scheme)
        headers.add(name: "X-Request-Id", value: request.context.requestID)
        for (name, value) in request.context.identity?.fields ?? [] { headers.add(name: name, value: value) }
        for (name, value) in RequestTracing(request.configuration.edge)?.fields ?? [] {
            headers.replaceOrAdd(name: name, value: value)
        }
        return headers
    }

    /// The header of the response to the client.
    static func response(_ headers: HTTPHeaders) -> HTTPFields {
        let listed = listed(in: headers["connection"])
        var fields = HTTPFields()
        for (name, value) in headers {
            guard let name = HTTPField.Name(name), HTTPField.isValidValue(value),
                !listed.contains(name.canonicalName), !isInternal(name)
            else { continue }
            fields.append(HTTPField(name: name, value: value))
        }
        return fields
    }

    /// The fields that `Connection` names.
    private static func listed(in values: [String]) -> Set<String> {
        Set(values.flatMap { $0.split(separator: ",") }.map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() })
    }

    /// Whether a field applies to one connection only, carries metadata of go-micro, or has a name that servers confuse with
    /// another one: some read `_` as `-`.
    static func isInternal(_ name: HTTPField.Name) -> Bool {
        let name = name.canonicalName
        return hopByHop.contains(name) || name.hasPrefix("micro-") || name.hasPrefix("x-micro-") || name.contains("_")
    }
}
