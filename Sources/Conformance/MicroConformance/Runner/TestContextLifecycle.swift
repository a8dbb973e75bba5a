// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Creates the context of a case for a runner, and disposes of it.
struct TestContextLifecycle<TestContext: Sendable>: Sendable {
    /// Creates a context whose namespaces, topics and so on contain the scope.
    let makeContext: @Sendable (_ scope: String) async throws -> TestContext
    /// The names of the capabilities that the adapter claims.
    let claims: @Sendable (TestContext) -> [String]
    /// Removes everything that the case has left, and closes its clients.
    let cleanUp: @Sendable (TestContext) async throws -> Void
    /// Closes the clients of the case.
    let close: @Sendable (TestContext) async -> Void
}

extension TestContextLifecycle where TestContext: ConformanceTestContext {
    init(_ makeContext: @escaping @Sendable (_ scope: String) async throws -> TestContext) {
        self.init(
            makeContext: makeContext, claims: { $0.claims }, cleanUp: { try await $0.cleanUp() },
            close: { await $0.close() })
    }
}
