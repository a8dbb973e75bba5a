// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import MicroCore

extension MicroError {
    /// What a server has said by `-ERR`.
    init(natsError text: String, at server: BackendServer) {
        let text = text.trimmed(to: 200)
        let code = Code(natsError: text.lowercased())
        let advice =
            switch code {
            case .unauthenticated:
                " Are the user and the password right (NATS_USER, NATS_PASSWORD), or the token (NATS_TOKEN)?"
            default: ""
            }
        self.init(code, "\(server) refused: \(text).\(advice)", origin: Origin.broker)
    }

    /// The subject of "Permissions Violation for Publish to \"x\"", or "for Subscription to"; nil for other errors.
    static func deniedSubject(in text: String) -> (subject: String, isPublication: Bool)? {
        guard text.lowercased().hasPrefix("permissions violation for "), let start = text.firstIndex(of: "\""),
            let end = text[text.index(after: start)...].firstIndex(of: "\"")
        else { return nil }
        return (String(text[text.index(after: start)..<end]), text.lowercased().contains("for publish"))
    }

    static func brokerClosed(_ broker: String) -> MicroError {
        MicroError(.closed, "the broker (\(broker)) is closed", origin: Origin.broker, isSafeToRetry: true)
    }
}

extension MicroError.Code {
    /// By [the texts of the server](https://github.com/nats-io/nats-server/blob/main/server/errors.go).
    fileprivate init(natsError text: String) {
        let meanings: [(String, MicroError.Code)] = [
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
    /// At most so many characters, all of them printable.
    fileprivate func trimmed(to length: Int) -> String {
        String(prefix(length).map { $0.isNewline || $0.asciiValue.map { $0 < 0x20 } ?? false ? " " : $0 })
    }
}
