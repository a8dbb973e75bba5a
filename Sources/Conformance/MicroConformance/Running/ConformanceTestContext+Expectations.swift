// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore

/// Ways to say what is expected. Each throws a ``ConformanceFailure`` when it does not come true.
extension ConformanceTestContext {
    /// Something has to be so, now.
    public func expect(_ condition: Bool, _ expectation: @autoclosure () -> String) throws {
        if !condition { throw ConformanceFailure("expected that " + expectation()) }
    }

    /// Two values have to be equal, now.
    public func expect<Value: Equatable>(_ found: Value, is expected: Value, _ what: String) throws {
        if found != expected {
            throw ConformanceFailure(
                "\(what): expected \(Self.abbreviated(expected)), found \(Self.abbreviated(found))")
        }
    }

    /// Something has to become so, within a bound.
    public func eventually(
        _ expectation: String, within bound: Duration? = nil, _ condition: () async throws -> Bool
    ) async throws {
        let bound = bound ?? bounds.defaultTimeout
        let end = ContinuousClock.now + bound
        while try await !condition() {
            guard ContinuousClock.now < end else {
                throw ConformanceFailure("expected within \(bound) that \(expectation)")
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// A read has to give a value, within a bound.
    public func eventually<Value: Equatable>(
        _ what: String, is expected: Value, within bound: Duration? = nil, _ read: () async throws -> Value
    ) async throws {
        let bound = bound ?? bounds.defaultTimeout
        let end = ContinuousClock.now + bound
        while true {
            let found = try await read()
            if found == expected { return }
            guard ContinuousClock.now < end else {
                throw ConformanceFailure(
                    "\(what): expected \(Self.abbreviated(expected)) within \(bound), found \(Self.abbreviated(found))")
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Something must not happen during a window.
    public func never(
        _ event: String, during window: Duration? = nil, _ condition: () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now + (window ?? bounds.observationWindow)
        while ContinuousClock.now < end {
            if try await condition() { throw ConformanceFailure("expected never that \(event)") }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// An operation has to end within a limit, whatever comes of it.
    func withTimeout(
        _ limit: Duration, orThrow failure: ConformanceFailure, _ operation: @escaping @Sendable () async throws -> Void
    ) async throws {
        let late = MicroError(.internal, failure.description, origin: "conformance")
        do { try await withDeadline(.now + limit, orThrow: late, operation: operation) } catch let error as MicroError
            where error.origin == late.origin
        { throw failure }
    }

    /// An operation has to fail with one of some codes. Returns the error.
    @discardableResult
    public func expectError(
        _ codes: MicroError.Code..., from what: String, _ operation: () async throws -> Void
    ) async throws -> MicroError {
        let expected = codes.map(\.description).joined(separator: " or ")
        do {
            try await operation()
        } catch let error as MicroError {
            guard codes.contains(error.code) else {
                throw ConformanceFailure("\(what): expected \(expected), it threw \(error)")
            }
            return error
        } catch let error as ConformanceFailure {
            throw error
        } catch {
            throw ConformanceFailure("\(what): expected \(expected), it threw \(type(of: error)): \(error)")
        }
        throw ConformanceFailure("\(what): expected \(expected), it succeeded")
    }

    /// The value in one line that a report can hold.
    private static func abbreviated<Value>(_ value: Value) -> String {
        let text = "\(value)".split(whereSeparator: \.isNewline).joined(separator: " ")
        return text.count > 400 ? "\(text.prefix(400))…" : text
    }
}
