// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// Sends a request to one node after the other until one answers, the attempts are used up or time is over. A class, since the
/// closures of interceptors hold it: each copy would cost a dozen references.
final class RetryExecutor<Response: Sendable>: Sendable {
    typealias Send = @Sendable (TransportRequest, Node) async throws -> Response

    let selector: NodeSelector
    let budget: RetryBudget
    let retries: Int
    let backoff: Backoff
    let filter: NodeFilter
    let options: CallOptions
    let send: Send

    init(
        selector: NodeSelector, budget: RetryBudget, retries: Int, backoff: Backoff, filter: NodeFilter,
        options: CallOptions, send: @escaping Send
    ) {
        self.selector = selector
        self.budget = budget
        self.retries = retries
        self.backoff = backoff
        self.filter = filter
        self.options = options
        self.send = send
    }

    /// Sends a request, to a second node as well if the first one takes long and the caller wants that.
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
            var failure: (any Error)?
            while let result = await group.nextResult() {
                switch result {
                case .success(let response?): return response
                case .success(nil): break
                case .failure(let error):
                    // What fails before the second one has begun would fail there as well.
                    guard hedge.hasSecondAttempt else { throw error }
                    failure = failure ?? error
                }
            }
            throw failure ?? CancellationError()
        }
    }

    /// Sends a request to a node that was not asked yet; nil if there is none, or no repetition left.
    private func runHedge(_ request: TransportRequest, hedge: HedgeState) async throws -> Response? {
        // That no node can be found now says nothing of the one that is asked already.
        guard let selection = try? await pick(request, avoiding: hedge.nodes) else { return nil }
        guard !hedge.nodes.contains(selection.node.id), budget.take() else {
            selection.report(.abandoned)
            return nil
        }
        return try await run(request, first: selection, hedge: hedge)
    }

    private func pick(_ request: TransportRequest, avoiding nodes: Set<String>) async throws -> Selection {
        try await selector.pick(
            request.service, where: filter, key: options.key, avoiding: nodes, deadline: request.deadline)
    }

    private func run(
        _ request: TransportRequest, first: Selection? = nil, hedge: HedgeState?
    ) async throws -> Response {
        var tried: Set<String> = []
        var attempt = 0
        var next = first
        hedge?.begin()
        while true {
            let selection: Selection
            if let chosen = next.take() {
                selection = chosen
            } else {
                selection = try await pick(request, avoiding: hedge?.nodes.union(tried) ?? tried)
            }
            hedge?.recordAttempt(selection.node.id)
            do {
                let response = try await send(request, selection.node)
                selection.report(.responded)
                return response
            } catch {
                selection.report(Selection.Outcome(of: error))
                guard let error = error as? MicroError, isRetryable(error), attempt < retries, .now < request.deadline,
                    budget.take()
                else { throw error }
                options.onRetry?(error)
                if !tried.insert(selection.node.id).inserted {
                    try await Task.sleep(for: backoff.delay(attempt: attempt))
                }
                attempt += 1
            }
        }
    }

    private func isRetryable(_ error: MicroError) -> Bool {
        (error.code == .unavailable || error.code == .resourceExhausted)
            && (error.isSafeToRetry || options.isIdempotent)
    }
}

/// Which nodes the two sides of a hedged call have asked, so that they are different ones.
private final class HedgeState: Sendable {
    private let content = Mutex((startedAttempts: 0, nodes: Set<String>()))

    var hasSecondAttempt: Bool { content.withLock { $0.startedAttempts > 1 } }

    var nodes: Set<String> { content.withLock(\.nodes) }

    func begin() { content.withLock { $0.startedAttempts += 1 } }

    func recordAttempt(_ id: String) { content.withLock { _ = $0.nodes.insert(id) } }
}

extension Selection.Outcome {
    /// What an error says of the node. What the service itself passes on from elsewhere says nothing against it.
    fileprivate init(of error: any Error) {
        guard let error = error as? MicroError else {
            self = .abandoned
            return
        }
        switch error.code {
        case .unavailable where MicroError.Origin.isToolkit(error.origin): self = .failed
        case .resourceExhausted where MicroError.Origin.isToolkit(error.origin): self = .overloaded
        default: self = .responded
        }
    }
}
