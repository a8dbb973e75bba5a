// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import Foundation
import MicroCore
import Synchronization

/// Distinguishes an empty result from a missing permission: Consul responds to both with 200 and an empty list.
///
/// Sends requests only after empty results. If ACLs are not enforced, this is cached until a request fails; the
/// permission to read a service is cached for one minute.
final class ConsulACLChecker: Sendable {
    private struct Cache {
        /// ACLs are not enforced, or the agent does not support the request.
        var isACLDisabled = false
        var readableUntil: [String: ContinuousClock.Instant] = [:]
    }

    private static let cacheDuration = Duration.seconds(60)
    private static let maxCachedNames = 1024

    private let http: BackendHTTPClient
    private let errors: ConsulErrorMapper
    private let parameters: [String]
    private let cache = Mutex(Cache())

    /// - Parameter parameters: The query parameters of reads.
    init(http: BackendHTTPClient, errors: ConsulErrorMapper, parameters: [String]) {
        self.http = http
        self.errors = errors
        self.parameters = parameters
    }

    /// Clears the cache.
    func invalidate() { cache.withLock { $0 = Cache() } }

    /// Checks an empty result for one service.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `unauthenticated` or `permissionDenied` if the service may exist.
    func check(
        service name: String, _ response: CurlResponse, at agent: BackendServer, by deadline: ContinuousClock.Instant
    ) async throws {
        // Consul returns instances only for tokens that may read both the service and its Consul node.
        let permission = "service:read on \"\(name)\" and node:read"
        try await check(name, response, isFilteringConclusive: true, at: agent, by: deadline, requiring: permission) {
            guard
                let allowed = try await self.decisions(
                    [.read("service", name), .read("node", "")], at: agent, by: deadline)
            else { return nil }
            if allowed[0], !allowed[1] {
                // The token may still permit reading these particular nodes. The catalog needs no permission for nodes.
                return try await !self.isListed(name, at: agent, by: deadline)
            }
            return allowed[0]
        }
    }

    /// Checks an empty result for all services with a prefix.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `unauthenticated` or `permissionDenied` if there may be services.
    func check(
        prefix: String, _ response: CurlResponse, at agent: BackendServer, by deadline: ContinuousClock.Instant
    ) async throws {
        let permission = "service:read on everything that begins with \"\(prefix)\""
        try await check(prefix, response, isFilteringConclusive: false, at: agent, by: deadline, requiring: permission)
        {
            try await self.decisions([.read("service", prefix)], at: agent, by: deadline).map { $0[0] }
        }
    }

    /// - Parameters:
    ///   - isFilteringConclusive: Whether everything that Consul filters out belongs to the requested result, so that
    ///     the header proves a missing permission.
    ///   - isReadable: Checks whether the token may read; nil if ACLs do not determine that.
    private func check(
        _ name: String, _ response: CurlResponse, isFilteringConclusive: Bool, at agent: BackendServer,
        by deadline: ContinuousClock.Instant, requiring permission: String, isReadable: () async throws -> Bool?
    ) async throws {
        let hidden = errors.hidden(name.isEmpty ? "any service" : "\"\(name)\"", requiring: permission, at: agent)
        // Since 1.11, Consul reports in a header that it filtered the result, if the token is valid.
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

    /// Checks whether the token has the given permissions, in their order; nil if ACLs do not determine that.
    private func decisions(
        _ permissions: [ACLAuthorizationRequest], at agent: BackendServer, by deadline: ContinuousClock.Instant
    ) async throws -> [Bool]? {
        let request = BackendRequest(
            "POST", "/v1/internal/acl/authorize".appendingQuery(parameters),
            body: [UInt8](try JSONEncoder().encode(permissions)))
        let response = try await http.response(to: request, from: agent, timeout: deadline - .now)
        // 401 means that ACLs are disabled. Other statuses are from agents that do not support the request.
        let isFailure = response.status >= 500 || response.status == 429
        let isUnknownToken = response.status == 403 && response.text.contains("ACL not found")
        if isFailure || isUnknownToken { try errors.check(response, from: agent) }
        guard response.status == 200,
            let decisions = try? JSONDecoder().decode([ACLAuthorizationResponse].self, from: response.body),
            decisions.count == permissions.count
        else { return nil }
        return decisions.map(\.allow)
    }

    private func isListed(
        _ name: String, at agent: BackendServer, by deadline: ContinuousClock.Instant
    ) async throws -> Bool {
        let request = BackendRequest("GET", "/v1/catalog/services".appendingQuery(parameters))
        let response = try await http.response(to: request, from: agent, timeout: deadline - .now)
        try errors.check(response, from: agent)
        // A body that cannot be read must not count as a list without the service.
        do { return try JSONDecoder().decode([String: [String]].self, from: response.body)[name] != nil } catch {
            throw MicroError.unexpectedResponse(agent, "the list of services is not Consul's JSON")
        }
    }
}
