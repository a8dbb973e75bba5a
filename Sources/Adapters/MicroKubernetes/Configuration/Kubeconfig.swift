// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Foundation
import MicroCore

/// The current context of a kubeconfig file
/// ([Kubernetes' documentation](https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/)), in YAML or JSON.
struct Kubeconfig: Sendable {
    /// The URL of the API server.
    let server: String
    let namespace: String?
    let certificateAuthorityFile: String?
    let certificateFile: String?
    let keyFile: String?
    let embeddedTLS: EmbeddedTLS
    let token: Secret?
    let tokenFile: String?

    /// Reads a file.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` or `unsupported`.
    init(file: String) throws {
        let text: String
        do { text = try String(contentsOfFile: file, encoding: .utf8) } catch {
            throw BackendKind.kubernetes.invalid("cannot read the kubeconfig file \(file) (KUBECONFIG)")
        }
        try self.init(text, file: file)
    }

    /// Reads the text of a file.
    ///
    /// - Parameter file: The path of the file. Relative paths in the file are relative to its folder.
    init(_ text: String, file: String) throws {
        let reader = KubeconfigReader(file: file)
        guard let root = YAMLSubset.parse(text) else {
            throw reader.invalid("it is neither the YAML that kubectl writes nor JSON")
        }
        let contextName = root["current-context"].string
        guard let contextName, let context = root["contexts"].named(contextName)?["context"] else {
            throw reader.invalid("it has no current context")
        }
        guard let cluster = context["cluster"].string.flatMap({ root["clusters"].named($0) })?["cluster"],
            let server = cluster["server"].string
        else { throw reader.invalid("the cluster of the current context has no server") }
        let user = context["user"].string.flatMap { root["users"].named($0) }?["user"] ?? .null
        try reader.checkSupport(cluster: cluster, user: user)

        self.server = try reader.withoutPath(server)
        namespace = context["namespace"].string
        let embedded = EmbeddedTLS(
            certificateAuthorities: try reader.data(cluster, "certificate-authority-data"),
            certificate: try reader.data(user, "client-certificate-data"),
            key: try reader.data(user, "client-key-data").map(Secret.init))
        // Data takes precedence over a file.
        let hasAuthorities = embedded.certificateAuthorities != nil
        certificateAuthorityFile = hasAuthorities ? nil : reader.path(cluster["certificate-authority"])
        let hasCertificate = embedded.certificate != nil
        certificateFile = hasCertificate ? nil : reader.path(user["client-certificate"])
        keyFile = hasCertificate ? nil : reader.path(user["client-key"])
        embeddedTLS = embedded
        token = user["token"].string.map(Secret.init)
        tokenFile = reader.path(user["tokenFile"])
    }
}

/// Reads the values of a kubeconfig file.
private struct KubeconfigReader {
    let file: String

    func invalid(_ problem: String) -> MicroError {
        BackendKind.kubernetes.invalid("the kubeconfig file \(file) is not valid: \(problem) (KUBECONFIG)")
    }

    /// A path, relative to the folder of the file.
    func path(_ value: YAMLSubset) -> String? {
        guard let path = value.string else { return nil }
        return path.hasPrefix("/") ? path : URL(fileURLWithPath: file).deletingLastPathComponent().path + "/" + path
    }

    /// A text in base64.
    func data(_ value: YAMLSubset, _ key: String) throws -> String? {
        guard let text = value[key].string else { return nil }
        guard let bytes = Data(base64Encoded: text), let text = String(validating: bytes, as: UTF8.self) else {
            throw invalid("\(key) is not base64")
        }
        return text
    }

    /// The URL of a server without a slash at its end.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `unsupported` if the URL has a path, as those of Rancher's proxy.
    func withoutPath(_ server: String) throws -> String {
        let start = server.firstRange(of: "://")?.upperBound ?? server.startIndex
        guard let slash = server[start...].firstIndex(of: "/") else { return server }
        guard server[slash...].allSatisfy({ $0 == "/" }) else {
            throw unsupported("the URL of its server has a path: \(Self.proxyRemedy)")
        }
        return String(server[..<slash])
    }

    private static let proxyRemedy = "run kubectl proxy, and set MICRO_REGISTRY_ADDRESS=http://127.0.0.1:8001"

    /// Refuses settings that this reader does not support and must not ignore.
    func checkSupport(cluster: YAMLSubset, user: YAMLSubset) throws {
        let remedy = Self.proxyRemedy
        for key in ["exec", "auth-provider"] where user[key] != .null {
            throw unsupported("its user needs another program to log in (\(key)): \(remedy)")
        }
        for key in ["username", "as"] where user[key].string != nil {
            throw unsupported("\(key) is not supported: \(remedy)")
        }
        if cluster["insecure-skip-tls-verify"].string == "true" {
            throw unsupported("TLS is always verified: set certificate-authority in place of insecure-skip-tls-verify")
        }
        for key in ["tls-server-name", "proxy-url"] where cluster[key].string != nil {
            throw unsupported("\(key) is not supported: \(remedy)")
        }
    }

    private func unsupported(_ problem: String) -> MicroError {
        MicroError(
            .unsupported, "the kubeconfig file \(file) cannot be used: \(problem)", origin: MicroError.Origin.registry)
    }
}
