// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import MicroCore
import MicroEdge

/// Rejects requests that a browser sends on behalf of a page of another site.
///
/// A sidecar on the loopback interface trusts the programs of its machine. A browser is one of them, and sends requests for
/// every page that it shows: with forms, which bypass CORS, and to names that an attacker's DNS server resolves to
/// 127.0.0.1 (DNS rebinding).
struct LocalRequestPolicy: RouterMiddleware {
    typealias Context = EdgeContext

    /// The hosts that requests may name beside the loopback names; nil accepts all, for a server that other machines reach.
    let hosts: Set<String>?
    let cors: CORSPolicy?

    /// Creates the policy of a server.
    ///
    /// - Parameters:
    ///   - edge: The configuration of the server.
    ///   - allowedHosts: Further hosts that requests may name.
    init(_ edge: EdgeConfiguration, allowedHosts: [String]) throws {
        let address = try Address(parsing: edge.address)
        hosts = address.isLoopback ? Set(allowedHosts.map { $0.lowercased() } + [address.host]) : nil
        cors = edge.cors
    }

    @concurrent func handle(
        _ request: Request, context: EdgeContext,
        next: @concurrent (Request, EdgeContext) async throws -> Response
    ) async throws -> Response {
        if let problem = problem(of: request) {
            throw MicroError(.permissionDenied, problem, origin: MicroError.Origin.edge)
        }
        return try await next(request, context)
    }

    /// Why a request is rejected; nil if it is not.
    func problem(of request: Request) -> String? {
        let authority = request.head.authority
        if let hosts, !Self.isAllowed(authority, hosts) {
            return
                "the request names the host \(authority?.prefix(80) ?? "-"), which is not one of this sidecar; add it to "
                + "MICRO_SIDECAR_ALLOWED_HOSTS"
        }
        if let origin = request.headers[.origin] {
            let isSame = authority.map { ["http://\($0)", "https://\($0)"].contains(origin.lowercased()) } ?? false
            if isSame || cors?.allows(origin) == true { return nil }
            return "pages of the origin \(origin.prefix(80)) may not use this sidecar; add it to MICRO_SIDECAR_CORS"
        }
        // Browsers send no origin with the requests of links, images and scripts.
        let site = request.headers.first { $0.name.canonicalName == "sec-fetch-site" }?.value.lowercased()
        guard let site, site != "none", site != "same-origin" else { return nil }
        return "the request was made by a page of another site"
    }

    private static func isAllowed(_ authority: String?, _ hosts: Set<String>) -> Bool {
        // HTTP/1.0 has no host, and no browser sends such a request.
        guard let authority else { return true }
        guard let host = (try? Address(parsing: authority))?.host.lowercased() else { return false }
        return Address(host: host).isLoopback || hosts.contains(host)
    }
}
