// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MessageTransport
import MicroCore

/// The subjects that are addresses of listeners or inboxes.
package enum NATSSubject {
    /// The name of reply inboxes: the token after the prefix of all inboxes.
    static let replyInboxName = "replies"
    /// The default prefix of reply inboxes. A client subscribes to its inbox with the first request, and unsubscribes
    /// when it is closed.
    package static let replyInboxPrefix = "\(NATSConfiguration().inboxPrefix).\(replyInboxName)."

    /// Creates a subject that no other client uses.
    static func makeUnique(prefix: String) -> String { "\(prefix).\(NATSUniqueName.make())" }

    /// The subject that calls to an address are published to.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`.
    static func callSubject(_ address: Address) throws -> String {
        guard address.port ?? 0 == 0, isSubject(address.host) else {
            throw MicroError(
                .invalidArgument,
                "cannot call \(NameRules.quoted(address.description)) over NATS: expected a subject such as _INBOX.x without "
                    + "a port", origin: MicroError.Origin.transport, isSafeToRetry: true)
        }
        return address.host
    }

    /// The subject to listen on; nil if the address is a host, so that a unique subject has to be made.
    ///
    /// - Parameter prefix: The prefix that distinguishes a subject from a host.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`.
    static func bindSubject(_ address: Address, prefix: String) throws -> String? {
        let isRequested = address.host.hasPrefix(prefix + ".")
        guard (0...65535).contains(address.port ?? 0), !address.host.isEmpty,
            !isRequested || (isSubject(address.host) && address.port ?? 0 == 0)
        else {
            throw MicroError(
                .invalidArgument,
                "cannot listen at \(NameRules.quoted(address.description)): expected a subject such as \(prefix).x without "
                    + "a port, or any host and port, which are ignored", origin: MicroError.Origin.transport,
                isSafeToRetry: true)
        }
        return isRequested ? address.host : nil
    }

    /// Whether a byte is one of `A-Z a-z 0-9 _ -`.
    static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: true
        default: false
        }
    }

    /// Whether a text consists of tokens of letters, digits, `_`, `:` and `-`, separated by dots, and is not the subject of
    /// control messages: it contains no wildcard, and nothing that ends a command.
    static func isSubject(_ text: String) -> Bool {
        guard (1...TopicRules.maxTopicLength).contains(text.utf8.count), StreamControl.owner(of: text) == nil
        else { return false }
        return text.utf8.split(separator: 0x2E, omittingEmptySubsequences: false).allSatisfy { token in
            !token.isEmpty && token.allSatisfy { isNameByte($0) || $0 == 0x3A }
        }
    }
}
