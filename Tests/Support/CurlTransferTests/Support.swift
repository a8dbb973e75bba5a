// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import Synchronization
import Testing

let drivers = CurlTransfer.Driver.allCases

/// Runs `body` with a new transfer and closes it in all cases.
func withTransfer<R>(
    _ driver: CurlTransfer.Driver,
    tls: CurlTLS = .init(),
    maxIdleConnections: Int = 64,
    _ body: (CurlTransfer) async throws -> R
) async throws -> R {
    let transfer = CurlTransfer(
        configuration: .init(tls: tls, maxIdleConnections: maxIdleConnections, driver: driver))
    let result: Result<R, any Error>
    do {
        result = .success(try await body(transfer))
    } catch {
        result = .failure(error)
    }
    await transfer.close()
    return try result.get()
}

/// The kind of `CurlError` that `body` throws.
func failureKind<R>(
    _ body: () async throws -> R, sourceLocation: SourceLocation = #_sourceLocation
) async -> CurlError.Kind? {
    await #expect(throws: CurlError.self, sourceLocation: sourceLocation) { try await body() }?.kind
}

/// Blocks the threads of a server until `count` have arrived, or for ten seconds.
final class ThreadBarrier: Sendable {
    private let arrived = Mutex(0)
    private let all = DispatchSemaphore(value: 0)
    private let count: Int

    init(count: Int) {
        self.count = count
    }

    var arrivals: Int {
        arrived.withLock { $0 }
    }

    func arriveAndWait() {
        let isLast = arrived.withLock { arrived in
            arrived += 1
            return arrived == count
        }
        if isLast {
            for _ in 1..<count { all.signal() }
        } else {
            _ = all.wait(timeout: .now() + 10)
        }
    }
}

/// A seeded generator (xorshift64*), so that a run can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = max(1, seed)
    }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 2_685_821_657_736_338_717
    }
}
