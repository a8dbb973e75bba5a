// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Waits until a condition holds, and tells whether it did within the bound.
///
/// ```swift
/// #expect(await eventually { try await registry.list().isEmpty })
/// ```
package func eventually(
    within timeout: Duration = .seconds(30), _ condition: () async throws -> Bool
) async rethrows -> Bool {
    let end = ContinuousClock.now + timeout
    while true {
        if try await condition() { return true }
        guard ContinuousClock.now < end else { return false }
        try? await Task.sleep(for: .milliseconds(2))
    }
}

/// Watches that a condition holds all the time.
package func always(
    during window: Duration, _ condition: () async throws -> Bool
) async rethrows -> Bool {
    try await !eventually(within: window) { try await !condition() }
}
