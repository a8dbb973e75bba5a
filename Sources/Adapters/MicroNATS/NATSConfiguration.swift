// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import BackendSupport
public import Configuration
public import MicroCore

/// Configuration of a ``NATSBroker`` or a ``NATSTransport``.
///
/// A transport ignores ``delivery``, ``format``, ``maxInFlight`` and ``acknowledgementTimeout``.
///
/// Configuration keys: `micro.broker.address` (`MICRO_BROKER_ADDRESS`), `micro.broker.stream` (`MICRO_BROKER_STREAM`:
/// deliver at least once, with this stream), `micro.broker.format` (`MICRO_BROKER_FORMAT`: `native` or `go-micro`), and
/// those of NATS' own command line: `nats.user` (`NATS_USER`), `nats.password` (`NATS_PASSWORD`), `nats.token`
/// (`NATS_TOKEN`), `nats.ca` (`NATS_CA`), `nats.cert` (`NATS_CERT`), `nats.key` (`NATS_KEY`), `nats.inbox.prefix`
/// (`NATS_INBOX_PREFIX`) and `nats.ignore.discovered.servers` (`NATS_IGNORE_DISCOVERED_SERVERS`).
public struct NATSConfiguration: Sendable {
    /// The format of published messages.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// The format of NATS clients: NATS headers and the unchanged body. Subscribers that use go-micro cannot read
        /// this format, and a JSON body crashes subscribers that use go-micro before v1.18.
        case native
        /// The format of go-micro's NATS broker of all versions: JSON with the headers and the body in base64. The headers
        /// `Content-Type`, `Micro-Topic` and `Micro-Id` are added if they are missing, as go-micro requires them.
        case goMicro = "go-micro"
    }

    /// The servers, each `host:port` or a URL of `nats`, `tls`, `ws` or `wss` (NATS inside a WebSocket);
    /// `nats://127.0.0.1:4222` by default. The first that responds is used. After a connection loss, servers that they
    /// have announced are also used.
    public var addresses = ["nats://127.0.0.1:4222"]

    /// ``addresses``, separated by commas.
    public var address: String {
        get { addresses.joined(separator: ",") }
        set { addresses = splitAddresses(newValue) }
    }

    /// The delivery guarantee; at most once by default.
    public var delivery = NATSDelivery.atMostOnce

    /// The format of published messages; ``Format/native`` by default. Set it to ``Format/goMicro``
    /// (`MICRO_BROKER_FORMAT=go-micro`) if any subscriber uses go-micro. Messages of both formats are always read.
    public var format = Format.native

    /// The user for the login; none by default.
    public var user: String?

    /// The password of ``user``.
    public var password: Secret?

    /// The token for the login, in place of a user.
    public var token: Secret?

    /// Whether servers at `tls://` expect the TLS handshake first (`handshake_first` in the server's configuration)
    /// rather than after their greeting, as most servers do; false by default.
    public var usesTLSFirst = false

    /// Path of a PEM file with the authorities to trust instead of the system's. The server's certificate and name are
    /// always verified.
    public var certificateAuthorityFile: String?

    /// Path of a PEM file with the client certificate, for servers that verify their clients.
    public var clientCertificateFile: String?

    /// Path of a PEM file with the key of the client certificate; nil if it is in the same file.
    public var clientKeyFile: String?

    /// The first tokens of the subjects on which this client receives replies, messages of JetStream, and calls of a
    /// transport; `_INBOX` by default. The client must be allowed to subscribe to all subjects that start with it.
    public var inboxPrefix = "_INBOX"

    /// Whether to connect only to ``addresses`` and to ignore the servers that these announce, such as addresses behind a
    /// router that this client cannot reach; false by default.
    public var ignoresDiscoveredServers = false

    /// The timeout of one operation, including the wait for a lost server; 5 s by default.
    public var timeout: Duration = .seconds(5)

    /// The timeout of one attempt to connect to a server; 2 s by default.
    public var connectTimeout: Duration = .seconds(2)

    /// The time without received data after which the connection is tested; 20 s by default. A connection whose server does
    /// not respond within ``timeout`` then is closed.
    public var pingInterval: Duration = .seconds(20)

    /// The maximum number of unsettled deliveries of a subscription, unless its options say otherwise; 64 by default. All of
    /// them, including those that wait for the reader, should be handled within ``acknowledgementTimeout``: later ones are
    /// delivered again.
    public var maxInFlight = 64

    /// The time after which an unsettled delivery is delivered again, unless the options of the subscription say otherwise;
    /// 30 s by default.
    public var acknowledgementTimeout: Duration = .seconds(30)

    /// Creates the default configuration.
    public init() {}

    /// Reads the settings of a transport: those of ``init(configReader:)``, except that the address is
    /// `micro.transport.address` (`MICRO_TRANSPORT_ADDRESS`), and that there is no stream.
    public init(transportConfigReader reader: ConfigReader) {
        if let text = reader.nonEmptyString("micro.transport.address") { address = text }
        readServerSettings(reader)
    }

    /// Reads the settings of a broker. Settings that are missing keep their defaults.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` for an unknown format.
    public init(configReader reader: ConfigReader) throws {
        if let text = reader.nonEmptyString("micro.broker.address") { address = text }
        if let stream = reader.nonEmptyString("micro.broker.stream") {
            delivery = .atLeastOnce(stream: NATSStream(name: stream))
        }
        if let text = reader.nonEmptyString("micro.broker.format") {
            guard let format = Format(rawValue: text) else {
                throw ConfigReader.malformed(
                    "micro.broker.format", text, expected: Format.allCases.map(\.rawValue).joined(separator: " or "))
            }
            self.format = format
        }
        readServerSettings(reader)
    }

    private mutating func readServerSettings(_ reader: ConfigReader) {
        user = reader.nonEmptyString("nats.user")
        password = reader.nonEmptyString("nats.password", isSecret: true).map(Secret.init)
        token = reader.nonEmptyString("nats.token", isSecret: true).map(Secret.init)
        certificateAuthorityFile = reader.nonEmptyString("nats.ca")
        clientCertificateFile = reader.nonEmptyString("nats.cert")
        clientKeyFile = reader.nonEmptyString("nats.key")
        inboxPrefix = reader.nonEmptyString("nats.inbox.prefix") ?? inboxPrefix
        ignoresDiscoveredServers = reader.bool(
            forKey: "nats.ignore.discovered.servers", default: ignoresDiscoveredServers)
    }
}
