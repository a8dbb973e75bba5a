// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore

extension BackendEndpoint {
    /// The endpoint of an HTTP server by its URL, such as `https://127.0.0.1:8501`; nil for a URL without a port.
    init?(url: String) {
        let parts = url.split(separator: "://", maxSplits: 1)
        guard parts.count == 2, let address = try? Address(parsing: String(parts[1])), address.port != nil else {
            return nil
        }
        self.init(address, wireProtocol: parts[0] == "https" ? .tls : .http)
    }
}

extension Address {
    /// The URL of this address, with the scheme of an endpoint.
    func url(like endpoint: BackendEndpoint?) -> String {
        "\(endpoint?.wireProtocol == .tls ? "https" : "http")://\(self)"
    }
}
