// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore

/// The headers that a service forwards from a request to the calls that its handler makes.
///
/// go-micro forwards all metadata of a request. The default, ``safe``, does so as well, except for credentials and for
/// headers that concern only the connection or the call itself.
public struct HeaderForwarding: Sendable, ExpressibleByArrayLiteral {
    private enum Rule {
        case safe
        case only(Set<String>)
    }

    private let rule: Rule

    /// Forwards all headers except:
    ///
    /// * credentials: `Cookie`, `Set-Cookie`, and every name that contains `token`, `secret`, `password`, `passwd`,
    ///   `credential`, `session`, `authorization`, `authentication`, `x-auth`, `api-key`, `apikey`, `api_key`, `access-key`,
    ///   `jwt`, `assertion`, `oidc`, `saml`, `bearer` or `client-cert`;
    /// * headers of one call or connection: those of go-micro's transports, such as `Micro-Id` and `X-Micro-Service`,
    ///   `Micro-From-Service`, `Micro-Topic`, `Local`, `Remote` and `Timeout`; and those of HTTP, such as `Content-*`,
    ///   `Accept*`, `Connection`, `Host` and `User-Agent`. Other names with go-micro's prefix, such as `Micro-Trace-Id`,
    ///   concern the whole chain of calls and are forwarded.
    public static let safe = HeaderForwarding(rule: .safe)

    /// Forwards no headers.
    public static let none: HeaderForwarding = []

    /// Forwards the headers of these names, even if they are credentials. Headers of one call or connection are never
    /// forwarded.
    public static func only(_ names: [String]) -> HeaderForwarding {
        HeaderForwarding(rule: .only(Set(names.map { $0.lowercased() })))
    }

    /// Forwards the headers of these names: see ``only(_:)``.
    public init(arrayLiteral names: String...) { self = .only(names) }

    private init(rule: Rule) { self.rule = rule }

    /// Reads a setting: `safe`, `none`, or names separated by commas.
    init(setting text: String) {
        switch text {
        case "safe": self = .safe
        case "none": self = .none
        default: self = .only(text.split(separator: ",").map { String($0.filter { $0 != " " }) })
        }
    }

    /// The headers of a request that are forwarded.
    func forwarded(of headers: Headers) -> Headers {
        if case .only(let names) = rule, names.isEmpty { return [:] }
        var forwarded: Headers = [:]
        for (name, value) in headers where isForwarded(name.lowercased()) { forwarded.add(name, value) }
        return forwarded
    }

    /// - Parameter name: In lower case.
    private func isForwarded(_ name: String) -> Bool {
        guard !Self.isSingleCallHeader(name) else { return false }
        switch rule {
        case .safe: return !Self.isCredential(name)
        case .only(let names): return names.contains(name)
        }
    }

    private static func isCredential(_ name: String) -> Bool {
        credentials.contains(name) || credentialParts.contains { name.contains($0) }
    }

    private static func isSingleCallHeader(_ name: String) -> Bool {
        singleCallHeaders.contains(name) || goMicroHeaders.contains(name)
            || singleCallPrefixes.contains { name.hasPrefix($0) }
    }

    private static let credentials: Set = ["cookie", "set-cookie", "x-forwarded-client-cert"]

    private static let credentialParts = [
        "token", "secret", "password", "passwd", "credential", "session", "authorization", "authentication", "x-auth",
        "api-key", "apikey", "api_key", "access-key", "jwt", "assertion", "oidc", "saml", "bearer", "client-cert",
    ]

    /// Headers of go-micro's transports and client. Others, such as `Micro-Trace-Id`, concern the whole chain of calls.
    private static let goMicroHeaders = Set(GoMicroHeaders.transportFields.map { $0.text.lowercased() })
        .union(["topic", "from-service", "added-header"].flatMap { ["micro-\($0)", "x-micro-\($0)"] })

    private static let singleCallPrefixes = [
        "content-", "accept", "sec-", "if-", "proxy-", "access-control-",
    ]

    /// Headers of HTTP (RFC 9110 and RFC 9112), and go-micro's own headers.
    private static let singleCallHeaders: Set = [
        "timeout", "local", "remote", "host", "user-agent", "connection", "keep-alive", "te", "trailer",
        "transfer-encoding", "upgrade", "expect", "date", "server", "via", "range", "referer", "origin",
        "cache-control",
        "pragma", "age", "etag", "vary", "expires", "last-modified", "location", "allow", "retry-after", "priority",
    ]
}
