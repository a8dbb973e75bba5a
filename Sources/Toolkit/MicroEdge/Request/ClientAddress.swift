// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The client of a request that may have come through proxies.
enum ClientAddress {
    /// The last address in `X-Forwarded-For` that is not a trusted proxy. Addresses before it may be invented by the client.
    ///
    /// - Parameters:
    ///   - peer: The address of the other end of the connection.
    ///   - forwarded: The values of `X-Forwarded-For`, in their order.
    static func resolve(peer: String, forwarded: [String], trusted: [IPNetwork]) -> String {
        func isTrusted(_ address: String) -> Bool { trusted.contains { $0.contains(address) } }
        guard isTrusted(peer) else { return peer }
        let hops = forwarded.flatMap { $0.split(separator: ",") }.map {
            $0.trimming(while: { $0 == " " || $0 == "\t" })
        }
        var client = peer
        for hop in hops.reversed() {
            // What follows an address that cannot be read is not known.
            guard (try? IPNetwork(hop)) != nil, !hop.contains("/") else { return client }
            client = hop
            if !isTrusted(hop) { break }
        }
        return client
    }
}

extension Substring {
    fileprivate func trimming(while predicate: (Character) -> Bool) -> String {
        String(drop(while: predicate).reversed().drop(while: predicate).reversed())
    }
}
