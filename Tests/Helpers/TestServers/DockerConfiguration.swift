// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The configuration files in `docker`, which test servers share with the containers.
package enum DockerConfiguration {
    /// The path of a file or a folder in `docker`.
    package static func path(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("docker/\(name)").path
    }

    /// The variables of a file with lines `NAME=value`, in the format of compose.
    static func variables(_ name: String) throws -> [String: String] {
        let lines = try String(contentsOfFile: path(name), encoding: .utf8).split(separator: "\n")
        return lines.filter { !$0.hasPrefix("#") }.reduce(into: [:]) { variables, line in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
        }
    }
}
