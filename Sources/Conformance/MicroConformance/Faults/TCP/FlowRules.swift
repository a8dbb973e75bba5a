// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// The combined effect of faults on one direction of a connection.
struct FlowRules {
    /// How faults end a connection.
    enum Ending {
        /// Ends this direction (FIN).
        case halfClose
        /// Resets this direction (RST), and ends the other direction normally (FIN).
        case reset
        /// Resets both directions.
        case resetBoth
    }

    /// Nothing is forwarded.
    var isBlocked = false
    /// The server is not connected, and bytes beyond the queue's limit are dropped.
    var isUnresponsive = false
    var isSliced = false
    var bytesPerSecond: Int?
    var ending: Ending?
    /// The number of bytes that are forwarded before a reset.
    var bytesUntilCut: Int?

    /// In seconds, like the following properties.
    private var delay = 0.0
    private var jitter = 0.0
    private var closeDelay = 0.0

    mutating func add(_ fault: NetworkFault, _ flowDirection: FlowDirection, passed: Int) {
        // Faults without a direction.
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
        case .bandwidthLimit(let limit): bytesPerSecond = max(1, min(limit, bytesPerSecond ?? .max))
        case .slice: isSliced = passed < NetworkFault.maxSlicedBytes
        case .blackHole: isBlocked = true
        case .halfClose: ending = ending ?? .halfClose
        case .reset: if ending != .resetBoth { ending = .reset }
        case .cut(let count): bytesUntilCut = min(max(0, count - passed), bytesUntilCut ?? .max)
        case .slowClose(let delay): closeDelay += delay.seconds
        case .refuse, .unresponsive, .flap: break
        }
    }

    /// The delay of an item in the queue.
    ///
    /// - Parameter jitterFactor: The part of the jitter that applies, within −1…1.
    func delay(jitterFactor: Double, isClosing: Bool) -> TimeAmount {
        let seconds = delay + jitterFactor * jitter + (isClosing ? closeDelay : 0)
        // Limited to a day, so that it cannot overflow.
        return .nanoseconds(Int64(max(0, min(seconds, 86_400)) * 1e9))
    }

    /// The maximum number of bytes per write.
    func writeSize(of count: Int) -> Int {
        var piece = count
        if isSliced { piece = min(piece, 1) }
        if let bytesPerSecond { piece = min(piece, max(1, bytesPerSecond / 50)) }
        if let bytesUntilCut { piece = min(piece, bytesUntilCut) }
        return piece
    }

    /// The transfer time of a number of bytes.
    func pause(after count: Int) -> TimeAmount {
        guard let bytesPerSecond else { return .zero }
        return .nanoseconds(Int64(Double(count) / Double(bytesPerSecond) * 1e9))
    }
}

extension NetworkFault {
    /// The number of bytes per connection and direction that are sliced. Limited, because sending a megabyte byte by
    /// byte would exceed any deadline.
    static let maxSlicedBytes = 16 * 1024

    /// Whether the proxy does not listen at all.
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
