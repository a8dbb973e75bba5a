// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import MicroCore
import Synchronization

/// A user of etcd.
struct EtcdCredentials: Sendable {
    let name: String
    let password: Secret
}

/// Logs in once for all operations, and again when the token is not accepted any more.
///
/// A token is good at every member: they agree on it as on a key. One that is not used for five minutes expires.
final class EtcdSession: Sendable {
    private struct Token {
        /// Nil where authentication is not enabled.
        let value: Secret?
        /// Of the login that it comes from.
        let number: Int
    }

    private struct Content {
        var token: Token?
        /// How many logins have ended, well or not.
        var logins = 0
        /// Why the last login was refused.
        var refusal: MicroError?
    }

    private let http: EtcdHTTP
    private let credentials: EtcdCredentials?
    private let content = Mutex(Content())
    /// Held during a login, so that there is one at a time.
    private let lock = KeyedLock<Int>()

    init(http: EtcdHTTP, credentials: EtcdCredentials?) {
        self.http = http
        self.credentials = credentials
    }

    /// Asks with a token, and once more with a new one if it is not accepted.
    func withToken<Response: Sendable>(
        _ server: BackendServer, within limit: Duration, _ request: (Secret?, Duration) async throws -> Response
    ) async throws -> Response {
        guard let credentials else { return try await request(nil, limit) }
        let deadline = ContinuousClock.now + limit
        let token = try await token(after: 0, credentials, at: server, by: deadline)
        do { return try await request(token.value, deadline - .now) } catch let error as MicroError
            where error.code == .unauthenticated
        {
            let newer = try await self.token(after: token.number, credentials, at: server, by: deadline)
            return try await request(newer.value, deadline - .now)
        }
    }

    /// The token of a later login than the given one; zero for any.
    private func token(
        after number: Int, _ credentials: EtcdCredentials, at server: BackendServer,
        by deadline: ContinuousClock.Instant
    ) async throws -> Token {
        let (known, logins) = content.withLock { ($0.token, $0.logins) }
        if let known, known.number > number { return known }
        let timeout = MicroError(
            .deadlineExceeded, "cannot log in at \(server): no answer in time", origin: MicroError.Origin.registry)
        return try await withDeadline(deadline, orThrow: timeout) { [self] in
            try await lock.withLock([0]) {
                let now = content.withLock { $0 }
                if let token = now.token, token.number > number { return token }
                // Whoever waited while another was refused is refused too: etcd makes logins slow on purpose.
                if now.logins > logins, let refusal = now.refusal { throw refusal }
                return try await logIn(credentials, at: server, within: deadline - .now)
            }
        }
    }

    private func logIn(_ credentials: EtcdCredentials, at server: BackendServer, within limit: Duration) async throws
        -> Token
    {
        do {
            let value = try await http.authenticate(credentials, at: server, within: limit)
            return content.withLock { content in
                content.logins += 1
                content.refusal = nil
                let token = Token(value: value, number: content.logins)
                content.token = token
                return token
            }
        } catch let error as MicroError {
            content.withLock { content in
                content.logins += 1
                content.refusal = error.code == .unauthenticated ? error : nil
            }
            throw error
        }
    }
}
