// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import MicroCore

/// The credentials of a client.
enum NATSLogin: Sendable {
    case anonymous
    case user(String, Secret)
    case token(Secret)

    var isAnonymous: Bool { if case .anonymous = self { true } else { false } }
}

extension NATSConfiguration {
    private static let maxInboxPrefixLength = 100

    /// The parsed addresses, at least one, without duplicates.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`.
    func parsedAddresses(for kind: BackendKind) throws -> [NATSAddress] {
        var parsed: [NATSAddress] = []
        for text in addresses {
            let address = try NATSAddress(parsing: text, for: kind)
            if !parsed.contains(address) { parsed.append(address) }
        }
        guard !parsed.isEmpty else {
            throw kind.error(
                .invalidArgument, "no address of a NATS server is configured (\(kind.role.addressSetting))")
        }
        return parsed
    }

    /// The credentials.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`.
    func login(for kind: BackendKind) throws -> NATSLogin {
        switch (user, password, token) {
        case (nil, nil, nil): return .anonymous
        case (let user?, let password?, nil) where !user.isEmpty: return .user(user, password)
        case (nil, nil, let token?): return .token(token)
        default:
            throw kind.error(
                .invalidArgument,
                "a NATS user needs a password (NATS_USER, NATS_PASSWORD), and a token (NATS_TOKEN) excludes a user")
        }
    }

    /// Checks durations, limits and the stream.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` or `invalidTopic`.
    func checkLimits(for kind: BackendKind) throws {
        guard timeout > .zero, connectTimeout > .zero, pingInterval > .zero, acknowledgementTimeout > .zero,
            maxInFlight >= 1
        else {
            throw kind.error(
                .invalidArgument, "the durations of a NATS configuration must be positive, and maxInFlight at least 1")
        }
        guard NATSSubject.isSubject(inboxPrefix), inboxPrefix.utf8.count <= Self.maxInboxPrefixLength else {
            throw kind.error(
                .invalidArgument,
                "\(NameRules.quoted(inboxPrefix)) is not an inbox prefix: expected tokens like _INBOX_user, at most "
                    + "\(Self.maxInboxPrefixLength) bytes (NATS_INBOX_PREFIX)")
        }
        if case .atLeastOnce(let stream) = delivery { try stream.validate() }
    }

    var tls: CurlTLS {
        CurlTLS(
            certificateAuthorityFile: certificateAuthorityFile, clientCertificateFile: clientCertificateFile,
            clientKeyFile: clientKeyFile)
    }
}

extension NATSStream {
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` or `invalidTopic`.
    func validate() throws {
        guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy(NATSSubject.isNameByte) else {
            throw MicroError(
                .invalidArgument, "the name of a stream must have 1 to 64 of A-Z a-z 0-9 _ - (MICRO_BROKER_STREAM)",
                origin: MicroError.Origin.broker)
        }
        guard (1...5).contains(replicas), maxAge.map({ $0 > .zero }) ?? true, maxBytes.map({ $0 > 0 }) ?? true else {
            throw MicroError(
                .invalidArgument, "a stream must have 1 to 5 replicas and positive limits",
                origin: MicroError.Origin.broker)
        }
        for topic in topics { try TopicRules.check(pattern: topic) }
    }
}
