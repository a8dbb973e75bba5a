// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import BackendSupport
public import Configuration
public import MicroCore

/// Configuration of a ``RabbitMQBroker`` or a ``RabbitMQTransport``.
///
/// A transport ignores ``delivery``, ``format``, ``queueType``, ``unusedQueueLifetime``, ``maxInFlight`` and
/// ``acknowledgementTimeout``.
///
/// Configuration keys: `micro.broker.address` (`MICRO_BROKER_ADDRESS`), `micro.broker.delivery`
/// (`MICRO_BROKER_DELIVERY`: `at-most-once` or `at-least-once`), `micro.broker.format` (`MICRO_BROKER_FORMAT`: `native` or
/// `go-micro`), `rabbitmq.user` (`RABBITMQ_USER`), `rabbitmq.password` (`RABBITMQ_PASSWORD`), `rabbitmq.vhost`
/// (`RABBITMQ_VHOST`), `rabbitmq.exchange` (`RABBITMQ_EXCHANGE`), `rabbitmq.queue.type` (`RABBITMQ_QUEUE_TYPE`: `classic` or
/// `quorum`), `rabbitmq.ca` (`RABBITMQ_CA`), `rabbitmq.cert` (`RABBITMQ_CERT`) and `rabbitmq.key` (`RABBITMQ_KEY`).
public struct RabbitMQConfiguration: Sendable {
    /// The layout of messages and queues.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// Headers and body as they are. The queue of a group is named after the exchange, the topic and the group.
        case native
        /// Additionally readable by services that use go-micro: the headers `Content-Type`, `Micro-Topic` and `Micro-Id`
        /// are added if they are missing, and the queue of a group has the name of the group, as in go-micro's plugin.
        case goMicro = "go-micro"
    }

    /// The type of the queues that keep messages.
    public enum QueueType: String, Sendable, Hashable, CaseIterable {
        /// A queue on one server.
        case classic
        /// A queue that is replicated within a cluster.
        case quorum
    }

    /// The servers, each `host:port` or a URL `amqp://` or `amqps://` (TLS) of the form
    /// `amqp://user:password@host:port/vhost`, whose parts are percent-encoded; `amqp://127.0.0.1:5672` by default. The
    /// first that responds is used.
    public var addresses = ["amqp://127.0.0.1:5672"]

    /// ``addresses``, separated by commas.
    public var address: String {
        get { addresses.joined(separator: ",") }
        set { addresses = splitAddresses(newValue) }
    }

    /// The delivery guarantee; at most once by default. At least once uses publisher confirms, durable queues and
    /// acknowledgements.
    public var delivery = DeliveryGuarantee.atMostOnce

    /// The layout of messages and queues; ``Format/native`` by default.
    public var format = Format.native

    /// The topic exchange that all messages go through; `micro` by default, as in go-micro. It is declared if it does not
    /// exist: durable with at-least-once delivery, otherwise not. At-least-once delivery needs a durable exchange.
    public var exchange = "micro"

    /// The type of the queues that keep messages with at-least-once delivery; classic by default.
    public var queueType = QueueType.classic

    /// The time after which a server deletes the queue of a group or a durable subscription, with its messages, if it has no
    /// subscriber; nil, the default, for never. Only with at-least-once delivery; at least 1 s, at most 49 days.
    public var unusedQueueLifetime: Duration?

    /// The user to log in as, unless an address names one; by default the user that the server finds in the client
    /// certificate, if there is one and the server accepts it (SASL EXTERNAL), otherwise `guest`.
    public var user: String?

    /// The password of ``user``.
    public var password: Secret?

    /// The virtual host, unless an address names one; `/` by default.
    public var virtualHost = "/"

    /// Path of a PEM file with the authorities to trust instead of the system's. The server's certificate and name are
    /// always verified.
    public var certificateAuthorityFile: String?

    /// Path of a PEM file with the client certificate, for servers that verify their clients.
    public var clientCertificateFile: String?

    /// Path of a PEM file with the key of the client certificate; nil if it is in the same file.
    public var clientKeyFile: String?

    /// The timeout of one operation, including the wait for a lost server; 5 s by default.
    public var timeout: Duration = .seconds(5)

    /// The timeout of one attempt to connect to a server, including the login; 3 s by default.
    public var connectTimeout: Duration = .seconds(3)

    /// The heartbeat interval, unless the server proposes a shorter one; whole seconds, 5 s by default. Both
    /// sides close a connection on which nothing arrives for two to three intervals; the server delivers unacknowledged
    /// messages to other subscribers then.
    public var heartbeatInterval: Duration = .seconds(5)

    /// The maximum body size of a message in bytes; 16 MiB by default, the limit of RabbitMQ 4. A server with a lower limit
    /// (`max_message_size`) refuses larger messages only after it has received them.
    public var maxMessageSize = 16 * 1024 * 1024

    /// The maximum number of unsettled deliveries of a subscription, unless its options say otherwise; 64 by default, at most
    /// 65,535. All of them, including those that wait for the reader, should be handled within
    /// ``acknowledgementTimeout``: later ones are delivered again.
    public var maxInFlight = 64

    /// The time after which an unsettled delivery is delivered again, unless the options of the subscription say otherwise;
    /// 30 s by default.
    public var acknowledgementTimeout: Duration = .seconds(30)

    /// Creates the default configuration.
    public init() {}

    /// Reads the settings of a transport: those of ``init(configReader:)``, except that the address is
    /// `micro.transport.address` (`MICRO_TRANSPORT_ADDRESS`), and that there are no settings of messages and queues.
    public init(transportConfigReader reader: ConfigReader) {
        if let text = reader.nonEmptyString("micro.transport.address", isSecret: true) { address = text }
        readServerSettings(reader)
    }

    /// Reads the settings of a broker. Settings that are missing keep their defaults.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` for an unknown delivery guarantee, format or queue type.
    public init(configReader reader: ConfigReader) throws {
        // A URL can contain a password.
        if let text = reader.nonEmptyString("micro.broker.address", isSecret: true) { address = text }
        let guarantees = ["at-most-once": DeliveryGuarantee.atMostOnce, "at-least-once": .atLeastOnce]
        delivery = try reader.choice("micro.broker.delivery", of: guarantees) ?? delivery
        format = try reader.choice("micro.broker.format") ?? format
        queueType = try reader.choice("rabbitmq.queue.type") ?? queueType
        readServerSettings(reader)
    }

    private mutating func readServerSettings(_ reader: ConfigReader) {
        user = reader.nonEmptyString("rabbitmq.user")
        password = reader.nonEmptyString("rabbitmq.password", isSecret: true).map(Secret.init)
        virtualHost = reader.nonEmptyString("rabbitmq.vhost") ?? virtualHost
        exchange = reader.nonEmptyString("rabbitmq.exchange") ?? exchange
        certificateAuthorityFile = reader.nonEmptyString("rabbitmq.ca")
        clientCertificateFile = reader.nonEmptyString("rabbitmq.cert")
        clientKeyFile = reader.nonEmptyString("rabbitmq.key")
    }
}

extension ConfigReader {
    /// One of several values; nil if there is none.
    fileprivate func choice<Value>(_ key: String, of values: [String: Value]) throws -> Value? {
        guard let text = nonEmptyString(ConfigKey(key)) else { return nil }
        guard let value = values[text] else {
            throw Self.malformed(key, text, expected: values.keys.sorted().joined(separator: " or "))
        }
        return value
    }

    fileprivate func choice<Value: CaseIterable & RawRepresentable<String>>(_ key: String) throws -> Value? {
        try choice(key, of: Dictionary(uniqueKeysWithValues: Value.allCases.map { ($0.rawValue, $0) }))
    }
}
