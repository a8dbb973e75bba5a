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
    var isSilent = false
    var isSliced = false
    var bytesPerSecond: Int?
    var ending: Ending?
    /// How many bytes may still pass before a reset.
    var untilCut: Int?

    /// In seconds, as are the following.
    private var delay = 0.0
    private var jitter = 0.0
    private var closeDelay = 0.0

    mutating func add(_ fault: Fault, _ way: Way, passed: Int) {
        // Those without a direction.
        switch fault.kind {
        case .silence: (isBlocked, isSilent) = (true, true)
        case .refuse where !fault.refusesAll: ending = .resetBoth
        default: break
        }
        guard fault.direction.includes(way) else { return }
        switch fault.kind {
        case .latency(let delay, let jitter):
            self.delay += delay.seconds
            self.jitter += jitter.seconds
        case .drip(let pace): bytesPerSecond = max(1, min(pace, bytesPerSecond ?? .max))
        case .slice: isSliced = passed < Fault.slicedBytes
        case .blackHole: isBlocked = true
        case .halfClose: ending = ending ?? .halfClose
        case .reset: if ending != .resetBoth { ending = .reset }
        case .cut(let count): untilCut = min(max(0, count - passed), untilCut ?? .max)
        case .slowClose(let delay): closeDelay += delay.seconds
        case .refuse, .silence, .flap: break
        }
    }

    /// How long something stays with the proxy.
    ///
    /// - Parameter luck: −1…1, for the jitter.
    func delay(luck: Double, isClosing: Bool) -> TimeAmount {
        let seconds = delay + luck * jitter + (isClosing ? closeDelay : 0)
        // A day is for ever, and far from an overflow.
        return .nanoseconds(Int64(max(0, min(seconds, 86_400)) * 1e9))
    }

    /// How many of so many bytes are written at once.
    func piece(of count: Int) -> Int {
        var piece = count
        if isSliced { piece = min(piece, 1) }
        if let bytesPerSecond { piece = min(piece, max(1, bytesPerSecond / 50)) }
        if let untilCut { piece = min(piece, untilCut) }
        return piece
    }

    /// How long so many bytes take.
    func pause(after count: Int) -> TimeAmount {
        guard let bytesPerSecond else { return .zero }
        return .nanoseconds(Int64(Double(count) / Double(bytesPerSecond) * 1e9))
    }
}

extension Fault {
    /// So many bytes of a connection and direction are sliced at most: one by one a megabyte takes longer than any deadline.
    static let slicedBytes = 16 * 1024

    /// Whether there is no listener.
    var refusesAll: Bool {
        guard kind == .refuse, connections == .all else { return false }
        switch trigger {
        case .always: return true
        case .seen(let pattern, _): return pattern.isEmpty
        }
    }
}

extension Duration {
    fileprivate var seconds: Double { self / .seconds(1) }
}
