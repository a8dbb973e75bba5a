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
    /// (`MICRO_FORWARD_HEADERS`: `safe`, `none`, or names with commas between them: ``HeaderForwarding``),
    /// `micro.server.start.timeout` (`MICRO_SERVER_START_TIMEOUT`: a duration or `forever`), `micro.server.grace.period`
    /// (`MICRO_SERVER_GRACE_PERIOD`), `micro.server.drain.timeout` (`MICRO_SERVER_DRAIN_TIMEOUT`),
    /// `micro.server.concurrency.limit` (`MICRO_SERVER_CONCURRENCY_LIMIT`), `micro.health.address`
    /// (`MICRO_HEALTH_ADDRESS`), `micro.health.readiness` (`MICRO_HEALTH_READINESS`: some of `registration,broker,transport`, or
    /// `none`), and those of ``Client/Configuration``. A duration is a number of seconds, or has a unit (`500ms`, `30s`, `1m`).
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
        /// The time limit of the start. While the broker or the registry cannot be reached, the subscriptions and the
        /// first registration are retried until then. 10 s by default; nil for no limit.
        public var startTimeout: Duration? = .seconds(10)
        /// The time that the service continues to serve after it has been deregistered, so that all callers notice; 1 s
        /// by default.
        public var deregistrationGracePeriod: Duration = .seconds(1)
        /// The time limit of the calls that are in flight at a shutdown; 5 s by default. Together with the limits of the
        /// deregistration and the grace period this is below the ten seconds that `docker stop` waits.
        public var drainTimeout: Duration = .seconds(5)

        /// The address of a separate listener for the probes `GET /healthz` and `GET /readyz`, over plain HTTP; nil,
        /// the default, for none. The HTTP transport also responds to them on the address of the service. The separate
        /// listener also responds while the service waits for the registry or the broker at startup, with any other
        /// transport, and to callers without a client certificate.
        public var healthAddress: Address?

        /// The conditions for the service to be ready, in addition to its own checks: see
        /// ``Microservice/addHealthCheck(_:_:)``. All conditions by default.
        public var readiness = Set(ReadinessCondition.allCases)

        /// The maximum number of calls and streams that are handled at a time; nil, the default, for no limit. A call beyond
        /// it is rejected with `resourceExhausted` before a handler runs, and its caller tries another instance.
        /// `Debug.Health` and the other built-in endpoints are not limited.
        public var concurrencyLimit: Int?

        /// The headers that are forwarded from a request to the calls of its handler, such as `X-Tenant`. As in
        /// go-micro, all headers by default, but without credentials. Traces are always propagated.
        public var forwardedHeaders = HeaderForwarding.safe

        /// Interceptors of all endpoints, the first one outermost; none by default.
        public var interceptors: [any ServerInterceptor] = []

        /// Configuration of the service's ``Microservice/client``.
        public var client = Client.Configuration()

        /// The codecs of the service and of its client, stored in ``client``. JSON by default.
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
        /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`; the message names the setting.
        public init(name: String, version: String = "latest", configReader reader: ConfigReader) throws {
            self.init(
                name: reader.nonEmptyString("micro.server.name") ?? name,
                version: reader.nonEmptyString("micro.server.version") ?? version)
            id = reader.nonEmptyString("micro.server.id") ?? id
            address = try reader.address(forKey: "micro.server.address") ?? address
            advertise = try reader.address(forKey: "micro.server.advertise")
            metadata = try reader.pairs(forKey: "micro.server.metadata")
            if let zone = reader.nonEmptyString("micro.zone"), metadata["zone"] == nil { metadata["zone"] = zone }
            try readRegistration(reader)
            startTimeout = try reader.timeLimit(forKey: "micro.server.start.timeout", default: startTimeout)
            deregistrationGracePeriod = try reader.duration(
                forKey: "micro.server.grace.period", default: deregistrationGracePeriod, allowsZero: true)
            drainTimeout = try reader.duration(
                forKey: "micro.server.drain.timeout", default: drainTimeout, allowsZero: true)
            concurrencyLimit = try reader.count(forKey: "micro.server.concurrency.limit", minimum: 1)
            healthAddress = try reader.address(forKey: "micro.health.address")
            readiness = try Set(forKey: "micro.health.readiness", in: reader) ?? readiness
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

extension Microservice.Configuration {
    /// Reads the time to live and the interval. In Go Micro, zero means that nothing expires or is renewed; here, the
    /// default replaces it. If only the interval is set, the time to live is at least three times the interval.
    private mutating func readRegistration(_ reader: ConfigReader) throws {
        func duration(_ key: String, default fallback: Duration) throws -> Duration {
            let duration = try reader.duration(forKey: key, default: fallback, allowsZero: true)
            guard duration == .zero else { return duration }
            SettingWarnings.shared.warn(
                variable: key.uppercased().replacing(".", with: "_"), value: "0", replacement: "\(fallback)",
                effect: "registrations always expire and are always renewed here: zero was replaced by the default",
                choices: ["30s", "1m"])
            return fallback
        }
        let defaultInterval = registration.timeToLive / 3
        let interval = try duration("micro.register.interval", default: defaultInterval)
        registration.timeToLive = try duration(
            "micro.register.ttl", default: max(registration.timeToLive, interval * 3))
        let isSet = try reader.duration(forKey: "micro.register.interval", default: .zero, allowsZero: true) > .zero
        registration.interval = isSet ? interval : registration.timeToLive / 3
    }
}
