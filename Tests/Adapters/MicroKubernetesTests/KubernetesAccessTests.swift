// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Configuration
import Foundation
import MicroCore
import TestServers
import TestSupport
import Testing

@testable import MicroKubernetes

/// How clients log in to a real API server.
@Suite(.requiresKubernetes, .kubernetes, .serialized, .timeLimit(.minutes(5))) struct KubernetesAccessTests {
    /// Registers, watches, finds and deregisters a service.
    private func useRegistry(_ configuration: KubernetesConfiguration) async throws {
        try await closing(try KubernetesRegistry(configuration: configuration)) { (registry) async throws in
            let service = record(uniqueName())
            let watch = RegistryStateRecorder(try registry.watch(service.name))
            try await registry.register(service, timeToLive: .seconds(30))
            #expect(try await registry.lookUp(service.name) == [service])
            #expect(await eventually { watch.isLive && watch.value?[service.name] == [service] })
            try await registry.deregister(service)
            #expect(await eventually { watch.isLive && watch.value?[service.name] == [] })
            #expect(try await registry.lookUp(service.name) == [])
        }
    }

    private func base(_ server: KubernetesServer) -> KubernetesConfiguration {
        var configuration = KubernetesConfiguration()
        configuration.address = server.url
        configuration.tls.certificateAuthorityFile = server.certificateAuthorityFile
        return configuration
    }

    // MARK: Client certificates

    @Test func clientCertificateInFilesLogsIn() async throws {
        let server = try #require(KubernetesServer.current)
        let identity = try await server.clientIdentity()
        var configuration = base(server)
        configuration.tls.certificateFile = identity.certificate
        configuration.tls.keyFile = identity.key
        try await useRegistry(configuration)
    }

    @Test func clientCertificateInAKubeconfigLogsIn() async throws {
        let server = try #require(KubernetesServer.current)
        try await useRegistry(try kubeconfig(server, try await server.clientIdentity()))
    }

    /// The certificate has the same name and permissions, but another authority has signed it.
    @Test func clientCertificateOfAStrangerIsRefused() async throws {
        let server = try #require(KubernetesServer.current)
        let (identity, authority) = try await KubernetesServer.untrustedClientIdentity()
        var inFiles = base(server)
        inFiles.tls.certificateFile = identity.certificate
        inFiles.tls.keyFile = identity.key
        for configuration in [inFiles, try kubeconfig(server, identity)] {
            try await closing(try KubernetesRegistry(configuration: configuration)) { (registry) async throws in
                #expect(await errorCode { _ = try await registry.lookUp("svc") } == .unauthenticated)
            }
        }
        withExtendedLifetime(authority) {}
    }

    /// The configuration of a kubeconfig file with embedded certificates.
    private func kubeconfig(
        _ server: KubernetesServer, _ identity: Certificates.Identity
    ) throws -> KubernetesConfiguration {
        let data = { (path: String) in try Data(contentsOf: URL(fileURLWithPath: path)).base64EncodedString() }
        let text = """
            apiVersion: v1
            current-context: test
            clusters:
            - cluster:
                certificate-authority-data: \(try data(server.certificateAuthorityFile))
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
                client-certificate-data: \(try data(identity.certificate))
                client-key-data: \(try data(identity.key))
            """
        var configuration = KubernetesConfiguration()
        try configuration.apply(try Kubeconfig(text, file: "/x/config"))
        return configuration
    }

    // MARK: kubectl proxy

    /// `kubectl proxy` adds the credentials: the client has neither a token nor a certificate, and uses plain HTTP.
    @Test(.requiresKubectl) func kubectlProxyNeedsNoCredentials() async throws {
        let server = try #require(KubernetesServer.current)
        let proxy = try await KubectlProxy(to: server)
        let reader = ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: [:]))
        let configuration = try KubernetesConfiguration(configReader: reader, address: proxy.url)
        #expect(configuration.token == nil && configuration.tls.certificateAuthorityFile == nil)
        try await useRegistry(configuration)
        await proxy.end()
    }

    // MARK: In a pod

    /// With the files and variables of a pod, the role in `Examples/Deploy`, and a token of the service account.
    @Test func podWithTheRoleOfTheManifestsUsesTheRegistry() async throws {
        let server = try #require(KubernetesServer.current)
        for document in try KubernetesManifests.documents("rbac.yaml") {
            let response = try await server.request(
                "PATCH", "\(document.path)?fieldManager=test&force=true", document.text,
                contentType: "application/apply-patch+yaml")
            #expect(response.status == 200 || response.status == 201, "\(document.path): \(response.text)")
        }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pod-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = [
            "token": try await token(server), "namespace": "swift-micro",
            "ca.crt": try String(contentsOfFile: server.certificateAuthorityFile, encoding: .utf8),
        ]
        for (name, text) in files { try Data(text.utf8).write(to: folder.appendingPathComponent(name)) }
        let reader = ConfigReader(
            provider: EnvironmentVariablesProvider(environmentVariables: [
                "KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": "\(server.port)",
            ]))
        let configuration = try KubernetesConfiguration(
            configReader: reader, address: nil, serviceAccountFolder: folder.path)
        #expect(configuration.kubernetesNamespace == "swift-micro")
        try await useRegistry(configuration)
        // The role is limited to its namespace.
        var elsewhere = configuration
        elsewhere.kubernetesNamespace = "default"
        try await closing(try KubernetesRegistry(configuration: elsewhere)) { (registry) async throws in
            #expect(await errorCode { _ = try await registry.lookUp("svc") } == .permissionDenied)
        }
    }

    private struct TokenRequest: Decodable {
        struct Status: Decodable {
            let token: String
        }

        let status: Status
    }

    /// A token of the service account, as the kubelet gets it.
    private func token(_ server: KubernetesServer) async throws -> String {
        let response = try await server.request(
            "POST", "/api/v1/namespaces/swift-micro/serviceaccounts/greeter/token",
            #"{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":600}}"#)
        #expect(response.status == 201, "\(response.text)")
        return try JSONDecoder().decode(TokenRequest.self, from: Data(response.text.utf8)).status.token
    }
}
