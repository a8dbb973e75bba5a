// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Something that goes wrong with the answers of an HTTP backend. An ``HTTPFaultProxy`` carries it out.
///
/// ```swift
/// proxy.faults = [.status(429, headers: ["Retry-After": "1"]).onFirst(3)]
/// proxy.faults = [.header("X-Consul-Index", "0").onPath("/v1/health/"), .unknownFields]
/// ```
///
/// Of the faults that answer in the server's place the first that matches does, and nothing is forwarded. Otherwise
/// all that match change the server's answer.
public struct HTTPFault: Sendable, Hashable {
    /// What goes wrong.
    public enum Kind: Sendable, Hashable {
        /// Answers in the server's place: with a status, header lines, and a body.
        case status(Int, headers: [String: String] = [:], body: String = "")
        /// Answers in the server's place: 200 and a page for people, as portals and proxies do.
        case html
        /// Answers in the server's place: 200 and a JSON array that never ends, about 2 MB a second.
        case endlessChunks
        /// Answers in the server's place: a redirect to where the request came to.
        case redirectLoop(status: Int)
        /// Makes a JSON body unreadable. Its length stays right.
        case corruptJSON
        /// Adds a field that nobody knows to each object of a JSON body that is not within another one. Clients have to
        /// tolerate it; but where an object is a map from names to values, it is one more of these.
        case unknownFields
        /// Announces another length than the body has, and closes the connection behind it.
        case contentLength(Length)
        /// Replaces a header line of the answer, or adds it.
        case header(name: String, value: String)
    }

    /// How an announced length is wrong.
    public enum Length: Sendable, Hashable {
        /// Less is announced than is sent.
        case short
        /// More is announced than is sent.
        case tooLong
    }

    /// What goes wrong.
    public var kind: Kind
    /// What the paths of the requests begin with; empty for all.
    public var path: String
    /// How many of the requests that match are concerned since the fault was set, the first ones; nil for all.
    public var first: Int?

    /// Creates a fault, by default for all requests.
    public init(_ kind: Kind, path: String = "", first: Int? = nil) {
        self.kind = kind
        self.path = path
        self.first = first
    }
}

extension HTTPFault {
    /// Answers with 200 and a page for people.
    public static var html: HTTPFault { HTTPFault(.html) }
    /// Answers with JSON that never ends.
    public static var endlessChunks: HTTPFault { HTTPFault(.endlessChunks) }
    /// Makes JSON unreadable.
    public static var corruptJSON: HTTPFault { HTTPFault(.corruptJSON) }
    /// Adds fields that nobody knows.
    public static var unknownFields: HTTPFault { HTTPFault(.unknownFields) }

    /// Answers with this status, header lines and body.
    public static func status(_ status: Int, headers: [String: String] = [:], body: String = "") -> HTTPFault {
        HTTPFault(.status(status, headers: headers, body: body))
    }

    /// Answers with a redirect to the request's own address.
    public static func redirectLoop(_ status: Int = 307) -> HTTPFault { HTTPFault(.redirectLoop(status: status)) }

    /// Announces a wrong length.
    public static func contentLength(_ length: Length) -> HTTPFault { HTTPFault(.contentLength(length)) }

    /// Replaces a header line, or adds it.
    public static func header(_ name: String, _ value: String) -> HTTPFault {
        HTTPFault(.header(name: name, value: value))
    }

    /// This fault for the requests whose path begins so.
    public func onPath(_ prefix: String) -> HTTPFault {
        var fault = self
        fault.path = prefix
        return fault
    }

    /// This fault for so many requests, the first ones.
    public func onFirst(_ count: Int) -> HTTPFault {
        var fault = self
        fault.first = count
        return fault
    }
}
