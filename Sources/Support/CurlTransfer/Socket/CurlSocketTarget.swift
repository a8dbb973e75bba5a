// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The address that a ``CurlSocket`` connects to, and the protocols below its bytes.
package struct CurlSocketTarget: Sendable {
    /// The host name, or the IP address without brackets. With TLS, the certificate is verified against it.
    package var host: String
    /// The port, 1…65535.
    package var port: Int
    /// The IP address to connect to in place of ``host``, which is then used only to verify the certificate.
    package var address: String?
    /// Whether the connection starts with a TLS handshake.
    package var usesTLS: Bool
    /// The path of the WebSocket to open (RFC 6455), whose binary messages contain the bytes; nil without WebSocket.
    package var webSocketPath: String?
    /// Header fields of the request that opens the WebSocket, such as `Authorization`. Their values contain no control characters.
    package var webSocketHeaders: [(name: String, value: String)]

    /// Creates a target.
    package init(
        host: String, port: Int, address: String? = nil, usesTLS: Bool = false, webSocketPath: String? = nil,
        webSocketHeaders: [(name: String, value: String)] = []
    ) {
        self.host = host
        self.port = port
        self.address = address
        self.usesTLS = usesTLS
        self.webSocketPath = webSocketPath
        self.webSocketHeaders = webSocketHeaders
    }

    /// The URL for libcurl, whose scheme selects TLS.
    var url: String { "\(usesTLS ? "https" : "http")://\(authority)/" }

    /// The host, in brackets if it is an IPv6 address, and the port.
    var authority: String { "\(Self.bracketed(host)):\(port)" }

    /// The value of `CURLOPT_CONNECT_TO`; nil without ``address``.
    var connectTo: String? { address.map { "::\(Self.bracketed($0)):\(port)" } }

    private static func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}
