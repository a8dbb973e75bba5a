// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import BackendSupport
public import Configuration
public import MicroCore

/// Where NATS is, and how it is spoken to.
///
/// Configuration keys: `micro.broker.address` (`MICRO_BROKER_ADDRESS`), `micro.broker.stream` (`MICRO_BROKER_STREAM`:
/// deliver at least once, by this stream), and those of NATS' own command line: `nats.user` (`NATS_USER`),
/// `nats.password` (`NATS_PASSWORD`), `nats.token` (`NATS_TOKEN`), `nats.ca` (`NATS_CA`), `nats.cert` (`NATS_CERT`) and
/// `nats.key` (`NATS_KEY`).
public struct NATSConfiguration: Sendable {
    /// How messages are written.
    public enum Format: Sendable, Hashable {
        /// As NATS clients do: headers of NATS, and the bare body.
        case native
        /// As go-micro's NATS broker does: JSON with the headers and the body in base64.
        case goMicro
    }

    /// The servers, the first that answers is used: `host:port`, or a URL of `nats`, `tls`, `ws` or `wss` (NATS inside a
    /// WebSocket); `nats://127.0.0.1:4222` by default. Others that these tell of are used too when one is lost.
    public var addresses = ["nats://127.0.0.1:4222"]

    /// ``addresses``, separated by commas.
    public var address: String {
        get { addresses.joined(separator: ",") }
        set { addresses = splitAddresses(newValue) }
    }

    /// How often a message is delivered; at most once by default.
    public var delivery = NATSDelivery.atMostOnce

    /// How messages are written; NATS' own headers by default. Messages of either format are read.
    public var format = Format.native

    /// The user to log in as; none by default.
    public var user: String?

    /// The password of ``user``.
    public var password: Secret?

    /// The token to log in with, in place of a user.
    public var token: Secret?

    /// Whether a server at `tls://` expects TLS at once (`handshake_first` in its configuration) and not, as most do,
    /// after it has introduced itself; false by default.
    public var usesTLSFirst = false

    /// Path of a PEM file of the authorities to trust, in place of the system's. The server's certificate and name are
    /// always verified.
    public var certificateAuthorityFile: String?

    /// Path of a PEM file with the certificate to show to a server that verifies its clients.
    public var clientCertificateFile: String?

    /// Path of a PEM file with the key of that certificate; nil when it is in the same file.
    public var clientKeyFile: String?

    /// How long one operation may take, the wait for a lost server included; 5 s by default.
    public var timeout: Duration = .seconds(5)

    /// How long the attempt to connect to one server may take; 2 s by default.
    public var connectTimeout: Duration = .seconds(2)

    /// How often a silent connection is tested; 20 s by default. One that does not answer is given up after
    /// ``timeout`` more.
    public var pingInterval: Duration = .seconds(20)

    /// How many deliveries of one subscription may be unsettled at a time, unless it says so itself; 64 by default. All of
    /// them should be handled within ``acknowledgementTimeout``, those that wait for their turn too: what takes longer comes again.
    public var maxInFlight = 64

    /// How long a delivery may stay unsettled until it comes again, unless the subscription says so itself; 30 s by
    /// default.
    public var acknowledgementTimeout: Duration = .seconds(30)

    /// The defaults.
    public init() {}

    /// The defaults for a transport, changed by the settings of a reader: as ``init(configReader:)``, but for the address,
    /// which is `micro.transport.address` (`MICRO_TRANSPORT_ADDRESS`).
    public init(transportConfigReader reader: ConfigReader) {
        self.init(configReader: reader)
        addresses =
            reader.nonEmptyString("micro.transport.address").map(splitAddresses) ?? NATSConfiguration().addresses
        delivery = .atMostOnce
    }

    /// The defaults, changed by the settings of a reader.
    public init(configReader reader: ConfigReader) {
        if let text = reader.nonEmptyString("micro.broker.address") { address = text }
        if let stream = reader.nonEmptyString("micro.broker.stream") {
            delivery = .atLeastOnce(stream: NATSStream(name: stream))
        }
        user = reader.nonEmptyString("nats.user")
        password = reader.nonEmptyString("nats.password", isSecret: true).map(Secret.init)
        token = reader.nonEmptyString("nats.token", isSecret: true).map(Secret.init)
        certificateAuthorityFile = reader.nonEmptyString("nats.ca")
        clientCertificateFile = reader.nonEmptyString("nats.cert")
        clientKeyFile = reader.nonEmptyString("nats.key")
    }
}

/// How often a message is delivered.
public enum NATSDelivery: Sendable, Hashable {
    /// By the core of NATS: to whoever subscribes at the moment.
    case atMostOnce
    /// By JetStream: stored in a stream, and delivered until it is acknowledged.
    case atLeastOnce(stream: NATSStream)
}

/// A stream of JetStream, which is made if it is not there. One that is there stays as it is, but for topics that are
/// added to it.
public struct NATSStream: Sendable, Hashable, ExpressibleByStringLiteral {
    /// Where messages are kept.
    public enum Storage: String, Sendable, Hashable {
        case file
        case memory
    }

    /// Its name: `A-Z a-z 0-9 _ -`, 64 at most.
    public var name: String
    /// The topics and patterns that it is made with; empty by default. Those that are published or subscribed to and not
    /// covered are added on demand.
    public var topics: [String]
    /// How long a message is kept; seven days by default, nil for ever.
    public var maxAge: Duration? = .seconds(7 * 24 * 3600)
    /// How many bytes are kept; nil for no limit, which is the default. Beyond it publications are refused with
    /// `resourceExhausted`.
    public var maxBytes: Int?
    /// Where messages are kept; in files by default.
    public var storage = Storage.file
    /// On how many servers of a cluster, 1 to 5; 1 by default.
    public var replicas = 1

    /// A stream with the defaults.
    public init(name: String, topics: [String] = []) {
        self.name = name
        self.topics = topics
    }

    /// A stream with the defaults.
    public init(stringLiteral name: String) { self.init(name: name) }
}
