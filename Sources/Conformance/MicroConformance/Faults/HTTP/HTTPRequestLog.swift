// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

extension HTTPFaultProxy {
    /// A request that the proxy has received.
    public struct Request: Sendable, Hashable {
        /// The method, such as `GET`.
        public var method: String
        /// The path and query, as sent.
        public var path: String
        /// When the head of the request was received.
        public var receivedAt: ContinuousClock.Instant
    }
}

/// Records the latest requests and the number of all requests.
final class HTTPRequestLog: Sendable {
    private struct State {
        var requests = CircularBuffer<HTTPFaultProxy.Request>()
        var count = 0
    }

    /// The number of requests that are recorded.
    static let maxRequests = 10_000

    private let state = Mutex(State())

    var requests: [HTTPFaultProxy.Request] { state.withLock { Array($0.requests) } }

    var count: Int { state.withLock { $0.count } }

    func count(since instant: ContinuousClock.Instant) -> Int {
        state.withLock { state in
            // They are in chronological order.
            state.requests.reversed().prefix { $0.receivedAt >= instant }.count
        }
    }

    func add(method: String, path: String) {
        state.withLock { state in
            if state.requests.count == Self.maxRequests { state.requests.removeFirst() }
            state.requests.append(HTTPFaultProxy.Request(method: method, path: path, receivedAt: .now))
            state.count += 1
        }
    }
}
