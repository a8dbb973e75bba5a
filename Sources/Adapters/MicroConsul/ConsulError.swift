// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import MicroCore

/// What goes wrong between here and Consul, in the terms of the contract.
enum ConsulError {
    /// An answer that is an error.
    ///
    /// Without the right token Consul answers 403: `ACL not found` for one that it does not know, `Permission denied` for
    /// one that may not do this, or for none.
    static func of(status: Int, text: String, at agent: BackendServer, hasToken: Bool) -> MicroError {
        let shown = text.split(whereSeparator: \.isNewline).first.map { ": \($0.prefix(200))" } ?? ""
        let message = "\(agent) answered \(status)\(shown)"
        switch status {
        case 401: return make(.unauthenticated, message)
        case 403:
            let isUnknownToken = text.contains("ACL not found")
            return make(
                isUnknownToken || !hasToken ? .unauthenticated : .permissionDenied, "\(message). \(advice(hasToken))")
        case 400: return make(.invalidArgument, message)
        case 413: return make(.payloadTooLarge, message)
        case 429: return make(.resourceExhausted, message)
        case 500...599: return make(.unavailable, message)
        default: return .unexpectedResponse(agent, "the status is \(status)")
        }
    }

    /// A read that Consul answered as if there were nothing.
    static func hidden(_ what: String, requiring right: String, at agent: BackendServer, hasToken: Bool) -> MicroError {
        make(
            hasToken ? .permissionDenied : .unauthenticated,
            "\(agent) does not show \(what) to \(hasToken ? "this token" : "those without a token"), which needs \(right). "
                + advice(hasToken))
    }

    private static func advice(_ hasToken: Bool) -> String {
        "\(hasToken ? "Check" : "Set") the token (CONSUL_HTTP_TOKEN)"
    }

    private static func make(_ code: MicroError.Code, _ message: String) -> MicroError {
        MicroError(code, message, origin: MicroError.Origin.registry)
    }
}

extension BackendKind {
    static let consul = BackendKind(
        .registry, name: "Consul", nameWithArticle: "a Consul agent", authoritySetting: "CONSUL_CACERT",
        certificateSetting: "CONSUL_CLIENT_CERT", keySetting: "CONSUL_CLIENT_KEY")
}
