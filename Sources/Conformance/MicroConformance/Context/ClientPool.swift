// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The clients of one case, which are closed after it.
final class ClientPool<Client: Sendable>: Sendable {
    private let clients = Mutex<[Client]>([])
    private let close: @Sendable (Client) async -> Void

    init(close: @escaping @Sendable (Client) async -> Void) { self.close = close }

    func add(_ client: Client) -> Client {
        clients.withLock { $0.append(client) }
        return client
    }

    /// Creates the two clients that every case has. If the second one fails, the first one is closed.
    func makePair(_ makeClient: () async throws -> Client) async throws -> (Client, Client) {
        do {
            let first = add(try await makeClient())
            return (first, add(try await makeClient()))
        } catch {
            await closeAll()
            throw error
        }
    }

    func closeAll() async {
        for client in clients.withLock(\.self) { await close(client) }
    }
}
