// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// What faults demand of one direction of a connection.
struct FlowRules {
    /// How a connection is ended by force.
    enum Ending {
        /// A FIN in this direction.
        case halfClose
        /// A RST in this direction, and an orderly end in the other one.
        case reset
        /// A RST in both.
        case resetBoth
    }

    /// Nothing passes.
    var isBlocked = false
    /// No server is connected, and what is too much to keep is dropped.
    var isUnresponsive = false
    var isSliced = false
    var bytesPerSecond: Int?
    var ending: Ending?
    /// How many bytes may still pass before a reset.
    var bytesUntilCut: Int?

    /// In seconds, as are the following.
    private var delay = 0.0
    private var jitter = 0.0
    private var closeDelay = 0.0

    mutating func add(_ fault: NetworkFault, _ flowDirection: FlowDirection, passed: Int) {
        // Those without a direction.
        switch fault.kind {
        case .unresponsive: (isBlocked, isUnresponsive) = (true, true)
        case .refuse where !fault.refusesAll: ending = .resetBoth
        default: break
        }
        guard fault.direction.includes(flowDirection) else { return }
        switch fault.kind {
        case .latency(let delay, let jitter):
            self.delay += delay.seconds
            self.jitter += jitter.seconds
        case .bandwidthLimit(let pace): bytesPerSecond = max(1, min(pace, bytesPerSecond ?? .max))
        case .slice: isSliced = passed < NetworkFault.maxSlicedBytes
        case .blackHole: isBlocked = true
        case .halfClose: ending = ending ?? .halfClose
        case .reset: if ending != .resetBoth { ending = .reset }
        case .cut(let count): bytesUntilCut = min(max(0, count - passed), bytesUntilCut ?? .max)
        case .slowClose(let delay): closeDelay += delay.seconds
        case .refuse, .unresponsive, .flap: break
        }
    }

    /// How long something stays with the proxy.
    ///
    /// - Parameter luck: −1…1, for the jitter.
    func delay(jitterFactor: Double, isClosing: Bool) -> TimeAmount {
        let seconds = delay + jitterFactor * jitter + (isClosing ? closeDelay : 0)
        // A day is for ever, and far from an overflow.
        return .nanoseconds(Int64(max(0, min(seconds, 86_400)) * 1e9))
    }

    /// How many of so many bytes are written at once.
    func writeSize(of count: Int) -> Int {
        var piece = count
        if isSliced { piece = min(piece, 1) }
        if let bytesPerSecond { piece = min(piece, max(1, bytesPerSecond / 50)) }
        if let bytesUntilCut { piece = min(piece, bytesUntilCut) }
        return piece
    }

    /// How long so many bytes take.
    func pause(after count: Int) -> TimeAmount {
        guard let bytesPerSecond else { return .zero }
        return .nanoseconds(Int64(Double(count) / Double(bytesPerSecond) * 1e9))
    }
}

extension NetworkFault {
    /// So many bytes of a connection and direction are sliced at most: one by one a megabyte takes longer than any deadline.
    static let maxSlicedBytes = 16 * 1024

    /// Whether there is no listener.
    var refusesAll: Bool {
        guard kind == .refuse, connections == .all else { return false }
        switch trigger {
        case .always: return true
        case .pattern(let pattern, _): return pattern.isEmpty
        }
    }
}

extension Duration {
    fileprivate var seconds: Double { self / .seconds(1) }
}
