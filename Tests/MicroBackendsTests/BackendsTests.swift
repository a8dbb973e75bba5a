// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Configuration
import Micro
import MicroBackends
import Testing

@Suite struct BackendsTests {
    private func reader(_ values: [AbsoluteConfigKey: ConfigValue]) -> ConfigReader {
        ConfigReader(provider: InMemoryProvider(values: values))
    }

    @Test func theEnvironmentChoosesTheRegistry() throws {
        let consul = try Backends.environment.makeRegistry(
            reader(["micro.registry": "consul", "micro.registry.address": "127.0.0.1:8501"]))
        #expect(consul.name == "consul" && consul.description == "Consul at http://127.0.0.1:8501")
        #expect(try Backends.environment.makeRegistry(reader([:])).name == "memory")
    }

    @Test func theEnvironmentChoosesTheTransport() throws {
        #expect(try Backends.environment.makeTransport(reader([:])).name == "http")
        #expect(try Backends.environment.makeTransport(reader(["micro.transport": "memory"])).name == "memory")
        #expect(try Backends.environment.makeTransport(reader(["micro.transport": "nats"])).name == "nats")
    }

    @Test func anUnknownNameIsToldWithTheKnownOnes() {
        let error = #expect(throws: MicroError.self) {
            try Backends.environment.makeRegistry(reader(["micro.registry": "zookeeper"]))
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message == "MICRO_REGISTRY=zookeeper is not known: choose one of consul, etcd, memory")
    }

    @Test func aWrongAddressIsTold() {
        #expect {
            try Backends.environment.makeRegistry(
                reader(["micro.registry": "consul", "micro.registry.address": "a b"]))
        } throws: {
            ($0 as? MicroError)?.code == .invalidArgument
        }
    }
}
