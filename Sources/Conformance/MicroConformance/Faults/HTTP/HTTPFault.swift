// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A fault of the responses of an HTTP backend, caused by an ``HTTPFaultProxy``.
///
/// ```swift
/// proxy.faults = [.status(429, headers: ["Retry-After": "1"]).onFirst(3)]
/// proxy.faults = [.header("X-Consul-Index", "0").onPath("/v1/health/"), .unknownFields]
/// ```
///
/// If one or more faults that replace the response match a request, the first of them applies and nothing is forwarded.
/// Otherwise, all matching faults modify the response of the server.
public struct HTTPFault: Sendable, Hashable {
    /// The kind of a fault.
    public enum Kind: Sendable, Hashable {
        /// Replaces the response with a status, headers and a body.
        case status(Int, headers: [String: String] = [:], body: String = "")
        /// Replaces the response with status 200 and an HTML page, as login portals and proxies do.
        case html
        /// Replaces the response with status 200 and a JSON array that never ends, about 2 MB per second.
        case endlessChunks
        /// Replaces the response with a redirect to the address of the request.
        case redirectLoop(status: Int)
        /// Makes a JSON body unreadable without changing its length.
        case corruptJSON
        /// Adds an unknown field to each outermost object of a JSON body. Clients must ignore the field, but in an
        /// object that maps names to values, it is an additional entry.
        case unknownFields
        /// Announces a wrong length of the body, and closes the connection after it.
        case contentLength(Length)
        /// Sets a header of the response.
        case header(name: String, value: String)
    }

    /// How an announced length is wrong.
    public enum Length: Sendable, Hashable {
        /// Shorter than the body.
        case tooShort
        /// Longer than the body.
        case tooLong
    }

    /// The kind.
    public var kind: Kind
    /// The prefix of the paths of affected requests; empty for all.
    public var path: String
    /// The maximum number of requests that the fault affects after it is set; nil for no limit.
    public var maxRequests: Int?

    /// Creates a fault, by default for all requests.
    public init(_ kind: Kind, path: String = "", maxRequests: Int? = nil) {
        self.kind = kind
        self.path = path
        self.maxRequests = maxRequests
    }
}

extension HTTPFault {
    /// Replaces responses with HTML pages.
    public static var html: HTTPFault { HTTPFault(.html) }
    /// Replaces responses with JSON that never ends.
    public static var endlessChunks: HTTPFault { HTTPFault(.endlessChunks) }
    /// Makes JSON bodies unreadable.
    public static var corruptJSON: HTTPFault { HTTPFault(.corruptJSON) }
    /// Adds unknown fields to JSON bodies.
    public static var unknownFields: HTTPFault { HTTPFault(.unknownFields) }

    /// Replaces responses with a status, headers and a body.
    public static func status(_ status: Int, headers: [String: String] = [:], body: String = "") -> HTTPFault {
        HTTPFault(.status(status, headers: headers, body: body))
    }

    /// Replaces responses with redirects to the address of the request.
    public static func redirectLoop(_ status: Int = 307) -> HTTPFault { HTTPFault(.redirectLoop(status: status)) }

    /// Announces wrong lengths.
    public static func contentLength(_ length: Length) -> HTTPFault { HTTPFault(.contentLength(length)) }

    /// Sets a header of responses.
    public static func header(_ name: String, _ value: String) -> HTTPFault {
        HTTPFault(.header(name: name, value: value))
    }

    /// The fault, limited to requests whose path has a prefix.
    public func onPath(_ prefix: String) -> HTTPFault {
        var fault = self
        fault.path = prefix
        return fault
    }

    /// The fault, limited to a number of requests.
    public func onFirst(_ count: Int) -> HTTPFault {
        var fault = self
        fault.maxRequests = count
        return fault
    }
}
