// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import CurlTransfer
package import MicroCore

extension MicroError {
    /// A request without an answer, in the terms of the contract.
    package init(_ error: CurlError, at server: BackendServer, timeout: Duration) {
        let (code, message) = Self.meaning(of: error, at: server, timeout: timeout)
        self.init(code, message, origin: server.kind.role.origin, cause: error)
    }

    private static func meaning(of error: CurlError, at server: BackendServer, timeout: Duration) -> (Code, String) {
        let kind = server.kind
        switch error.kind {
        case .timedOut:
            return (
                .deadlineExceeded,
                "cannot reach \(server): no answer " + (timeout > .zero ? "within \(timeout)" : "in time")
            )
        case .closed:
            return (.closed, "the \(kind.role) (\(server)) is closed")
        case .invalidRequest, .invalidURL:
            return (.invalidArgument, "cannot ask \(server): \(error.message)")
        case .bodyTooLarge, .headersTooLarge, .badResponse:
            return (.internal, "\(server) answered what cannot be read: \(error.message)")
        case .tlsFailure:
            return (
                .unavailable,
                "cannot trust \(server), or it does not trust us: \(error.message). Check the host name, the authority "
                    + "(\(kind.authoritySetting)) and the client's certificate (\(kind.certificateSetting), "
                    + "\(kind.keySetting))"
            )
        case .connectionLost, .other:
            // Over TLS 1.3 a server that wants a certificate says so only after the handshake.
            let isTLS = ["https:", "tls:", "wss:"].contains(where: server.url.hasPrefix)
            let advice = isTLS ? " Does it want a certificate (\(kind.certificateSetting))?" : ""
            return (.unavailable, "cannot reach \(server): \(error.message).\(advice)")
        case .couldNotResolve, .couldNotConnect:
            return (
                .unavailable,
                "cannot reach \(server): \(error.message). Is it running, and is \(kind.role.addressSetting) right?"
            )
        }
    }

    /// An answer that no server of this kind would give. It is never read as "there is none".
    package static func unexpectedResponse(_ server: BackendServer, _ problem: String) -> MicroError {
        MicroError(
            .internal,
            "\(server) does not answer as \(server.kind.name) does: \(problem). Is \(server.kind.role.addressSetting) right?",
            origin: server.kind.role.origin)
    }
}
