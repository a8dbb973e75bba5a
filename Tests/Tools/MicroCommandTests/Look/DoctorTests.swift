// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import TestServers
import TestSupport
import Testing

/// The versions of servers in `micro doctor`.
@Suite(.requiresNATS, .nats, .serialized, .timeLimit(.minutes(2))) struct NATSDoctorTests {
    @Test func versionOfTheServerIsShown() async throws {
        let nats = try #require(NATSServer.current)
        let result = try await MicroTool.run(
            MicroTool.path, ["doctor"], environment: ["MICRO_BROKER": "nats", "MICRO_BROKER_ADDRESS": nats.address])
        #expect(result.text.contains("(NATS 2.") && result.text.contains("delivered an event"), "\(result.text)")
    }
}

/// Services and callers that are registered in Consul, and exchange calls over NATS.
@Suite(.requiresConsul, .consul, .requiresNATS, .nats, .serialized, .timeLimit(.minutes(2)))
struct NATSTransportCommandTests {
    @Test func servicesAreCalledOverNATS() async throws {
        let (consul, nats) = (try #require(ConsulServer.current), try #require(NATSServer.current))
        let system = try await TestSystem.start([
            "MICRO_REGISTRY": "consul", "MICRO_REGISTRY_ADDRESS": consul.address, "MICRO_TRANSPORT": "nats",
            "MICRO_TRANSPORT_ADDRESS": nats.address,
        ])
        let call = try await system.micro("greeter", "hello", "--name=John")
        #expect(call.status == 0 && call.text.contains("\"greeting\": \"Hello John"), "\(call.text)")
        #expect(try await system.micro("health", "greeter").status == 0)
        let doctor = try await system.micro("doctor")
        #expect(doctor.status == 0 && doctor.text.contains("nats, 2 nodes"), "\(doctor.text)")
        let other = try await system.micro("doctor", "--transport", "http")
        #expect(other.text.contains("2 nodes use nats") && other.text.contains("MICRO_TRANSPORT=nats"), "\(other.text)")
        await system.end()
    }
}

@Suite(.requiresRabbitMQ, .rabbitMQ, .serialized, .timeLimit(.minutes(2))) struct RabbitMQDoctorTests {
    @Test func versionOfTheServerIsShown() async throws {
        let rabbitMQ = try #require(RabbitMQServer.current)
        let result = try await MicroTool.run(
            MicroTool.path, ["doctor"],
            environment: ["MICRO_BROKER": "rabbitmq", "MICRO_BROKER_ADDRESS": rabbitMQ.url])
        #expect(result.text.contains("(RabbitMQ ") && result.text.contains("delivered an event"), "\(result.text)")
    }
}

@Suite(.requiresKubernetes, .kubernetes, .serialized, .timeLimit(.minutes(2))) struct KubernetesDoctorTests {
    @Test func versionAndClockOfTheServerAreShown() async throws {
        let server = try #require(KubernetesServer.current)
        let environment = [
            "MICRO_REGISTRY": "kubernetes", "MICRO_REGISTRY_ADDRESS": server.url,
            "KUBERNETES_TOKEN": KubernetesServer.adminToken, "KUBERNETES_CACERT": server.certificateAuthorityFile,
        ]
        let result = try await MicroTool.run(MicroTool.path, ["doctor"], environment: environment)
        #expect(result.status == 0 && result.text.contains("kubernetes v1."), "\(result.text)")
        #expect(result.text.contains("clock"), "\(result.text)")
    }
}
