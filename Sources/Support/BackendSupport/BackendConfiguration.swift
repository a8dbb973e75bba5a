// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import CurlTransfer
package import MicroCore

/// The part of an adapter's configuration that all HTTP backends have in common.
package protocol BackendConfiguration {
    /// The backend, for messages.
    static var kind: BackendKind { get }
    /// The servers: `host:port`, or a URL of `http` or `https`.
    var addresses: [String] { get }
    /// Whether an address without a scheme uses `https`.
    var usesTLS: Bool { get }
    /// The certificate files of the client.
    var tls: ClientTLSConfiguration { get }
    /// The certificates of the client; by default, those in ``tls``.
    var curlTLS: CurlTLS { get }
    /// The time limit of one operation.
    var timeout: Duration { get }
    /// How long a blocking query or watch request stays open.
    var watchRenewalInterval: Duration { get }
    /// The maximum size of a response, in bytes.
    var maxResponseSize: Int { get }
}

extension BackendConfiguration {
    /// The certificate files of the configuration.
    package var curlTLS: CurlTLS { CurlTLS(tls) }

    /// The configured servers.
    ///
    /// - Throws: `MicroError` with `invalidArgument` if an address is not valid or there is none.
    package func makeServers() throws -> FailoverRing {
        FailoverRing(Self.kind, urls: try Self.kind.urls(of: addresses, usingTLS: usesTLS))
    }

    /// A client for the configured servers.
    ///
    /// - Parameters:
    ///   - maxConcurrentRequests: The maximum number of concurrent short requests. Each uses a connection.
    ///   - maxIdleConnections: The maximum number of connections that are kept open for later requests.
    ///   - headers: The header fields of all requests.
    package func makeHTTPClient(
        maxConcurrentRequests: Int, maxIdleConnections: Int,
        headers: @escaping @Sendable () -> [(String, String)]
    ) -> BackendHTTPClient {
        BackendHTTPClient(
            tls: curlTLS, maxResponseSize: maxResponseSize, maxConcurrentRequests: maxConcurrentRequests,
            maxIdleConnections: maxIdleConnections, headers: headers)
    }

    /// ``watchRenewalInterval`` within the limits that servers accept.
    ///
    /// - Parameter maximum: The limit of the backend.
    package func watchRenewalInterval(atMost maximum: Duration) -> Duration {
        min(max(.milliseconds(10), watchRenewalInterval), maximum)
    }
}

extension CurlTLS {
    /// The certificate files of a configuration.
    package init(_ tls: ClientTLSConfiguration) {
        self.init(
            certificateAuthorityFile: tls.certificateAuthorityFile, clientCertificateFile: tls.certificateFile,
            clientKeyFile: tls.keyFile)
    }
}
