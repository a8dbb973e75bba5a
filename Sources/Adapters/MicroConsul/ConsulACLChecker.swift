// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import Foundation
import MicroCore
import Synchronization

/// Tells "there is nothing" from "you may not see it": to who may not read, Consul answers 200 and an empty list.
///
/// Asked only about empty answers, and what it learns is kept: where no ACLs are enforced until something fails, and
/// about a service for a minute.
final class ConsulACLChecker: Sendable {
    private struct Cache {
        /// There are no ACLs, or an agent that cannot tell.
        var isACLDisabled = false
        var readableUntil: [String: ContinuousClock.Instant] = [:]
    }

    /// For `POST /v1/internal/acl/authorize`, which Consul's own UI uses to find out what it may show.
    private struct ACLAuthorizationRequest: Codable, Equatable {
        let resource: String
        let segment: String
        let access: String

        enum CodingKeys: String, CodingKey {
            case resource = "Resource"
            case segment = "Segment"
            case access = "Access"
        }

        static func read(_ resource: String, _ segment: String) -> Self {
            Self(resource: resource, segment: segment, access: "read")
        }
    }

    private struct ACLAuthorizationResponse: Decodable {
        let allow: Bool

        enum CodingKeys: String, CodingKey { case allow = "Allow" }
    }

    private static let cacheDuration = Duration.seconds(60)
    private static let maxCachedNames = 1024

    private let http: ConsulHTTP
    private let query: String
    private let cache = Mutex(Cache())

    init(http: ConsulHTTP, parameters: [String]) {
        self.http = http
        query = parameters.isEmpty ? "" : "?" + parameters.joined(separator: "&")
    }

    func invalidate() { cache.withLock { $0 = Cache() } }

    /// - Throws: ``MicroCore/MicroError`` with `unauthenticated` or `permissionDenied` if an empty answer about a service
    ///   says nothing.
    func check(
        service name: String, _ response: CurlResponse, at agent: BackendServer, by deadline: ContinuousClock.Instant
    ) async throws {
        // Instances are shown to who may read both the service and the Consul node that it is on.
        let right = "service:read on \"\(name)\" and node:read"
        try await check(name, response, isFilteringConclusive: true, at: agent, by: deadline, requiring: right) {
            guard
                let allowed = try await self.decisions(
                    [.read("service", name), .read("node", "")], at: agent, by: deadline)
            else { return nil }
            if allowed[0], !allowed[1] {
                // Whether it may read the nodes in question is not known. The catalogue needs no right for nodes.
                return try await !self.isListed(name, at: agent, by: deadline)
            }
            return allowed[0]
        }
    }

    /// - Throws: ``MicroCore/MicroError`` with `unauthenticated` or `permissionDenied` if an empty answer about all
    ///   services with a prefix says nothing.
    func check(prefix: String, _ response: CurlResponse, at agent: BackendServer, by deadline: ContinuousClock.Instant)
        async throws
    {
        let right = "service:read on everything that begins with \"\(prefix)\""
        try await check(prefix, response, isFilteringConclusive: false, at: agent, by: deadline, requiring: right) {
            try await self.decisions([.read("service", prefix)], at: agent, by: deadline).map { $0[0] }
        }
    }

    /// - Parameter isAllTheSame: Whether what Consul hid from the answer, if anything, is what was asked for.
    private func check(
        _ name: String, _ response: CurlResponse, isFilteringConclusive: Bool, at agent: BackendServer,
        by deadline: ContinuousClock.Instant, requiring right: String, isReadable: () async throws -> Bool?
    ) async throws {
        let hidden = ConsulError.hidden(
            name.isEmpty ? "any service" : "\"\(name)\"", requiring: right, at: agent, hasToken: http.hasToken)
        // Since 1.11 an agent says so itself, to those whom it knows.
        let wasFiltered = response.headers["X-Consul-Results-Filtered-By-ACLs"] == "true"
        if wasFiltered, isFilteringConclusive { throw hidden }
        let now = ContinuousClock.now
        guard cache.withLock({ !$0.isACLDisabled && $0.readableUntil[name] ?? now <= now }) else { return }
        switch try await isReadable() {
        case true: remember(name, until: now + Self.cacheDuration)
        case nil where !wasFiltered: cache.withLock { $0.isACLDisabled = true }
        default: throw hidden
        }
    }

    private func remember(_ name: String, until end: ContinuousClock.Instant) {
        cache.withLock { cache in
            if cache.readableUntil.count >= Self.maxCachedNames { cache.readableUntil.removeAll() }
            cache.readableUntil[name] = end
        }
    }

    /// What the token may do, in the order of the rights; nil where that is not decided by ACLs.
    private func decisions(
        _ rights: [ACLAuthorizationRequest], at agent: BackendServer, by deadline: ContinuousClock.Instant
    ) async throws
        -> [Bool]?
    {
        let body = [UInt8](try JSONEncoder().encode(rights))
        let response = try await http.response(
            "POST", "/v1/internal/acl/authorize\(query)", body: body, at: agent, within: deadline - .now)
        // 401: ACLs are off. Other answers are of agents that do not know the question.
        let isFailure = response.status >= 500 || response.status == 429
        let isUnknownToken = response.status == 403 && response.text.contains("ACL not found")
        if isFailure || isUnknownToken { try http.check(response, from: agent) }
        guard response.status == 200,
            let decisions = try? JSONDecoder().decode([ACLAuthorizationResponse].self, from: Data(response.body)),
            decisions.count == rights.count
        else { return nil }
        return decisions.map(\.allow)
    }

    private func isListed(_ name: String, at agent: BackendServer, by deadline: ContinuousClock.Instant) async throws
        -> Bool
    {
        let response = try await http.success("GET", "/v1/catalog/services\(query)", at: agent, within: deadline - .now)
        let names = try? JSONDecoder().decode([String: [String]].self, from: Data(response.body))
        return names?[name] != nil
    }
}
