// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import MicroCore

/// What goes wrong between here and Consul, in the terms of the contract.
enum ConsulError {
    /// A request without an answer.
    static func of(_ error: CurlError, at agent: ConsulAgent, timeout: Duration) -> MicroError {
        switch error.kind {
        case .timedOut:
            make(
                .deadlineExceeded,
                "cannot reach \(agent): no answer " + (timeout > .zero ? "within \(timeout)" : "in time"), error)
        case .closed:
            make(.closed, "the registry (\(agent)) is closed", error)
        case .invalidRequest, .invalidURL:
            make(.invalidArgument, "cannot ask \(agent): \(error.message)", error)
        case .bodyTooLarge, .headersTooLarge, .badResponse:
            make(.internal, "\(agent) answered what cannot be read: \(error.message)", error)
        case .tlsFailure:
            make(
                .unavailable,
                "cannot trust \(agent), or it does not trust us: \(error.message). Check the host name, the authority "
                    + "(CONSUL_CACERT) and the client's certificate (CONSUL_CLIENT_CERT, CONSUL_CLIENT_KEY)", error)
        case .connectionLost, .other:
            make(
                .unavailable,
                // Over TLS 1.3 a server that wants a certificate says so only after the handshake.
                "cannot reach \(agent): \(error.message)."
                    + (agent.url.hasPrefix("https:") ? " Does it want a certificate (CONSUL_CLIENT_CERT)?" : ""), error)
        case .couldNotResolve, .couldNotConnect:
            make(
                .unavailable,
                "cannot reach \(agent): \(error.message). Is the agent running, and is MICRO_REGISTRY_ADDRESS right?",
                error)
        }
    }

    /// An answer that is an error.
    ///
    /// Without the right token Consul answers 403: `ACL not found` for one that it does not know, `Permission denied` for
    /// one that may not do this, or for none.
    static func of(status: Int, text: String, at agent: ConsulAgent, hasToken: Bool) -> MicroError {
        let shown = text.split(whereSeparator: \.isNewline).first.map { ": \($0.prefix(200))" } ?? ""
        let message = "\(agent) answered \(status)\(shown)"
        switch status {
        case 401: return make(.unauthenticated, message)
        case 403:
            let isUnknown = text.contains("ACL not found")
            return make(
                isUnknown || !hasToken ? .unauthenticated : .permissionDenied, "\(message). \(advice(hasToken))")
        case 400: return make(.invalidArgument, message)
        case 413: return make(.payloadTooLarge, message)
        case 429: return make(.resourceExhausted, message)
        case 500...599: return make(.unavailable, message)
        default: return foreign(at: agent, "the status is \(status)")
        }
    }

    /// A read that Consul answered as if there were nothing.
    static func hidden(_ what: String, needing right: String, at agent: ConsulAgent, hasToken: Bool) -> MicroError {
        make(
            hasToken ? .permissionDenied : .unauthenticated,
            "\(agent) does not show \(what) to \(hasToken ? "this token" : "those without a token"), which needs \(right). "
                + advice(hasToken))
    }

    /// An answer that Consul would not give.
    static func foreign(at agent: ConsulAgent, _ problem: String) -> MicroError {
        make(.internal, "\(agent) does not answer as Consul does: \(problem). Is MICRO_REGISTRY_ADDRESS right?")
    }

    private static func advice(_ hasToken: Bool) -> String {
        "\(hasToken ? "Check" : "Set") the token (CONSUL_HTTP_TOKEN)"
    }

    private static func make(_ code: MicroError.Code, _ message: String, _ cause: CurlError? = nil) -> MicroError {
        MicroError(code, message, origin: MicroError.Origin.registry, cause: cause)
    }
}
