// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Where a ``CurlSocket`` connects to, and what is spoken on the way.
package struct CurlSocketTarget: Sendable {
    /// The host name, or the address without brackets. Over TLS it is what the certificate is checked against.
    package var host: String
    /// 1…65535.
    package var port: Int
    /// The address to connect to in place of ``host``, which then is only the name in the certificate.
    package var address: String?
    /// Whether TLS comes first on the connection.
    package var usesTLS: Bool
    /// The path of the WebSocket to open (RFC 6455), whose binary messages carry the bytes; nil for the bare connection.
    package var webSocketPath: String?

    /// Creates a target.
    package init(
        host: String, port: Int, address: String? = nil, usesTLS: Bool = false, webSocketPath: String? = nil
    ) {
        self.host = host
        self.port = port
        self.address = address
        self.usesTLS = usesTLS
        self.webSocketPath = webSocketPath
    }

    /// As libcurl takes it: the scheme says whether there is TLS.
    var url: String { "\(usesTLS ? "https" : "http")://\(authority)/" }

    /// The host, in brackets where it needs them, and the port.
    var authority: String { "\(Self.bracketed(host)):\(port)" }

    /// As `CURLOPT_CONNECT_TO` takes it; nil if the host is the address.
    var connectTo: String? { address.map { "::\(Self.bracketed($0)):\(port)" } }

    private static func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}
