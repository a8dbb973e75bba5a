// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
public import Configuration
import Foundation
public import MicroCore

extension Microservice {
    /// Configuration of a ``Microservice``.
    ///
    /// Configuration keys, each with its environment variable: `micro.server.name` (`MICRO_SERVER_NAME`), `.version`,
    /// `.id`, `.address`, `.advertise`, `.metadata` (`key=value,…`), `micro.register.ttl` (`MICRO_REGISTER_TTL`),
    /// `micro.register.interval`, `micro.zone` (`MICRO_ZONE`: the `zone` in the metadata), `micro.forward.headers`
    /// (`MICRO_FORWARD_HEADERS`: `safe`, `none`, or names with commas between them: ``HeaderForwarding``), and those of
    /// ``Client/Configuration``. A duration is a number of seconds, or has a unit (`500ms`, `30s`, `1m`).
    public struct Configuration: Sendable {
        /// The name that callers use.
        public var name: String
        /// The version; `latest` by default.
        public var version: String
        /// The unique part of the instance's node ID, `<name>-<id>`. A UUID by default.
        public var id = UUID().uuidString.lowercased()
        /// The address to listen on; a free port of 127.0.0.1 by default.
        public var address = Address(host: "127.0.0.1", port: 0)
        /// The address to register, if it differs from the one to listen on.
        public var advertise: Address?
        /// The metadata of the node.
        public var metadata: [String: String] = [:]
        /// The time to live of the registration and the interval of its renewal.
        public var registration = Registration.Configuration()
        /// The time limit of the first registration; 10 s by default.
        public var startTimeout: Duration = .seconds(10)
        /// The time that the service continues to serve after it was deregistered, so that all callers notice; 1 s by
        /// default.
        public var deregistrationGracePeriod: Duration = .seconds(1)
        /// The time limit of the calls that are in flight at a shutdown; 10 s by default.
        public var drainTimeout: Duration = .seconds(10)

        /// The maximum number of calls and streams that are handled at a time; nil, the default, for no limit. A call beyond
        /// it is rejected with `resourceExhausted` before a handler runs, and its caller tries another instance.
        /// `Debug.Health` and the other built-in endpoints are not limited.
        public var concurrencyLimit: Int?

        /// The headers that are forwarded from a request to the calls of its handler, such as `X-Tenant`. As in go-micro all
        /// by default, except for credentials. Traces are always propagated.
        public var forwardedHeaders = HeaderForwarding.safe

        /// Interceptors of all endpoints, the first one outermost; none by default.
        public var interceptors: [any ServerInterceptor] = []

        /// Configuration of the service's ``Microservice/client``.
        public var client = Client.Configuration()

        /// The codecs of the service and of its client: those of ``client``. JSON by default.
        public var codecs: [any Codec] {
            get { client.codecs }
            set { client.codecs = newValue }
        }

        /// Creates the default configuration.
        public init(name: String, version: String = "latest") {
            self.name = name
            self.version = version
        }

        /// Creates the default configuration, changed by the settings of a reader.
        ///
        /// - Throws: ``MicroError`` with `invalidArgument`; the message names the setting.
        public init(name: String, version: String = "latest", configReader reader: ConfigReader) throws {
            self.init(
                name: reader.nonEmptyString("micro.server.name") ?? name,
                version: reader.nonEmptyString("micro.server.version") ?? version)
            id = reader.nonEmptyString("micro.server.id") ?? id
            address = try reader.address(forKey: "micro.server.address") ?? address
            advertise = try reader.address(forKey: "micro.server.advertise")
            metadata = try reader.pairs(forKey: "micro.server.metadata")
            if let zone = reader.nonEmptyString("micro.zone"), metadata["zone"] == nil { metadata["zone"] = zone }
            registration.timeToLive = try reader.duration(
                forKey: "micro.register.ttl", default: registration.timeToLive)
            registration.interval = try reader.duration(
                forKey: "micro.register.interval", default: registration.timeToLive / 3)
            if let text = reader.nonEmptyString("micro.forward.headers") {
                forwardedHeaders = HeaderForwarding(setting: text)
            }
            client = try Client.Configuration(configReader: reader)
        }

        /// Creates the default configuration, changed by the environment variables of the process.
        ///
        /// - Throws: As ``init(name:version:configReader:)``.
        public static func environment(name: String, version: String = "latest") throws -> Self {
            try Self(name: name, version: version, configReader: .environment)
        }
    }
}
