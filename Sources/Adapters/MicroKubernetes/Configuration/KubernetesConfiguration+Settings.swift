// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import BackendSupport
public import Configuration
import Foundation
import MicroCore

extension KubernetesConfiguration {
    /// Creates a configuration from settings.
    ///
    /// The API server and the credentials come from the first of these sources that exists: `micro.registry.address`
    /// (`MICRO_REGISTRY_ADDRESS`), the pod that the process runs in (`KUBERNETES_SERVICE_HOST`), or the current context
    /// of a kubeconfig file (`KUBECONFIG`, `~/.kube/config`).
    ///
    /// These settings take precedence over the values of that source: `kubernetes.token` (`KUBERNETES_TOKEN`),
    /// `kubernetes.token.file`, `kubernetes.cacert`, `kubernetes.cert`, `kubernetes.key` and `kubernetes.namespace`. Further
    /// settings are `micro.registry.namespace`, `pod.name` (`POD_NAME`), `pod.uid`
    /// (`POD_UID`) and `kubernetes.go.micro.pods` (`KUBERNETES_GO_MICRO_PODS`): `true` for ``goMicroPods``.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` if no API server is set or a file is not valid, and with
    ///   `unsupported` for a kubeconfig file that requires another program.
    public init(configReader reader: ConfigReader) throws {
        try self.init(configReader: reader, address: nil)
    }

    /// Creates a configuration from settings.
    ///
    /// - Parameters:
    ///   - address: The address to use in place of `micro.registry.address`; nil to use that.
    ///   - folder: The folder of the pod's service account.
    package init(
        configReader reader: ConfigReader, address explicit: String?,
        serviceAccountFolder folder: String = "/var/run/secrets/kubernetes.io/serviceaccount"
    ) throws {
        self.init()
        if let text = explicit ?? reader.nonEmptyString("micro.registry.address") {
            address = text
        } else if let host = reader.nonEmptyString("kubernetes.service.host") {
            readServiceAccount(host: host, port: reader.nonEmptyString("kubernetes.service.port"), folder)
        } else if let file = Self.kubeconfigFile(reader) {
            try apply(try Kubeconfig(file: file))
        } else {
            throw Self.kind.invalid(
                "no Kubernetes API server is set: set MICRO_REGISTRY_ADDRESS or KUBECONFIG, or run in a pod")
        }
        readSettings(reader)
    }

    /// Reads the settings of a pod
    /// ([Kubernetes' documentation](https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/)).
    private mutating func readServiceAccount(host: String, port: String?, _ folder: String) {
        let name = host.contains(":") ? "[\(host)]" : host
        addresses = ["https://\(name):\(port ?? "443")"]
        tokenFile = "\(folder)/token"
        tls.certificateAuthorityFile = "\(folder)/ca.crt"
        // A pod without this file uses the default namespace.
        if let text = try? String(contentsOfFile: "\(folder)/namespace", encoding: .utf8) {
            kubernetesNamespace = text.trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    /// The first kubeconfig file that exists, or that is set.
    private static func kubeconfigFile(_ reader: ConfigReader) -> String? {
        if let list = reader.nonEmptyString("kubeconfig") {
            let files = list.split(separator: ":").map(String.init)
            return files.first(where: FileManager.default.fileExists) ?? files.first
        }
        let standard = reader.nonEmptyString("home").map { "\($0)/.kube/config" }
        return standard.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
    }

    private mutating func readSettings(_ reader: ConfigReader) {
        if let text = reader.nonEmptyString("kubernetes.token", isSecret: true) { token = Secret(text) }
        if let file = reader.nonEmptyString("kubernetes.token.file") { (token, tokenFile) = (token, file) }
        tls.certificateAuthorityFile = reader.nonEmptyString("kubernetes.cacert") ?? tls.certificateAuthorityFile
        tls.certificateFile = reader.nonEmptyString("kubernetes.cert") ?? tls.certificateFile
        tls.keyFile = reader.nonEmptyString("kubernetes.key") ?? tls.keyFile
        kubernetesNamespace = reader.nonEmptyString("kubernetes.namespace") ?? kubernetesNamespace
        namespace = reader.nonEmptyString("micro.registry.namespace") ?? namespace
        podName = reader.nonEmptyString("pod.name")
        podUID = reader.nonEmptyString("pod.uid")
        goMicroPods = reader.nonEmptyString("kubernetes.go.micro.pods") == "true"
    }

    /// Applies the current context of a kubeconfig file.
    mutating func apply(_ file: Kubeconfig) throws {
        addresses = [file.server]
        tls = ClientTLSConfiguration(
            certificateAuthorityFile: file.certificateAuthorityFile, certificateFile: file.certificateFile,
            keyFile: file.keyFile)
        embeddedTLS = file.embeddedTLS
        (token, tokenFile) = (file.token, file.tokenFile)
        kubernetesNamespace = file.namespace ?? kubernetesNamespace
    }
}
