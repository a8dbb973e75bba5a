// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import MicroCore

extension RabbitMQConfiguration {
    /// The parsed addresses, at least one, without duplicates.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`.
    func parsedAddresses(for kind: BackendKind) throws -> [RabbitMQAddress] {
        var parsed: [RabbitMQAddress] = []
        for text in addresses {
            let address = try RabbitMQAddress(parsing: text, for: kind)
            if !parsed.contains(address) { parsed.append(address) }
        }
        guard !parsed.isEmpty else {
            throw kind.invalid("no address of a RabbitMQ server is configured (\(kind.role.addressSetting))")
        }
        return parsed
    }

    /// Checks names, durations and limits.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`.
    func checkLimits(for kind: BackendKind) throws {
        guard (user == nil) == (password == nil), user?.isEmpty != true else {
            throw kind.invalid("a RabbitMQ user needs a password (RABBITMQ_USER, RABBITMQ_PASSWORD)")
        }
        guard timeout > .zero, connectTimeout > .zero, acknowledgementTimeout > .zero,
            (1...65535).contains(maxInFlight), maxMessageSize >= 1
        else {
            throw kind.invalid(
                "the durations and sizes of a RabbitMQ configuration must be positive, and maxInFlight at most 65535")
        }
        guard unusedQueueLifetime.map({ (1...49 * 24 * 3600).contains($0.components.seconds) }) ?? true else {
            throw kind.invalid("unusedQueueLifetime must be between 1 s and 49 days")
        }
        guard (1...3600).contains(heartbeatInterval.components.seconds) else {
            throw kind.invalid("heartbeatInterval must be between 1 s and 1 h")
        }
        guard (1...100).contains(exchange.utf8.count), !exchange.hasPrefix("amq.") else {
            throw kind.invalid(
                "the exchange must have 1 to 100 bytes and not begin with amq. (RABBITMQ_EXCHANGE)")
        }
        guard (1...255).contains(virtualHost.utf8.count) else {
            throw kind.invalid("the virtual host must have 1 to 255 bytes (RABBITMQ_VHOST)")
        }
    }

    var tls: CurlTLS {
        CurlTLS(
            certificateAuthorityFile: certificateAuthorityFile, clientCertificateFile: clientCertificateFile,
            clientKeyFile: clientKeyFile)
    }
}
