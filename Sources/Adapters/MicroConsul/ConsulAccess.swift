// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import MicroCore
import BackendSupport
import Synchronization

/// Tells "there is nothing" from "you may not see it": to who may not read, Consul answers 200 and an empty list.
///
/// Asked only about empty answers, and what it learns is kept: where no ACLs are enforced until something fails, and
/// about a service for a minute.
final class ConsulAccess: Sendable {
    private struct Known {
        /// There are no ACLs, or an agent that cannot tell.
        var isOpen = false
        var readableUntil: [String: ContinuousClock.Instant] = [:]
    }

    /// For `POST /v1/internal/acl/authorize`, which Consul's own UI uses to find out what it may show.
    private struct Right: Codable, Equatable {
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

    private struct Decision: Decodable {
        let allow: Bool

        enum CodingKeys: String, CodingKey { case allow = "Allow" }
    }

    private static let memory = Duration.seconds(60)
    private static let longestMemory = 1024

    private let http: ConsulHTTP
    private let query: String
    private let known = Mutex(Known())

    init(http: ConsulHTTP, parameters: [String]) {
        self.http = http
        query = parameters.isEmpty ? "" : "?" + parameters.joined(separator: "&")
    }

    func forget() { known.withLock { $0 = Known() } }

    /// - Throws: ``MicroCore/MicroError`` with `unauthenticated` or `permissionDenied` if an empty answer about a service
    ///   says nothing.
    func check(
        service name: String, _ answer: CurlResponse, at agent: Server, by deadline: ContinuousClock.Instant
    ) async throws {
        // Instances are shown to who may read both the service and the Consul node that it is on.
        let right = "service:read on \"\(name)\" and node:read"
        try await check(name, answer, isAllTheSame: true, at: agent, by: deadline, needing: right) {
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
    func check(prefix: String, _ answer: CurlResponse, at agent: Server, by deadline: ContinuousClock.Instant)
        async throws
    {
        let right = "service:read on everything that begins with \"\(prefix)\""
        try await check(prefix, answer, isAllTheSame: false, at: agent, by: deadline, needing: right) {
            try await self.decisions([.read("service", prefix)], at: agent, by: deadline).map { $0[0] }
        }
    }

    /// - Parameter isAllTheSame: Whether what Consul hid from the answer, if anything, is what was asked for.
    private func check(
        _ name: String, _ answer: CurlResponse, isAllTheSame: Bool, at agent: Server,
        by deadline: ContinuousClock.Instant, needing right: String, isReadable: () async throws -> Bool?
    ) async throws {
        let hidden = ConsulError.hidden(
            name.isEmpty ? "any service" : "\"\(name)\"", needing: right, at: agent, hasToken: http.hasToken)
        // Since 1.11 an agent says so itself, to those whom it knows.
        let wasFiltered = answer.headers["X-Consul-Results-Filtered-By-ACLs"] == "true"
        if wasFiltered, isAllTheSame { throw hidden }
        let now = ContinuousClock.now
        guard known.withLock({ !$0.isOpen && $0.readableUntil[name] ?? now <= now }) else { return }
        switch try await isReadable() {
        case true: remember(name, until: now + Self.memory)
        case nil where !wasFiltered: known.withLock { $0.isOpen = true }
        default: throw hidden
        }
    }

    private func remember(_ name: String, until end: ContinuousClock.Instant) {
        known.withLock { known in
            if known.readableUntil.count >= Self.longestMemory { known.readableUntil.removeAll() }
            known.readableUntil[name] = end
        }
    }

    /// What the token may do, in the order of the rights; nil where that is not decided by ACLs.
    private func decisions(_ rights: [Right], at agent: Server, by deadline: ContinuousClock.Instant) async throws
        -> [Bool]?
    {
        let body = [UInt8](try JSONEncoder().encode(rights))
        let answer = try await http.answer(
            "POST", "/v1/internal/acl/authorize\(query)", body: body, at: agent, within: deadline - .now)
        // 401: ACLs are off. Other answers are of agents that do not know the question.
        let isFailure = answer.status >= 500 || answer.status == 429
        let isUnknownToken = answer.status == 403 && answer.text.contains("ACL not found")
        if isFailure || isUnknownToken { try http.check(answer, from: agent) }
        guard answer.status == 200,
            let decisions = try? JSONDecoder().decode([Decision].self, from: Data(answer.body)),
            decisions.count == rights.count
        else { return nil }
        return decisions.map(\.allow)
    }

    private func isListed(_ name: String, at agent: Server, by deadline: ContinuousClock.Instant) async throws
        -> Bool
    {
        let answer = try await http.success("GET", "/v1/catalog/services\(query)", at: agent, within: deadline - .now)
        let names = try? JSONDecoder().decode([String: [String]].self, from: Data(answer.body))
        return names?[name] != nil
    }
}
