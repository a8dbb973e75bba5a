// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Foundation
import MicroCore
import Synchronization

/// Logs in once for all operations, and again when etcd rejects the token.
///
/// A token is valid at every member, because members replicate it like a key. A token that is not used for five minutes
/// expires.
final class EtcdSession: Sendable {
    private struct Token {
        /// Nil if authentication is not enabled.
        let value: Secret?
        /// The number of the login that returned the token.
        let number: Int

        /// etcd expects the bare token, without a scheme.
        var headers: [(String, String)] { value.map { [("Authorization", $0.reveal())] } ?? [] }
    }

    private struct State {
        var token: Token?
        /// The number of logins that have ended, successful or not.
        var loginCount = 0
        /// Why the last login was rejected.
        var rejection: MicroError?
    }

    private let http: BackendHTTPClient
    private let errors: EtcdErrorMapper
    private let credentials: EtcdCredentials?
    private let state = Mutex(State())
    /// Held during a login: one at a time.
    private let lock = KeyedLock<Int>()

    init(http: BackendHTTPClient, errors: EtcdErrorMapper, credentials: EtcdCredentials?) {
        self.http = http
        self.errors = errors
        self.credentials = credentials
    }

    /// Sends a request with a token, and once more with a new token if etcd rejects the first one.
    ///
    /// - Parameter request: Sends the request with header fields within a time limit.
    func withToken<Response: Sendable>(
        at member: BackendServer, timeout: Duration,
        _ request: ([(String, String)], Duration) async throws -> Response
    ) async throws -> Response {
        guard let credentials else { return try await request([], timeout) }
        let deadline = ContinuousClock.now + timeout
        let token = try await token(after: 0, credentials, at: member, by: deadline)
        do {
            return try await request(token.headers, deadline - .now)
        } catch let error as MicroError where error.code == .unauthenticated {
            let newer = try await self.token(after: token.number, credentials, at: member, by: deadline)
            return try await request(newer.headers, deadline - .now)
        }
    }

    /// The token of a login later than the given one; zero for any login.
    private func token(
        after number: Int, _ credentials: EtcdCredentials, at member: BackendServer,
        by deadline: ContinuousClock.Instant
    ) async throws -> Token {
        let (known, loginCount) = state.withLock { ($0.token, $0.loginCount) }
        if let known, known.number > number { return known }
        let timeoutError = MicroError(
            .deadlineExceeded, "cannot log in at \(member): no response in time", origin: MicroError.Origin.registry)
        return try await withDeadline(deadline, orThrow: timeoutError) { [self] in
            try await lock.withLock([0]) {
                let current = state.withLock { $0 }
                if let token = current.token, token.number > number { return token }
                // If another login was rejected during the wait, this one fails too: etcd deliberately makes logins slow.
                if current.loginCount > loginCount, let rejection = current.rejection { throw rejection }
                return try await logIn(credentials, at: member, timeout: deadline - .now)
            }
        }
    }

    private func logIn(
        _ credentials: EtcdCredentials, at member: BackendServer, timeout: Duration
    ) async throws -> Token {
        do {
            let value = try await authenticate(credentials, at: member, timeout: timeout)
            return state.withLock { state in
                state.loginCount += 1
                state.rejection = nil
                let token = Token(value: value, number: state.loginCount)
                state.token = token
                return token
            }
        } catch let error as MicroError {
            state.withLock { state in
                state.loginCount += 1
                state.rejection = error.code == .unauthenticated ? error : nil
            }
            throw error
        }
    }

    /// A token for a user; nil if authentication is not enabled.
    private func authenticate(
        _ credentials: EtcdCredentials, at member: BackendServer, timeout: Duration
    ) async throws -> Secret? {
        let body = AuthenticateRequest(name: credentials.name, password: credentials.password.reveal())
        let request = BackendRequest("POST", "/v3/auth/authenticate", body: [UInt8](try JSONEncoder().encode(body)))
        do {
            let response = try await http.response(to: request, from: member, timeout: timeout)
            return Secret(try errors.decode(AuthenticateResponse.self, response, from: member).token)
        } catch let error as MicroError where error.hasGRPCCode(EtcdServerError.Code.failedPrecondition) {
            return nil
        }
    }
}
