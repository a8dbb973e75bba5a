// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore

/// A selected node. Report the result of the call.
public struct Selection: Sendable {
    /// The result of a call as evidence about the node.
    public enum Outcome: Sendable {
        /// The node responded, possibly with an error.
        case responded
        /// The node rejected the call because it is overloaded.
        case overloaded
        /// The node could not be reached.
        case failed
        /// The node did not respond by the deadline.
        case timedOut
        /// The caller cancelled the call.
        case abandoned
    }

    let candidate: Candidate

    /// The node.
    public var node: Node { candidate.node }

    /// How long the registry had been unreadable when the node was selected; nil if it was readable.
    public let staleDuration: Duration?

    /// The result of ``NodeLoad/begin()``; nil if the strategy does not need it.
    let start: MonotonicTime?

    init(candidate: Candidate, staleDuration: Duration?, start: MonotonicTime?) {
        self.candidate = candidate
        self.staleDuration = staleDuration
        self.start = start
    }

    /// A node that the caller specifies by its address. Its failures have no effect on later selections.
    init(of address: Address, service: String) {
        let node = Node(id: address.description, address: address.host, port: address.port)
        self.init(
            candidate: Candidate(node, nil, ServiceView(name: service, isEligible: { _ in true })),
            staleDuration: nil, start: nil)
    }

    /// Reports the result of the call, once.
    ///
    /// A node that failed, or that timed out twice without a response in between, is ejected: it is not selected for a
    /// period that grows with each failure, until a call to it succeeds. If all nodes of a service fail, none is
    /// ejected. ``SelectionStrategy/leastLoaded`` uses the other outcomes.
    public func report(_ outcome: Outcome) {
        if let load = candidate.load, let start { load.end(start: start, outcome) }
        // Without failures, a response changes nothing.
        if candidate.view.hasOutliers || (outcome != .responded && outcome != .abandoned) {
            candidate.view.report(candidate.node.id, outcome)
        }
    }
}

extension Selection.Outcome {
    /// The outcome for an error. An error forwarded from another origin does not count against the node.
    init(of error: any Error) {
        guard let error = error as? MicroError else {
            self = .abandoned
            return
        }
        switch error.code {
        case .unavailable where MicroError.Origin.isToolkit(error.origin): self = .failed
        case .deadlineExceeded where MicroError.Origin.isToolkit(error.origin): self = .timedOut
        case .resourceExhausted where MicroError.Origin.isToolkit(error.origin): self = .overloaded
        default: self = .responded
        }
    }
}
