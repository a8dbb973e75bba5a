// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore

/// What the kit needs to know of a registry adapter: write one, and every case runs against it.
///
/// ```swift
/// struct FileRegistryHarness: RegistryHarness {
///     let subject = Subject(adapter: "FileRegistry", adapterVersion: "1.0", backend: "file", backendVersion: "-")
///     let bounds = RegistryBounds()
///
///     func makeClient(_ options: RegistryClientOptions) async throws -> any Registry {
///         try FileRegistry(folder: folder, namespace: options.namespace)
///     }
/// }
/// ```
public protocol RegistryHarness: Sendable {
    /// What is put to the test.
    var subject: Subject { get }

    /// What it promises in numbers.
    var bounds: RegistryBounds { get }

    /// The hook to the backend; none by default.
    var control: (any BackendControl)? { get }

    /// go-micro's side of the backend; none by default. Needed only by adapters that claim `goMicroRecords`.
    var goMicro: (any GoMicroPeer)? { get }

    /// Makes a client of its own, with no state in common with the others. The kit closes it.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `unsupported` for an option that the adapter does not have.
    func makeClient(_ options: RegistryClientOptions) async throws -> any Registry

    /// Counts what the backend holds; nil where nothing can be counted, which is the default.
    func census() async throws -> Census?
}

extension RegistryHarness {
    /// None.
    public var control: (any BackendControl)? { nil }
    /// None.
    public var goMicro: (any GoMicroPeer)? { nil }
    /// Nothing can be counted.
    public func census() async throws -> Census? { nil }
}

/// How a client of a case is made.
public struct RegistryClientOptions: Sendable, Hashable {
    /// The namespace, fresh for each case.
    public var namespace: String
    /// Whether its reads have to see everything that was written before them.
    public var linearizableReads: Bool

    /// Creates options.
    public init(namespace: String, linearizableReads: Bool = false) {
        self.namespace = namespace
        self.linearizableReads = linearizableReads
    }
}

/// Does at the backend what a go-micro service does, without the adapter: in go-micro's layout, which has no namespace.
public protocol GoMicroPeer: Sendable {
    /// Registers a record as go-micro does.
    func register(_ record: ServiceRecord) async throws
    /// Removes it as go-micro does.
    func deregister(_ record: ServiceRecord) async throws
    /// Reads as go-micro does.
    func lookUp(_ name: String) async throws -> [ServiceRecord]
}
