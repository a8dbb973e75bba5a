// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The servers that may be asked. One is kept as long as it answers; then it is the next one's turn.
package final class FailoverRing: Sendable, CustomStringConvertible {
    private let kind: BackendKind
    private let all: [BackendServer]
    private let currentIndex = Atomic<Int>(0)

    /// - Parameter urls: At least one; see ``BackendKind/urls(of:usingTLS:)``.
    package init(_ kind: BackendKind, urls: [String]) {
        self.kind = kind
        all = urls.enumerated().map { BackendServer(kind: kind, number: $0.offset, url: $0.element) }
    }

    /// Such as `Consul at http://127.0.0.1:8500`, with all addresses.
    package var description: String { "\(kind.name) at \(all.map(\.url).joined(separator: ", "))" }

    /// Asks one server after the other until one answers.
    ///
    /// - Parameters:
    ///   - limit: For all of them. Each has an equal share of what is left.
    ///   - preferred: Whom to ask first; nil for the one that answered last.
    ///   - ask: Asks a server within a limit.
    /// - Throws: What `request` throws, unless another server may know better; then what the last one threw, with the
    ///   messages of all.
    package func firstResponse<Response: Sendable>(
        within limit: Duration, startingAt preferred: BackendServer? = nil,
        _ request: (BackendServer, Duration) async throws -> Response
    ) async throws -> Response {
        var remaining = limit
        var failures: [MicroError] = []
        for server in order(startingAt: preferred) {
            let share = remaining / (all.count - failures.count)
            let started = ContinuousClock.now
            do { return try await request(server, share) } catch let error as MicroError where error.shouldFailOver {
                failures.append(error)
                advance(server)
            }
            // A blocking query takes longer than its share; the time that it was meant to wait is not counted.
            remaining -= min(ContinuousClock.now - started, share)
        }
        throw summary(failures)
    }

    private func order(startingAt preferred: BackendServer?) -> [BackendServer] {
        let first = currentIndex.load(ordering: .relaxed)
        let ring = all[first...] + all[..<first]
        guard let preferred else { return Array(ring) }
        return [preferred] + ring.filter { $0 != preferred }
    }

    /// Only from the one that failed: of many that fail at once, the first moves on for all.
    private func advance(_ server: BackendServer) {
        _ = currentIndex.compareExchange(
            expected: server.number, desired: (server.number + 1) % all.count, ordering: .relaxed)
    }

    private func summary(_ failures: [MicroError]) -> MicroError {
        guard var summary = failures.last else {
            return MicroError(.unavailable, "there is no address of \(kind.nameWithArticle)", origin: kind.role.origin)
        }
        summary.message = failures.map(\.message).joined(separator: "; ")
        return summary
    }
}

extension MicroError {
    /// Whether another server may do what this one could not.
    fileprivate var shouldFailOver: Bool { code == .unavailable || code == .deadlineExceeded }
}
