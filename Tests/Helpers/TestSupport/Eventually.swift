// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Waits until a condition holds.
///
/// ```swift
/// #expect(await eventually { try await registry.list().isEmpty })
/// ```
///
/// - Returns: Whether the condition held before the timeout.
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

/// Checks that a condition holds for the whole time window.
package func always(
    during window: Duration, _ condition: () async throws -> Bool
) async rethrows -> Bool {
    try await !eventually(within: window) { try await !condition() }
}

/// Checks that a count grows by less than a limit per time window. A delay of this task does not matter.
package func grows(byLessThan limit: Int, per window: Duration, _ count: () -> Int) async -> Bool {
    let (start, before) = (ContinuousClock.now, count())
    return await always(during: window) {
        Double(count() - before) < Double(limit) * max(1, (ContinuousClock.now - start) / window)
    }
}
