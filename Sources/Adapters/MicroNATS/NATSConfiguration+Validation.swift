// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import MicroCore

extension NATSConfiguration {
    /// The addresses, at least one, each once.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`.
    func parsedAddresses() throws -> [NATSAddress] {
        var checked: [NATSAddress] = []
        for text in addresses {
            let address = try NATSAddress(parsing: text)
            if !checked.contains(address) { checked.append(address) }
        }
        guard !checked.isEmpty else {
            throw Self.invalid("there is no address of a NATS server (MICRO_BROKER_ADDRESS)")
        }
        return checked
    }

    /// Whom to log in as.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`.
    func login() throws -> NATSLogin {
        switch (user, password, token) {
        case (nil, nil, nil): return .anonymous
        case (let user?, let password?, nil) where !user.isEmpty: return .user(user, password)
        case (nil, nil, let token?): return .token(token)
        default:
            throw Self.invalid(
                "a NATS user needs a password (NATS_USER, NATS_PASSWORD), and a token (NATS_TOKEN) goes without a user")
        }
    }

    /// Checks what is left.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument` or `invalidTopic`.
    func checkLimits() throws {
        guard timeout > .zero, connectTimeout > .zero, pingInterval > .zero, acknowledgementTimeout > .zero,
            maxInFlight >= 1
        else { throw Self.invalid("the times of a NATS broker must be above zero, and its limits at least 1") }
        guard case .atLeastOnce(let stream) = delivery else { return }
        let isName = stream.name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: true
            default: false
            }
        }
        guard isName, (1...64).contains(stream.name.utf8.count) else {
            throw Self.invalid("the name of a stream must be 1 to 64 of A-Z a-z 0-9 _ - (MICRO_BROKER_STREAM)")
        }
        guard (1...5).contains(stream.replicas), stream.maxAge.map({ $0 > .zero }) ?? true,
            stream.maxBytes.map({ $0 > 0 }) ?? true
        else { throw Self.invalid("a stream has 1 to 5 replicas, and limits above zero") }
        for topic in stream.topics { try TopicRules.check(pattern: topic) }
    }

    /// Whom to trust, and who to be.
    var tls: CurlTLS {
        CurlTLS(
            certificateAuthorityFile: certificateAuthorityFile, clientCertificateFile: clientCertificateFile,
            clientKeyFile: clientKeyFile)
    }

    private static func invalid(_ problem: String) -> MicroError {
        MicroError(.invalidArgument, problem, origin: MicroError.Origin.broker)
    }
}

extension BackendKind {
    static let nats = BackendKind(
        .broker, name: "NATS", nameWithArticle: "a NATS server", authoritySetting: "NATS_CA",
        certificateSetting: "NATS_CERT",
        keySetting: "NATS_KEY")
}

/// Who a client says that it is.
enum NATSLogin: Sendable {
    case anonymous
    case user(String, Secret)
    case token(Secret)

    var isAnonymous: Bool { if case .anonymous = self { true } else { false } }
}
