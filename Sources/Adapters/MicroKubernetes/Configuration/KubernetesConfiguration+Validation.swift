// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import BackendSupport
package import CurlTransfer
package import MicroCore

/// Certificates in PEM format that are not in files.
package struct EmbeddedTLS: Sendable {
    /// The certificate authorities; nil for none.
    package var certificateAuthorities: String?
    /// The client certificate; nil for none.
    package var certificate: String?
    /// The key of the client certificate.
    package var key: Secret?
}

extension KubernetesConfiguration: BackendConfiguration {
    package static var kind: BackendKind { .kubernetes }

    package var curlTLS: CurlTLS {
        var result = CurlTLS(tls)
        if tls.certificateAuthorityFile == nil { result.certificateAuthorities = embeddedTLS.certificateAuthorities }
        if tls.certificateFile == nil {
            (result.clientCertificate, result.clientKey) = (embeddedTLS.certificate, embeddedTLS.key)
        }
        return result
    }

    /// The layout of the names.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`.
    func validatedNames() throws -> KubernetesNames {
        try NameRules.check(namespace: namespace)
        let isLabel = kubernetesNamespace.utf8.allSatisfy { byte in
            (byte.isASCIIAlphanumeric && !(0x41...0x5A).contains(byte)) || byte == UInt8(ascii: "-")
        }
        guard isLabel, (1...63).contains(kubernetesNamespace.utf8.count), kubernetesNamespace.first != "-",
            kubernetesNamespace.last != "-"
        else {
            throw Self.kind.invalid(
                "\"\(kubernetesNamespace.prefix(80))\" is not a Kubernetes namespace: expected 1 to 63 of a-z 0-9 - "
                    + "(KUBERNETES_NAMESPACE)")
        }
        if let token, !token.reveal().utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            throw Self.kind.invalid("the token contains a space or a control character (KUBERNETES_TOKEN)")
        }
        return KubernetesNames(namespace: namespace)
    }

    /// The pod that the process runs in; nil if it is not known.
    var owner: OwnerReference? {
        guard let podName, let podUID else { return nil }
        return OwnerReference(apiVersion: "v1", kind: "Pod", name: podName, uid: podUID)
    }
}

extension CurlTLS {
    /// Whether the client has a certificate.
    var hasClientCertificate: Bool { clientCertificateFile != nil || clientCertificate != nil }
}

extension BackendKind {
    static let kubernetes = BackendKind(
        .registry, name: "Kubernetes", nameWithArticle: "a Kubernetes API server",
        authoritySetting: "KUBERNETES_CACERT", certificateSetting: "KUBERNETES_CERT", keySetting: "KUBERNETES_KEY",
        credentialsSetting: "KUBERNETES_TOKEN or KUBERNETES_TOKEN_FILE", defaultPort: 6443)
}
