// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// Expectations. Each throws a ``ConformanceFailure`` if it is not met.
extension ConformanceTestContext {
    /// Expects a condition to be true now.
    package func expect(_ condition: Bool, _ expectation: @autoclosure () -> String) throws {
        if !condition { throw ConformanceFailure("expected that " + expectation()) }
    }

    /// Expects two values to be equal now.
    ///
    /// - Parameter subject: The name of the value, such as `the headers`.
    package func expect<Value: Equatable>(_ found: Value, is expected: Value, _ subject: String) throws {
        if found != expected {
            throw ConformanceFailure(ValueDifference(expected: expected, found: found).report(of: subject))
        }
    }

    /// Expects a condition to become true within a bound.
    func eventually(
        _ expectation: @autoclosure () -> String, within bound: Duration? = nil, _ condition: () async throws -> Bool
    ) async throws {
        let bound = bound ?? bounds.defaultTimeout
        guard try await poll(for: bound, until: condition) else {
            throw ConformanceFailure("expected within \(bound) that \(expectation())")
        }
    }

    /// Reads a value repeatedly, and expects it to become equal to another value within a bound.
    ///
    /// - Parameter subject: The name of the value, such as `the list`.
    func eventually<Value: Equatable>(
        _ subject: String, is expected: Value, within bound: Duration? = nil, _ read: () async throws -> Value
    ) async throws {
        let bound = bound ?? bounds.defaultTimeout
        var found = expected
        let isEqual = try await poll(for: bound) {
            found = try await read()
            return found == expected
        }
        if !isEqual {
            let difference = ValueDifference(expected: expected, found: found)
            throw ConformanceFailure(difference.report(of: "\(subject) after \(bound)"))
        }
    }

    /// Expects a condition to stay false during a window.
    func never(
        _ event: String, during window: Duration? = nil, _ condition: () async throws -> Bool
    ) async throws {
        if try await poll(for: window ?? bounds.observationWindow, until: condition) {
            throw ConformanceFailure("expected never that \(event)")
        }
    }

    /// Expects an operation to end within a limit, with or without an error.
    func withTimeout(
        _ limit: Duration, _ expectation: String, _ operation: @escaping @Sendable () async throws -> Void
    ) async throws {
        let failure = ConformanceFailure("expected within \(limit) that \(expectation)")
        let timeoutError = MicroError(.internal, failure.description, origin: "conformance")
        do {
            try await withDeadline(.now + limit, orThrow: timeoutError, operation: operation)
        } catch let error as MicroError where error.origin == timeoutError.origin { throw failure }
    }

    /// Expects an operation to throw a `MicroError` with one of some codes.
    ///
    /// - Parameter operation: The name of the operation, such as `publishing`.
    /// - Returns: The error.
    @discardableResult
    func expectError(
        _ codes: MicroError.Code..., from operation: String, _ body: () async throws -> Void
    ) async throws -> MicroError {
        let expected = codes.map(\.description).joined(separator: " or ")
        do {
            try await body()
        } catch let error as MicroError {
            guard codes.contains(error.code) else {
                throw ConformanceFailure("\(operation): expected the error \(expected), found \(error)")
            }
            return error
        } catch let error as ConformanceFailure {
            throw error
        } catch {
            throw ConformanceFailure(
                "\(operation): expected the error \(expected), found \(type(of: error)): \(error)")
        }
        throw ConformanceFailure("\(operation): expected the error \(expected), but it succeeded")
    }

    /// Expects an operation to throw `CancellationError`.
    func expectCancellation(of operation: String, _ body: () async throws -> Void) async throws {
        do { try await body() } catch is CancellationError { return } catch let failure as ConformanceFailure {
            throw failure
        } catch {
            throw ConformanceFailure("\(operation): expected CancellationError, found \(error)")
        }
        throw ConformanceFailure("\(operation): expected CancellationError, but it succeeded")
    }

    /// Evaluates a condition every 2 ms until it is true or the time has elapsed.
    ///
    /// - Returns: Whether the condition became true.
    private func poll(for limit: Duration, until condition: () async throws -> Bool) async throws -> Bool {
        let end = ContinuousClock.now + limit
        while try await !condition() {
            guard ContinuousClock.now < end else { return false }
            try await Task.sleep(for: .milliseconds(2))
        }
        return true
    }
}
