// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// Sends a request to one node after another until one responds, the retries are exhausted, or the deadline has passed.
///
/// A class, because closures of interceptors capture it: copying a structure would retain a dozen references.
final class RetryExecutor<Response: Sendable>: Sendable {
    typealias Send = @Sendable (TransportRequest, Node) async throws -> Response

    private let selector: NodeSelector
    private let budget: RetryBudget
    private let policy: RetryPolicy
    private let options: CallOptions
    private let send: Send

    init(
        selector: NodeSelector, budget: RetryBudget, policy: RetryPolicy, options: CallOptions, send: @escaping Send
    ) {
        self.selector = selector
        self.budget = budget
        self.policy = policy
        self.options = options
        self.send = send
    }

    /// Sends a request; also to a second node if the options enable hedging and the first node takes longer than
    /// ``CallOptions/hedgeDelay``.
    func run(_ request: TransportRequest) async throws -> Response {
        budget.recordCall()
        guard let delay = options.hedgeDelay, options.isIdempotent else { return try await run(request, hedge: nil) }
        let hedge = HedgeState()
        return try await withThrowingTaskGroup(of: Response?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await self.run(request, hedge: hedge) }
            group.addTask {
                try await Task.sleep(for: delay)
                return try await self.runHedge(request, hedge: hedge)
            }
            var firstError: (any Error)?
            while let result = await group.nextResult() {
                switch result {
                case .success(let response?): return response
                case .success(nil): break
                case .failure(let error):
                    // An error before the second attempt starts is final: the second would fail as well.
                    guard hedge.hasSecondAttempt else { throw error }
                    guard var first = firstError as? MicroError else {
                        firstError = firstError ?? error
                        continue
                    }
                    // The request had no effect only if no attempt had one.
                    first.isSafeToRetry = first.isSafeToRetry && (error as? MicroError)?.isSafeToRetry == true
                    firstError = first
                }
            }
            throw firstError ?? CancellationError()
        }
    }

    /// Sends a request to a node that was not tried yet; nil without such a node or without a retry left in the budget.
    private func runHedge(_ request: TransportRequest, hedge: HedgeState) async throws -> Response? {
        // An error of the selection does not affect the first attempt, which has its node.
        guard let selection = try? await pick(request, avoiding: hedge.nodes) else { return nil }
        guard !hedge.nodes.contains(selection.node.id), budget.tryAcquire() else {
            selection.report(.abandoned)
            return nil
        }
        return try await run(request, first: selection, hedge: hedge)
    }

    private func pick(_ request: TransportRequest, avoiding nodes: Set<String>) async throws -> Selection {
        if let address = options.address {
            try NameRules.check(service: request.service)
            return Selection(of: address, service: request.service)
        }
        return try await selector.pick(
            request.service, where: policy.filter, key: options.key, avoiding: nodes, deadline: request.deadline)
    }

    private func run(
        _ request: TransportRequest, first: Selection? = nil, hedge: HedgeState?
    ) async throws -> Response {
        var tried: Set<String> = []
        var attempt = 0
        var next = first
        // Whether an attempt may have had an effect: then no error of a later attempt is safe to retry.
        var mayHaveRun = false
        hedge?.begin()
        while true {
            let selection: Selection
            if let selected = next.take() {
                selection = selected
            } else {
                do { selection = try await pick(request, avoiding: hedge?.nodes.union(tried) ?? tried) } catch {
                    throw Self.marked(error, mayHaveRun: &mayHaveRun)
                }
            }
            hedge?.recordNode(selection.node.id)
            do {
                let response = try await send(request, selection.node)
                selection.report(.responded)
                return response
            } catch {
                selection.report(Selection.Outcome(of: error))
                let failure = Self.marked(error, mayHaveRun: &mayHaveRun)
                let delay = tried.contains(selection.node.id) ? policy.backoff.delay(attempt: attempt) : .zero
                guard attempt < policy.maxRetries, beginsRetry(failure, at: .now + delay, request) else {
                    throw failure
                }
                if !tried.insert(selection.node.id).inserted { try await Task.sleep(for: delay) }
                attempt += 1
            }
        }
    }

    /// The error of an attempt. It is safe to retry only if no attempt may have had an effect.
    private static func marked(_ error: any Error, mayHaveRun: inout Bool) -> any Error {
        guard var error = error as? MicroError else { return error }
        mayHaveRun = mayHaveRun || !error.isSafeToRetry
        error.isSafeToRetry = !mayHaveRun
        return error
    }

    /// Takes a retry from the budget, if the error permits one that begins at an instant.
    private func beginsRetry(
        _ error: any Error, at instant: ContinuousClock.Instant, _ request: TransportRequest
    ) -> Bool {
        guard let error = error as? MicroError, error.code == .unavailable || error.code == .resourceExhausted,
            error.isSafeToRetry || options.isIdempotent, instant < request.deadline, budget.tryAcquire()
        else { return false }
        options.onRetry?(error)
        return true
    }
}
