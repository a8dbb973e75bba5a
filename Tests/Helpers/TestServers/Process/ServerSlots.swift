// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import Synchronization
import TestSupport
package import Testing

/// Limits the number of suites that run servers at the same time, so that the machine is not overloaded.
private enum ServerSlots {
    /// Whether the current task has a slot already.
    @TaskLocal static var isHeld = false

    /// `MICRO_TEST_SERVER_SUITES` overrides the number of slots.
    private static let semaphore = AsyncSemaphore(
        ProcessInfo.processInfo.environment["MICRO_TEST_SERVER_SUITES"].flatMap { Int($0) } ?? 5)

    static func withSlot(_ body: () async throws -> Void) async throws {
        guard !isHeld else { return try await body() }
        try await semaphore.withPermit(
            by: .now + .seconds(7200), orThrow: MicroError(.deadlineExceeded, "no free slot for servers")
        ) {
            try await $isHeld.withValue(true) { try await body() }
        }
    }
}

/// Runs a suite that starts servers on dedicated threads, and only if few such suites are running.
package struct ServerSuiteTrait: SuiteTrait, TestScoping {
    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await ServerSlots.withSlot {
            try await BlockingTrait().provideScope(for: test, testCase: testCase, performing: function)
        }
    }
}

extension Trait where Self == ServerSuiteTrait {
    /// The tests of the suite start servers themselves. Suites with a `ServerTrait` do not need it.
    package static var startsServers: Self { Self() }
}
