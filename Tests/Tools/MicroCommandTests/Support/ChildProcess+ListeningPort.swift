// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import TestServers
import TestSupport
import Testing

extension ChildProcess {
    /// Waits for the line `listening on 127.0.0.1:PORT`, and returns its port.
    func listeningPort() async throws -> Int {
        let isListening = await eventually { text.contains("listening on ") }
        let output = text
        try #require(isListening, "\(output)")
        return try #require(output.firstMatch(of: #/listening on 127\.0\.0\.1:([0-9]+)/#).flatMap { Int($0.output.1) })
    }
}
