// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import MicroCore

extension BackendKind {
    /// NATS as a broker or as a transport.
    static func nats(_ role: Role) -> BackendKind {
        BackendKind(
            role, name: "NATS", nameWithArticle: "a NATS server", authoritySetting: "NATS_CA",
            certificateSetting: "NATS_CERT", keySetting: "NATS_KEY")
    }

    /// An error with the origin of this role.
    func error(_ code: MicroError.Code, _ message: String, isSafeToRetry: Bool = false) -> MicroError {
        MicroError(code, message, origin: role.origin, isSafeToRetry: isSafeToRetry)
    }

    /// The error of every operation after the broker or the transport was closed.
    ///
    /// - Parameter description: Names the servers.
    func closedError(_ description: String, isSafeToRetry: Bool = true) -> MicroError {
        error(.closed, "the \(role) (\(description)) is closed", isSafeToRetry: isSafeToRetry)
    }
}

extension MicroError {
    /// The error that a server reported with `-ERR`.
    init(natsError text: String, at server: BackendServer) {
        let text = text.trimmed(to: 200)
        let code = Code(natsError: text.lowercased())
        let advice =
            switch code {
            case .unauthenticated:
                " Are the user and the password right (NATS_USER, NATS_PASSWORD), or the token (NATS_TOKEN)?"
            default: ""
            }
        self.init(code, "\(server) refused: \(text).\(advice)", origin: server.kind.role.origin)
    }

    /// Whether retrying cannot succeed until the credentials or the permissions are changed.
    var isAuthorizationError: Bool { code == .unauthenticated || code == .permissionDenied }
}

extension MicroError.Code {
    /// The code for one of
    /// [the server's error texts](https://github.com/nats-io/nats-server/blob/main/server/errors.go).
    fileprivate init(natsError text: String) {
        let meanings: [(String, MicroError.Code)] = [
            // The login took too long. It does not say that the credentials are wrong.
            ("authentication timeout", .unavailable), ("authorization timeout", .unavailable),
            ("authorization", .unauthenticated), ("authentication", .unauthenticated),
            ("permissions violation", .permissionDenied), ("maximum payload", .payloadTooLarge),
            ("maximum connections", .resourceExhausted), ("maximum account", .resourceExhausted),
            ("maximum subscriptions", .resourceExhausted), ("parser error", .internal),
            ("unknown protocol", .internal), ("invalid", .internal),
        ]
        self = meanings.first { text.contains($0.0) }?.1 ?? .unavailable
    }
}

extension String {
    /// At most `length` characters, with control characters replaced by spaces.
    fileprivate func trimmed(to length: Int) -> String {
        String(prefix(length).map { $0.isNewline || $0.asciiValue.map { $0 < 0x20 } ?? false ? " " : $0 })
    }
}
