// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What the kit needs to know of an adapter of any kind: what is put to the test, and how its backend is reached. See
/// ``RegistryHarness`` and ``BrokerHarness`` for what the author of an adapter writes.
public protocol ConformanceHarness<Bounds>: Sendable {
    /// What the adapter promises in numbers.
    associatedtype Bounds: ConformanceBounds

    /// What is put to the test.
    var subject: Subject { get }

    /// What it promises in numbers.
    var bounds: Bounds { get }

    /// The hook to the backend; none by default.
    var control: (any BackendControl)? { get }

    /// Where the backend listens; none by default. For cases that put a proxy before it.
    var endpoint: BackendEndpoint? { get }

    /// The credentials that clients can be made with; only valid ones by default.
    var credentials: Set<Credentials> { get }

    /// What must not appear in any text: passwords, tokens; none by default.
    var secrets: [String] { get }

    /// What it offers to cases.
    var hooks: Set<Hook> { get }

    /// Counts what the backend holds; nil where nothing can be counted, which is the default.
    func resourceCounts() async throws -> ResourceCounts?
}

extension ConformanceHarness {
    /// None.
    public var control: (any BackendControl)? { nil }
    /// None.
    public var endpoint: BackendEndpoint? { nil }
    /// Only valid ones.
    public var credentials: Set<Credentials> { [.valid] }
    /// None.
    public var secrets: [String] { [] }
    /// Nothing can be counted.
    public func resourceCounts() async throws -> ResourceCounts? { nil }

    /// Those that follow from the entrance and the credentials.
    var backendHooks: Set<Hook> {
        var hooks: Set<Hook> = []
        if let endpoint {
            hooks.insert(.endpoint)
            if endpoint.wire == .http { hooks.insert(.http) }
            if endpoint.wire == .tls { hooks.insert(.tls) }
        }
        if credentials.contains(.wrong) { hooks.insert(.wrongCredentials) }
        if credentials.contains(.unprivileged) { hooks.insert(.unprivilegedCredentials) }
        if credentials.contains(.revocable) { hooks.insert(.revocableCredentials) }
        return hooks
    }
}

/// What an adapter promises in numbers, whatever its kind.
public protocol ConformanceBounds: Sendable {
    /// How long a case waits for what has to come, if it says nothing else.
    var defaultTimeout: Duration { get }
    /// How long a case watches that something does not happen.
    var observationWindow: Duration { get }
    /// Each bound with its name and value, for reports.
    var namedValues: [(name: String, value: String)] { get }
}
