// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import MicroCore

/// What goes wrong between here and Consul, in the terms of the contract.
enum ConsulError {
    /// A request without an answer.
    static func of(_ error: CurlError, at place: String, timeout: Duration) -> MicroError {
        switch error.kind {
        case .timedOut:
            make(.deadlineExceeded, "cannot reach \(place): no answer within \(timeout)", error)
        case .closed:
            make(.closed, "the registry (\(place)) is closed", error)
        case .invalidRequest, .invalidURL:
            make(.invalidArgument, "cannot ask \(place): \(error.message)", error)
        case .bodyTooLarge, .headersTooLarge, .badResponse:
            make(.internal, "\(place) answered what cannot be read: \(error.message)", error)
        case .couldNotResolve, .couldNotConnect, .tlsFailure, .connectionLost, .other:
            make(
                .unavailable,
                "cannot reach \(place): \(error.message). Is the agent running, and is MICRO_REGISTRY_ADDRESS right?",
                error)
        }
    }

    /// An answer that is an error.
    ///
    /// Without the right token Consul answers 403: `ACL not found` for one that it does not know, `Permission denied` for
    /// one that may not do this.
    static func of(status: Int, text: String, at place: String) -> MicroError {
        let shown = text.split(whereSeparator: \.isNewline).first.map { ": \($0.prefix(200))" } ?? ""
        let message = "\(place) answered \(status)\(shown)"
        switch status {
        case 401: return make(.unauthenticated, message)
        case 403:
            let isUnknown = text.contains("ACL not found")
            return make(
                isUnknown ? .unauthenticated : .permissionDenied, message + ". Check the token (CONSUL_HTTP_TOKEN)")
        case 400: return make(.invalidArgument, message)
        case 413: return make(.payloadTooLarge, message)
        case 429: return make(.resourceExhausted, message)
        case 500...599: return make(.unavailable, message)
        default: return foreign(at: place, "the status is \(status)")
        }
    }

    /// An answer that Consul would not give.
    static func foreign(at place: String, _ problem: String) -> MicroError {
        make(.internal, "\(place) does not answer as Consul does: \(problem). Is MICRO_REGISTRY_ADDRESS right?")
    }

    private static func make(_ code: MicroError.Code, _ message: String, _ cause: CurlError? = nil) -> MicroError {
        MicroError(code, message, origin: MicroError.Origin.registry, cause: cause)
    }
}
