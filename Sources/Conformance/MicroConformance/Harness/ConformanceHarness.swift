// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The interface between the suite and an adapter of any kind: the subject under test and access to its backend.
///
/// The author of an adapter implements ``RegistryHarness``, ``BrokerHarness`` or ``TransportHarness``.
public protocol ConformanceHarness<Bounds>: Sendable {
    /// The limits that the adapter guarantees.
    associatedtype Bounds: ConformanceBounds

    /// The adapter and the backend under test.
    var subject: TestSubject { get }

    /// The limits that the adapter guarantees.
    var bounds: Bounds { get }

    /// Performs the ``BackendAction``s that the backend supports, such as stopping, pausing and wiping it; nil by
    /// default.
    var control: (any BackendControl)? { get }

    /// The address of the backend, for cases that put a proxy in front of it; nil by default.
    var endpoint: BackendEndpoint? { get }

    /// The kinds of credentials that clients can be created with; only ``CredentialKind/valid`` by default.
    var credentials: Set<CredentialKind> { get }

    /// Texts that must not appear in any message, description or log, such as passwords and tokens; none by default.
    var secrets: [String] { get }

    /// The hooks that the harness offers to cases. The default is derived from the other properties.
    var hooks: Set<HarnessHook> { get }

    /// Counts the resources that the backend holds; nil by default, if none can be counted.
    ///
    /// - Throws: An error if counting fails; the case that asked for the counts fails with it.
    func resourceCounts() async throws -> ResourceCounts?
}

extension ConformanceHarness {
    /// No control.
    public var control: (any BackendControl)? { nil }
    /// No endpoint.
    public var endpoint: BackendEndpoint? { nil }
    /// Only valid credentials.
    public var credentials: Set<CredentialKind> { [.valid] }
    /// No secrets.
    public var secrets: [String] { [] }
    /// No resources can be counted.
    public func resourceCounts() async throws -> ResourceCounts? { nil }

    /// The hooks that follow from the endpoint and the credentials.
    var backendHooks: Set<HarnessHook> {
        var hooks: Set<HarnessHook> = []
        if let endpoint {
            hooks.insert(.endpoint)
            if endpoint.wireProtocol == .http { hooks.insert(.http) }
            if endpoint.wireProtocol == .tls { hooks.insert(.tls) }
        }
        if credentials.contains(.wrong) { hooks.insert(.wrongCredentials) }
        if credentials.contains(.unprivileged) { hooks.insert(.unprivilegedCredentials) }
        if credentials.contains(.revocable) { hooks.insert(.revocableCredentials) }
        return hooks
    }
}
