// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Configuration
import MicroCore
import Testing

@testable import MicroRabbitMQ

@Suite struct RabbitMQConfigurationTests {
    private let kind = BackendKind.rabbitMQ(.broker)

    @Test(arguments: [
        ("localhost", "amqp://localhost:5672"), ("localhost:1", "amqp://localhost:1"),
        ("amqp://h", "amqp://h:5672"), ("amqps://h", "amqps://h:5671"), ("amqp://[::1]:7/", "amqp://[::1]:7"),
        ("amqp://user:secret@h:9/v", "amqp://h:9"),
    ])
    func addressesAreParsed(_ text: String, _ description: String) throws {
        #expect(try RabbitMQAddress(parsing: text, for: kind).description == description)
    }

    @Test func partsOfAddressArePercentDecoded() throws {
        let address = try RabbitMQAddress(parsing: "amqp://a%40b:p%2F%3A%23@h/%2Fx%20y", for: kind)
        #expect(address.login?.user == "a@b")
        #expect(address.login?.password.reveal() == "p/:#")
        #expect(address.virtualHost == "/x y")
        #expect(try RabbitMQAddress(parsing: "amqp://h/", for: kind).virtualHost == nil)
        #expect(try RabbitMQAddress(parsing: "amqp://h/%2f", for: kind).virtualHost == "/")
    }

    @Test(arguments: [
        "", "amqp://", "http://h", "amqp://h/a/b", "amqp://h?x", "amqp://u@h", "amqp://:p@h", "amqp://h:0", "h:99999",
        "amqp://u:%2@h", "amqp://u:%zz@h", "amqp://h/%ff",
    ])
    func invalidAddressesAreRejected(_ text: String) {
        let error = #expect(throws: MicroError.self) { try RabbitMQAddress(parsing: text, for: kind) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("MICRO_BROKER_ADDRESS") == true)
    }

    @Test func errorsContainNoPassword() {
        let error = #expect(throws: MicroError.self) {
            try RabbitMQAddress(parsing: "amqp://user:secret@h/a/b", for: kind)
        }
        #expect(error?.message.contains("secret") == false)
    }

    @Test func settingsAreRead() throws {
        let reader = ConfigReader(
            provider: EnvironmentVariablesProvider(environmentVariables: [
                "MICRO_BROKER_ADDRESS": "a, amqps://b", "MICRO_BROKER_DELIVERY": "at-least-once",
                "MICRO_BROKER_FORMAT": "go-micro", "RABBITMQ_QUEUE_TYPE": "quorum", "RABBITMQ_USER": "u",
                "RABBITMQ_PASSWORD": "p", "RABBITMQ_VHOST": "v", "RABBITMQ_EXCHANGE": "e", "RABBITMQ_CA": "ca.pem",
                "RABBITMQ_CERT": "", "RABBITMQ_KEY": "key.pem",
            ]))
        let configuration = try RabbitMQConfiguration(configReader: reader)
        #expect(configuration.addresses == ["a", "amqps://b"])
        #expect(configuration.delivery == .atLeastOnce && configuration.queueType == .quorum)
        #expect(configuration.format == .goMicro && configuration.exchange == "e")
        #expect(configuration.user == "u" && configuration.password?.reveal() == "p")
        #expect(configuration.virtualHost == "v" && configuration.certificateAuthorityFile == "ca.pem")
        #expect(configuration.clientCertificateFile == nil && configuration.clientKeyFile == "key.pem")
    }

    @Test(arguments: ["MICRO_BROKER_DELIVERY", "MICRO_BROKER_FORMAT", "RABBITMQ_QUEUE_TYPE"])
    func unknownSettingIsRejected(_ variable: String) {
        let reader = ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: [variable: "other"]))
        let error = #expect(throws: MicroError.self) { try RabbitMQConfiguration(configReader: reader) }
        #expect(error?.message.contains(variable) == true)
    }

    @Test func invalidConfigurationFailsAtOnce() {
        let changes: [(inout RabbitMQConfiguration) -> Void] = [
            { $0.addresses = [] }, { $0.user = "u" }, { $0.timeout = .zero }, { $0.maxInFlight = 70_000 },
            { $0.exchange = "" }, { $0.exchange = "amq.topic" }, { $0.virtualHost = "" },
            { $0.heartbeatInterval = .zero }, { $0.maxMessageSize = 0 }, { $0.unusedQueueLifetime = .zero },
        ]
        for change in changes {
            var configuration = RabbitMQConfiguration()
            change(&configuration)
            let error = #expect(throws: MicroError.self) { try RabbitMQBroker(configuration: configuration) }
            #expect(error?.code == .invalidArgument)
        }
    }

    @Test(arguments: [
        ("a.b", "a.b"), ("a.*", "a.*"), ("a.>", "a.*.#"), (">", "#"), ("*.>", "*.*.#"),
    ])
    func patternsBecomeBindingKeys(_ pattern: String, _ key: String) {
        #expect(RabbitMQNames.bindingKey(pattern) == key)
    }

    @Test func queueNamesFitIntoShortStrings() {
        let topic = String(repeating: "t", count: 247)
        let names = ["a", "b"].map { RabbitMQNames.queue("micro", topic, kind: "queue", topic.dropLast() + $0) }
        #expect(names.allSatisfy { $0.utf8.count == 255 } && names[0] != names[1])
        #expect(RabbitMQNames.queue("micro", "t", kind: "queue", "q") == "micro/t/queue/q")
    }

    @Test func delaysAreRoundedUp() {
        #expect(Duration.milliseconds(1).retryMilliseconds == 50)
        #expect(Duration.milliseconds(51).retryMilliseconds == 100)
        #expect(Duration.seconds(1).retryMilliseconds == 1000)
        #expect(Duration.seconds(61).retryMilliseconds == 300_000)
        #expect(Duration.seconds(3601).retryMilliseconds == 7_200_000)
        #expect(Duration.seconds(Int64.max / 2).retryMilliseconds == 20 * 24 * 3_600_000)
    }
}
