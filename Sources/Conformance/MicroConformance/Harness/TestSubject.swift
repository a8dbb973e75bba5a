// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The names and versions of the adapter and the backend under test, as shown in reports.
public struct TestSubject: Sendable, Hashable {
    /// The name of the adapter, such as `ConsulRegistry`.
    public var adapter: String
    /// The version of the adapter.
    public var adapterVersion: String
    /// The name of the backend, such as `Consul`.
    public var backend: String
    /// The version that the backend reports.
    public var backendVersion: String

    /// Creates a subject.
    public init(adapter: String, adapterVersion: String, backend: String, backendVersion: String) {
        self.adapter = adapter
        self.adapterVersion = adapterVersion
        self.backend = backend
        self.backendVersion = backendVersion
    }
}
