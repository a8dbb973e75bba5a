// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import MicroCore

extension BackendKind {
    /// RabbitMQ as a broker or as a transport.
    static func rabbitMQ(_ role: Role) -> BackendKind {
        BackendKind(
            role, name: "RabbitMQ", nameWithArticle: "a RabbitMQ server", authoritySetting: "RABBITMQ_CA",
            certificateSetting: "RABBITMQ_CERT", keySetting: "RABBITMQ_KEY",
            credentialsSetting: "RABBITMQ_USER and RABBITMQ_PASSWORD")
    }

    /// An error of this role of RabbitMQ.
    func error(_ code: MicroError.Code, _ message: String, isSafeToRetry: Bool = false) -> MicroError {
        MicroError(code, message, origin: role.origin, isSafeToRetry: isSafeToRetry)
    }

    /// The error of every operation after the broker or the transport was closed.
    ///
    /// - Parameter description: Names the servers.
    func closedError(_ description: String) -> MicroError {
        error(.closed, "the \(role) (\(description)) is closed", isSafeToRetry: true)
    }
}

extension BackendServer {
    /// The error for a connection that a server closes.
    ///
    /// - Parameter isLoggedIn: Whether the connection was open.
    func error(_ close: AMQPMethod.Close, isLoggedIn: Bool) -> MicroError {
        let isUnknownHost = close.code == 530 && close.text.contains("not found")
        let code: MicroError.Code =
            switch close.code {
            case 403: isLoggedIn ? .permissionDenied : .unauthenticated
            case 530: isUnknownHost ? .invalidArgument : isLoggedIn ? .internal : .permissionDenied
            case 320, 541, 506: .unavailable
            default: .internal
            }
        let advice =
            switch code {
            case .unauthenticated:
                " Are the user and the password right (RABBITMQ_USER, RABBITMQ_PASSWORD)?"
            case .invalidArgument: " Is the virtual host right (RABBITMQ_VHOST)?"
            default: ""
            }
        return kind.error(code, "\(self) closed the connection: \(close.code) \(close.text.oneLine).\(advice)")
    }

    /// The error for a channel that a server closes.
    func channelError(_ close: AMQPMethod.Close) -> MicroError {
        let isTooLarge = close.code == 311 || close.text.contains("is larger than")
        let code: MicroError.Code =
            switch close.code {
            case 403: .permissionDenied
            case 404, 405: .unavailable
            case 311, 406: isTooLarge ? .payloadTooLarge : .invalidArgument
            default: .unavailable
            }
        let advice =
            close.code == 406 && close.text.contains("inequivalent arg")
            ? " Delete it at the server, or use another exchange (RABBITMQ_EXCHANGE)." : ""
        return kind.error(code, "\(self) refused: \(close.code) \(close.text.oneLine).\(advice)")
    }
}

extension MicroError {
    /// Whether waiting does not help: the credentials or the permissions have to be changed.
    var isAuthorizationError: Bool { code == .unauthenticated || code == .permissionDenied }

    /// Whether the same operation may succeed soon.
    var isTemporary: Bool { [.unavailable, .deadlineExceeded, .resourceExhausted].contains(code) }
}

extension String {
    /// At most 255 characters, with control characters replaced by spaces.
    fileprivate var oneLine: String {
        String(prefix(255).map { $0.isNewline || $0.asciiValue.map { $0 < 0x20 } ?? false ? " " : $0 })
    }
}
