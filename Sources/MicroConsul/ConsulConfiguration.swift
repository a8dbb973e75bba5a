// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Configuration
public import MicroCore

/// Where Consul is, and how it is asked.
///
/// Configuration keys: `micro.registry.address` (`MICRO_REGISTRY_ADDRESS`), and Consul's own `consul.http.token`
/// (`CONSUL_HTTP_TOKEN`).
public struct ConsulConfiguration: Sendable {
    /// `host:port`, or a URL of `http` or `https`; `127.0.0.1:8500` by default. It is best the agent of this machine:
    /// what is registered belongs to the agent that it was registered at.
    public var address = "127.0.0.1:8500"

    /// The ACL token; none by default.
    public var token: Secret?

    /// How long one request may take; 5 s by default.
    public var timeout: Duration = .seconds(5)

    /// How long Consul holds a blocking query when nothing changes; 30 s by default. Consul adds up to a sixteenth. A
    /// dead connection is noticed after this time and ``timeout``.
    public var longestWait: Duration = .seconds(30)

    /// The largest answer to accept, in bytes; 64 MiB by default.
    public var largestAnswer = 64 * 1024 * 1024

    /// The defaults.
    public init() {}

    /// The defaults, changed by the settings of a reader.
    public init(configReader reader: ConfigReader) {
        address = reader.string(forKey: "micro.registry.address", default: address)
        token = reader.string(forKey: "consul.http.token", isSecret: true).map(Secret.init)
    }

    /// The address as a URL without a path.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`.
    func baseURL() throws -> String {
        let isComplete = address.hasPrefix("http://") || address.hasPrefix("https://")
        let url = isComplete ? address : "http://" + address
        let authority = url.split(separator: "/", omittingEmptySubsequences: false).dropFirst(2)
        // Credentials in an address would be shown in messages: the token has a setting of its own.
        guard authority.count == 1 || authority.dropFirst() == [""], let host = authority.first,
            !host.contains(where: { "@?#, ".contains($0) }), (try? Address(parsing: String(host))) != nil
        else {
            throw MicroError(
                .invalidArgument,
                "\"\(address.contains("@") ? "***" : address)\" is not the address of a Consul agent: expected HOST:PORT "
                    + "or http(s)://HOST:PORT (MICRO_REGISTRY_ADDRESS)", origin: MicroError.Origin.registry)
        }
        return url.hasSuffix("/") ? String(url.dropLast()) : url
    }
}
