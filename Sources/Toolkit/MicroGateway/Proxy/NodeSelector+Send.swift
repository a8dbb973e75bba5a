// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroCore
import MicroEdge

/// A failed attempt to send a request to a node.
struct FailedAttempt {
    /// The evidence about the node, unless the attempt was cancelled.
    let outcome: Selection.Outcome
    /// Whether the request may be sent to another node.
    let mayRetry: Bool
    /// The error to throw if the request is not sent again.
    let error: any Error
}

extension NodeSelector {
    /// The maximum number of further nodes for one request.
    private static var maxRetries: Int { 2 }

    /// Sends a request to a node of its service, and to others if the attempts fail. A node whose address is not valid
    /// counts as failed.
    ///
    /// - Parameters:
    ///   - attempt: Sends the request to a node.
    ///   - evaluate: Evaluates the error of an attempt.
    /// - Throws: ``/MicroCore/MicroError`` with `notFound` without a node, `unavailable` or `deadlineExceeded` if the registry
    ///   has not responded; the error of the last attempt; or `CancellationError`.
    func send<Response>(
        _ request: GatewayRequest, _ attempt: (Node, Address) async throws -> Response,
        evaluating evaluate: (any Error, Node) -> FailedAttempt
    ) async throws -> Response {
        var tried: Set<String> = []
        while true {
            let selection = try await pick(
                request.target.service, where: request.filter ?? NodeFilter(), avoiding: tried,
                deadline: request.context.deadline)
            let failure: FailedAttempt
            do {
                let address = try NodeAddressPolicy.httpAddress(
                    of: selection.node, allowsLinkLocal: request.configuration.allowsLinkLocalNodes)
                do {
                    let response = try await attempt(selection.node, address)
                    selection.report(.responded)
                    return response
                } catch {
                    failure = evaluate(error, selection.node)
                }
            } catch {
                failure = FailedAttempt(outcome: .failed, mayRetry: true, error: error)
            }
            guard !Task.isCancelled else {
                // A cancellation before the deadline, such as at a shutdown, tells nothing about the node.
                selection.report(request.context.deadline <= .now ? .timedOut : .abandoned)
                throw CancellationError()
            }
            selection.report(failure.outcome)
            guard failure.mayRetry, tried.count < Self.maxRetries, tried.insert(selection.node.id).inserted else {
                throw failure.error
            }
        }
    }
}
