// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Configuration
import MicroMemory
import Testing

@testable import Micro

private func reader(_ values: [AbsoluteConfigKey: ConfigValue]) -> ConfigReader {
    ConfigReader(provider: InMemoryProvider(values: values))
}

@Suite struct SettingsTests {
    @Test(arguments: [
        ("30", 30_000), ("0.5", 500), ("500ms", 500), ("30s", 30_000), ("1m", 60_000), ("2h", 7_200_000),
    ])
    func durations(_ text: String, _ milliseconds: Int) {
        #expect(Duration(setting: text) == .milliseconds(milliseconds))
    }

    @Test(arguments: ["", "x", "-1", "0", "1d", "s", "1e300", "nan", "inf", "999999999h", "1 s"]) func badDurations(
        _ text: String
    ) {
        #expect(Duration(setting: text) == nil)
    }

    @Test func aServiceReadsItsSettings() throws {
        let settings = try Microservice.Configuration(
            name: "greeter",
            configReader: reader([
                "micro.server.name": "other", "micro.server.version": "2", "micro.server.id": "7",
                "micro.server.address": ":8080", "micro.server.advertise": "host:1", "micro.register.ttl": "9",
                "micro.server.metadata": "region=eu,zone=a=b",
            ]))
        #expect(settings.name == "other" && settings.version == "2" && settings.id == "7")
        #expect(settings.address == Address(host: "0.0.0.0", port: 8080))
        #expect(settings.advertise == Address(host: "host", port: 1))
        #expect(settings.metadata == ["region": "eu", "zone": "a=b"])
        #expect(settings.registration.timeToLive == .seconds(9) && settings.registration.interval == .seconds(3))
    }

    @Test func aClientReadsItsSettings() throws {
        let settings = try Client.Configuration(
            configReader: reader([
                "micro.client.request.timeout": "250ms", "micro.client.retries": "0", "micro.selector": "roundrobin",
            ]))
        #expect(
            settings.requestTimeout == .milliseconds(250) && settings.retries == 0 && settings.strategy == .roundRobin)
    }

    @Test(arguments: [
        ("micro.server.address", "nowhere:x"), ("micro.server.metadata", "region"), ("micro.register.ttl", "soon"),
        ("micro.client.retries", "-1"), ("micro.selector", "best"), ("micro.registry", "zookeeper"),
        ("micro.transport", "pigeon"),
    ])
    func aWrongSettingIsNamed(_ key: String, _ value: String) {
        let reader = reader([AbsoluteConfigKey(ConfigKey(key)): ConfigValue(.string(value), isSecret: false)])
        let error = #expect(throws: MicroError.self) { try Microservice("greeter", configuration: reader) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains(value) == true)
        if key != "micro.server.address" {
            #expect(error?.message.contains(key.uppercased().split(separator: ".").joined(separator: "_")) == true)
        }
    }

    @Test func aRegistryThatIsNotLinkedSaysHowToLinkIt() {
        let error = #expect(throws: MicroError.self) {
            try Microservice("greeter", configuration: reader(["micro.registry": "consul"]))
        }
        #expect(error?.code == .unsupported)
        #expect(
            error?.message
                == "MICRO_REGISTRY=consul, but this program links only memory: import MicroBackends and pass backends: .environment"
        )
    }

    @Test func aBadNameIsRefused() {
        #expect { try Microservice("a/b", configuration: reader([:])) } throws: {
            ($0 as? MicroError)?.code == .invalidName
        }
    }
}
