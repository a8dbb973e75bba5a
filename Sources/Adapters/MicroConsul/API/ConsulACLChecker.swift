// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import Foundation
import MicroCore
import Synchronization

/// Tells an empty result from one that the token may not read: Consul responds to both with 200 and an empty list.
///
/// Sends requests only after empty results. That ACLs are not enforced is remembered until a request fails, and that a
/// service may be read for a minute.
final class ConsulACLChecker: Sendable {
    private struct Cache {
        /// ACLs are not enforced, or the agent does not know the request.
        var isACLDisabled = false
        var readableUntil: [String: ContinuousClock.Instant] = [:]
    }

    private static let cacheDuration = Duration.seconds(60)
    private static let maxCachedNames = 1024

    private let http: BackendHTTPClient
    private let errors: ConsulError
    private let parameters: [String]
    private let cache = Mutex(Cache())

    /// - Parameter parameters: The query parameters of reads.
    init(http: BackendHTTPClient, errors: ConsulError, parameters: [String]) {
        self.http = http
        self.errors = errors
        self.parameters = parameters
    }

    /// Forgets all rights.
    func invalidate() { cache.withLock { $0 = Cache() } }

    /// Checks an empty result for one service.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `unauthenticated` or `permissionDenied` if the service may exist.
    func check(
        service name: String, _ response: CurlResponse, at agent: BackendServer, by deadline: ContinuousClock.Instant
    ) async throws {
        // Consul shows instances only to tokens that may read both the service and the Consul node that it is on.
        let right = "service:read on \"\(name)\" and node:read"
        try await check(name, response, isFilteringConclusive: true, at: agent, by: deadline, requiring: right) {
            guard
                let allowed = try await self.decisions(
                    [.read("service", name), .read("node", "")], at: agent, by: deadline)
            else { return nil }
            if allowed[0], !allowed[1] {
                // The token may still be able to read these particular nodes. The catalog needs no right for nodes.
                return try await !self.isListed(name, at: agent, by: deadline)
            }
            return allowed[0]
        }
    }

    /// Checks an empty result for all services with a prefix.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `unauthenticated` or `permissionDenied` if there may be services.
    func check(
        prefix: String, _ response: CurlResponse, at agent: BackendServer, by deadline: ContinuousClock.Instant
    ) async throws {
        let right = "service:read on everything that begins with \"\(prefix)\""
        try await check(prefix, response, isFilteringConclusive: false, at: agent, by: deadline, requiring: right) {
            try await self.decisions([.read("service", prefix)], at: agent, by: deadline).map { $0[0] }
        }
    }

    /// - Parameters:
    ///   - isFilteringConclusive: Whether everything that Consul removed from the result was asked for.
    ///   - isReadable: Asks whether the token may read; nil if ACLs do not decide that.
    private func check(
        _ name: String, _ response: CurlResponse, isFilteringConclusive: Bool, at agent: BackendServer,
        by deadline: ContinuousClock.Instant, requiring right: String, isReadable: () async throws -> Bool?
    ) async throws {
        let hidden = errors.hidden(name.isEmpty ? "any service" : "\"\(name)\"", requiring: right, at: agent)
        // Since 1.11 Consul says that it removed elements, if it knows the token.
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

    /// Asks whether the token has rights, in their order; nil if ACLs do not decide that.
    private func decisions(
        _ rights: [ACLAuthorizationRequest], at agent: BackendServer, by deadline: ContinuousClock.Instant
    ) async throws -> [Bool]? {
        let request = BackendRequest(
            "POST", "/v1/internal/acl/authorize".appendingQuery(parameters),
            body: [UInt8](try JSONEncoder().encode(rights)))
        let response = try await http.response(to: request, from: agent, timeout: deadline - .now)
        // 401 means that ACLs are off. Other statuses are from agents that do not know the request.
        let isFailure = response.status >= 500 || response.status == 429
        let isUnknownToken = response.status == 403 && response.text.contains("ACL not found")
        if isFailure || isUnknownToken { try errors.check(response, from: agent) }
        guard response.status == 200,
            let decisions = try? JSONDecoder().decode([ACLAuthorizationResponse].self, from: response.body),
            decisions.count == rights.count
        else { return nil }
        return decisions.map(\.allow)
    }

    private func isListed(
        _ name: String, at agent: BackendServer, by deadline: ContinuousClock.Instant
    ) async throws -> Bool {
        let request = BackendRequest("GET", "/v1/catalog/services".appendingQuery(parameters))
        let response = try await http.response(to: request, from: agent, timeout: deadline - .now)
        try errors.check(response, from: agent)
        let names = try? JSONDecoder().decode([String: [String]].self, from: response.body)
        return names?[name] != nil
    }
}
