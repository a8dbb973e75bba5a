// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Logging
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
public protocol RegistryHarness: ConformanceHarness<RegistryBounds> {
    /// go-micro's side of the backend; none by default. Needed only by adapters that claim `goMicroRecords`.
    var goMicro: (any GoMicroPeer)? { get }

    /// Writes to the backend without the adapter; none by default.
    var peer: (any RegistryPeer)? { get }

    /// Stores at the backend what nobody can read; none by default.
    var corrupter: (any RegistryCorrupter)? { get }

    /// Makes a client of its own, with no state in common with the others. The kit closes it.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `unsupported` for an option that the adapter does not have.
    func makeClient(_ options: RegistryClientOptions) async throws -> any Registry
}

extension RegistryHarness {
    /// None.
    public var goMicro: (any GoMicroPeer)? { nil }
    /// None.
    public var peer: (any RegistryPeer)? { nil }
    /// None.
    public var corrupter: (any RegistryCorrupter)? { nil }

    /// What it offers to cases.
    public var hooks: Set<Hook> {
        var hooks = backendHooks
        if peer != nil { hooks.insert(.peer) }
        if corrupter != nil { hooks.insert(.corrupter) }
        return hooks
    }
}

/// How a client of a case is made.
public struct RegistryClientOptions: Sendable {
    /// The namespace, fresh for each case.
    public var namespace: String
    /// Whether its reads have to see everything that was written before them.
    public var linearizableReads = false
    /// Where it finds the backend: proxies before the ``ConformanceHarness/endpoint``; nil for the backend itself.
    public var addresses: [Address]?
    /// How long one of its operations may take; nil for what the harness thinks right.
    public var timeout: Duration?
    /// Who it says that it is.
    public var credentials = Credentials.valid
    /// Whom it trusts over TLS.
    public var trust = Trust.valid
    /// What it logs to; to nowhere by default.
    public var logger = Logger.silent

    /// Creates options.
    public init(namespace: String) { self.namespace = namespace }
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
