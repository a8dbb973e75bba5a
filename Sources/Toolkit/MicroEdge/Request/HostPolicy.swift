// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import MicroCore

/// The hosts that requests may name (RFC 9110, section 7.2).
enum HostPolicy: Sendable, Equatable {
    /// Every host.
    case any
    /// The names of this machine: addresses, `localhost` and names without a dot.
    ///
    /// A page on the Internet can point its own name to 127.0.0.1 (DNS rebinding), and would then have the origin of the server.
    /// Such a name has a dot.
    case local
    /// These names, in lower case and without ports.
    case listed(Set<String>)

    init(_ configuration: EdgeConfiguration, isLoopback: Bool) {
        if !configuration.allowedHosts.isEmpty {
            self = .listed(Set(configuration.allowedHosts.map { $0.lowercased() }))
        } else {
            self = isLoopback && configuration.authenticators.isEmpty ? .local : .any
        }
    }

    /// Checks that a request names one host, and that it may do so.
    ///
    /// - Throws: ``RejectedRequest`` with 400 or 421.
    func check(_ request: Request) throws {
        guard let authority = request.head.authority, let name = Self.name(in: authority),
            // The HTTP library takes the first field out of the header.
            request.headers.values(of: "Host").isEmpty
        else { throw RejectedRequest(.invalidArgument, "the request must have one valid Host field") }
        let isAllowed =
            switch self {
            case .any: true
            case .local: !name.contains(".") || name.hasSuffix(".localhost") || Self.isAddress(name)
            case .listed(let names): names.contains(name)
            }
        guard isAllowed else {
            throw RejectedRequest(
                .init(status: 421), "requests for the host \(name) are not served; add it to the allowed hosts")
        }
    }

    /// The host without its port, in lower case; nil if it is not well-formed.
    private static func name(in authority: String) -> String? {
        let authority = authority.lowercased()
        let end =
            authority.hasPrefix("[")
            ? authority.firstIndex(of: "]").map { authority.index(after: $0) } : authority.firstIndex(of: ":")
        let name = authority[..<(end ?? authority.endIndex)]
        let port = authority[(end ?? authority.endIndex)...]
        guard port.isEmpty || (port.hasPrefix(":") && (port == ":" || UInt16(port.dropFirst()) != nil)) else {
            return nil
        }
        let isValid =
            name.hasPrefix("[")
            ? isAddress(String(name))
            : !name.isEmpty && name.utf8.allSatisfy { $0.isLowercaseLetterOrDigit || "-._".utf8.contains($0) }
        return isValid ? String(name) : nil
    }

    private static func isAddress(_ name: String) -> Bool {
        let isBracketed = name.hasPrefix("[") && name.hasSuffix("]")
        return (try? IPNetwork(isBracketed ? String(name.dropFirst().dropLast()) : name)) != nil && !name.contains("/")
    }
}

extension UInt8 {
    fileprivate var isLowercaseLetterOrDigit: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
    }
}
