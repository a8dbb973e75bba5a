// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The environment of a case about an adapter whose clients all connect to a backend: a registry or a broker.
package protocol BackendTestContext: ConformanceTestContext {
    /// A registry or a broker.
    associatedtype Client: Sendable
    /// The options for creating a client.
    associatedtype Options: ClientOptions

    /// Texts that must not appear in any message, description or log.
    var secrets: [String] { get }

    /// Creates another client. It is closed after the case.
    func makeClient(_ configure: (inout Options) -> Void) async throws -> Client
}

/// An operation of a client with its name in failure messages, such as `publishing`.
struct NamedOperation<Client: Sendable>: Sendable {
    let name: String
    let run: @Sendable (Client) async throws -> Void

    init(_ name: String, _ run: @escaping @Sendable (Client) async throws -> Void) {
        self.name = name
        self.run = run
    }
}
