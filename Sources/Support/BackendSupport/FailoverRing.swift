// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The servers of a backend. Requests go to the one that responded last; when it fails, to the next.
package final class FailoverRing: Sendable, CustomStringConvertible {
    private let kind: BackendKind
    private let servers: [BackendServer]
    private let currentIndex = Atomic<Int>(0)

    /// Creates a ring that starts with the first server.
    ///
    /// - Parameter urls: At least one; see ``BackendKind/urls(of:usingTLS:)``.
    package init(_ kind: BackendKind, urls: [String]) {
        self.kind = kind
        servers = urls.enumerated().map { BackendServer(kind: kind, number: $0.offset, url: $0.element) }
    }

    /// The product and all URLs, such as `Consul at http://127.0.0.1:8500`.
    package var description: String { "\(kind.name) at \(servers.map(\.url).joined(separator: ", "))" }

    /// Sends a request to one server after the other until one responds.
    ///
    /// - Parameters:
    ///   - timeout: The time limit for all servers. Each gets an equal share of the time that is left.
    ///   - preferred: The server to try first; nil for the last one that responded.
    ///   - request: Sends the request to a server within a time limit.
    /// - Throws: The error of `request`. If it is one that another server may not have (`unavailable`,
    ///   `deadlineExceeded`, `resourceExhausted`), the next server is tried; after the last one, an error with the messages of all.
    package func firstResponse<Response: Sendable>(
        within timeout: Duration, startingAt preferred: BackendServer? = nil,
        _ request: (BackendServer, Duration) async throws -> Response
    ) async throws -> Response {
        var remaining = timeout
        var failures: [MicroError] = []
        for server in order(startingAt: preferred) {
            let share = remaining / (servers.count - failures.count)
            let started = ContinuousClock.now
            do { return try await request(server, share) } catch let error as MicroError where error.shouldFailOver {
                failures.append(error)
                advance(server)
            }
            // A blocking query may take longer than its share: the time that it was meant to wait does not count.
            remaining -= min(ContinuousClock.now - started, share)
        }
        throw summary(failures)
    }

    private func order(startingAt preferred: BackendServer?) -> [BackendServer] {
        let first = currentIndex.load(ordering: .relaxed)
        let ring = servers[first...] + servers[..<first]
        guard let preferred else { return Array(ring) }
        return [preferred] + ring.filter { $0 != preferred }
    }

    /// Moves on if the server that failed is still the current one: of concurrent failures, only the first counts.
    private func advance(_ server: BackendServer) {
        _ = currentIndex.compareExchange(
            expected: server.number, desired: (server.number + 1) % servers.count, ordering: .relaxed)
    }

    private func summary(_ failures: [MicroError]) -> MicroError {
        guard var summary = failures.last else {
            return MicroError(.unavailable, "no address of \(kind.nameWithArticle) is set", origin: kind.role.origin)
        }
        summary.message = failures.map(\.message).joined(separator: "; ")
        return summary
    }
}

extension MicroError {
    /// Whether another server may succeed.
    fileprivate var shouldFailOver: Bool { [.unavailable, .deadlineExceeded, .resourceExhausted].contains(code) }
}
