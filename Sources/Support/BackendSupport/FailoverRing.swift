// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore
import Synchronization

/// The servers of a backend. Requests go to the server that responded last; if it fails, to the next one.
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

    /// The hosts and ports of all servers.
    package var addresses: [Address] { servers.compactMap(\.address) }

    /// Sends a request to one server after another until one responds.
    ///
    /// - Parameters:
    ///   - timeout: The time limit for all servers. Each attempt gets an equal share of the remaining time.
    ///   - preferred: The server to try first; nil for the last one that responded.
    ///   - request: Sends the request to a server within a time limit.
    /// - Throws: The error of `request`. If another server may succeed (`unavailable`, `deadlineExceeded`,
    ///   `resourceExhausted`), the next server is tried; after the last server, an error with all messages is thrown.
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
            // A blocking query may take longer than its share, because its intended wait does not count.
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

    /// Selects the next server if the failed server is still the current one, so that only the first of several
    /// concurrent failures has an effect.
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
