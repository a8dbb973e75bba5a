// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What is put to the test.
public struct Subject: Sendable, Hashable {
    /// The name of the adapter, such as `ConsulRegistry`.
    public var adapter: String
    /// Its version.
    public var adapterVersion: String
    /// The name of the system behind it, such as `Consul`.
    public var backend: String
    /// Its version, as it says itself.
    public var backendVersion: String

    /// Creates a subject.
    public init(adapter: String, adapterVersion: String, backend: String, backendVersion: String) {
        self.adapter = adapter
        self.adapterVersion = adapterVersion
        self.backend = backend
        self.backendVersion = backendVersion
    }
}
