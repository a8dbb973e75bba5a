// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore

extension BackendEndpoint {
    /// That of an HTTP server, by a URL such as `https://127.0.0.1:8501`; nil without a port.
    init?(url: String) {
        let parts = url.split(separator: "://", maxSplits: 1)
        guard parts.count == 2, let address = try? Address(parsing: String(parts[1])), address.port != nil else {
            return nil
        }
        self.init(address, wireProtocol: parts[0] == "https" ? .tls : .http)
    }
}

extension Address {
    /// The address with the scheme that goes with an entrance.
    func url(like endpoint: BackendEndpoint?) -> String { "\(endpoint?.wireProtocol == .tls ? "https" : "http")://\(self)" }
}
