// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BackendTestContext {
    /// Checks that operations on a backend which accepts connections and never responds end at their deadline, and
    /// promptly after their cancellation.
    ///
    /// - Parameter progress: A number that increases when the backend has been contacted.
    func checkDeadlinesAndCancellation(
        of operations: [NamedOperation<Client>], progress: (ProxyTraffic) -> Int
    ) async throws {
        let proxy = try await makeProxy()
        proxy.faults = [.unresponsive]
        for operation in operations {
            let shortTimeoutClient = try await makeClient {
                $0.addresses = [proxy.address]
                $0.timeout = .milliseconds(300)
            }
            let duration = try await measure {
                try await expectError(.deadlineExceeded, .unavailable, from: operation.name) {
                    try await operation.run(shortTimeoutClient)
                }
            }
            try expect(
                duration < .milliseconds(600), "\(operation.name) ends at its deadline of 300 ms; it took \(duration)")

            let longTimeoutClient = try await makeClient {
                $0.addresses = [proxy.address]
                $0.timeout = .seconds(60)
            }
            let before = progress(proxy.traffic)
            let task = Task { try await operation.run(longTimeoutClient) }
            try await eventually("\(operation.name) contacts the backend", within: .seconds(5)) {
                progress(proxy.traffic) > before
            }
            task.cancel()
            let delay = try await measure {
                try await expectCancellation(of: operation.name) { try await task.value }
            }
            try expect(
                delay < .milliseconds(500), "\(operation.name) ends promptly when cancelled; it took \(delay)")
        }
    }
}
