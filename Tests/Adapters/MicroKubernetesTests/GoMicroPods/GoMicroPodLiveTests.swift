// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import TestServers
import TestSupport
import Testing

@testable import MicroKubernetes

/// Pods of go-micro at a real API server: no kubelet runs them, so their status is set by requests.
private struct Pods {
    let server: KubernetesServer
    private let path = "/api/v1/namespaces/default/pods"

    init(_ server: KubernetesServer) { self.server = server }

    /// Creates a running pod of a node that does not exist, with a service as go-micro's plugin describes it.
    func create(_ name: String, _ service: ServiceRecord) async throws {
        let patch = try GoMicroPods.patch(service.name, [service])
        let record = try #require(patch.metadata.annotations["micro.mu/service-\(service.name)"] ?? nil)
        let annotation = String(decoding: try JSONEncoder().encode(record), as: UTF8.self)
        try await send(
            "POST", "",
            #"{"metadata":{"name":"\#(name)","labels":{"micro.mu/type":"service","#
                + #""micro.mu/selector-\#(service.name)":"service"},"#
                + #""annotations":{"micro.mu/service-\#(service.name)":\#(annotation)}},"#
                + #""spec":{"nodeName":"n","containers":[{"name":"service","image":"service"}]}}"#)
        try await send("PATCH", "/\(name)/status", #"{"status":{"phase":"Running"}}"#)
    }

    func patch(_ name: String, _ body: String) async throws { try await send("PATCH", "/\(name)", body) }

    /// Deletes a pod, which stays with a `deletionTimestamp` until its node confirms.
    func delete(_ name: String) async throws { try await send("DELETE", "/\(name)", nil) }

    private func send(_ method: String, _ target: String, _ body: String?) async throws {
        let response = try await server.request(
            method, path + target, body,
            contentType: method == "PATCH" ? "application/merge-patch+json" : "application/json")
        #expect((200...202).contains(response.status), "\(method) \(target): \(response.text)")
    }

    func configuration() -> KubernetesConfiguration {
        var configuration = KubernetesConfiguration()
        configuration.address = server.url
        configuration.tls.certificateAuthorityFile = server.certificateAuthorityFile
        configuration.token = Secret(KubernetesServer.adminToken)
        configuration.goMicroPods = true
        return configuration
    }
}

@Suite(.requiresKubernetes, .kubernetes, .serialized, .timeLimit(.minutes(5))) struct GoMicroPodLiveTests {
    /// A watch sees a pod appear, lose its labels, come back and be deleted.
    @Test func watchFollowsPods() async throws {
        let pods = Pods(try #require(KubernetesServer.current))
        let service = record(uniqueName("pod"))
        try await closing(try KubernetesRegistry(configuration: pods.configuration())) { (registry) async throws in
            let watch = RegistryStateRecorder(try registry.watch(service.name))
            #expect(await eventually { watch.isLive })
            try await pods.create("one", service)
            #expect(await eventually { watch.value?[service.name] == [service] })
            #expect(try await registry.lookUp(service.name) == [service])

            try await pods.patch("one", #"{"metadata":{"labels":{"micro.mu/type":null}}}"#)
            #expect(await eventually { watch.value?[service.name] == [] })
            try await pods.patch("one", #"{"metadata":{"labels":{"micro.mu/type":"service"}}}"#)
            #expect(await eventually { watch.value?[service.name] == [service] })

            // The pod still exists and runs.
            try await pods.delete("one")
            #expect(await eventually { watch.value?[service.name] == [] })
            #expect(try await registry.lookUp(service.name) == [])
        }
    }
}

/// Watches of Leases and pods together, with API servers that fail.
@Suite(.faultRun, .requiresKubernetes, .startsServers, .serialized, .timeLimit(.minutes(5)))
struct GoMicroPodFaultTests {
    @Test func bothStreamsRecoverAfterTheServerWasKilled() async throws {
        let server = try await KubernetesServer()
        try await server.start()
        let pods = Pods(server)
        try await closing(try KubernetesRegistry(configuration: pods.configuration())) { (registry) async throws in
            let watch = RegistryStateRecorder(try registry.watch(nil))
            #expect(await eventually { watch.isLive })
            try await pods.create("one", record("pod"))
            #expect(await eventually { watch.value?["pod"] == [record("pod")] })
            await server.kill()
            #expect(await eventually { watch.cause != nil })
            #expect(watch.value?["pod"] == [record("pod")])
            try await server.start()
            #expect(await eventually(within: .seconds(60)) { watch.isLive })
            #expect(watch.value?["pod"] == [record("pod")])
            try await pods.delete("one")
            try await registry.register(record("lease"), timeToLive: .seconds(30))
            #expect(await eventually { watch.value?["pod"] == [] && watch.value?["lease"] == [record("lease")] })
        }
        await server.end()
    }
}
