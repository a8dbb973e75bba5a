// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import CurlTransfer
package import MicroCore

extension MicroError {
    /// Converts the failure of a request without a response.
    ///
    /// - Parameter timeout: The time limit of the request, for the message; zero if there was none.
    package init(_ error: CurlError, at server: BackendServer, timeout: Duration) {
        let (code, message) = Self.codeAndMessage(of: error, at: server, timeout: timeout)
        self.init(code, message, origin: server.kind.role.origin, cause: error)
    }

    private static func codeAndMessage(
        of error: CurlError, at server: BackendServer, timeout: Duration
    ) -> (Code, String) {
        let kind = server.kind
        switch error.kind {
        case .timedOut:
            return (
                .deadlineExceeded,
                "cannot reach \(server): no response " + (timeout > .zero ? "within \(timeout)" : "in time")
            )
        case .closed:
            return (.closed, "the \(kind.role) (\(server)) is closed")
        case .invalidRequest, .invalidURL:
            return (.invalidArgument, "cannot send a request to \(server): \(error.message)")
        case .bodyTooLarge, .headersTooLarge, .badResponse:
            return (.internal, "cannot read the response of \(server): \(error.message)")
        case .tlsFailure:
            return (
                .unavailable,
                "TLS with \(server) failed: \(error.message). Check the host name, the certificate authority "
                    + "(\(kind.authoritySetting)) and the client certificate (\(kind.certificateSetting), "
                    + "\(kind.keySetting))"
            )
        case .connectionLost, .other:
            // With TLS 1.3, a server that requires a client certificate closes the connection after the handshake.
            let isTLS = ["https:", "tls:", "wss:"].contains(where: server.url.hasPrefix)
            let advice = isTLS ? " Does it require a client certificate (\(kind.certificateSetting))?" : ""
            let limit = kind.connectionLimit.isEmpty ? "" : " \(kind.connectionLimit)"
            return (.unavailable, "cannot reach \(server): \(error.message).\(advice)\(limit)")
        case .couldNotResolve, .couldNotConnect:
            return (
                .unavailable,
                "cannot reach \(server): \(error.message). Is it running, and is \(kind.role.addressSetting) right?"
            )
        }
    }

    /// The error for a response with an HTTP status that is not a success.
    ///
    /// - Parameter detail: The response's own text; its first line becomes part of the message.
    package init(status: Int, detail: String = "", from server: BackendServer) {
        let code: Code? =
            switch status {
            case 400: .invalidArgument
            case 401: .unauthenticated
            case 403: .permissionDenied
            case 413: .payloadTooLarge
            case 429: .resourceExhausted
            case 500...599: .unavailable
            default: nil
            }
        guard let code else {
            self = .unexpectedResponse(server, "the status is \(status)")
            return
        }
        let line = detail.firstLine
        self.init(
            code, "\(server) responded with status \(status)\(line.isEmpty ? "" : ": \(line)")",
            origin: server.kind.role.origin)
    }

    /// The error for a response that is not valid for a server of this kind. Such a response must never be read as an
    /// empty result.
    package static func unexpectedResponse(_ server: BackendServer, _ problem: String) -> MicroError {
        MicroError(
            .internal,
            "\(server) sent an invalid \(server.kind.name) response: \(problem)\(problem.hasSuffix("?") ? "" : ".") "
                + "Is \(server.kind.role.addressSetting) right?",
            origin: server.kind.role.origin)
    }

    /// The error itself if the contract permits it; otherwise `internal` with its description.
    package static func wrapping(_ error: any Error, origin: String) -> MicroError {
        error as? MicroError ?? MicroError(.internal, "\(error)", origin: origin)
    }
}

extension String {
    /// The first non-empty line, at most 200 characters, for a one-line message.
    package var firstLine: String { String(split(whereSeparator: \.isNewline).first?.prefix(200) ?? "") }
}
