// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore

/// The interface between the suite and a registry adapter. Implement it to run all registry cases.
///
/// ```swift
/// struct FileRegistryHarness: RegistryHarness {
///     let subject = TestSubject(adapter: "FileRegistry", adapterVersion: "1.0", backend: "file", backendVersion: "-")
///     let bounds = RegistryBounds()
///
///     func makeClient(_ options: RegistryClientOptions) async throws -> any Registry {
///         try FileRegistry(folder: folder, namespace: options.namespace)
///     }
/// }
/// ```
public protocol RegistryHarness: ConformanceHarness<RegistryBounds> {
    /// Accesses the backend as go-micro does; nil by default. Required for adapters that claim `goMicroRecords`.
    var goMicro: (any GoMicroPeer)? { get }

    /// Writes to the backend without the adapter; nil by default.
    var peer: (any RegistryPeer)? { get }

    /// Stores unreadable records in the backend; nil by default.
    var corrupter: (any RegistryCorrupter)? { get }

    /// Creates a client that shares no state with other clients. The suite closes it.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `unsupported` for an option that the adapter does not support.
    func makeClient(_ options: RegistryClientOptions) async throws -> any Registry
}

extension RegistryHarness {
    /// No go-micro peer.
    public var goMicro: (any GoMicroPeer)? { nil }
    /// No peer.
    public var peer: (any RegistryPeer)? { nil }
    /// No corrupter.
    public var corrupter: (any RegistryCorrupter)? { nil }

    /// The hooks that follow from the other properties.
    public var hooks: Set<HarnessHook> {
        var hooks = backendHooks
        if peer != nil { hooks.insert(.peer) }
        if corrupter != nil { hooks.insert(.corrupter) }
        return hooks
    }
}
