// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Runs several operations at a time.
enum Concurrent {
    /// Transforms elements, some at a time, and returns the results in their order.
    ///
    /// - Throws: The first error; the other operations are cancelled.
    static func map<Element: Sendable, Value: Sendable>(
        _ elements: [Element], maxConcurrency: Int, _ transform: @escaping @Sendable (Element) async throws -> Value
    ) async throws -> [Value] {
        try await withThrowingTaskGroup(of: (Int, Value).self) { group in
            var results: [(index: Int, value: Value)] = []
            for (index, element) in elements.enumerated() {
                if index >= maxConcurrency, let result = try await group.next() { results.append(result) }
                group.addTask { (index, try await transform(element)) }
            }
            for try await result in group { results.append(result) }
            return results.sorted { $0.index < $1.index }.map(\.value)
        }
    }
}
