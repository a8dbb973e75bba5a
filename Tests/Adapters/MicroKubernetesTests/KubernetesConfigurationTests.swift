// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Configuration
import CurlTransfer
import Foundation
import MicroCore
import Testing

@testable import MicroKubernetes

@Suite struct KubernetesConfigurationTests {
    /// A folder with files that is deleted with this object.
    private final class Folder {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("kubernetes-\(UUID().uuidString)")

        init(_ files: [String: String]) throws {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            for (name, text) in files { try Data(text.utf8).write(to: url.appendingPathComponent(name)) }
        }

        deinit { try? FileManager.default.removeItem(at: url) }

        func path(_ name: String) -> String { url.appendingPathComponent(name).path }
    }

    private func configuration(
        _ variables: [String: String], folder: String = "/nonexistent"
    ) throws -> KubernetesConfiguration {
        let reader = ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: variables))
        return try KubernetesConfiguration(configReader: reader, address: nil, serviceAccountFolder: folder)
    }

    private func description(_ configuration: KubernetesConfiguration) throws -> String {
        try KubernetesRegistry(configuration: configuration).description
    }

    @Test func defaultIsKubectlProxy() throws {
        #expect(try description(KubernetesConfiguration()) == "Kubernetes at http://127.0.0.1:8001")
        #expect(try KubernetesRegistry(configuration: .init()).name == "kubernetes")
    }

    @Test func addressWithoutSchemeUsesTLS() throws {
        let read = try configuration(["MICRO_REGISTRY_ADDRESS": "a, b:443,http://c:8001"])
        #expect(try description(read) == "Kubernetes at https://a:6443, https://b:443, http://c:8001")
    }

    @Test func settingsOfAPodAreUsed() throws {
        let folder = try Folder(["token": "secret\n", "ca.crt": "x", "namespace": "registry\n"])
        let read = try configuration(
            [
                "KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443", "POD_NAME": "greeter-1",
                "POD_UID": "u-1", "MICRO_REGISTRY_NAMESPACE": "dev",
            ], folder: folder.url.path)
        #expect(try description(read) == "Kubernetes at https://[fd00::1]:443")
        #expect(read.tokenFile == folder.path("token"))
        #expect(read.tls.certificateAuthorityFile == folder.path("ca.crt"))
        #expect(read.kubernetesNamespace == "registry")
        #expect(read.namespace == "dev")
        #expect(read.owner == OwnerReference(apiVersion: "v1", kind: "Pod", name: "greeter-1", uid: "u-1"))
    }

    @Test func addressHasPrecedenceOverPod() throws {
        let read = try configuration([
            "MICRO_REGISTRY_ADDRESS": "a:1", "KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_TOKEN_FILE": "/t",
            "KUBERNETES_CACERT": "/ca", "KUBERNETES_CERT": "/c", "KUBERNETES_KEY": "/k", "KUBERNETES_NAMESPACE": "n",
        ])
        #expect(read.addresses == ["a:1"])
        #expect(read.tokenFile == "/t" && read.token == nil)
        #expect(read.tls == .init(certificateAuthorityFile: "/ca", certificateFile: "/c", keyFile: "/k"))
        #expect(read.kubernetesNamespace == "n")
    }

    @Test func kubeconfigIsTheLastSource() throws {
        let folder = try Folder(["config": Self.kubectl])
        let read = try configuration(["KUBECONFIG": "\(folder.path("missing")):\(folder.path("config"))"])
        #expect(try description(read) == "Kubernetes at https://10.1.2.3:6443")
        #expect(read.tls.certificateAuthorityFile == folder.path("ca.crt"))
        #expect(read.tls.certificateFile == "/etc/client.crt")
        #expect(read.kubernetesNamespace == "team")
        #expect(read.token == nil && read.tokenFile == folder.path("token"))
    }

    @Test func kubeconfigInHomeFolderIsRead() throws {
        let folder = try Folder([:])
        try FileManager.default.createDirectory(
            at: folder.url.appendingPathComponent(".kube"), withIntermediateDirectories: true)
        try Data(Self.k3s.utf8).write(to: folder.url.appendingPathComponent(".kube/config"))
        let read = try configuration(["HOME": folder.url.path])
        #expect(try description(read) == "Kubernetes at https://127.0.0.1:6443")
        #expect(read.embeddedTLS.certificateAuthorities == "authority\n")
        #expect(read.embeddedTLS.certificate == "certificate\n")
        #expect(read.embeddedTLS.key?.reveal() == "key\n")
    }

    @Test func missingServerIsReportedWithAdvice() {
        #expect { try configuration(["HOME": "/nonexistent"]) } throws: {
            ($0 as? MicroError)?.code == .invalidArgument && "\($0)".contains("KUBECONFIG")
        }
    }

    @Test(arguments: ["", "-a", "a-", "A", "a.b", "a/b", String(repeating: "a", count: 64)])
    func invalidKubernetesNamespacesAreRejected(_ namespace: String) {
        var configuration = KubernetesConfiguration()
        configuration.kubernetesNamespace = namespace
        #expect { try KubernetesRegistry(configuration: configuration) } throws: {
            ($0 as? MicroError)?.code == .invalidArgument && "\($0)".contains("KUBERNETES_NAMESPACE")
        }
    }

    @Test func invalidTokenIsRejectedAndNotShown() {
        var configuration = KubernetesConfiguration()
        configuration.token = Secret("hunter2\nX: y")
        #expect { try KubernetesRegistry(configuration: configuration) } throws: {
            ($0 as? MicroError)?.code == .invalidArgument && !"\($0)".contains("hunter2")
        }
    }

    // MARK: Kubeconfig

    @Test func kubeconfigOfKindIsRead() throws {
        let read = try Kubeconfig(Self.kind, file: "/x/config")
        #expect(read.server == "https://127.0.0.1:41231")
        #expect(read.embeddedTLS.certificateAuthorities == "authority\n")
        #expect(read.token?.reveal() == "quoted: # token")
    }

    @Test func kubeconfigInJSONIsRead() throws {
        let read = try Kubeconfig(
            #"""
            {"kind":"Config","apiVersion":"v1","preferences":{},"current-context":"c",
             "clusters":[{"name":"x","cluster":{"server":"https://a:1"}}],
             "users":[{"name":"u","user":{"token":"t"}}],
             "contexts":[{"name":"c","context":{"cluster":"x","user":"u","namespace":"n"}}]}
            """#, file: "config")
        #expect(read.server == "https://a:1" && read.token?.reveal() == "t" && read.namespace == "n")
    }

    @Test(arguments: [
        ("    exec:\n      command: aws\n      args: [a]\n", "exec"),
        ("    exec:\n      command: gke-gcloud-auth-plugin\n", "kubectl proxy"),
        ("    auth-provider:\n      name: gcp\n", "kubectl proxy"), ("    username: me\n", "username"),
    ]) func usersThatNeedOtherProgramsAreRefused(_ user: String, _ expected: String) {
        let text = Self.minimal(user: user)
        #expect { try Kubeconfig(text, file: "/x/config") } throws: { error in
            guard let error = error as? MicroError else { return false }
            return error.code == .unsupported && error.message.contains(expected)
        }
    }

    @Test(arguments: ["insecure-skip-tls-verify: true", "tls-server-name: x", "proxy-url: http://p:1"])
    func clustersThatWeakenOrRedirectTLSAreRefused(_ setting: String) {
        #expect { try Kubeconfig(Self.minimal(cluster: "    \(setting)\n"), file: "/x/config") } throws: {
            ($0 as? MicroError)?.code == .unsupported
        }
    }

    @Test(arguments: [
        "", "hello", "current-context: c\n", "a: b: c", "a: |\n  text\n", "- a\nb: c\n", "\ta: b", "a: &x b", "{",
        "current-context: c\ncontexts:\n- name: c\n  context:\n    cluster: none\n",
    ]) func invalidKubeconfigsAreRejected(_ text: String) {
        #expect { try Kubeconfig(text, file: "/x/config") } throws: {
            ($0 as? MicroError)?.code == .invalidArgument && "\($0)".contains("KUBECONFIG")
        }
    }

    /// gcloud writes a hint on several lines. The user of another context needs a program, but not the current one.
    @Test func scalarsThatContinueOnFurtherLinesAreRead() throws {
        let read = try Kubeconfig(Self.gcloud, file: "/x/config")
        #expect(read.server == "https://10.1.2.3" && read.token?.reveal() == "t")
        let gke = Self.gcloud.replacing("current-context: plain", with: "current-context: gke_project_zone_name")
        #expect { try Kubeconfig(gke, file: "/x/config") } throws: {
            ($0 as? MicroError)?.code == .unsupported && "\($0)".contains("kubectl proxy")
        }
    }

    @Test(
        arguments: [
            ("a: b\n  c\n   d # comment\n", "b c d"), ("a: \"b\n  c: d\"\n", "b c: d"), ("a: 'b\n  # c'\n", nil),
            ("a: b\n  c: d\n", nil), ("a: b # comment\n  c\n", nil), ("a: \"b\n", nil),
        ] as [(String, String?)]) func continuedScalars(_ text: String, _ expected: String?)
    {
        #expect(YAMLSubset.parse(text)?["a"].string == expected)
    }

    @Test(
        arguments: [
            ("a: [b, 'c d', \"e\"]\n", ["b", "c d", "e"]), ("a: [\n  b,\n  c,\n  ]\n", ["b", "c"]), ("a: []\n", []),
            ("a: [b, [c]]\n", nil), ("a: [b\n", nil), ("a: [{b: c}]\n", nil), ("a: ['b, c']\n", nil),
        ] as [(String, [String]?)]) func flowSequences(_ text: String, _ expected: [String]?)
    {
        #expect(YAMLSubset.parse(text) == expected.map { .mapping(["a": .sequence($0.map(YAMLSubset.scalar))]) })
    }

    @Test(arguments: [("https://a:1/", "https://a:1"), ("https://a:1/k8s/clusters/c-x", nil)] as [(String, String?)])
    func serverWithAPathIsRefusedWithAdvice(_ server: String, _ expected: String?) throws {
        let text = Self.minimal().replacing("https://a:1", with: server)
        guard let expected else {
            #expect { try Kubeconfig(text, file: "/x/config") } throws: {
                ($0 as? MicroError)?.code == .unsupported && "\($0)".contains("kubectl proxy")
            }
            return
        }
        #expect(try Kubeconfig(text, file: "/x/config").server == expected)
    }

    /// Kubernetes' documentation: `certificate-authority-data` overrides `certificate-authority`, and so on.
    @Test func embeddedCertificatesTakePrecedenceOverFiles() throws {
        let text = Self.minimal(
            cluster: "    certificate-authority: ca.crt\n    certificate-authority-data: YXV0aG9yaXR5Cg==\n",
            user: "    client-certificate: c.crt\n    client-certificate-data: Y2VydGlmaWNhdGUK\n"
                + "    client-key: c.key\n    client-key-data: a2V5Cg==\n")
        var configuration = KubernetesConfiguration()
        try configuration.apply(try Kubeconfig(text, file: "/x/config"))
        let tls = configuration.curlTLS
        #expect(tls.certificateAuthorities == "authority\n" && tls.certificateAuthorityFile == nil)
        #expect(tls.clientCertificate == "certificate\n" && tls.clientCertificateFile == nil)
        #expect(tls.clientKey?.reveal() == "key\n" && tls.clientKeyFile == nil)
    }

    @Test func embeddedCertificateMustBeBase64() {
        let text = Self.minimal(cluster: "    certificate-authority-data: '%%%'\n")
        #expect { try Kubeconfig(text, file: "/x/config") } throws: {
            ($0 as? MicroError)?.code == .invalidArgument
        }
    }

    private static func minimal(cluster: String = "", user: String = "") -> String {
        """
        current-context: c
        contexts:
        - name: c
          context: {}
        """.replacingOccurrences(of: " {}", with: "\n    cluster: x\n    user: u\n")
            + "clusters:\n- name: x\n  cluster:\n    server: https://a:1\n\(cluster)"
            + "users:\n- name: u\n  user:\n\(user)"
    }

    /// Samples for other tests.
    static let kubeconfigs = [kubectl, k3s, kind, gcloud]

    /// As gcloud and kubectl write it, with a second context.
    private static let gcloud = """
        apiVersion: v1
        clusters:
        - cluster:
            server: https://10.1.2.3
          name: gke_project_zone_name
        contexts:
        - context:
            cluster: gke_project_zone_name
            user: gke_project_zone_name
          name: gke_project_zone_name
        - context:
            cluster: gke_project_zone_name
            user: plain
          name: plain
        current-context: plain
        kind: Config
        preferences: {}
        users:
        - name: gke_project_zone_name
          user:
            exec:
              apiVersion: client.authentication.k8s.io/v1beta1
              command: gke-gcloud-auth-plugin
              installHint: Install gke-gcloud-auth-plugin for use with kubectl by following
                https://cloud.google.com/kubernetes-engine/docs/how-to/cluster-access-for-kubectl#install_plugin
              provideClusterInfo: true
        - name: plain
          user:
            token: t
        """

    /// As `kubectl config` writes it.
    private static let kubectl = """
        apiVersion: v1
        clusters:
        - cluster:
            certificate-authority: ca.crt
            server: https://10.1.2.3:6443
          name: production
        - cluster:
            server: https://other:6443
          name: other
        contexts:
        - context:
            cluster: other
            user: other
          name: other
        - context:
            cluster: production
            namespace: team
            user: me@example
          name: me@production
        current-context: me@production
        kind: Config
        preferences: {}
        users:
        - name: other
          user:
            exec:
              apiVersion: client.authentication.k8s.io/v1
              args:
              - --region
              - eu-central-1
              command: aws
              env: null
              provideClusterInfo: false
        - name: me@example
          user:
            client-certificate: /etc/client.crt
            client-key: client.key
            tokenFile: token
        """

    /// As k3s writes it.
    private static let k3s = """
        apiVersion: v1
        clusters:
        - cluster:
            certificate-authority-data: YXV0aG9yaXR5Cg==
            server: https://127.0.0.1:6443
          name: default
        contexts:
        - context:
            cluster: default
            user: default
          name: default
        current-context: default
        kind: Config
        preferences: {}
        users:
        - name: default
          user:
            client-certificate-data: Y2VydGlmaWNhdGUK
            client-key-data: a2V5Cg==
        """

    /// As kind writes it, with comments, quotes and indented sequences as people write them.
    private static let kind = """
        ---
        # kind
        apiVersion: v1
        current-context: "kind-kind"  # the only one
        clusters:
          - cluster:
              certificate-authority-data: YXV0aG9yaXR5Cg==
              server: 'https://127.0.0.1:41231'
            name: kind-kind
        contexts:
          -
            context:
              cluster: kind-kind
              user: kind-kind
            name: kind-kind

        users:
          - name: kind-kind
            user:
              token: "quoted: # token"
        """
}
