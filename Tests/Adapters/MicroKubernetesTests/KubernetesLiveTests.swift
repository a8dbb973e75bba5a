// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import MicroCore
import TestServers
import TestSupport
import Testing

@testable import MicroKubernetes

/// The adapter with a real API server, beyond the conformance suite.
@Suite(.requiresKubernetes, .kubernetes, .serialized, .timeLimit(.minutes(5))) struct KubernetesLiveTests {
    private let path = "/apis/coordination.k8s.io/v1/namespaces/default/leases"

    private func configuration(
        _ server: KubernetesServer, _ change: (inout KubernetesConfiguration) -> Void = { _ in }
    ) -> KubernetesConfiguration {
        var configuration = KubernetesConfiguration()
        configuration.address = server.url
        configuration.tls.certificateAuthorityFile = server.certificateAuthorityFile
        configuration.token = Secret(KubernetesServer.adminToken)
        configuration.namespace = uniqueName("ns")
        change(&configuration)
        return configuration
    }

    private func leases(_ server: KubernetesServer, _ scope: String) async throws -> Int {
        let text = try await server.request("GET", "\(path)?labelSelector=swift-micro%2Fscope%3D\(scope)").text
        return try JSONDecoder().decode(ObjectList<Lease>.self, from: Data(text.utf8)).items?.count ?? 0
    }

    @Test func outageAndItsEndAreLoggedAtOneLevel() async throws {
        let (server, log) = (try #require(KubernetesServer.current), LogRecorder())
        try await closing(try KubernetesRegistry(configuration: configuration(server), logger: log.logger)) {
            (registry) async throws in
            let states = RegistryStateRecorder(try registry.watch("svc"))
            #expect(await eventually { states.isLive })
            await server.kill()
            #expect(await eventually { log.hasOutage(of: "Kubernetes") })
            try await server.start()
            #expect(await eventually(within: .seconds(60)) { log.hasRecovery(of: "Kubernetes") && states.isLive })
        }
        #expect(log.outageCount == 1, "\(log.text)")
    }

    /// The Leases of a killed process are not listed, and are eventually deleted.
    @Test func leasesThatExpiredLongAgoAreDeleted() async throws {
        let server = try #require(KubernetesServer.current)
        var configuration = configuration(server)
        configuration.collection = .init(
            interval: .milliseconds(100), minAge: .zero, minDurations: 1, roundsPerFullCollection: 2)
        let scope = KubernetesNames(namespace: configuration.namespace).scope
        try await closing(try KubernetesRegistry(configuration: configuration)) { crashed in
            try await crashed.register(record("svc", node: "old"), timeToLive: .seconds(1))
            try await crashed.register(record("other", node: "old"), timeToLive: .seconds(1))
            try await crashed.register(record("svc", node: "forever"), timeToLive: nil)
        }
        try await closing(try KubernetesRegistry(configuration: configuration)) { (registry) async throws in
            let own = record("svc", node: "new")
            var remaining = own
            remaining.nodes += record("svc", node: "forever").nodes
            #expect(
                await eventually {
                    _ = try? await registry.register(own, timeToLive: .seconds(60))
                    return (try? await leases(server, scope)) == 2
                })
            let found = try await registry.lookUp("svc").flatMap(\.nodes).map(\.id).sorted()
            #expect(found == remaining.nodes.map(\.id).sorted())
            #expect(try await registry.list() == ["svc"])
            try await registry.deregister(remaining)
        }
        #expect(try await leases(server, scope) == 0)
    }

    /// With the default policy, a Lease that has just expired is kept, because its process may be suspended.
    @Test func leasesThatExpiredRecentlyAreKept() async throws {
        let server = try #require(KubernetesServer.current)
        var configuration = configuration(server)
        configuration.collection.interval = .milliseconds(10)
        let scope = KubernetesNames(namespace: configuration.namespace).scope
        try await closing(try KubernetesRegistry(configuration: configuration)) { (registry) async throws in
            try await registry.register(record("svc", node: "old"), timeToLive: .seconds(1))
            #expect(await eventually { (try? await registry.lookUp("svc")) == [] })
            for _ in 1...5 { try await registry.register(record("svc", node: "new"), timeToLive: .seconds(60)) }
            #expect(try await leases(server, scope) == 2)
            // The registration of a process that was suspended reports the loss.
            #expect(try await registry.register(record("svc", node: "old"), timeToLive: .seconds(1)).created)
        }
    }

    @Test func leasesHaveTheirPodAsOwner() async throws {
        let server = try #require(KubernetesServer.current)
        let configuration = configuration(server) { ($0.podName, $0.podUID) = ("greeter-1", "u-1") }
        try await closing(try KubernetesRegistry(configuration: configuration)) { (registry) async throws in
            try await registry.register(record("svc"), timeToLive: .seconds(60))
            let name = KubernetesNames(namespace: configuration.namespace).leaseName(ofNode: "svc-a")
            let text = try await server.request("GET", "\(path)/\(name)").text
            let lease = try JSONDecoder().decode(Lease.self, from: Data(text.utf8))
            #expect(lease.metadata.ownerReferences?.first == configuration.owner)
            #expect(lease.spec?.leaseDurationSeconds == 60)
            try await registry.deregister(record("svc"))
        }
    }

    /// A deregistration does not remove a node that now belongs to another service.
    @Test func nodeOfAnotherServiceIsNotDeregistered() async throws {
        let server = try #require(KubernetesServer.current)
        try await closing(try KubernetesRegistry(configuration: configuration(server))) { registry in
            var moved = record("new")
            moved.nodes = record("old").nodes
            try await registry.register(moved, timeToLive: .seconds(60))
            try await registry.deregister(record("old"))
            #expect(try await registry.lookUp("new") == [moved])
            try await registry.deregister(moved)
            #expect(try await registry.lookUp("new") == [])
        }
    }

    @Test func certificatesOfAKubeconfigFileAreUsed() async throws {
        let server = try #require(KubernetesServer.current)
        let authority = try Data(contentsOf: URL(fileURLWithPath: server.certificateAuthorityFile))
        let text = """
            apiVersion: v1
            current-context: test
            clusters:
            - cluster:
                certificate-authority-data: \(authority.base64EncodedString())
                server: \(server.url)
              name: test
            contexts:
            - context:
                cluster: test
                user: test
              name: test
            users:
            - name: test
              user:
                token: \(KubernetesServer.adminToken)
            """
        var configuration = KubernetesConfiguration()
        try configuration.apply(try Kubeconfig(text, file: "/x/config"))
        try await closing(try KubernetesRegistry(configuration: configuration)) { (registry) async throws in
            #expect(try await registry.lookUp(uniqueName()) == [])
        }
        // Without the authority the certificate is refused.
        configuration.embeddedTLS.certificateAuthorities = nil
        try await closing(try KubernetesRegistry(configuration: configuration)) { (registry) async throws in
            #expect(await errorCode { _ = try await registry.lookUp("svc") } == .unavailable)
        }
    }

    /// The manifests of `Examples/Deploy` are valid, and the role in them is sufficient and necessary.
    @Test func manifestsAreAccepted() async throws {
        let server = try #require(KubernetesServer.current)
        for document in try ["rbac.yaml", "greeter.yaml"].flatMap(KubernetesManifests.documents) {
            let isNamespace = document.path.hasSuffix("/namespaces/swift-micro")
            let dryRun = isNamespace ? "" : "&dryRun=All"
            let response = try await server.request(
                "PATCH", "\(document.path)?fieldManager=test&force=true\(dryRun)", document.text,
                contentType: "application/apply-patch+yaml")
            #expect(response.status == 200 || response.status == 201, "\(document.path): \(response.text)")
        }
    }

    @Test func roleOfTheManifestsIsSufficient() async throws {
        let server = try #require(KubernetesServer.current)
        let withoutRole = configuration(server) {
            $0.token = Secret(KubernetesServer.userToken)
            $0.kubernetesNamespace = "swift-micro"
        }
        for document in try KubernetesManifests.documents("rbac.yaml") {
            let text = document.text.replacing(
                "kind: ServiceAccount\n    name: greeter\n    namespace: swift-micro",
                with: "kind: User\n    name: plain-user\n    apiGroup: rbac.authorization.k8s.io")
            if document.path.contains("/rolebindings/") {
                try await closing(try KubernetesRegistry(configuration: withoutRole)) { registry in
                    #expect(await errorCode { _ = try await registry.lookUp("svc") } == .permissionDenied)
                }
            }
            let response = try await server.request(
                "PATCH", "\(document.path)?fieldManager=test&force=true", text,
                contentType: "application/apply-patch+yaml")
            #expect(response.status == 200 || response.status == 201, "\(document.path): \(response.text)")
        }
        try await closing(try KubernetesRegistry(configuration: withoutRole)) { registry in
            let watch = RegistryStateRecorder(try registry.watch("svc"))
            try await registry.register(record("svc"), timeToLive: .seconds(60))
            #expect(try await registry.lookUp("svc") == [record("svc")])
            #expect(await eventually { watch.isLive && watch.value?["svc"] == [record("svc")] })
            try await registry.deregister(record("svc"))
            #expect(try await registry.list() == [])
        }
    }
}

/// The adapter with API servers that are stopped.
@Suite(.faultRun, .requiresKubernetes, .startsServers, .serialized, .timeLimit(.minutes(5)))
struct KubernetesFaultTests {
    private func configuration(_ server: KubernetesServer) -> KubernetesConfiguration {
        var configuration = KubernetesConfiguration()
        configuration.address = server.url
        configuration.tls.certificateAuthorityFile = server.certificateAuthorityFile
        configuration.token = Secret(KubernetesServer.adminToken)
        return configuration
    }

    /// A server that is stopping refuses connections, but keeps watches open for almost a minute without sending
    /// anything.
    @Test func silentWatchOfAStoppingServerIsDetectedWithinTheBound() async throws {
        let server = try await KubernetesServer()
        try await server.start()
        try await closing(try KubernetesRegistry(configuration: configuration(server))) { registry in
            let recorder = RegistryStateRecorder(try registry.watch("svc"))
            #expect(await eventually { recorder.isLive })
            server.terminateAPIServer()
            #expect(await eventually(within: .seconds(45)) { recorder.cause != nil })
        }
        await server.end()
    }

    /// The API server responds from its cache and sends bookmarks, but no heartbeat can be stored.
    @Test(arguments: [SIGSTOP, SIGKILL]) func nodesDoNotExpireWhileEtcdIsDown(_ signal: Int32) async throws {
        let server = try await KubernetesServer()
        try await server.start()
        try await closing(try KubernetesRegistry(configuration: configuration(server))) { (registry) async throws in
            try await registry.register(record("svc"), timeToLive: .seconds(10))
            let recorder = RegistryStateRecorder(try registry.watch("svc"))
            #expect(await eventually { recorder.isLive && recorder.value?["svc"] == [record("svc")] })
            if signal == SIGKILL { await server.killEtcd() } else { server.signalEtcd(signal) }
            #expect(await eventually(within: .seconds(45)) { recorder.cause != nil })
            #expect(recorder.value?["svc"] == [record("svc")])
            if signal == SIGKILL { try await server.start() } else { server.signalEtcd(SIGCONT) }
            // The client's next heartbeat.
            #expect(
                await eventually {
                    (try? await registry.register(record("svc"), timeToLive: .seconds(10))) != nil
                })
            #expect(await eventually { recorder.isLive })
            #expect(recorder.all.drop { $0["svc"].isEmpty }.allSatisfy { $0["svc"] == [record("svc")] })
        }
        await server.end()
    }

    /// The version of the watch is one that the empty server has not reached.
    @Test func registrationsOfOthersAreSeenAfterTheDataWasLost() async throws {
        let server = try await KubernetesServer()
        try await server.start()
        let (reader, writer) = (
            try KubernetesRegistry(configuration: configuration(server)),
            try KubernetesRegistry(configuration: configuration(server))
        )
        for port in 1...200 { try await writer.register(record("old", port: port), timeToLive: nil) }
        let recorder = RegistryStateRecorder(try reader.watch("svc"))
        #expect(await eventually { recorder.isLive })
        try await server.wipe()
        #expect(
            await eventually { (try? await writer.register(record("svc"), timeToLive: .seconds(60))) != nil })
        #expect(await eventually { recorder.isLive && recorder.value?["svc"] == [record("svc")] })
        #expect(await eventually { (try? await reader.lookUp("svc")) == [record("svc")] })
        await reader.close()
        await writer.close()
        await server.end()
    }
}
