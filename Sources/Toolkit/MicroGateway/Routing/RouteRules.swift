// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroEdge

/// The rules of a gateway, with the state of their limits.
final class RouteRules: Sendable {
    /// What applies to a request that a rule admits.
    struct Admission: Sendable {
        /// Whether the rule has a time limit.
        var isTimed = false
        /// The maximum size of the body, in bytes; nil for that of the server.
        var maxBodySize: Int?
        /// Counts the request as running; nil without a limit.
        var permit: ConcurrencyLimit.Permit?
    }

    private struct Rule: Sendable {
        let rule: RouteRule
        let pattern: PathPattern
        let methods: Set<String>
        let rateLimiter: RateLimiter?
        let concurrency: ConcurrencyLimit?
    }

    /// The most specific rule first.
    private let rules: [Rule]

    /// Parses the patterns.
    ///
    /// - Parameter old: Rules whose limits keep their state where they are equal.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`.
    init(_ rules: [RouteRule], keeping old: RouteRules? = nil) throws {
        self.rules = try rules.map { rule in
            if let same = old?.rules.first(where: { $0.rule == rule }) { return same }
            return Rule(
                rule: rule, pattern: try PathPattern(rule.path), methods: Set(rule.methods.map { $0.uppercased() }),
                rateLimiter: rule.rateLimit.map(RateLimiter.init),
                concurrency: rule.maxConcurrentRequests.map(ConcurrencyLimit.init))
        }.sorted {
            ($0.pattern.specificity, $0.methods.isEmpty ? 0 : 1) > ($1.pattern.specificity, $1.methods.isEmpty ? 0 : 1)
        }
    }

    /// Enforces the rule for a request, and sets the deadline of the context.
    ///
    /// - Throws: A rejection with 429 or 503.
    func admit(method: String, _ context: inout EdgeContext) throws -> Admission {
        let path = context.path
        let isFor = { (rule: Rule) in
            (rule.methods.isEmpty || rule.methods.contains(method)) && rule.pattern.matches(path)
        }
        guard let rule = rules.first(where: isFor) else { return Admission() }
        try rule.rateLimiter?.admit(context.identity.map { "identity \($0.name)" } ?? context.clientAddress)
        context.routePermit = try rule.concurrency?.acquire()
        if let timeout = rule.rule.timeout { context.deadline = min(context.deadline, .now + timeout) }
        return Admission(
            isTimed: rule.rule.timeout != nil, maxBodySize: rule.rule.maxBodySize, permit: context.routePermit)
    }
}
