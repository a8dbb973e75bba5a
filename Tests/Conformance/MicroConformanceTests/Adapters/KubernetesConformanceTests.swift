// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroConformanceTesting
import TestServers
import TestSupport
import Testing

/// The cases without faults against a Kubernetes API server.
@Suite(.requiresKubernetes, .kubernetes, .serialized, .timeLimit(.minutes(10))) struct KubernetesConformanceTests {
    @Test(.conformanceReport, .serialized, arguments: RegistryCase.promptCases)
    func contract(_ each: RegistryCase) async throws {
        let server = try #require(KubernetesServer.current)
        await each.verify(against: try await KubernetesHarnesses.harness(server))
    }

    @Test(.conformanceReport) func contractOfWaitingCases() async throws {
        let server = try #require(KubernetesServer.current)
        try await RegistryCase.verifyWaitingCases { each in
            await each.verify(against: try await KubernetesHarnesses.harness(server))
        }
    }

    /// Cases that read and write pods of go-micro: the one about its records, and some others with a namespace.
    @Test(
        .conformanceReport, .serialized,
        arguments: RegistryCase.all.filter { ["R01", "R18", "R56"].contains($0.id) })
    func contractWithGoMicroPods(_ each: RegistryCase) async throws {
        let server = try #require(KubernetesServer.current)
        await each.verify(against: try await KubernetesHarnesses.goMicroHarness(server))
    }
}

/// The fault and stress cases against a Kubernetes API server. Some stop, kill, pause and wipe it.
@Suite(.faultRun, .requiresKubernetes, .kubernetes, .serialized, .timeLimit(.minutes(30)))
struct KubernetesFaultConformanceTests {
    @Test(.conformanceReport, .serialized, arguments: RegistryCase.faultCases.filter { !$0.hooks.contains(.http) })
    func contract(_ each: RegistryCase) async throws {
        let server = try #require(KubernetesServer.current)
        await each.verify(against: try await KubernetesHarnesses.harness(server))
    }

    /// An API server speaks only TLS. These cases change its responses, and need a relay that speaks HTTP.
    @Test(.conformanceReport, .serialized, arguments: RegistryCase.faultCases.filter { $0.hooks.contains(.http) })
    func contractOverHTTP(_ each: RegistryCase) async throws {
        let server = try #require(KubernetesServer.current)
        let relay = try await TLSRelay(to: server.port, certificateAuthorityFile: server.certificateAuthorityFile)
        await each.verify(against: try await KubernetesHarnesses.plainHarness(relay, server))
        try await relay.stop()
    }
}
