// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import Synchronization

/// The token of the requests. A token file is read again after a minute, and when the server rejects the token: the
/// kubelet replaces the file before its token expires.
final class KubernetesToken: Sendable {
    private struct Cached {
        let token: Secret
        let readAt: ContinuousClock.Instant
    }

    /// The minimum time between two reads of the token file.
    private static let maxAge = Duration.seconds(60)

    private let constant: Secret?
    private let file: String?
    private let cached = Mutex<Cached?>(nil)

    /// - Parameters:
    ///   - constant: The token; nil for none.
    ///   - file: The file with the token, which is used if there is no constant.
    init(constant: Secret?, file: String?) {
        self.constant = constant
        self.file = constant == nil ? file : nil
    }

    /// Whether requests have a token.
    var exists: Bool { constant != nil || file != nil }

    /// Sends a request with the token. If the server rejects it, a token file is read again, and the request is sent
    /// once more if the token has changed.
    ///
    /// - Parameter request: Sends the request with header fields within a time limit.
    func withToken<Response: Sendable>(
        timeout: Duration, _ request: ([(String, String)], Duration) async throws -> Response
    ) async throws -> Response {
        let deadline = ContinuousClock.now + timeout
        let token = try current()
        do {
            return try await request(Self.headers(token), timeout)
        } catch let error as MicroError where error.code == .unauthenticated && file != nil {
            cached.withLock { $0 = nil }
            let newer = try current()
            guard newer != token else { throw error }
            return try await request(Self.headers(newer), deadline - .now)
        }
    }

    private func current() throws -> Secret? {
        guard let file else { return constant }
        let now = ContinuousClock.now
        if let known = cached.withLock(\.self), now - known.readAt < Self.maxAge { return known.token }
        let token = try Self.read(file)
        cached.withLock { $0 = Cached(token: token, readAt: now) }
        return token
    }

    private static func headers(_ token: Secret?) -> [(String, String)] {
        token.map { [("Authorization", "Bearer \($0.reveal())")] } ?? []
    }

    /// Reads a token file.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `unauthenticated`.
    static func read(_ file: String) throws -> Secret {
        let text: String
        do { text = try String(contentsOfFile: file, encoding: .utf8) } catch {
            throw MicroError(
                .unauthenticated, "cannot read the token file \(file) (KUBERNETES_TOKEN_FILE)",
                origin: MicroError.Origin.registry, cause: error)
        }
        let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw MicroError(
                .unauthenticated, "the file \(file) does not contain a token (KUBERNETES_TOKEN_FILE)",
                origin: MicroError.Origin.registry)
        }
        return Secret(token)
    }
}
