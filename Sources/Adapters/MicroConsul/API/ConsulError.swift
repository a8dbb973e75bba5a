// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import MicroCore

/// Maps Consul's error responses to the errors of the contract.
struct ConsulErrorMapper: Sendable {
    /// Whether requests carry an ACL token.
    let hasToken: Bool

    /// - Throws: The error for a status other than 200.
    func check(_ response: CurlResponse, from agent: BackendServer) throws {
        guard response.status != 200 else { return }
        throw microError(for: response, from: agent)
    }

    /// Consul responds with 403 to requests without sufficient permissions: `ACL not found` for an unknown token,
    /// `Permission denied` for a token without the permission, or for no token.
    private func microError(for response: CurlResponse, from agent: BackendServer) -> MicroError {
        var error = MicroError(status: response.status, detail: response.text, from: agent)
        if response.status == 403 {
            if response.text.contains("ACL not found") || !hasToken { error.code = .unauthenticated }
            error.message += ". \(advice)"
        }
        return error
    }

    /// The error for a read to which Consul responded with an empty result, because the token lacks a permission.
    func hidden(_ what: String, requiring permission: String, at agent: BackendServer) -> MicroError {
        MicroError(
            hasToken ? .permissionDenied : .unauthenticated,
            "\(agent) does not show \(what) to \(hasToken ? "this token" : "a client without a token"): that requires "
                + "\(permission). \(advice)",
            origin: MicroError.Origin.registry)
    }

    private var advice: String { "\(hasToken ? "Check" : "Set") the token (CONSUL_HTTP_TOKEN)" }
}
