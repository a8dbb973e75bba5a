// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import HTTPTypes
import Hummingbird

/// The pages of other origins that may use a server from a browser
/// ([Fetch, section 3.3](https://fetch.spec.whatwg.org/#http-cors-protocol)).
public struct CORSPolicy: Sendable {
    /// The origins: `https://example.com`, `https://*.example.com` for all its subdomains, or `*` for every origin.
    public var origins: [String]
    /// The methods that a page may use.
    public var methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete]
    /// The header fields that a page may send, beside those that are always allowed.
    public var allowedHeaders = ["Authorization", "Content-Type", "X-Requested-With"]
    /// The header fields of a response that a page may read, beside those that are always exposed.
    public var exposedHeaders = ["X-Request-Id"]
    /// Whether pages may send cookies and credentials; false by default. It has no effect for the origin `*`: otherwise
    /// every site could act as the user.
    public var allowsCredentials = false
    /// How long a browser may keep the response to a preflight request; 10 min by default.
    public var maxAge: Duration = .seconds(600)

    /// Creates a policy for origins.
    public init(origins: [String]) { self.origins = origins }

    /// Whether a request asks for permission to send another one.
    func isPreflight(_ request: Request) -> Bool {
        request.method == .options && request.headers[.origin] != nil
            && request.headers[.accessControlRequestMethod] != nil
    }

    /// Whether pages of an origin may use the server.
    package func allows(_ origin: String) -> Bool {
        origins.contains("*") || origins.contains { matches(origin, $0) }
    }

    /// Replaces the fields for CORS in the header of a response. Those of a service behind the server would contradict the policy,
    /// and browsers reject a field that occurs twice.
    func apply(to headers: inout HTTPFields, for request: Request) {
        for name in Set(headers.map(\.name)) where name.canonicalName.hasPrefix("access-control-") {
            headers[name] = nil
        }
        headers.append(contentsOf: self.headers(for: request))
    }

    /// The header fields of a response to a request.
    func headers(for request: Request) -> HTTPFields {
        var headers: HTTPFields = [:]
        let isOpen = origins.contains("*")
        if !isOpen { headers[.vary] = "Origin" }
        guard let origin = request.headers[.origin], isOpen || origins.contains(where: { matches(origin, $0) }) else {
            return headers
        }
        headers[.accessControlAllowOrigin] = isOpen ? "*" : origin
        if allowsCredentials, !isOpen { headers[.accessControlAllowCredentials] = "true" }
        guard isPreflight(request) else {
            if !exposedHeaders.isEmpty { headers[.accessControlExposeHeaders] = exposedHeaders.joined(separator: ", ") }
            return headers
        }
        headers[.accessControlAllowMethods] = methods.map(\.rawValue).joined(separator: ", ")
        headers[.accessControlAllowHeaders] = allowedHeaders.joined(separator: ", ")
        headers[.accessControlMaxAge] = String(max(0, maxAge.components.seconds))
        return headers
    }

    private func matches(_ origin: String, _ pattern: String) -> Bool {
        let (origin, pattern) = (origin.lowercased(), pattern.lowercased())
        guard let star = pattern.firstRange(of: "://*.") else { return origin == pattern }
        let scheme = pattern[..<star.lowerBound] + "://"
        let domain = pattern[star.upperBound...]
        guard origin.hasPrefix(scheme), origin.hasSuffix("." + domain) else { return false }
        let subdomain = origin.dropFirst(scheme.count).dropLast(domain.count + 1)
        return !subdomain.isEmpty && subdomain.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." }
    }
}
